"""TensorBoard's messages, imported when the first of them is needed."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine.tensor import OBJECT


class Protos(NamedTuple):
    """The modules of TensorBoard that hold its messages."""

    event: Any
    graph: Any
    step_stats: Any
    config: Any
    summary: Any
    tensor: Any
    types: Any


@functools.cache
def protos() -> Protos:
    """TensorBoard's messages.

    >>> from keratin.summary._protos import protos
    >>> protos().event.Event(step=3).step
    3
    """
    from tensorboard.compat.proto import (
        config_pb2,
        event_pb2,
        graph_pb2,
        step_stats_pb2,
        summary_pb2,
        tensor_pb2,
        types_pb2,
    )

    return Protos(
        event_pb2, graph_pb2, step_stats_pb2, config_pb2, summary_pb2, tensor_pb2, types_pb2
    )


@functools.lru_cache(maxsize=1024)
def plugin_metadata(plugin: str, description: str | None) -> Any:
    """What tells TensorBoard which of its plugins shows a summary."""
    from tensorboard.plugins.audio import metadata as audio
    from tensorboard.plugins.histogram import metadata as histograms
    from tensorboard.plugins.image import metadata as images
    from tensorboard.plugins.scalar import metadata as scalars
    from tensorboard.plugins.text import metadata as text

    if plugin == audio.PLUGIN_NAME:
        wav = audio.Encoding.Value("WAV")
        return audio.create_summary_metadata(None, description, encoding=wav)
    kinds = {each.PLUGIN_NAME: each for each in (scalars, histograms, images, text)}
    return kinds[plugin].create_summary_metadata(None, description)


def tensor_message(array: np.ndarray[Any, Any]) -> Any:
    """The message of an array; text in UTF-8."""
    message = protos().tensor.TensorProto(dtype=dtypes.of(array.dtype).as_datatype_enum)
    for size in array.shape:
        message.tensor_shape.dim.add(size=size)
    if array.dtype == OBJECT:
        texts = [t.encode() if isinstance(t, str) else t for t in array.reshape(-1)]
        message.string_val.extend(texts)
    else:
        message.tensor_content = array.tobytes()
    return message

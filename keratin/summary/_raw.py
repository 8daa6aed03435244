"""Summaries that are messages of TensorBoard already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.summary._protos import protos
from keratin.summary._state import current
from keratin.summary._write import as_array, emit_event, known


def write_raw_pb(tensor: Any, step: Any = None, name: str | None = None) -> Tensor:
    """Write `Summary` messages of TensorBoard, given as bytes.

    Args:
        tensor: The bytes of one message or of several.
        step: The number of the step; without it the default one.
        name: Accepted; there is no op to name.

    Returns True if it was written.

    >>> from tensorboard.compat.proto.summary_pb2 import Summary
    >>> loss = Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])
    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.experimental.write_raw_pb(loss.SerializeToString(), step=0))
    True
    """
    if current.writer is None:
        return known(False)
    messages = [_parsed(each) for each in _texts(tensor)]

    def merged(_: Any) -> Any:
        result = protos().summary.Summary()
        for message in messages:
            result.MergeFrom(message)
        return result

    def prepare() -> Callable[[], Any]:
        return lambda: None

    return emit_event(list, prepare, step, merged)


def _texts(tensor: Any) -> list[Any]:
    value = tensor if isinstance(tensor, (Tensor, Variable)) else convert_to_tensor(tensor)
    if value.dtype.name != "string":
        raise TypeError(
            f"tf.summary.experimental.write_raw_pb: the bytes of a Summary message are needed; "
            f"given {value.dtype.name}. Write message.SerializeToString(). At "
            f"{errors.user_location()}."
        )
    return list(np.reshape(as_array(value.numpy()), -1))


def _parsed(data: Any) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return protos().summary.Summary.FromString(data)
    except (DecodeError, TypeError):
        raise errors.InvalidArgumentError(
            f"tf.summary.experimental.write_raw_pb: {data[:40]!r} is not a Summary message. Write "
            f"message.SerializeToString(). At {errors.user_location()}."
        ) from None

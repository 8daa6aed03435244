"""What `TensorBoard` writes of a model: layers, programs, gradients, activations, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.differentiation import value_and_gradients
from keratin._engine.tensor import wrap
from keratin.keras._core.settings import settings
from keratin.keras.layers._call import call_context
from keratin.keras.models.sequential import Sequential
from keratin.keras.training.step import Step
from keratin.keras.utils._packing import unpack_x_y_sample_weight
from keratin.summary._graph import write_graph
from keratin.summary._graph_def import graph_of
from keratin.summary._protos import protos
from keratin.summary._write import as_array, emit
from keratin.summary._writer import SummaryWriter, only


def tag_of(weight: Any) -> str:
    """The name of a weight in TensorBoard."""
    return str(weight.path).replace(":", "_")


# Layers and programs


def write_layers(writer: SummaryWriter, model: Any) -> None:
    """Write the layers of a model, and how they are connected, where it has a config of them."""
    if not isinstance(model, Sequential) and getattr(model, "_graph", None) is None:
        return
    try:
        text = model.to_json()
    except (TypeError, ValueError, NotImplementedError) as error:
        errors.warn_user(
            f"TensorBoard: the layers of {model.name!r} are not drawn, as it has no config: {error}"
        )
        return
    _write_bytes(writer, "keras", "graph_keras_model", lambda: text)


def write_program(writer: SummaryWriter, model: Any, tag: str | None = None) -> bool:
    """Write the program of a training step, as the graph of the run or under a tag.

    Returns whether there is one: steps in plain Python have none.
    """
    steps = [step for key, step in model._programs._steps.items() if key[0] == "train"]
    if not steps:
        return False
    step = steps[-1]
    names = _input_names(step)
    if tag is None:
        write_graph(writer, lambda: graph_of(step.program, names))
    else:
        _write_bytes(writer, tag, "graph_run_metadata_graph", lambda: _metadata(step, names))
    return True


def _metadata(step: Step, names: dict[int, str]) -> bytes:
    found = protos().config.RunMetadata()
    found.function_graphs.add().pre_optimization_graph.CopyFrom(graph_of(step.program, names))
    return bytes(found.SerializeToString())


def _input_names(step: Step) -> dict[int, str]:
    """The inputs of the program of a step: the arrays of the batch, and the variables."""
    names = {index: f"batch_{index}" for index in range(step._num_leaves)}
    places = [*step._carried_at, *step._fixed_at]
    for place, variable in zip(places, [*step.carried, *step.fixed], strict=True):
        name = getattr(variable, "path", None) or variable.name.split(":")[0]
        names[step._num_leaves + place] = name
    return names


def _write_bytes(writer: SummaryWriter, tag: str, plugin: str, make: Callable[[], Any]) -> None:
    """Write what a plugin of TensorBoard's graphs reads; made on the thread of the file."""
    messages = protos().summary
    data = messages.SummaryMetadata.PluginData(plugin_name=plugin, content=b"1")
    metadata = messages.SummaryMetadata(plugin_data=data)
    step = int(tag.rpartition("_")[2]) if tag.startswith("batch_") else 0
    with only(writer):
        emit(tag, list, lambda: lambda: as_array(make()), step, metadata)


# Pictures


def weight_as_images(weight: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """A weight as pictures; None if it has too many dimensions.

    >>> from keratin.keras.callbacks._tensorboard_parts import weight_as_images
    >>> weight_as_images(np.zeros((7, 2))).shape
    (1, 2, 7, 1)
    """
    weight = np.squeeze(weight)
    if weight.ndim == 1:
        weight = weight[None, :, None, None]
    elif weight.ndim == 2:
        weight = weight.T if weight.shape[0] > weight.shape[1] else weight
        weight = weight[None, :, :, None]
    elif weight.ndim == 3:
        if settings.image_data_format == "channels_last":
            weight = np.transpose(weight, [2, 0, 1])
        weight = weight[..., None]
    return weight if weight.ndim == 4 and weight.shape[-1] in (1, 3, 4) else None


# What the model makes of some rows of the data


def gradients(model: Any, batch: Any) -> list[tuple[Any, np.ndarray[Any, Any]]]:
    """The trainable weights, and the gradients of the loss of a batch by them."""
    weights = model.trainable_variables

    def of_batch(data: Any) -> Any:
        x, y, sample_weight = unpack_x_y_sample_weight(data)

        def loss() -> Any:
            y_pred = model(x, training=True)
            found = model._call_compute_loss(x, y, y_pred, sample_weight, True)
            return found, None

        _, _, found = value_and_gradients(loss, weights)
        return {str(i): each for i, each in enumerate(found) if each is not None}

    found = _computed(model, "gradients", of_batch, batch)
    return [(weights[int(index)], gradient) for index, gradient in found.items()]


def activations(model: Any, batch: Any) -> list[tuple[str, np.ndarray[Any, Any]]]:
    """The paths of the layers, and their outputs for a batch."""

    def of_batch(data: Any) -> dict[str, Any]:
        x, _, _ = unpack_x_y_sample_weight(data)
        found: dict[str, Any] = {}

        def see(layer: Any, args: Any, kwargs: Any, outputs: Any) -> None:
            leaves = jax.tree.leaves(outputs, is_leaf=lambda leaf: hasattr(leaf, "dtype"))
            for index, leaf in enumerate(leaves):
                if layer is not model and (leaf.dtype.is_floating or leaf.dtype.is_integer):
                    name = layer.path if len(leaves) == 1 else f"{layer.path}_{index}"
                    found[name] = leaf

        outer, call_context.observer = call_context.observer, see
        try:
            model(x, training=False)
        finally:
            call_context.observer = outer
        return found

    return list(_computed(model, "activations", of_batch, batch).items())


def _computed(
    model: Any, what: str, function: Callable[[Any], Any], batch: Any
) -> dict[str, np.ndarray[Any, Any]]:
    """What a function makes of a batch, all variables left as they are."""
    key = (f"tensorboard {what}", jax.tree.map(lambda leaf: (leaf.shape, str(leaf.dtype)), batch))
    key = (key[0], str(key[1]))
    step = model._programs.step(key, lambda: Step(function, batch, what))
    if not hasattr(step, "jitted"):
        step.jitted = jax.jit(step.run)
    arrays = [[v._array for v in variables] for variables in (step.carried, step.fixed)]
    outputs, _ = step.jitted(step.constants, jax.tree.leaves(batch), *arrays)
    found: dict[str, Any] = step.rebuild(outputs, wrap)
    return {name: np.asarray(value) for name, value in found.items()}

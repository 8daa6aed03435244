"""The inputs of models as specs of tensors."""

from __future__ import annotations

from typing import Any

import jax

from keratin._engine.dtype import as_dtype
from keratin._engine.spec import TensorSpec
from keratin._engine.tensor import Tensor
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers.input_spec import InputSpec

_LEAVES = (TensorSpec, InputSpec, KerasTensor, Tensor)


def specs_of(structure: Any, what: str) -> Any:
    """A structure of `InputSpec`s, `TensorSpec`s and tensors as one of `TensorSpec`s."""
    return jax.tree.map(
        lambda leaf: _spec(leaf, what), structure, is_leaf=lambda v: isinstance(v, _LEAVES)
    )


def _spec(leaf: Any, what: str) -> TensorSpec:
    if isinstance(leaf, TensorSpec):
        return leaf
    if isinstance(leaf, InputSpec):
        if leaf.shape is None or leaf.dtype is None:
            raise ValueError(
                f"{what}: an InputSpec needs its shape and its dtype here; given {leaf!r}"
            )
        return TensorSpec(leaf.shape, as_dtype(leaf.dtype), getattr(leaf, "name", None))
    if not hasattr(leaf, "shape") or not hasattr(leaf, "dtype"):
        raise TypeError(
            f"{what}: input_signature takes keras.InputSpec, tf.TensorSpec and tensors; given "
            f"{leaf!r}, of type {type(leaf).__name__}"
        )
    # The first axis is the batch, of whatever size.
    shape = tuple(leaf.shape)
    name = leaf.name if isinstance(leaf, KerasTensor) else None
    return TensorSpec((None, *shape[1:]) if shape else (), as_dtype(leaf.dtype), name)


def signature_of(model: Any) -> list[Any]:
    """What a model is called with: of its inputs if it has a graph, else of its first call."""
    if not model.built:
        raise ValueError(
            f"The model {model.name!r} is not built, so its inputs are not known. Call it on data, "
            "or build(input_shape), before it is exported; or give input_signature"
        )
    # A row of layers makes its graph when it is asked for.
    is_row = "_tails" in vars(model)
    graph = model._whole_graph() if is_row else vars(model).get("_graph")
    if graph is not None:
        return [specs_of(graph._inputs_struct, model.name)]
    specs = vars(model).get("_build_specs")
    if not specs:
        raise ValueError(
            f"The model {model.name!r} was built without being called, so what it is called with "
            "is not known. Call it once on data, or give input_signature"
        )
    return [specs_of(_without_names(value), model.name) for value in specs.values()]


def _without_names(structure: Any) -> Any:
    def unnamed(tensor: Any) -> TensorSpec:
        shape = tuple(tensor.shape)
        return TensorSpec((None, *shape[1:]) if shape else (), as_dtype(tensor.dtype))

    return jax.tree.map(unnamed, structure, is_leaf=lambda v: isinstance(v, KerasTensor))

"""What every program needs: conversion, dtypes, shapes, slices, updates at indices."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin import array, math
from keratin._engine import differentiation, errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, op
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor
from keratin._engine.tensor import convert_to_tensor as to_tensor
from keratin._engine.variable import Variable
from keratin.array._support import host_value, named
from keratin.keras._core.settings import settings
from keratin.keras._core.symbolic import KerasTensor, keras_op
from keratin.keras.ops import _promotion
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, require, spreads_to
from keratin.math import _casting as casting
from keratin.sparse._tensor import SparseTensor, to_dense

# Conversion


@operation
def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """A tensor of a NumPy array, number, list, variable or tensor, cast to `dtype` if given.

    `sparse=False` makes dense tensors of sparse ones. `ragged=True` is refused: there are no
    ragged tensors here yet.

    >>> keras.ops.convert_to_tensor([1, 2], dtype="float32").numpy()
    array([1., 2.], dtype=float32)
    """
    require(not ragged, "ragged=True: there are no ragged tensors. Pad the rows, and use a mask")
    if isinstance(x, SparseTensor):
        if sparse is None or sparse:
            return x if dtype is None else x.with_values(operators.cast(x.values, dtype))
        x = to_dense(x)
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(x, (Tensor, Variable)):
        if wanted is not None and x.dtype != wanted:
            return operators.cast(x, wanted)
        return x if isinstance(x, Tensor) else array.identity(x)
    if isinstance(x, jax.Array):
        tensor = to_tensor(x)
        return tensor if wanted in (None, tensor.dtype) else operators.cast(tensor, wanted)
    return _promotion.tensor(x, wanted)


def convert_to_numpy(x: Any) -> np.ndarray[Any, Any]:
    """A NumPy array of the values of a tensor, or of what may become one.

    >>> keras.ops.convert_to_numpy(keras.ops.convert_to_tensor([1, 2]))
    array([1, 2], dtype=int32)
    """
    if isinstance(x, SparseTensor):
        x = to_dense(x)
    if isinstance(x, KerasTensor):
        return np.array(x)
    return np.array(convert_to_tensor(x))


def is_tensor(x: Any) -> bool:
    """Whether this is a tensor with values: no variable, no symbolic tensor, no NumPy array.

    >>> keras.ops.is_tensor(keras.ops.convert_to_tensor(1.0)), keras.ops.is_tensor(np.ones(2))
    (True, False)
    """
    return isinstance(x, (Tensor, SparseTensor, jax.Array))


def shape(x: Any) -> tuple[Any, ...]:
    """The shape as a tuple; of a symbolic tensor, with None where a size is not known.

    >>> keras.ops.shape(np.zeros((2, 3)))
    (2, 3)
    """
    found = x.shape if hasattr(x, "shape") else convert_to_tensor(x).shape
    return tuple(found)


def dtype(x: Any) -> str:
    """The name of the dtype.

    >>> keras.ops.dtype(np.zeros(2, "int32"))
    'int32'
    """
    found = x.dtype if hasattr(x, "dtype") else convert_to_tensor(x).dtype
    return as_dtype(found).name


@operation
def cast(x: Any, dtype: Any) -> Any:
    """x in another dtype: floats lose their fraction when they become integers.

    >>> keras.ops.cast([1.8, -1.8], "int32").numpy()
    array([ 1, -1], dtype=int32)
    """
    wanted = as_dtype(settings.floatx if dtype is None else dtype)
    return convert_to_tensor(x, wanted) if isinstance(x, SparseTensor) else _cast(x, wanted)


def _cast(x: Any, dtype: Any) -> Any:
    return operators.cast(as_tensor(x), dtype)


@operation
def saturate_cast(x: Any, dtype: Any) -> Any:
    """x in another dtype; what lies beyond its range becomes its nearest bound.

    >>> keras.ops.saturate_cast([-1.0, 300.0], "uint8").numpy()
    array([  0, 255], dtype=uint8)
    """
    x, wanted = as_tensor(x), as_dtype(settings.floatx if dtype is None else dtype)
    if wanted.is_bool:
        return math.greater(x, 0) if not x.dtype.is_bool else x
    return operators.cast(x, wanted) if x.dtype.is_bool else casting.saturate_cast(x, wanted)


# Gradients


@operation
def stop_gradient(variable: Any) -> Any:
    """The value as it is, for gradients a constant.

    >>> keras.ops.stop_gradient(np.ones(1, "float32")).numpy()
    array([1.], dtype=float32)
    """
    return array.stop_gradient(as_tensor(variable))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a gradient of its own.

    The function returns its result and a function from the upstream gradients to those of its
    arguments.

    >>> @keras.ops.custom_gradient
    ... def clipped(x):
    ...     return x * x, lambda upstream: keras.ops.minimum(upstream * 2.0 * x, 1.0)
    >>> clipped(keras.ops.convert_to_tensor(3.0)).numpy()
    np.float32(9.0)
    """
    return keras_op(differentiation.custom_gradient(f))


# Parts


@operation
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The slices along an axis, as a list without that axis. `num` is how many there are.

    >>> [part.numpy() for part in keras.ops.unstack([[1, 2], [3, 4]], axis=1)]
    [array([1, 3], dtype=int32), array([2, 4], dtype=int32)]
    """
    return list(array.unstack(as_tensor(x), num, axis))


def _starts(indices: Any, rank: int) -> Any:
    """Where a slice begins, one integer for each axis."""
    starts = as_tensor(indices)
    require(
        tuple(starts.shape) == (rank,),
        f"start_indices has shape {list(starts.shape)}; expected {rank} integers, one for each "
        "axis of inputs",
    )
    return starts


@operation
def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Any:
    """The part of this shape that begins at `start_indices`; -1 is all that is left of an axis.

    A part that would reach over the end begins earlier instead.

    >>> keras.ops.slice(np.arange(12).reshape(3, 4), [1, 2], [2, 2]).numpy()
    array([[ 6,  7],
           [10, 11]])
    """
    inputs = as_tensor(inputs)
    rank = len(inputs.shape)
    starts = _starts(start_indices, rank)
    require(
        len(shape) == rank,
        f"shape={list(shape)} has {len(shape)} sizes; expected {rank}, one for each axis of inputs "
        f"{list(inputs.shape)}",
    )
    return _sliced(inputs, starts, _sizes(inputs, starts, [int(size) for size in shape]))


def _sizes(inputs: Any, starts: Any, shape: list[int]) -> tuple[int, ...]:
    if -1 not in shape:
        return tuple(shape)
    known = host_value(starts)
    if known is None:
        raise errors.InvalidArgumentError(
            "shape has -1, and start_indices are not known while the function is compiled. Give "
            "the size as a number"
        )
    return tuple(
        builtins.max(0, int(inputs.shape[axis]) - int(known[axis])) if size == -1 else size
        for axis, size in enumerate(shape)
    )


@named("slice")
@op
def _sliced(inputs: Array, starts: Array, shape: Any) -> Array:
    require(
        all(size <= whole for size, whole in zip(shape, inputs.shape, strict=True)),
        f"shape={list(shape)} is larger than inputs {list(inputs.shape)}",
    )
    return lax.dynamic_slice(inputs, list(starts), shape)


@operation
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """`inputs` with the part that begins at `start_indices` replaced by `updates`.

    >>> keras.ops.slice_update(np.zeros(4, "int32"), [1], np.array([7, 8], "int32")).numpy()
    array([0, 7, 8, 0], dtype=int32)
    """
    inputs, updates = as_tensor(inputs), as_tensor(updates)
    return _slice_updated(inputs, _starts(start_indices, len(inputs.shape)), updates)


@named("slice_update")
@op
def _slice_updated(inputs: Array, starts: Array, updates: Array) -> Array:
    fits = updates.ndim == inputs.ndim and all(
        size <= whole for size, whole in zip(updates.shape, inputs.shape, strict=True)
    )
    require(
        fits,
        f"updates has shape {list(updates.shape)}; expected as many axes as inputs "
        f"{list(inputs.shape)}, and none longer",
    )
    return lax.dynamic_update_slice(inputs, updates.astype(inputs.dtype), list(starts))


# Updates at indices


@operation
def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Any:
    """Zeros of a shape, with `values` added at the index vectors along the last axis of `indices`.

    >>> keras.ops.scatter([[1], [3], [1]], [9, 10, 11], [5]).numpy()
    array([ 0, 20,  0, 10,  0], dtype=int32)
    """
    values = as_tensor(values)
    zeros = array.zeros([int(size) for size in shape], values.dtype)
    return _scattered(zeros, as_tensor(indices), values, "add")


@operation
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """`inputs` with `updates` at the index vectors along the last axis of `indices`.

    `reduction` says how an update is combined with what was there: None replaces it; "add", "mul",
    "max" and "min".

    >>> keras.ops.scatter_update(np.zeros(4, "int32"), [[1], [3]], [7, 8]).numpy()
    array([0, 7, 0, 8], dtype=int32)
    """
    name = reduction.lower() if isinstance(reduction, str) else reduction
    require(
        name in _SCATTERS,
        f"reduction must be None, 'add', 'max', 'min' or 'mul'; given {reduction!r}",
    )
    return _scattered(as_tensor(inputs), as_tensor(indices), as_tensor(updates), name)


_SCATTERS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "multiply"}


@named("scatter_update")
@op
def _scattered(inputs: Array, indices: Array, updates: Array, reduction: str | None) -> Array:
    depth = indices.shape[-1] if indices.ndim else 0
    require(
        jnp.issubdtype(indices.dtype, jnp.integer) and 0 < depth <= inputs.ndim,
        f"indices has shape {list(indices.shape)} and dtype {indices.dtype}; expected integers "
        f"whose last axis holds from 1 to {inputs.ndim} of them, as many as inputs "
        f"{list(inputs.shape)} has axes at most",
    )
    expected = indices.shape[:-1] + inputs.shape[depth:]
    require(
        spreads_to(updates.shape, expected),
        f"updates has shape {list(updates.shape)}; expected {list(expected)}, one for each index "
        f"vector of indices {list(indices.shape)}",
    )
    places = inputs.at[tuple(jnp.moveaxis(indices, -1, 0))]
    return getattr(places, _SCATTERS[reduction])(updates.astype(inputs.dtype))

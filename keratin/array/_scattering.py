"""Putting values at given indices: into zeros, or into a copy of a tensor.

An index out of range is an error where the host can see it at no cost: eagerly, on the CPU. In a
compiled program, and on an accelerator, its update is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import OBJECT
from keratin.array._gathering import check_policy, indices_inside, require_in_shape
from keratin.array._support import (
    Shape,
    composite,
    dimensions,
    named,
    on_host,
    prepared,
    with_shape,
)


def _dimension_numbers(indices: Any, rank: int) -> lax.ScatterDimensionNumbers:
    """Each index vector names the first axes; the others are the window of its update."""
    depth, outer = indices.shape[-1], indices.ndim - 1
    axes = tuple(range(depth))
    return lax.ScatterDimensionNumbers(
        update_window_dims=tuple(range(outer, outer + rank - depth)),
        inserted_window_dims=axes,
        scatter_dims_to_operand_dims=axes,
    )


def _scatter(
    function: Callable[..., jax.Array],
    target: Any,
    indices: Any,
    updates: Any,
    unique: bool = False,
) -> jax.Array:
    return function(
        target,
        indices,
        updates,
        _dimension_numbers(indices, target.ndim),
        unique_indices=unique,
        mode=lax.GatherScatterMode.FILL_OR_DROP,
    )


def _checked(shape: tuple[int, ...], indices: Any, updates: Any) -> Any:
    """The indices as integers, once the shapes are known to fit."""
    if indices.dtype.kind not in "iu":
        raise errors.InvalidArgumentError(
            f"indices have dtype {indices.dtype.name}; integers are needed. Write "
            "tf.cast(indices, tf.int32)"
        )
    if not indices.ndim:
        raise errors.InvalidArgumentError(
            "indices is a scalar; its last axis must hold coordinates. Write [[i]] for one row"
        )
    depth = indices.shape[-1]
    if depth > len(shape):
        raise errors.InvalidArgumentError(
            f"the index vectors have length {depth}, but the shape {list(shape)} has "
            f"{len(shape)} axes. The last axis of indices holds one coordinate for each"
        )
    expected = indices.shape[:-1] + shape[depth:]
    if updates.shape != expected:
        raise errors.InvalidArgumentError(
            f"updates has shape {list(updates.shape)}, but indices of shape {list(indices.shape)} "
            f"into the shape {list(shape)} need updates of shape {list(expected)}: one slice for "
            "each index vector"
        )
    return indices if indices.dtype.itemsize >= 4 else indices.astype(np.int32)


# Into zeros


@named("scatter_nd")
@op(strings=True)
def _scatter_nd(updates: Array, indices: Array, shape: Static) -> Any:
    indices = _checked(shape, indices, updates)
    if isinstance(updates, np.ndarray):
        result = np.full(shape, b"" if updates.dtype == OBJECT else 0, updates.dtype)
        inside = indices_inside(indices, shape)
        np.add.at(result, tuple(np.moveaxis(indices[inside], -1, 0)), updates[inside])
        return result
    if updates.dtype == bool:
        marks = _scatter(lax.scatter_max, jnp.zeros(shape, np.uint8), indices, updates.astype("u1"))
        return marks.astype(bool)
    return _scatter(lax.scatter_add, jnp.zeros(shape, updates.dtype), indices, updates)


@composite
def scatter_nd(
    indices: Array,
    updates: Array,
    shape: Shape,
    bad_indices_policy: str = "",
    name: str | None = None,
) -> Any:
    """Zeros of a shape, with `updates` added at the index vectors in `indices`.

    >>> tf.scatter_nd([[1], [3], [1]], [9, 10, 11], [5]).numpy()
    array([ 0, 20,  0, 10,  0], dtype=int32)
    """
    sizes, places = dimensions(shape), on_host(indices)
    if check_policy(bad_indices_policy):
        require_in_shape(places, sizes)
    return _scatter_nd(updates, places, sizes)


# Into a tensor


def _updated(
    tensor: Any, indices: Any, updates: Any, bad_indices_policy: str = "", name: Any = None
) -> tuple[Any, ...]:
    indices = on_host(indices)
    if check_policy(bad_indices_policy):
        tensor, shape = with_shape(tensor)
        if shape is not None:
            require_in_shape(indices, shape)
    return tensor, indices, updates, bad_indices_policy, name


@jax.custom_jvp
def _replace(tensor: Any, updates: Any, indices: Any) -> jax.Array:
    return _scatter(lax.scatter, tensor, indices, updates)


@_replace.defjvp
def _(primals: Any, tangents: Any) -> Any:
    # Each update gets the gradient of its place, also where a later one took it: as unique ones.
    tensor, updates, indices = primals
    tangent = _scatter(lax.scatter, tangents[0], indices, tangents[1], unique=True)
    return _replace(tensor, updates, indices), tangent


def _update_arguments(tensor: Any, indices: Any, updates: Any, name: Any = None) -> Any:
    return (*_updated(tensor, indices, updates)[:3], name)


@prepared(_update_arguments)
@op(strings=True)
def tensor_scatter_nd_update(tensor: T, indices: Array, updates: T) -> Any:
    """A copy of the tensor with `updates` in the places that the index vectors name.

    >>> tf.tensor_scatter_nd_update([1, 2, 3], [[0], [2]], [8, 9]).numpy()
    array([8, 2, 9], dtype=int32)
    """
    indices = _checked(tensor.shape, indices, updates)
    if isinstance(tensor, np.ndarray):
        result = tensor.copy()
        result[tuple(np.moveaxis(indices, -1, 0))] = updates
        return result
    return _replace(tensor, updates, indices)


@prepared(_updated)
@op(T="number")
def tensor_scatter_nd_add(
    tensor: T,
    indices: Array,
    updates: T,
    bad_indices_policy: str = "",
    name: Static = None,
) -> jax.Array:
    """A copy of the tensor with `updates` added in the places that the index vectors name.

    >>> tf.tensor_scatter_nd_add([1, 2, 3], [[0], [0]], [10, 20]).numpy()
    array([31,  2,  3], dtype=int32)
    """
    return _scatter(lax.scatter_add, tensor, _checked(tensor.shape, indices, updates), updates)


@prepared(_updated)
@op(T="number")
def tensor_scatter_nd_sub(
    tensor: T,
    indices: Array,
    updates: T,
    bad_indices_policy: str = "",
    name: Static = None,
) -> jax.Array:
    """A copy of the tensor with `updates` subtracted where the index vectors point.

    >>> tf.tensor_scatter_nd_sub([1, 2, 3], [[0]], [10]).numpy()
    array([-9,  2,  3], dtype=int32)
    """
    return _scatter(lax.scatter_sub, tensor, _checked(tensor.shape, indices, updates), updates)


def _extremum(scatter: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """Scatter the lesser or greater; equal values share the gradient."""

    @jax.custom_jvp
    def function(tensor: Any, updates: Any, indices: Any) -> jax.Array:
        return _scatter(scatter, tensor, indices, updates)

    @function.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        tensor, updates, indices = primals
        result = function(tensor, updates, indices)
        numbers = _gather_numbers(indices, tensor.ndim)

        def at_indices(array: Any) -> Any:
            return lax.gather(
                array,
                indices,
                numbers,
                slice_sizes=(*[1] * indices.shape[-1], *tensor.shape[indices.shape[-1] :]),
                mode=lax.GatherScatterMode.FILL_OR_DROP,
                fill_value=0,
            )

        keeps = (tensor == result).astype(tensor.dtype)
        takes = (updates == at_indices(result)).astype(tensor.dtype)
        count = _scatter(lax.scatter_add, keeps, indices, takes)
        share = 1 / jnp.maximum(count, 1)
        taken = tangents[1] * takes * at_indices(share)
        return result, _scatter(lax.scatter_add, tangents[0] * keeps * share, indices, taken)

    return function


def _gather_numbers(indices: Any, rank: int) -> lax.GatherDimensionNumbers:
    numbers = _dimension_numbers(indices, rank)
    return lax.GatherDimensionNumbers(
        offset_dims=tuple(numbers.update_window_dims),
        collapsed_slice_dims=tuple(numbers.inserted_window_dims),
        start_index_map=tuple(numbers.scatter_dims_to_operand_dims),
    )


_least, _greatest = _extremum(lax.scatter_min), _extremum(lax.scatter_max)


@prepared(_updated)
@op(T="real")
def tensor_scatter_nd_min(
    tensor: T,
    indices: Array,
    updates: T,
    bad_indices_policy: str = "",
    name: Static = None,
) -> jax.Array:
    """A copy of the tensor with the lesser of each value and the `updates` for its place.

    >>> tf.tensor_scatter_nd_min([5, 5, 5], [[0], [2]], [1, 9]).numpy()
    array([1, 5, 5], dtype=int32)
    """
    return _least(tensor, updates, _checked(tensor.shape, indices, updates))


@prepared(_updated)
@op(T="real")
def tensor_scatter_nd_max(
    tensor: T,
    indices: Array,
    updates: T,
    bad_indices_policy: str = "",
    name: Static = None,
) -> jax.Array:
    """A copy of the tensor with the greater of each value and the `updates` for its place.

    >>> tf.tensor_scatter_nd_max([5, 5, 5], [[0], [2]], [1, 9]).numpy()
    array([5, 5, 9], dtype=int32)
    """
    return _greatest(tensor, updates, _checked(tensor.shape, indices, updates))

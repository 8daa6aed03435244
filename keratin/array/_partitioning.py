"""Dividing a tensor by values and putting the parts back; what occurs in it, and where."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, Arrays, DTypeArg, T, Ts, op
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable
from keratin.array._gathering import take
from keratin.array._shape import reshape
from keratin.array._support import composite, host_value, integers, library, named, plain, prepared

# Distinct values


class Unique(NamedTuple):
    """Distinct values, and for each value which of them it is."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """Distinct values, for each value which of them it is, and how often each occurs."""

    y: Any
    idx: Any
    count: Any


@named("unique")
@op(host=True)
def _distinct(x: Array, out_idx: DTypeArg) -> tuple[Any, ...]:
    """For each distinct value, in the order of occurrence: its first place; the index of each; the
    number of each."""
    if x.ndim != 1:
        raise errors.InvalidArgumentError(
            f"x must be a vector; its shape is {list(x.shape)}. Write tf.reshape(x, [-1])"
        )
    # NaN differs from NaN, so that each is a value of its own.
    _, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse].astype(out_idx), counts[order].astype(out_idx)


@composite
def unique(x: Array, out_idx: Any = "int32", name: str | None = None) -> Unique:
    """The distinct values of a vector in the order of their occurrence, and the index of each.

    Their number depends on the values, so that this is not for compiled functions.

    >>> y, idx = tf.unique([7, 5, 7])
    >>> y.numpy(), idx.numpy()
    (array([7, 5], dtype=int32), array([0, 1, 0], dtype=int32))
    """
    first, idx, _ = _distinct(x, out_idx)
    return Unique(take(x, first, 0), idx)


@composite
def unique_with_counts(
    x: Array, out_idx: Any = "int32", name: str | None = None
) -> UniqueWithCounts:
    """The distinct values of a vector, the index of each value, and how often each occurs.

    >>> tf.unique_with_counts([7, 5, 7]).count.numpy()
    array([2, 1], dtype=int32)
    """
    first, idx, count = _distinct(x, out_idx)
    return UniqueWithCounts(take(x, first, 0), idx, count)


# Partitions


@composite
def dynamic_partition(
    data: Array, partitions: Array, num_partitions: Any, name: str | None = None
) -> list[Any]:
    """A list of parts: slice i of `data` goes to part `partitions[i]`.

    The sizes depend on the values, so that this is not for compiled functions.

    >>> [x.numpy().tolist() for x in tf.dynamic_partition([10, 20, 30], [1, 0, 1], 2)]
    [[20], [10, 30]]
    """
    count = plain(num_partitions, "num_partitions")
    places = (
        partitions
        if isinstance(partitions, Tensor)
        else convert_to_tensor(partitions, dtype_hint=np.int32)
    )
    tensor = data if isinstance(data, (Tensor, Variable)) else convert_to_tensor(data)
    if is_traced(places._value):
        raise errors.InvalidArgumentError(
            "the sizes of the parts depend on partitions, which is not known while the function is "
            "traced. Mask the data with tf.where for each part, use tf.math.segment_sum or "
            "tf.math.unsorted_segment_sum, or call this outside of tf.function"
        )
    chosen = np.asarray(places._value)
    shape = tuple(tensor.shape)
    if chosen.dtype.kind not in "iu" or not isinstance(count, int) or count < 1:
        raise errors.InvalidArgumentError(
            f"partitions (dtype {chosen.dtype.name}) must be integers and num_partitions={count} "
            "at least 1"
        )
    if shape[: chosen.ndim] != chosen.shape:
        raise errors.InvalidArgumentError(
            f"the shape {list(shape)} of data must start with the shape {list(chosen.shape)} of "
            "partitions: one number for each slice"
        )
    if chosen.size and not 0 <= chosen.min() <= chosen.max() < count:
        bad = np.argwhere((chosen < 0) | (chosen >= count))[0].tolist()
        raise errors.InvalidArgumentError(
            f"partitions{bad or ''} = {chosen[tuple(bad)]} is not in [0, {count}). Give a greater "
            "num_partitions, or correct the numbers"
        )
    rows = reshape(tensor, (chosen.size, *shape[chosen.ndim :]))
    flat = chosen.reshape(-1)
    return [
        take(rows, wrap(np.flatnonzero(flat == part).astype(np.int32)), 0) for part in range(count)
    ]


@composite
def dynamic_stitch(indices: Arrays, data: Ts, name: str | None = None) -> Any:
    """One tensor of many: slice j of `data[i]` goes to the place `indices[i][j]`; the last wins.

    The size is the greatest index and one, so that the indices must be known: inside a
    `tf.function` they cannot be computed by it. Places that no index names hold zeros.

    >>> tf.dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]).numpy()
    array([10, 20, 30], dtype=int32)
    """
    places = [np.asarray(plain(index, "indices"), np.int64) for index in indices]
    if len(places) != len(data):
        raise errors.InvalidArgumentError(
            f"there are {len(places)} indices and {len(data)} data; each needs its counterpart"
        )
    flat = np.concatenate([place.reshape(-1) for place in places]) if places else np.zeros(0, int)
    if flat.size and flat.min() < 0:
        raise errors.InvalidArgumentError(f"indices hold {flat.min()}; they must be 0 or more")
    size = int(flat.max()) + 1 if flat.size else 0
    # Which of all slices, laid end to end, stands at each place; `flat.size` stands for none.
    source = np.full(size, flat.size, np.int64)
    source[flat] = np.arange(flat.size)
    ranks = tuple([place.shape for place in places])
    return _stitched(list(data), source.astype(np.int32), flat.astype(np.int32), ranks)


@named("dynamic_stitch")
@op(strings=True)
def _stitched(data: Ts, source: Array, flat: Array, shapes: Any) -> Any:
    rows, first = [], data[0].shape[len(shapes[0]) :]
    for position, (value, shape) in enumerate(zip(data, shapes, strict=True)):
        if value.shape[: len(shape)] != shape or value.shape[len(shape) :] != first:
            raise errors.InvalidArgumentError(
                f"data[{position}] has shape {list(value.shape)}; it must be {list(shape)}, the "
                f"shape of indices[{position}], followed by {list(first)}, the shape of a slice"
            )
        rows.append(value.reshape((int(np.prod(shape)), *first)))
    filler = b"" if data[0].dtype == OBJECT else 0
    xp = library(*data)
    if xp is np:
        rows.append(np.full((1, *first), filler, data[0].dtype))
        return np.concatenate(rows)[source]
    return _stitch(jnp.concatenate(rows), source, flat)


@jax.custom_jvp
def _stitch(rows: Any, source: Any, flat: Any) -> jax.Array:
    padded = jnp.concatenate([rows, jnp.zeros((1, *rows.shape[1:]), rows.dtype)])
    return jnp.take(padded, source, axis=0, mode="clip")


@_stitch.defjvp
def _(primals: Any, tangents: Any) -> Any:
    # Each slice gets the gradient of its place, also where a later one took it.
    rows, source, flat = primals
    zeros = jnp.zeros((source.shape[0], *rows.shape[1:]), rows.dtype)
    tangent = zeros.at[flat].set(tangents[0], unique_indices=True, mode="promise_in_bounds")
    return _stitch(rows, source, flat), tangent


# Places


def _unravelled(indices: Any, dims: Any, name: Any = None) -> tuple[Any, ...]:
    sizes, values = plain(dims, "dims"), host_value(indices)
    if values is not None and values.size and isinstance(sizes, tuple):
        total = int(np.prod(integers(sizes, "dims")))
        if values.max() >= total:
            raise errors.InvalidArgumentError(
                f"the index {values.max()} is out of range: dims={list(sizes)} make {total} "
                "elements"
            )
    return indices, sizes, name


@prepared(_unravelled)
@op(T="int")
def unravel_index(indices: T, dims: Any) -> jax.Array:
    """The coordinates, in an array of shape `dims`, of the elements with these flat indices.

    The first axis of the result is that of the coordinates.

    >>> tf.unravel_index([2, 5, 7], [3, 3]).numpy()
    array([[0, 1, 2],
           [2, 2, 1]], dtype=int32)
    """
    if not isinstance(dims, tuple):
        raise errors.InvalidArgumentError(f"dims={dims} must be a list of sizes. Write [{dims}]")
    if indices.ndim > 1:
        raise errors.InvalidArgumentError(
            f"indices must be a scalar or a vector; the shape is {list(indices.shape)}"
        )
    coordinates, rest = [], indices
    for size in integers(dims, "dims")[::-1]:
        rest, coordinate = jnp.divmod(rest, np.array(max(size, 1), indices.dtype))
        coordinates.append(coordinate)
    return jnp.stack(coordinates[::-1]).astype(indices.dtype)

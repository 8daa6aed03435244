"""Picking elements by their indices, and by conditions.

An index out of range is an error where the host can see it at no cost: eagerly, on the CPU. In a
compiled program, and on an accelerator, the element picked is 0.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.dtype import bool as bool_dtype
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable
from keratin.array._support import (
    composite,
    host_value,
    library,
    named,
    normalize_axis,
    number_like,
    on_host,
    plain,
    prepared,
    static_shape,
    with_shape,
)

# By index


def _integer_indices(indices: Any) -> Any:
    if indices.dtype.kind not in "iu":
        raise errors.InvalidArgumentError(
            f"indices have dtype {indices.dtype.name}; integers are needed. Write "
            "tf.cast(indices, tf.int32)"
        )
    return indices if indices.dtype.itemsize >= 4 else indices.astype(np.int32)


def _zero(dtype: Any) -> Any:
    return np.zeros((), dtype).item() if dtype.kind in "biuf" else 0


def _take(params: Any, indices: Any, axis: int, batch_dims: int) -> jax.Array:
    """`indices` into one axis; the first `batch_dims` axes of both go together."""
    if isinstance(params, np.ndarray):
        return _take_on_host(params, indices, axis, batch_dims)
    batch = tuple(range(batch_dims))
    inner = indices.ndim - batch_dims
    sizes = [1 if i == axis or i in batch else size for i, size in enumerate(params.shape)]
    offsets = [*range(batch_dims, axis), *range(axis + inner, params.ndim + inner - 1)]
    numbers = lax.GatherDimensionNumbers(
        offset_dims=tuple(offsets),
        collapsed_slice_dims=(axis,),
        start_index_map=(axis,),
        operand_batching_dims=batch,
        start_indices_batching_dims=batch,
    )
    return lax.gather(
        params,
        indices[..., None],
        numbers,
        slice_sizes=tuple(sizes),
        mode=lax.GatherScatterMode.FILL_OR_DROP,
        fill_value=_zero(params.dtype),
    )


def _take_on_host(params: Any, indices: Any, axis: int, batch_dims: int) -> Any:
    if not batch_dims:
        return np.take(params, indices, axis)
    rows = [
        _take_on_host(row, index, axis - 1, batch_dims - 1)
        for row, index in zip(params, indices, strict=True)
    ]
    return np.stack(rows) if rows else params[:, :0]


@op(strings=True)
def take(params: Array, indices: Array, axis: int) -> jax.Array:
    """`tf.gather` of indices that are known to be in range."""
    return _take(params, indices, axis, 0)


def _gather_axis(axis: Any, batch_dims: int) -> int:
    return batch_dims if axis is None else axis


def _gathered(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
    name: Any = None,
) -> tuple[Any, ...]:
    axis, batch_dims, indices = (
        plain(axis, "axis"),
        plain(batch_dims, "batch_dims"),
        on_host(indices),
    )
    values = host_value(indices)
    if values is not None and values.size and values.dtype.kind in "iu":
        params, shape = with_shape(params)
        place = _gather_axis(axis, batch_dims % max(values.ndim, 1))
        if shape is not None and type(place) is int and -len(shape) <= place < len(shape):
            _require_range(values, shape[place])
    return params, indices, None, axis, batch_dims, name


def _require_range(indices: np.ndarray[Any, Any], size: int) -> None:
    # As unsigned numbers negative ones are huge: one comparison instead of two.
    unsigned = indices.view(f"u{indices.dtype.itemsize}")
    if unsigned.max() < size:
        return
    place = np.argwhere((indices < 0) | (indices >= size))[0].tolist()
    raise errors.InvalidArgumentError(
        f"indices{place or ''} = {indices[tuple(place)]} is not in [0, {size}). Indices count from "
        "0 and may not be negative; check the size of the table, or clip them with tf.clip_by_value"
    )


@prepared(_gathered)
@op(strings=True)
def gather(
    params: Array,
    indices: Array,
    validate_indices: Static = None,
    axis: int | None = None,
    batch_dims: int = 0,
) -> jax.Array:
    """The slices of `params` along an axis that `indices` name, in the shape of `indices`.

    The first `batch_dims` axes of both go together: row i of the indices picks from row i.
    An index out of range is an error on the CPU, and gives zeros in compiled functions and on
    accelerators. `validate_indices` changes nothing.

    >>> tf.gather([[1, 2], [3, 4], [5, 6]], [2, 0]).numpy()
    array([[5, 6],
           [1, 2]], dtype=int32)
    """
    indices = _integer_indices(indices)
    if not params.ndim:
        raise errors.InvalidArgumentError("params is a scalar; it has nothing to pick from")
    count = indices.ndim + batch_dims if batch_dims < 0 else batch_dims
    place = normalize_axis(_gather_axis(axis, count), params.ndim)
    if not 0 <= count <= indices.ndim or count > place:
        raise errors.InvalidArgumentError(
            f"batch_dims={batch_dims} must be at most the rank {indices.ndim} of indices and the "
            f"axis {place}"
        )
    if indices.shape[:count] != params.shape[:count]:
        raise errors.InvalidArgumentError(
            f"with batch_dims={count} the shapes must start alike: params {list(params.shape)}, "
            f"indices {list(indices.shape)}"
        )
    return _take(params, indices, place, count)


_POLICIES = ("", "DEFAULT", "ERROR", "IGNORE")


def check_policy(bad_indices_policy: str) -> bool:
    """Whether indices out of range are errors, where they are seen."""
    if bad_indices_policy not in _POLICIES:
        raise errors.InvalidArgumentError(
            f"bad_indices_policy={bad_indices_policy!r} is not one of {', '.join(_POLICIES[1:])}"
        )
    return bad_indices_policy != "IGNORE"


def indices_inside(indices: np.ndarray[Any, Any], shape: Any) -> np.ndarray[Any, Any]:
    """Whether each index vector points into a shape."""
    limits = np.array(shape[: indices.shape[-1]], np.int64)
    return np.asarray(((indices >= 0) & (indices < limits)).all(-1))


def require_in_shape(indices: Any, shape: Any) -> None:
    """Raise where an index vector that the host can see points outside of a shape."""
    values = host_value(indices)
    if values is None or not values.size or not values.ndim or values.dtype.kind not in "iu":
        return
    if len(shape) < values.shape[-1]:
        return  # the op says that the vectors are too long
    inside = indices_inside(values, shape)
    if not inside.all():
        place = np.argwhere(~inside)[0].tolist()
        raise errors.InvalidArgumentError(
            f"indices{place or ''} = {values[tuple(place)].tolist()} does not point into the shape "
            f"{list(shape)}. Indices count from 0 and may not be negative"
        )


def _gathered_nd(
    params: Any, indices: Any, batch_dims: Any = 0, name: Any = None, bad_indices_policy: str = ""
) -> tuple[Any, ...]:
    indices = on_host(indices)
    if check_policy(bad_indices_policy):
        params, shape = with_shape(params)
        if shape is not None:
            require_in_shape(indices, shape[plain(batch_dims, "batch_dims") :])
    return params, indices, plain(batch_dims, "batch_dims"), name, bad_indices_policy


@prepared(_gathered_nd)
@op(strings=True)
def gather_nd(
    params: Array,
    indices: Array,
    batch_dims: int = 0,
    name: Static = None,
    bad_indices_policy: str = "",
) -> jax.Array:
    """The elements or slices at index vectors: the last axis of `indices` holds coordinates.

    A vector out of range is an error on the CPU, and gives zeros in compiled functions, on
    accelerators, and with `bad_indices_policy="IGNORE"`.

    >>> tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy()
    array([2, 3], dtype=int32)
    """
    indices = _integer_indices(indices)
    if not indices.ndim:
        raise errors.InvalidArgumentError(
            "indices is a scalar; its last axis must hold coordinates. Write [[i]] for one row"
        )
    depth, rank = indices.shape[-1], params.ndim - batch_dims
    if depth > rank:
        raise errors.InvalidArgumentError(
            f"the index vectors have length {depth}, but params, of shape {list(params.shape)}, "
            f"has {rank} axes to index. The last axis of indices holds one coordinate for each"
        )
    if indices.shape[:-1][:batch_dims] != params.shape[:batch_dims]:
        raise errors.InvalidArgumentError(
            f"with batch_dims={batch_dims} the shapes must start alike: params "
            f"{list(params.shape)}, indices {list(indices.shape)}"
        )
    if isinstance(params, np.ndarray):
        return _gather_nd_on_host(params, indices, batch_dims)
    batch = tuple(range(batch_dims))
    axes = tuple(range(batch_dims, batch_dims + depth))
    sizes = [1 if i < batch_dims + depth else size for i, size in enumerate(params.shape)]
    outer = indices.ndim - 1
    numbers = lax.GatherDimensionNumbers(
        offset_dims=tuple(range(outer, outer + rank - depth)),
        collapsed_slice_dims=axes,
        start_index_map=axes,
        operand_batching_dims=batch,
        start_indices_batching_dims=batch,
    )
    return lax.gather(
        params,
        indices,
        numbers,
        slice_sizes=tuple(sizes),
        mode=lax.GatherScatterMode.FILL_OR_DROP,
        fill_value=_zero(params.dtype),
    )


def _gather_nd_on_host(params: Any, indices: Any, batch_dims: int) -> Any:
    if batch_dims:
        rows = zip(params, indices, strict=True)
        return np.stack([_gather_nd_on_host(row, index, batch_dims - 1) for row, index in rows])
    inside = indices_inside(indices, params.shape)
    found = params[tuple(np.moveaxis(np.where(inside[..., None], indices, 0), -1, 0))]
    found = np.broadcast_to(found, (*inside.shape, *params.shape[indices.shape[-1] :])).copy()
    found[~inside] = b"" if params.dtype == OBJECT else 0
    return found


# By condition


@named("where")
@op(host=True)
def _nonzero(condition: Array) -> np.ndarray[Any, Any]:
    if condition.dtype == OBJECT:
        raise errors.InvalidArgumentError(
            "the condition holds strings. Compare them first: tf.where(x != '')"
        )
    if not condition.ndim:
        raise errors.InvalidArgumentError(
            "the condition is a scalar, which has no indices. Give x and y to choose between them"
        )
    return np.argwhere(condition).astype(np.int64)


@named("where")
@op(strings=True)
def _select(x: T, y: T, condition: Array) -> jax.Array:
    if condition.dtype != bool_dtype.numpy_dtype:
        raise TypeError(
            f"the condition has dtype {condition.dtype.name}; booleans are needed. Write "
            "tf.cast(condition, tf.bool), or a comparison"
        )
    try:
        np.broadcast_shapes(condition.shape, x.shape, y.shape)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"the shapes of condition {list(condition.shape)}, x {list(x.shape)} and y "
            f"{list(y.shape)} cannot be broadcast together: counted from the last axis, sizes must "
            "be equal or 1"
        ) from None
    return library(x, y, condition).where(condition, x, y)


@composite
def where(condition: Array, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """The elements of `x` where the condition holds, else those of `y`; all are broadcast.

    Without x and y: the indices of the elements that are true, one a row. Their number depends on
    the values, so that this form is not for compiled functions.

    >>> tf.where([True, False], [1, 2], [3, 4]).numpy()
    array([1, 4], dtype=int32)
    >>> tf.where([True, False, True]).numpy()
    array([[0],
           [2]])
    """
    if x is None and y is None:
        return _nonzero(condition)
    if x is None or y is None:
        missing = "x" if x is None else "y"
        raise ValueError(f"{missing} is missing. Give both x and y, or neither for the indices")
    return _select(number_like(x, y), number_like(y, x), condition)


@composite
def boolean_mask(
    tensor: Array, mask: Array, axis: Any = None, name: str | None = "boolean_mask"
) -> Any:
    """The elements or slices where a mask is true.

    The mask covers the first axes, or those from `axis` on. How many are picked depends on the
    values, so that this is not for compiled functions.

    >>> tf.boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]).numpy()
    array([[1, 2],
           [5, 6]], dtype=int32)
    """
    values = mask if isinstance(mask, (Tensor, Variable)) else convert_to_tensor(mask)
    flags = values._read() if isinstance(values, Variable) else values._value
    if is_traced(flags):
        raise errors.InvalidArgumentError(
            "the mask is not known while the function is traced, and the shape of the result "
            "depends on it. Keep the shape with tf.where(mask, x, 0), or call this outside of "
            "tf.function"
        )
    chosen = np.asarray(flags).astype(bool)
    source = tensor if isinstance(tensor, (Tensor, Variable)) else convert_to_tensor(tensor)
    shape = static_shape(source) or ()
    if not chosen.ndim:
        raise ValueError("the mask is a scalar. Give one boolean for each element or slice")
    first = 0 if axis is None else plain(axis, "axis")
    first = normalize_axis(first, len(shape)) if shape else 0
    covered = shape[first : first + chosen.ndim]
    if covered != chosen.shape:
        raise ValueError(
            f"the mask has shape {list(chosen.shape)}, but the axes of the tensor from axis "
            f"{first} on have sizes {list(covered)}. They must be the same"
        )
    places = np.flatnonzero(chosen).astype(np.int64 if chosen.size >= 2**31 else np.int32)
    return _take_merged(source, wrap(places), first, chosen.ndim)


@named("boolean_mask")
@op(strings=True)
def _take_merged(params: Array, indices: Array, axis: int, count: int) -> jax.Array:
    """Indices into `count` axes, beginning with `axis`, taken as one."""
    merged = (
        params.reshape((*params.shape[:axis], -1, *params.shape[axis + count :]))
        if (params.size)
        else params.reshape(_merged_shape(params.shape, axis, count))
    )
    return _take(merged, indices, axis, 0)


def _merged_shape(shape: tuple[int, ...], axis: int, count: int) -> tuple[int, ...]:
    size = int(np.prod(shape[axis : axis + count]))
    return (*shape[:axis], size, *shape[axis + count :])

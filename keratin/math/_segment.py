"""Reductions over segments: the rows of a tensor that bear the same number."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import convert_to_tensor, is_traced
from keratin.math._arithmetic import to_quotient_dtype
from keratin.math._kind import is_floating

# Bodies


def _rows(data, segment_ids, num_segments):
    """Data as one row per id, and the ids; what has no segment is numbered past the last."""
    rank = segment_ids.ndim
    if data.shape[:rank] != segment_ids.shape:
        raise errors.InvalidArgumentError(
            f"segment_ids has shape {list(segment_ids.shape)} and data {list(data.shape)}; the "
            "shape of data must begin with that of segment_ids, one id for each row."
        )
    if num_segments < 0:
        raise errors.InvalidArgumentError(
            f"num_segments={num_segments} is negative; 0 or more is needed."
        )
    ids = segment_ids.reshape(-1).astype(np.int64)  # so that any num_segments fits
    exists = (ids >= 0) & (ids < num_segments)
    return data.reshape(-1, *data.shape[rank:]), jnp.where(exists, ids, num_segments)


def _total(data, ids, count):
    return jnp.zeros((count, *data.shape[1:]), data.dtype).at[ids].add(data, mode="drop")


def _sizes(data, ids, count):
    """How many rows each segment has."""
    ones = jnp.ones((len(data), *[1] * (data.ndim - 1)), np.int32)
    return _total(ones, ids, count)


@partial(jax.custom_jvp, nondiff_argnums=(2, 3))
def _extreme(data, ids, count, is_max):
    """The largest or smallest row of each segment; of no rows the worst finite value."""
    info = jnp.finfo if is_floating(data.dtype) else jnp.iinfo
    worst = info(data.dtype).min if is_max else info(data.dtype).max
    places = jnp.full((count, *data.shape[1:]), worst, data.dtype).at[ids]
    return places.max(data, mode="drop") if is_max else places.min(data, mode="drop")


@_extreme.defjvp
def _extreme_jvp(count, is_max, primals, tangents):
    (data, ids), (data_dot, _) = primals, tangents
    out = _extreme(data, ids, count, is_max)
    chosen = (data == _taken(out, ids)).astype(data.dtype)
    share = chosen / _taken(_total(chosen, ids, count), ids)
    return out, _total(share * data_dot, ids, count)


def _taken(segments, ids):
    """For each row the value of its segment; of rows without one, 1."""
    return segments.at[ids].get(mode="fill", fill_value=1)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def _product(data, ids, count):
    return jnp.ones((count, *data.shape[1:]), data.dtype).at[ids].mul(data, mode="drop")


@_product.defjvp
def _product_jvp(count, primals, tangents):
    # The product of the other rows, also where this row, or another one, is zero.
    (data, ids), (data_dot, _) = primals, tangents
    is_zero = data == 0
    nonzero = jnp.where(is_zero, jnp.ones_like(data), data)
    zeros = _taken(_total(is_zero.astype(np.int32), ids, count), ids)
    others = _taken(_product(nonzero, ids, count), ids) / nonzero
    others = jnp.where(zeros == is_zero, others, jnp.zeros_like(data))
    return _product(data, ids, count), _total(others * data_dot, ids, count)


# Segments in any order


@op(T="number")
def unsorted_segment_sum(data: T, segment_ids: Array, num_segments: int):
    """The sum of the rows of each segment; zero for a segment without rows.

    Row i of `data` belongs to segment `segment_ids[i]`. Rows whose id is not from 0 to
    num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_sum([[1, 2], [3, 4], [5, 6]], [0, 1, 0], 2).numpy()
    array([[6, 8],
           [3, 4]], dtype=int32)
    """
    rows, ids = _rows(data, segment_ids, num_segments)
    return _total(rows, ids, num_segments)


@op(T="real")
def unsorted_segment_max(data: T, segment_ids: Array, num_segments: int):
    """The largest value of each segment; the lowest finite number for a segment without rows.

    Rows whose id is not from 0 to num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_max([1.0, 5.0, 3.0], [0, 1, 0], 2).numpy()
    array([3., 5.], dtype=float32)
    """
    rows, ids = _rows(data, segment_ids, num_segments)
    return _extreme(rows, ids, num_segments, True)


@op(T="real")
def unsorted_segment_min(data: T, segment_ids: Array, num_segments: int):
    """The smallest value of each segment; the highest finite number for a segment without rows.

    Rows whose id is not from 0 to num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_min([1.0, 5.0, 3.0], [0, 1, 0], 2).numpy()
    array([1., 5.], dtype=float32)
    """
    rows, ids = _rows(data, segment_ids, num_segments)
    return _extreme(rows, ids, num_segments, False)


@op(T="number")
def unsorted_segment_prod(data: T, segment_ids: Array, num_segments: int):
    """The product of the rows of each segment; one for a segment without rows.

    Rows whose id is not from 0 to num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_prod([2.0, 5.0, 3.0], [0, 1, 0], 2).numpy()
    array([6., 5.], dtype=float32)
    """
    rows, ids = _rows(data, segment_ids, num_segments)
    return _product(rows, ids, num_segments)


def _divided(data, segment_ids, num_segments, function):
    """The sum of each segment over a function of its size; zero for a segment without rows."""
    rows, ids = _rows(data, segment_ids, num_segments)
    total = to_quotient_dtype(_total(rows, ids, num_segments))
    sizes = jnp.maximum(_sizes(rows, ids, num_segments), 1)
    return total / function(sizes.astype(total.dtype))


@op(T="number")
def unsorted_segment_mean(data: T, segment_ids: Array, num_segments: int):
    """The mean of the rows of each segment; zero for a segment without rows.

    Rows whose id is not from 0 to num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_mean([1.0, 5.0, 3.0], [0, 1, 0], 2).numpy()
    array([2., 5.], dtype=float32)
    """
    return _divided(data, segment_ids, num_segments, lambda size: size)


@op(T="float complex")
def unsorted_segment_sqrt_n(data: T, segment_ids: Array, num_segments: int):
    """The sum of the rows of each segment divided by the square root of their number.

    Rows whose id is not from 0 to num_segments - 1 are left out.

    >>> tf.math.unsorted_segment_sqrt_n([1.0, 5.0, 3.0, 2.0, 2.0], [0, 1, 0, 0, 0], 2).numpy()
    array([4., 5.], dtype=float32)
    """
    return _divided(data, segment_ids, num_segments, lax.sqrt)


# Segments in order, as many as the last id says


def _count_segments(segment_ids):
    """The number of segments; raises unless the ids are a list in ascending order."""
    ids = convert_to_tensor(segment_ids)
    if is_traced(ids._value):
        raise errors.InvalidArgumentError(
            "The number of segments depends on the values of segment_ids, which are not known "
            "while a function is traced. Use tf.math.unsorted_segment_sum (_mean, _max, ...) and "
            "give num_segments."
        )
    values = ids.numpy()
    if values.ndim != 1 or np.any(np.diff(values) < 0) or np.any(values < 0):
        raise errors.InvalidArgumentError(
            f"segment_ids is {values.tolist()!r:.100}; a list of ids in ascending order, from 0, "
            "is expected. For ids in any order use tf.math.unsorted_segment_sum (_mean, _max, ...)."
        )
    return int(values[-1]) + 1 if len(values) else 0


def segment_sum(data: T, segment_ids: Array, name: str | None = None):
    """The sum of the rows of each segment; ids ascend, and the last one says how many there are.

    >>> tf.math.segment_sum([[1, 2], [3, 4], [5, 6]], [0, 0, 1]).numpy()
    array([[4, 6],
           [5, 6]], dtype=int32)
    """
    return unsorted_segment_sum(data, segment_ids, _count_segments(segment_ids))


def segment_prod(data: T, segment_ids: Array, name: str | None = None):
    """The product of the rows of each segment; one for an id that is left out.

    >>> tf.math.segment_prod([2.0, 5.0, 3.0], [0, 0, 1]).numpy()
    array([10.,  3.], dtype=float32)
    """
    return unsorted_segment_prod(data, segment_ids, _count_segments(segment_ids))


@op(T="number")
def _segment_mean(data: T, segment_ids: Array, num_segments: int):
    rows, ids = _rows(data, segment_ids, num_segments)
    sizes = jnp.maximum(_sizes(rows, ids, num_segments), 1).astype(data.dtype)
    total = _total(rows, ids, num_segments)
    return lax.div(total, jnp.broadcast_to(sizes, total.shape))


def segment_mean(data: T, segment_ids: Array, name: str | None = None):
    """The mean of the rows of each segment; zero for an id that is left out.

    The dtype stays, so that the mean of integers is rounded towards zero.

    >>> tf.math.segment_mean([2.0, 5.0, 3.0], [0, 0, 1]).numpy()
    array([3.5, 3. ], dtype=float32)
    """
    return _segment_mean(data, segment_ids, _count_segments(segment_ids))


@op(T="real")
def _segment_extreme(data: T, segment_ids: Array, num_segments: int, is_max: bool):
    rows, ids = _rows(data, segment_ids, num_segments)
    out = _extreme(rows, ids, num_segments, is_max)
    return jnp.where(_sizes(rows, ids, num_segments) > 0, out, jnp.zeros_like(out))


def segment_max(data: T, segment_ids: Array, name: str | None = None):
    """The largest value of each segment; zero for an id that is left out.

    >>> tf.math.segment_max([2.0, 5.0, 3.0], [0, 0, 1]).numpy()
    array([5., 3.], dtype=float32)
    """
    return _segment_extreme(data, segment_ids, _count_segments(segment_ids), True)


def segment_min(data: T, segment_ids: Array, name: str | None = None):
    """The smallest value of each segment; zero for an id that is left out.

    >>> tf.math.segment_min([2.0, 5.0, 3.0], [0, 0, 1]).numpy()
    array([2., 3.], dtype=float32)
    """
    return _segment_extreme(data, segment_ids, _count_segments(segment_ids), False)

"""Reductions: one value from all elements along some axes, and where the extremes are."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import DTypeArg, T, op
from keratin.math import _root
from keratin.math._kind import is_floating, is_integer, is_unsigned
from keratin.math._shape import Axis, normalize_axes, normalize_axis


@op(T="number")
def reduce_sum(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The sum along the axes; along all of them by default. The dtype stays.

    >>> tf.reduce_sum([[1, 2], [3, 4]], axis=0).numpy()
    array([4, 6], dtype=int32)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return jnp.sum(input_tensor, axis=axes, keepdims=bool(keepdims), dtype=input_tensor.dtype)


def _count(x, axes):
    return int(np.prod([x.shape[axis] for axis in axes]))


def mean(x, axes, keepdims=False):
    """The mean along the axes, in the dtype of x; of integers rounded towards zero."""
    count = _count(x, axes)
    if not is_integer(x.dtype):
        total = jnp.sum(x, axis=axes, keepdims=keepdims, dtype=x.dtype)
        return total / count if count else jnp.full_like(total, np.nan)
    wide = np.uint64 if is_unsigned(x.dtype) else np.int64
    total = jnp.sum(x, axis=axes, keepdims=keepdims, dtype=wide)
    return lax.div(total, jnp.full_like(total, max(count, 1))).astype(x.dtype)


@op(T="number")
def reduce_mean(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The mean along the axes; along all of them by default.

    The dtype stays, so that the mean of integers is rounded towards zero. Cast them first if the
    fraction matters.

    >>> tf.reduce_mean([1.0, 2.0]).numpy(), tf.reduce_mean([1, 2]).numpy()
    (np.float32(1.5), np.int32(1))
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return mean(input_tensor, axes, bool(keepdims))


@op(T="number")
def reduce_prod(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The product along the axes; along all of them by default. The dtype stays.

    >>> tf.reduce_prod([[1, 2], [3, 4]], axis=1).numpy()
    array([ 2, 12], dtype=int32)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return jnp.prod(input_tensor, axis=axes, keepdims=bool(keepdims), dtype=input_tensor.dtype)


def lowest(dtype):
    """The value below all others of a dtype: minus infinity where there is one."""
    if is_floating(dtype):
        return np.asarray(-np.inf).astype(dtype)
    return np.asarray(jnp.iinfo(dtype).min, dtype)


def highest(dtype):
    """The value above all others of a dtype: infinity where there is one."""
    if is_floating(dtype):
        return np.asarray(np.inf).astype(dtype)
    return np.asarray(jnp.iinfo(dtype).max, dtype)


@op(T="real")
def reduce_max(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The largest value along the axes; along all of them by default.

    Where it occurs several times, the gradient is shared among them. The maximum of nothing is the
    lowest value of the dtype.

    >>> tf.reduce_max([[1, 5], [4, 2]], axis=0).numpy()
    array([4, 5], dtype=int32)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    start = lowest(input_tensor.dtype)
    return jnp.max(input_tensor, axis=axes, keepdims=bool(keepdims), initial=start)


@op(T="real")
def reduce_min(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The smallest value along the axes; along all of them by default.

    Where it occurs several times, the gradient is shared among them. The minimum of nothing is the
    highest value of the dtype.

    >>> tf.reduce_min([[1, 5], [4, 2]], axis=0).numpy()
    array([1, 2], dtype=int32)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    start = highest(input_tensor.dtype)
    return jnp.min(input_tensor, axis=axes, keepdims=bool(keepdims), initial=start)


@op(T="bool")
def reduce_all(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """Whether all elements along the axes hold; of no elements, yes.

    >>> tf.reduce_all([[True, True], [False, True]], axis=1).numpy()
    array([ True, False])
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return jnp.all(input_tensor, axis=axes, keepdims=bool(keepdims))


@op(T="bool")
def reduce_any(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """Whether any element along the axes holds; of no elements, no.

    >>> tf.reduce_any([[False, False], [False, True]], axis=1).numpy()
    array([False,  True])
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return jnp.any(input_tensor, axis=axes, keepdims=bool(keepdims))


@op(T="number")
def reduce_euclidean_norm(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The square root of the sum of squares along the axes; of integers rounded towards zero.

    >>> tf.math.reduce_euclidean_norm([3.0, 4.0]).numpy()
    np.float32(5.0)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    dtype = input_tensor.dtype
    squares = input_tensor * jnp.conj(input_tensor)
    total = jnp.sum(squares, axis=axes, keepdims=bool(keepdims), dtype=dtype)
    if is_integer(dtype):
        return lax.sqrt(total.astype(np.float64)).astype(dtype)
    return _root.sqrt(total)


@op(T="float")
def reduce_logsumexp(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """log(sum(exp(x))) along the axes, without overflow.

    >>> tf.reduce_logsumexp([1000.0, 1000.0]).numpy().round(2)
    np.float32(1000.69)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    peak = jnp.max(input_tensor, axis=axes, keepdims=True, initial=lowest(input_tensor.dtype))
    peak = lax.stop_gradient(jnp.where(lax.is_finite(peak), peak, jnp.zeros_like(peak)))
    total = jnp.sum(
        lax.exp(input_tensor - peak), axis=axes, keepdims=True, dtype=input_tensor.dtype
    )
    result = lax.log(total) + peak
    return result if keepdims else lax.squeeze(result, axes)


def variance(x, axes, keepdims=False):
    """The mean squared distance from the mean along the axes; real for complex numbers."""
    distance = x - mean(x, axes, keepdims=True)
    return mean(jnp.real(distance * jnp.conj(distance)), axes, keepdims)


@op(T="float complex")
def reduce_variance(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The mean squared distance from the mean, along the axes.

    >>> tf.math.reduce_variance([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    return variance(input_tensor, normalize_axes(axis, input_tensor.ndim), bool(keepdims))


@op(T="float complex")
def reduce_std(input_tensor: T, axis: Axis = None, keepdims: bool = False):
    """The square root of the variance, along the axes.

    >>> tf.math.reduce_std([1.0, 5.0]).numpy()
    np.float32(2.0)
    """
    axes = normalize_axes(axis, input_tensor.ndim)
    return _root.sqrt(variance(input_tensor, axes, bool(keepdims)))


@op(T="any", strings=True)
def count_nonzero(
    input: T,
    axis: Axis = None,
    keepdims: bool | None = None,
    dtype: DTypeArg = "int64",
):
    """How many elements along the axes are not zero; of strings, how many are not empty.

    >>> tf.math.count_nonzero([[0, 1], [2, 3]], axis=1).numpy()
    array([1, 2])
    """
    axes = normalize_axes(axis, input.ndim)
    if input.dtype == object:
        return np.sum(input != b"", axis=axes, keepdims=bool(keepdims), dtype=dtype)
    return jnp.sum(input != 0, axis=axes, keepdims=bool(keepdims), dtype=dtype)


def _index_of_extreme(reduce, x, axis, dtype, worst):
    axis = normalize_axis(0 if axis is None else axis, x.ndim)
    size = x.shape[axis]
    if size == 0:
        raise errors.InvalidArgumentError(
            f"Axis {axis} of the shape {list(x.shape)} is empty, so no element of it is extreme. "
            "Check where the empty tensor comes from."
        )
    if x.dtype == np.bool_:
        x = x.astype(np.uint8)
    if is_floating(x.dtype):
        x = jnp.where(jnp.isnan(x), worst(x.dtype), x)
    # Two reductions of numbers run many times faster on a CPU than one of pairs.
    extreme = reduce(x, axis=axis, keepdims=True)
    places = lax.broadcasted_iota(np.int32, x.shape, axis)
    first = jnp.min(jnp.where(x == extreme, places, np.int32(size - 1)), axis=axis)
    return first.astype(dtype)


@op(T="bool real")
def argmax(input: T, axis: int | None = None, output_type: DTypeArg = "int64"):
    """The index of the largest value along the axis (the first one by default).

    Of equal values the first counts; a NaN is never the largest.

    >>> tf.argmax([[1, 9, 2], [8, 3, 4]], axis=1).numpy()
    array([1, 0])
    """
    return _index_of_extreme(jnp.max, input, axis, output_type, lowest)


@op(T="bool real")
def argmin(input: T, axis: int | None = None, output_type: DTypeArg = "int64"):
    """The index of the smallest value along the axis (the first one by default).

    Of equal values the first counts; a NaN is never the smallest.

    >>> tf.argmin([[1, 9, 2], [8, 3, 4]], axis=1).numpy()
    array([0, 1])
    """
    return _index_of_extreme(jnp.min, input, axis, output_type, highest)

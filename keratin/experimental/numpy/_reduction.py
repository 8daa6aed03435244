"""Over axes: sums, means, extremes, counts, running sums, sorting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin import math
from keratin._engine import dtype as dtypes
from keratin._engine import promotion
from keratin._engine.op import Array, Static, T, op
from keratin._engine.promotion import promote, promoted
from keratin.experimental.numpy._creation import array
from keratin.experimental.numpy._dtypes import numpy_dtype
from keratin.experimental.numpy._elementwise import BOOL, logical_not, truth
from keratin.experimental.numpy._elementwise import isnan as is_nan
from keratin.math._casting import cast


def _accumulator(dtype: Any) -> np.dtype[Any]:
    """The dtype to sum integers in: at least as wide as that of Python's."""
    given = dtypes.as_dtype(dtype).numpy_dtype
    if given.kind not in "biu":
        return given
    wide = promotion.in_force.rules.integer
    wide = np.dtype(f"uint{8 * wide.itemsize}") if given.kind == "u" else wide
    return np.promote_types(given, wide)


def _summed(function: Callable[..., Any], a: Any, axis: Any, dtype: Any, keepdims: Any) -> Any:
    a = array(a, dtype)
    a = array(a, _accumulator(a.dtype)) if dtype is None else a
    return function(a, axis, bool(keepdims))


def sum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The sum over axes (default: all).

    >>> tf.experimental.numpy.sum([[1, 2], [3, 4]], axis=0).numpy()
    array([4, 6])
    """
    return _summed(math.reduce_sum, a, axis, dtype, keepdims)


def prod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The product over axes (default: all).

    >>> tf.experimental.numpy.prod([[1, 2], [3, 4]], axis=0).numpy()
    array([3, 8])
    """
    return _summed(math.reduce_prod, a, axis, dtype, keepdims)


def _without_nan(a: Any, value: float) -> Any:
    a = array(a)
    return tensors.where(is_nan(a), cast(value, a.dtype), a) if a.dtype.is_floating else a


def nansum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    """The sum over axes, NaN counted as 0.

    >>> tf.experimental.numpy.nansum([1.0, np.nan]).numpy()
    np.float64(1.0)
    """
    return sum(_without_nan(a, 0), axis, dtype, keepdims)


def nanprod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    """The product over axes, NaN counted as 1.

    >>> tf.experimental.numpy.nanprod([2.0, np.nan]).numpy()
    np.float64(2.0)
    """
    return prod(_without_nan(a, 1), axis, dtype, keepdims)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> Any:
    """The mean over axes of what is not NaN.

    >>> tf.experimental.numpy.nanmean([1.0, np.nan, 3.0]).numpy()
    np.float64(2.0)
    """
    a = _inexact(array(a, dtype))
    counts = math.reduce_sum(cast(logical_not(is_nan(a)), a.dtype), axis, bool(keepdims))
    return math.truediv(nansum(a, axis, None, keepdims), counts)


def _inexact(a: Any) -> Any:
    return promote(a, accepted=("float", "complex"))[0]


def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The mean over axes (default: all).

    >>> tf.experimental.numpy.mean([1, 2]).numpy()
    np.float64(1.5)
    """
    _no_out(out)
    a = array(a, dtype)
    return math.reduce_mean(_inexact(a) if dtype is None else a, axis, bool(keepdims))


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: int = 0,
    keepdims: Any = None,
) -> Any:
    """The variance over axes: the mean square distance from the mean.

    `ddof` is subtracted from the number of elements that the sum is divided by.

    >>> tf.experimental.numpy.var([1.0, 3.0]).numpy()
    np.float64(1.0)
    """
    _no_out(out)
    given = _inexact(array(a))
    result = _variance(_inexact(array(a, dtype)), axis, int(ddof), bool(keepdims))
    wanted = given.dtype.real_dtype if dtype is None else dtypes.of(numpy_dtype(dtype))
    return array(result, wanted)


@op(T="float complex")
def _variance(a: T, axis: Static, ddof: Static, keepdims: Static) -> Array:
    return jnp.var(a, axis=axis, ddof=ddof, keepdims=keepdims)


def std(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The standard deviation over axes (default: all).

    >>> tf.experimental.numpy.std([1.0, 3.0]).numpy()
    np.float64(1.0)
    """
    return math.reduce_std(_inexact(array(a)), axis, bool(keepdims))


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False) -> Any:
    """The mean weighted by `weights`; with `returned` also the sum of these.

    >>> tf.experimental.numpy.average([1.0, 4.0], weights=[2.0, 1.0]).numpy()
    np.float64(2.0)
    """
    if weights is None:
        a = _inexact(array(a))
        result = mean(a, axis)
        total = math.truediv(cast(_count(a), a.dtype), cast(_count(result), a.dtype))
        total = tensors.broadcast_to(total, result.shape)
    else:
        a, weights = promote(a, weights, accepted=("float", "complex"))
        weights = _along(a, axis, weights)
        total = math.reduce_sum(tensors.broadcast_to(weights, a.shape), axis)
        result = math.truediv(math.reduce_sum(math.multiply(a, weights), axis), total)
    return (result, total) if returned else result


def _count(a: Any) -> int:
    return int(np.prod(a.shape.as_list()))


def _along(a: Any, axis: Any, weights: Any) -> Any:
    """Weights of one dimension laid along `axis`."""
    if weights.shape == a.shape:
        return weights
    if axis is None:
        raise ValueError(
            f"average: give an axis where weights, of shape {weights.shape}, have another shape "
            f"than a, {a.shape}."
        )
    shape = [1] * len(a.shape)
    shape[axis] = -1
    return tensors.reshape(weights, shape)


def _extreme(function: Callable[..., Any], logical: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(a: Any, axis: Any, keepdims: Any) -> Any:
        a = array(a)
        return (logical if a.dtype == BOOL else function)(a, axis, bool(keepdims))

    return reduce


_maximum = _extreme(math.reduce_max, math.reduce_any)
_minimum = _extreme(math.reduce_min, math.reduce_all)


def max(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The greatest element over axes (default: all).

    >>> tf.experimental.numpy.max([[1, 2], [3, 0]], axis=1).numpy()
    array([2, 3])
    """
    return _maximum(a, axis, keepdims)


def min(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The least element over axes (default: all).

    >>> tf.experimental.numpy.min([[1, 2], [3, 0]], axis=1).numpy()
    array([1, 0])
    """
    return _minimum(a, axis, keepdims)


def amax(a: Any, axis: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The greatest element over axes (default: all). `out` is not taken.

    >>> tf.experimental.numpy.amax([1, 3, 2]).numpy()
    np.int64(3)
    """
    _no_out(out)
    return _maximum(a, axis, keepdims)


def amin(a: Any, axis: Any = None, out: Any = None, keepdims: Any = None) -> Any:
    """The least element over axes (default: all). `out` is not taken.

    >>> tf.experimental.numpy.amin([1, 3, 2]).numpy()
    np.int64(1)
    """
    _no_out(out)
    return _minimum(a, axis, keepdims)


def _no_out(out: Any) -> None:
    if out is not None:
        raise ValueError("`out` is not taken: a tensor cannot be written into. Use the result.")


def ptp(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """The greatest element minus the least.

    >>> tf.experimental.numpy.ptp([1, 7, 3]).numpy()
    np.int64(6)
    """
    return math.subtract(_maximum(a, axis, keepdims), _minimum(a, axis, keepdims))


def all(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """Whether all elements are true; numbers are unless they are 0.

    >>> tf.experimental.numpy.all([1, 0]).numpy()
    np.False_
    """
    return math.reduce_all(truth(a), axis, bool(keepdims))


def any(a: Any, axis: Any = None, keepdims: Any = None) -> Any:
    """Whether any element is true; numbers are unless they are 0.

    >>> tf.experimental.numpy.any([1, 0]).numpy()
    np.True_
    """
    return math.reduce_any(truth(a), axis, bool(keepdims))


def count_nonzero(a: Any, axis: Any = None) -> Any:
    """How many elements are not 0.

    >>> tf.experimental.numpy.count_nonzero([1, 0, 2]).numpy()
    np.int64(2)
    """
    return math.count_nonzero(array(a), axis)


def argmax(a: Any, axis: Any = None) -> Any:
    """The index of the greatest element; without `axis`, in the flattened array.

    >>> tf.experimental.numpy.argmax([1, 3, 2]).numpy()
    np.int64(1)
    """
    return _position(math.argmax, a, axis)


def argmin(a: Any, axis: Any = None) -> Any:
    """The index of the least element; without `axis`, in the flattened array.

    >>> tf.experimental.numpy.argmin([1, 3, 0]).numpy()
    np.int64(2)
    """
    return _position(math.argmin, a, axis)


def _position(function: Callable[..., Any], a: Any, axis: Any) -> Any:
    a = array(a)
    if axis is None or not len(a.shape):
        a, axis = tensors.reshape(a, [-1]), 0
    return function(a, axis)


def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum along an axis; without `axis`, of the flattened array.

    >>> tf.experimental.numpy.cumsum([1, 2, 3]).numpy()
    array([1, 3, 6])
    """
    return _running(_cumsum, a, axis, dtype)


def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product along an axis; without `axis`, of the flattened array.

    >>> tf.experimental.numpy.cumprod([1, 2, 3]).numpy()
    array([1, 2, 6])
    """
    return _running(_cumprod, a, axis, dtype)


def _running(function: Callable[..., Any], a: Any, axis: Any, dtype: Any) -> Any:
    a = array(a, dtype)
    if dtype is None and a.dtype.kind in ("bool", "int", "uint"):
        a = array(a, promotion.in_force.rules.integer)
    if axis is None:
        a, axis = tensors.reshape(a, [-1]), 0
    return function(a, int(axis))


@op(T="number")
def _cumsum(a: T, axis: Static) -> Array:
    return jnp.cumsum(a, axis=axis, dtype=a.dtype)


@op(T="number")
def _cumprod(a: T, axis: Static) -> Array:
    return jnp.cumprod(a, axis=axis, dtype=a.dtype)


_SORTS = ("quicksort", "mergesort", "heapsort", "stable")


def sort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Any:
    """Sorted along an axis (None: flattened). Every `kind` gives the same result.

    >>> tf.experimental.numpy.sort([3, 1, 2]).numpy()
    array([1, 2, 3])
    """
    return _sorted(_sort, a, axis, kind, order)


def argsort(a: Any, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Any:
    """The indices that would sort along an axis (None: flattened). Equal ones keep their order.

    >>> tf.experimental.numpy.argsort([3, 1, 2]).numpy()
    array([1, 2, 0])
    """
    return _sorted(_argsort, a, axis, kind, order)


def _sorted(function: Callable[..., Any], a: Any, axis: Any, kind: str, order: Any) -> Any:
    if kind not in _SORTS:
        raise ValueError(f"kind must be one of {', '.join(_SORTS)}; given {kind!r}.")
    if order is not None:
        raise ValueError("`order` names fields of structured arrays, which tensors have not.")
    a = array(a)
    return function(tensors.reshape(a, [-1]) if axis is None else a, -1 if axis is None else axis)


@op(T="bool number")
def _sort(a: T, axis: Static) -> Array:
    return jnp.sort(a, axis=axis)


@op(T="bool number")
def _argsort(a: T, axis: Static) -> Array:
    return jnp.argsort(a, axis=axis, stable=True).astype(np.int64)


@promoted(T="bool number")
def diff(a: T, n: int = 1, axis: int = -1) -> Array:
    """The differences of neighbours along an axis, `n` times over.

    >>> tf.experimental.numpy.diff([1, 4, 9]).numpy()
    array([3, 5])
    """
    return jnp.diff(a, n=n, axis=axis)

"""Over axes: sums, means, extremes, positions, running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keratin import array as tensors
from keratin import math
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation
from keratin.keras.ops._promotion import (
    FLOAT32,
    accumulated,
    at_least_float32,
    counted,
    floating,
    is_half,
    promote,
    tensor,
    unchanged,
)
from keratin.math._casting import cast

_NAMES = "x axis keepdims"

sum = adapted(math.reduce_sum, "sum", _NAMES, target=accumulated)
amax = adapted(math.reduce_max, "amax", _NAMES, target=unchanged, instead={"bool": math.reduce_any})
amin = adapted(math.reduce_min, "amin", _NAMES, target=unchanged, instead={"bool": math.reduce_all})


@operation
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """The product over axes (default: all); `dtype` is what to multiply in.

    >>> keras.ops.prod([[1, 2], [3, 4]], axis=1).numpy()
    array([ 2, 12], dtype=int32)
    """
    x = tensor(x) if dtype is None else cast(tensor(x), dtype)
    return _prod(x, axis, keepdims)


_prod = adapted(math.reduce_prod, "prod", _NAMES, target=accumulated)


def _in_float32(function: Callable[..., Any], x: Any, axis: Any, keepdims: bool) -> Any:
    """The reduction of a tensor; of half precision computed in float32."""
    if not is_half(x.dtype):
        return function(x, axis, keepdims)
    return cast(function(cast(x, FLOAT32), axis, keepdims), x.dtype)


@operation
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over axes (default: all); of integers a float32.

    >>> keras.ops.mean([[1, 2], [3, 4]], axis=0).numpy()
    array([2., 3.], dtype=float32)
    """
    return _in_float32(_mean, tensor(x), axis, keepdims)


_mean = adapted(math.reduce_mean, "mean", _NAMES, target=at_least_float32)


@operation
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance over axes (default: all): the mean square distance from the mean.

    >>> keras.ops.var([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    return _in_float32(_var, tensor(x), axis, keepdims)


_var = adapted(math.reduce_variance, "var", _NAMES, target=floating)


@operation
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation over axes (default: all).

    >>> keras.ops.std([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    return _in_float32(_std, tensor(x), axis, keepdims)


_std = adapted(math.reduce_std, "std", _NAMES, target=floating)


@operation
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The mean weighted by `weights`, which have the shape of x or lie along `axis`.

    >>> keras.ops.average([1.0, 4.0], weights=[2.0, 1.0]).numpy()
    np.float32(2.0)
    """
    if weights is None:
        (x,) = promote(x, to=floating)
        return _in_float32(_mean, x, axis, False)
    x, weights = promote(x, weights, to=floating)
    return tnp.average(x, axis, weights)


@operation
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The greatest element over axes (default: all), `initial` being one of them.

    >>> keras.ops.max([[1, 2], [3, 0]], axis=1).numpy()
    array([2, 3], dtype=int32)
    """
    x = tensor(x)
    result = amax(x, axis, keepdims)
    return result if initial is None else math.maximum(result, cast(initial, x.dtype))


@operation
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The least element over axes (default: all), `initial` being one of them.

    >>> keras.ops.min([[1, 2], [3, 0]], axis=1).numpy()
    array([1, 0], dtype=int32)
    """
    x = tensor(x)
    result = amin(x, axis, keepdims)
    return result if initial is None else math.minimum(result, cast(initial, x.dtype))


@operation
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The greatest element minus the least.

    >>> keras.ops.ptp([1, 7, 3]).numpy()
    np.int32(6)
    """
    return tnp.ptp(tensor(x), axis, keepdims)


@operation
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements are true; numbers are unless they are 0.

    >>> keras.ops.all([[1, 0], [1, 1]], axis=1).numpy()
    array([False,  True])
    """
    return tnp.all(tensor(x), axis, keepdims)


@operation
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether any element is true; numbers are unless they are 0.

    >>> keras.ops.any([[1, 0], [0, 0]], axis=1).numpy()
    array([ True, False])
    """
    return tnp.any(tensor(x), axis, keepdims)


@operation
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many elements are not 0.

    >>> keras.ops.count_nonzero([[1, 0], [2, 3]], axis=0).numpy()
    array([2, 1], dtype=int32)
    """
    return math.count_nonzero(tensor(x), axis, False, "int32")


# Positions


@operation
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the greatest element, the first of several; without `axis`, flattened.

    >>> keras.ops.argmax([[1, 3, 2], [6, 5, 4]], axis=1).numpy()
    array([1, 0], dtype=int32)
    """
    return positioned(math.argmax, tensor(x), axis, keepdims)


@operation
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the least element, the first of several; without `axis`, flattened.

    >>> keras.ops.argmin([[1, 3, 2], [6, 5, 4]], axis=1).numpy()
    array([0, 2], dtype=int32)
    """
    return positioned(math.argmin, tensor(x), axis, keepdims)


def positioned(function: Callable[..., Any], x: Any, axis: int | None, keepdims: bool) -> Any:
    """The index that `function` finds along an axis, or in the flattened tensor."""
    if axis is not None:
        index = function(x, axis, "int32")
        return tensors.expand_dims(index, axis) if keepdims else index
    index = function(tensors.reshape(x, [-1]), 0, "int32")
    return tensors.reshape(index, [1] * len(x.shape)) if keepdims else index


# Running sums


@operation
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sum along an axis; without `axis`, of the flattened tensor.

    >>> keras.ops.cumsum([1, 2, 3]).numpy()
    array([1, 3, 6], dtype=int32)
    """
    return running(_cumsum, x, axis, dtype)


@operation
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running product along an axis; without `axis`, of the flattened tensor.

    >>> keras.ops.cumprod([1, 2, 3]).numpy()
    array([1, 2, 6], dtype=int32)
    """
    return running(_cumprod, x, axis, dtype)


_cumsum = adapted(math.cumsum, "cumsum", "x axis", target=counted)
_cumprod = adapted(math.cumprod, "cumprod", "x axis", target=counted)


def running(function: Callable[..., Any], x: Any, axis: int | None, dtype: Any) -> Any:
    """A running sum or product, in `dtype` if that is given."""
    x = tensor(x) if dtype is None else cast(tensor(x), dtype)
    return function(tensors.reshape(x, [-1]), 0) if axis is None else function(x, axis)

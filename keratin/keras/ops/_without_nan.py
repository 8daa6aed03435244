"""Over axes, passing over what is NaN."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, DTypeArg, Static, T, op
from keratin.experimental import numpy as tnp
from keratin.keras.ops import _reduction as reduction
from keratin.keras.ops._elementwise import nan_to_num
from keratin.keras.ops._operations import operation, promoted_op
from keratin.keras.ops._promotion import floating, promote, tensor


def _zeros_for_nan(x: Any, value: float) -> Any:
    return nan_to_num(x, value, float("inf"), float("-inf")) if _has_nan(x) else x


def _has_nan(x: Any) -> bool:
    return bool(x.dtype.is_floating or x.dtype.is_complex)


@operation
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over axes, NaN counted as 0.

    >>> keras.ops.nansum([1.0, np.nan]).numpy()
    np.float32(1.0)
    """
    x = tensor(x)
    return tnp.nansum(x, axis, None, keepdims) if _has_nan(x) else reduction.sum(x, axis, keepdims)


@operation
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product over axes, NaN counted as 1.

    >>> keras.ops.nanprod([2.0, np.nan]).numpy()
    np.float32(2.0)
    """
    x = tensor(x)
    return (
        tnp.nanprod(x, axis, None, keepdims) if _has_nan(x) else reduction.prod(x, axis, keepdims)
    )


@operation
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over axes of what is not NaN.

    >>> keras.ops.nanmean([1.0, np.nan, 3.0]).numpy()
    np.float32(2.0)
    """
    (x,) = promote(x, to=floating)
    return tnp.nanmean(x, axis, None, keepdims)


@operation
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sum along an axis, NaN counted as 0; without `axis`, flattened.

    >>> keras.ops.nancumsum([1.0, np.nan, 2.0]).numpy()
    array([1., 1., 3.], dtype=float32)
    """
    return reduction.cumsum(_zeros_for_nan(tensor(x), 0.0), axis, dtype)


@operation
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running product along an axis, NaN counted as 1; without `axis`, flattened.

    >>> keras.ops.nancumprod([2.0, np.nan, 3.0]).numpy()
    array([2., 2., 6.], dtype=float32)
    """
    return reduction.cumprod(_zeros_for_nan(tensor(x), 1.0), axis, dtype)


@promoted_op(T="bool real")
def nanmax(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The greatest element over axes that is not NaN.

    >>> keras.ops.nanmax([1.0, np.nan, 3.0]).numpy()
    np.float32(3.0)
    """
    return jnp.nanmax(x, axis=axis, keepdims=keepdims)


@promoted_op(T="bool real")
def nanmin(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The least element over axes that is not NaN.

    >>> keras.ops.nanmin([1.0, np.nan, 3.0]).numpy()
    np.float32(1.0)
    """
    return jnp.nanmin(x, axis=axis, keepdims=keepdims)


@promoted_op(T="float complex")
def nanvar(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The variance over axes of what is not NaN.

    >>> keras.ops.nanvar([1.0, np.nan, 3.0]).numpy()
    np.float32(1.0)
    """
    return jnp.nanvar(x, axis=axis, keepdims=keepdims)


@promoted_op(T="float complex")
def nanstd(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The standard deviation over axes of what is not NaN.

    >>> keras.ops.nanstd([1.0, np.nan, 3.0]).numpy()
    np.float32(1.0)
    """
    return jnp.nanstd(x, axis=axis, keepdims=keepdims)


@operation
def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the greatest element that is not NaN; -1 where all are.

    >>> keras.ops.nanargmax([1.0, np.nan, 3.0]).numpy()
    np.int32(2)
    """
    return reduction.positioned(_nanargmax, tensor(x), axis, keepdims)


@operation
def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the least element that is not NaN; -1 where all are.

    >>> keras.ops.nanargmin([1.0, np.nan, 3.0]).numpy()
    np.int32(0)
    """
    return reduction.positioned(_nanargmin, tensor(x), axis, keepdims)


@op(T="bool real")
def _nanargmax(x: T, axis: Static, dtype: DTypeArg) -> Array:
    return jnp.nanargmax(x, axis=axis).astype(dtype)


@op(T="bool real")
def _nanargmin(x: T, axis: Static, dtype: DTypeArg) -> Array:
    return jnp.nanargmin(x, axis=axis).astype(dtype)

"""Medians and quantiles, histograms and counts, correlations, areas."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import math
from keratin import sparse as sparse_tensors
from keratin._engine.op import Array, Static, T
from keratin.keras.ops._operations import operation, promoted_op
from keratin.keras.ops._promotion import (
    BOOL,
    INT32,
    floating,
    promote,
    result_type,
    tensor,
    wide_floating,
)
from keratin.math._casting import cast

# Quantiles


@promoted_op(T="float")
def median(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The median over axes (default: all).

    >>> keras.ops.median([1, 2, 3, 9]).numpy()
    np.float32(2.5)
    """
    return jnp.median(x, axis=axis, keepdims=keepdims)


@promoted_op(T="float")
def nanmedian(x: T, axis: Static = None, keepdims: bool = False) -> Array:
    """The median over axes of what is not NaN.

    >>> keras.ops.nanmedian([1.0, np.nan, 3.0, 9.0]).numpy()
    np.float32(3.0)
    """
    return jnp.nanmedian(x, axis=axis, keepdims=keepdims)


@promoted_op(T="float")
def quantile(
    x: T, q: T, axis: Static = None, method: str = "linear", keepdims: bool = False
) -> Array:
    """The values below which the parts `q`, of 0 to 1, of the elements lie.

    `method` says what is taken between two elements: "linear", "lower", "higher", "midpoint" or
    "nearest".

    >>> keras.ops.quantile([1, 2, 3, 4, 5], [0.25, 0.5]).numpy()
    array([2., 3.], dtype=float32)
    """
    return jnp.quantile(x, q, axis=axis, method=method, keepdims=keepdims)


@promoted_op(T="float")
def nanquantile(
    x: T, q: T, axis: Static = None, method: str = "linear", keepdims: bool = False
) -> Array:
    """The quantiles, see `quantile`, of what is not NaN.

    >>> keras.ops.nanquantile([1.0, np.nan, 3.0], 0.5).numpy()
    np.float32(2.0)
    """
    return jnp.nanquantile(x, q, axis=axis, method=method, keepdims=keepdims)


@promoted_op(T="float")
def percentile(
    x: T, q: T, axis: Static = None, method: str = "linear", keepdims: bool = False
) -> Array:
    """The values below which `q` per cent of the elements lie; `method` as in `quantile`.

    >>> keras.ops.percentile([1, 2, 3, 4, 5], 50).numpy()
    np.float32(3.0)
    """
    return jnp.percentile(x, q, axis=axis, method=method, keepdims=keepdims)


@promoted_op(T="float")
def nanpercentile(
    x: T, q: T, axis: Static = None, method: str = "linear", keepdims: bool = False
) -> Array:
    """The percentiles, see `percentile`, of what is not NaN.

    >>> keras.ops.nanpercentile([1.0, np.nan, 3.0], 50).numpy()
    np.float32(2.0)
    """
    return jnp.nanpercentile(x, q, axis=axis, method=method, keepdims=keepdims)


# Counts


@promoted_op(T="float")
def _histogram(x: T, bins: Static, range: Static) -> tuple[Array, Array]:
    counts, edges = jnp.histogram(x, bins=bins, range=range)
    return counts.astype(x.dtype), edges.astype(x.dtype)


@operation
def histogram(x: Any, bins: int = 10, range: tuple[float, float] | None = None) -> tuple[Any, Any]:
    """How many elements lie in each of `bins` equal parts of a range, and the parts' edges.

    The range is by default that of the elements.

    >>> counts, edges = keras.ops.histogram([1.0, 2.0, 2.5, 5.0], bins=2)
    >>> counts.numpy(), edges.numpy()
    (array([3., 1.], dtype=float32), array([1., 3., 5.], dtype=float32))
    """
    if not isinstance(bins, int):
        raise TypeError(f"bins has to be an int; given {bins!r}")
    if bins < 0:
        raise ValueError(f"bins must not be negative; given {bins}")
    if range and (not isinstance(range, tuple) or len(range) < 2 or range[1] < range[0]):
        raise ValueError(f"range is a tuple of two numbers, the smaller first; given {range!r}")
    x = tensor(x)
    if len(x.shape) > 1:
        raise ValueError(
            f"x has to have one dimension; given shape {tuple(x.shape)}. Write keras.ops.ravel(x)"
        )
    return _histogram(x, bins, range or None)


@operation
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each of 0, 1, 2, ... occurs, or the sum of the weights of its occurrences.

    Of two dimensions the rows are counted one by one. `sparse` asks for a sparse tensor.

    >>> keras.ops.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)
    """
    x = tensor(x)
    if not x.dtype.is_integer and x.dtype != BOOL:
        raise TypeError(
            f"only integers are counted; x has dtype {x.dtype.name}. Write "
            "keras.ops.cast(x, 'int32')"
        )
    dtype = INT32 if weights is None else result_type(x, tensor(weights))
    x = x if x.dtype in ("int32", "int64") else cast(x, INT32)
    weights = None if weights is None else tensor(weights, dtype)
    axis = -1 if len(x.shape) == 2 else None
    counts = math.bincount(x, weights, minlength, dtype=dtype, axis=axis)
    return sparse_tensors.from_dense(counts) if sparse else counts


@promoted_op(T="bool real")
def digitize(x: T, bins: T) -> Array:
    """Into which bin each element falls: the number of edges, in order, that are not above it.

    >>> keras.ops.digitize([0.5, 1.5, 9.0], [1.0, 2.0]).numpy()
    array([0, 1, 2], dtype=int32)
    """
    if bins.ndim != 1:
        raise ValueError(f"bins has to be of one dimension; given shape {bins.shape}")
    return jnp.digitize(x, bins).astype(np.int32)


# Together


@promoted_op(T="float complex", target=wide_floating)
def corrcoef(x: T) -> Array:
    """The correlation coefficients of the rows.

    >>> keras.ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).numpy().round(3)
    array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """
    return jnp.corrcoef(x)


@promoted_op(T="float complex", target=wide_floating)
def correlate(x1: T, x2: T, mode: str = "valid") -> Array:
    """The sums of products of x1 and x2, shifted along each other.

    `mode`: "valid" where they overlap fully, "same" as many as the longer one has elements, "full"
    where they overlap at all.

    >>> keras.ops.correlate([1, 2, 3], [0, 1], mode="full").numpy()
    array([1., 2., 3., 0.], dtype=float32)
    """
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"mode must be 'valid', 'same' or 'full'; given {mode!r}")
    return jnp.correlate(x1, x2, mode=mode)


@operation
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under y along an axis, by trapezoids: at the places `x`, or `dx` apart.

    >>> keras.ops.trapezoid([1.0, 2.0, 3.0]).numpy()
    np.float32(4.0)
    """
    if x is None:
        y, dx = promote(y, dx, to=floating)
        return _trapezoid(y, None, dx, axis)
    y, x = promote(y, x, to=floating)
    return _trapezoid(y, x, None, axis)


@promoted_op(T="float complex")
def _trapezoid(y: T, x: T | None, dx: T | None, axis: Static) -> Array:
    return jnp.trapezoid(y, x, 1.0 if dx is None else dx, axis)

"""Segments, ranks, distances and special functions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import math, signal
from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.operators import operators
from keratin.array._support import host_value, named
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_floating, as_numeric, as_tensor, promoted, require

# Segments


def _segments(data: Any, segment_ids: Any, num_segments: Any) -> tuple[Any, Any, int]:
    """Data, ids and the number of segments, which is that of the greatest id unless given."""
    data, ids = as_numeric(data), as_tensor(segment_ids)
    require(
        len(ids.shape) == 1,
        f"segment_ids has shape {list(ids.shape)}; a vector is needed, one id for each row of data",
    )
    require(
        len(data.shape) >= 1 and ids.shape[0] == data.shape[0],
        f"segment_ids has shape {list(ids.shape)} and data {list(data.shape)}: there must be as "
        "many ids as rows",
    )
    if num_segments is None:
        known = host_value(ids)
        if known is None:
            raise errors.InvalidArgumentError(
                "num_segments must be given in compiled functions and on accelerators, where the "
                "ids are not known in advance"
            )
        num_segments = int(np.max(known, initial=-1)) + 1
    return data, ids, int(num_segments)


@operation
def segment_sum(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """The sums of the rows that have the same id; zero where there are none.

    An id that is not from 0 to num_segments - 1 leaves its row out. `num_segments` is one more
    than the greatest id unless given. `sorted` says that ids rise; nothing depends on it.

    >>> keras.ops.segment_sum([1, 2, 3], [0, 1, 0], num_segments=2).numpy()
    array([4, 2], dtype=int32)
    """
    return math.unsorted_segment_sum(*_segments(data, segment_ids, num_segments))


@operation
def segment_prod(
    data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False
) -> Any:
    """The products of the rows that have the same id; one where there are none. See `segment_sum`.

    >>> keras.ops.segment_prod([2, 3, 4], [0, 1, 0], num_segments=2).numpy()
    array([8, 3], dtype=int32)
    """
    return math.unsorted_segment_prod(*_segments(data, segment_ids, num_segments))


@operation
def segment_max(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """The greatest of the rows that have the same id. See `segment_sum`.

    Where there are none it is minus infinity, or the least integer.

    >>> keras.ops.segment_max([1, 2, 3], [0, 1, 0], num_segments=2).numpy()
    array([3, 2], dtype=int32)
    """
    found = math.unsorted_segment_max(*_segments(data, segment_ids, num_segments))
    return _finite_or(found, -np.inf) if found.dtype.is_floating else found


@operation
def segment_min(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """The least of the rows that have the same id. See `segment_sum`.

    Where there are none it is infinity, or the greatest integer.

    >>> keras.ops.segment_min([1, 2, 3], [0, 1, 0], num_segments=2).numpy()
    array([1, 2], dtype=int32)
    """
    found = math.unsorted_segment_min(*_segments(data, segment_ids, num_segments))
    return _finite_or(found, np.inf) if found.dtype.is_floating else found


@op(T="float")
def _finite_or(x: T, instead: float) -> Array:
    """x, with `instead` for the outermost finite number, which stands for no rows."""
    info = jnp.finfo(x.dtype)
    outermost = info.min if instead < 0 else info.max
    return jnp.where(x == outermost, jnp.asarray(instead, x.dtype), x)


# Ranks


@operation
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The k greatest elements along the last axis, in falling order, and their indices.

    The result is in order even if `sorted` is false.

    >>> values, indices = keras.ops.top_k([1.0, 9.0, 4.0], k=2)
    >>> values.numpy(), indices.numpy()
    (array([9., 4.], dtype=float32), array([1, 2], dtype=int32))
    """
    return math.top_k(as_numeric(x), k, bool(sorted))


@operation
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether each target class is among the k classes of the greatest predictions.

    Classes that tie at the border all count as among them.

    >>> keras.ops.in_top_k([0, 1], [[0.1, 0.9], [0.1, 0.9]], k=1).numpy()
    array([False,  True])
    """
    return _among_greatest(as_tensor(targets), as_tensor(predictions), int(k))


@named("in_top_k")
@op
def _among_greatest(targets: Array, predictions: Array, k: int) -> Array:
    require(
        targets.shape == predictions.shape[:-1],
        f"targets has shape {list(targets.shape)} and predictions {list(predictions.shape)}; "
        f"expected {list(predictions.shape[:-1])}, one class for each row of predictions",
    )
    classes = targets.astype(np.int32)[..., None]
    own = jnp.take_along_axis(predictions, classes, -1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(predictions > own, -1, dtype=np.int32) < k


# Reductions and distances


@operation
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along axes, by default all of them, without overflow.

    >>> keras.ops.logsumexp([100.0, 100.0]).numpy().round(3)
    np.float32(100.693)
    """
    return math.reduce_logsumexp(as_floating(x), axis, bool(keepdims))


@operation
def cdist(x: Any, y: Any) -> Any:
    """The Euclidean distances between the rows of matrices x and those of y.

    >>> keras.ops.cdist([[0.0, 0.0], [3.0, 0.0]], [[3.0, 4.0]]).numpy()
    array([[5.],
           [4.]], dtype=float32)
    """
    return _distances(as_tensor(x), as_tensor(y))


@named("cdist")
@op
def _distances(x: Array, y: Array) -> Array:
    require(
        x.ndim >= 2 and y.ndim >= 2 and x.shape[-1] == y.shape[-1],
        f"x has shape {list(x.shape)} and y {list(y.shape)}; expected matrices with rows of the "
        "same length",
    )
    x, y = promoted(x, y)
    squares = jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), -1)
    # The gradient where two rows are equal is zero, and not NaN.
    apart = squares > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, squares, 1)), 0)


@operation
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """The last axis cut into sequences that start every `sequence_stride` elements.

    >>> keras.ops.extract_sequences([1, 2, 3, 4, 5], 3, 2).numpy()
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    return signal.frame(as_tensor(x), sequence_length, sequence_stride)


# Elementwise


@operation
def rsqrt(x: Any) -> Any:
    """1 / sqrt(x).

    >>> keras.ops.rsqrt([1.0, 4.0]).numpy()
    array([1. , 0.5], dtype=float32)
    """
    return math.rsqrt(as_floating(x))


@operation
def erf(x: Any) -> Any:
    """The error function: the probability that a normal number of variance 1/2 is within +-x.

    >>> keras.ops.erf([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.8427], dtype=float32)
    """
    return math.erf(as_floating(x))


@operation
def erfc(x: Any) -> Any:
    """1 - erf(x), without loss of digits where x is large.

    >>> keras.ops.erfc([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.1573], dtype=float32)
    """
    return math.erfc(as_floating(x))


@operation
def erfinv(x: Any) -> Any:
    """The inverse of `erf`.

    >>> keras.ops.erfinv([0.0, 0.8427]).numpy().round(3)
    array([0., 1.], dtype=float32)
    """
    return math.erfinv(as_floating(x))


# Complex numbers


@operation
def view_as_complex(x: Any) -> Any:
    """Complex numbers of pairs along the last axis: real and imaginary part.

    >>> keras.ops.view_as_complex([[1.0, 2.0]]).numpy()
    array([1.+2.j], dtype=complex64)
    """
    x = as_floating(x)
    if x.dtype.size < 4:
        x = operators.cast(x, "float32")
    return _of_pairs(x)


@named("view_as_complex")
@op(T="float")
def _of_pairs(x: T) -> Array:
    require(
        x.ndim >= 1 and x.shape[-1] == 2,
        f"x has shape {list(x.shape)}; its last axis must have 2 elements, the real and the "
        "imaginary part",
    )
    return x[..., 0] + 1j * x[..., 1]


@operation
def view_as_real(x: Any) -> Any:
    """The real and imaginary parts of complex numbers, along a new last axis.

    >>> keras.ops.view_as_real(np.array([1 + 2j], "complex64")).numpy()
    array([[1., 2.]], dtype=float32)
    """
    return _as_pairs(as_tensor(x))


@named("view_as_real")
@op
def _as_pairs(x: Array) -> Array:
    return jnp.stack([jnp.real(x), jnp.imag(x)], -1)

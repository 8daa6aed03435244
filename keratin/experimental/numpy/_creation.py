"""Arrays from nothing, from values, and from other arrays' shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin import math
from keratin._engine import dtype as dtypes
from keratin._engine import promotion
from keratin._engine.op import Array, Static, T
from keratin._engine.promotion import as_tensor, promote, promoted
from keratin._engine.tensor import Tensor
from keratin.experimental.numpy._dtypes import numpy_dtype
from keratin.math._casting import cast


def array(val: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0) -> Any:
    """A tensor of a value; Python's int is int64 and its float float64 here.

    A tensor never changes, so that `copy` makes no difference.

    >>> tf.experimental.numpy.array([[1, 2]], ndmin=3)
    <tf.Tensor: shape=(1, 1, 2), dtype=int64, numpy=array([[[1, 2]]])>
    """
    own = promotion.result_type(val)
    result = as_tensor(val, own)
    if not isinstance(val, (Tensor, np.ndarray)) and hasattr(val, "value"):
        result = tensors.identity(val)
    if dtype is not None and numpy_dtype(dtype) != own:
        result = cast(result, dtypes.of(numpy_dtype(dtype)))
    missing = ndmin - len(result.shape)
    return tensors.reshape(result, (*[1] * missing, *result.shape)) if missing > 0 else result


def asarray(a: Any, dtype: Any = None) -> Any:
    """A tensor of a value, as `array` makes it.

    >>> tf.experimental.numpy.asarray([1.0]).dtype
    tf.float64
    """
    return array(a, dtype)


asanyarray = ascontiguousarray = asarray


def copy(a: Any) -> Any:
    """A tensor of the value.

    >>> tf.experimental.numpy.copy([1]).numpy()
    array([1])
    """
    return array(a)


def _filled(shape: Any, value: Any, dtype: np.dtype[Any]) -> Any:
    sizes = [shape] if np.ndim(shape) == 0 else shape
    return tensors.fill(sizes, as_tensor(value, dtype))


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A tensor of one value.

    >>> tf.experimental.numpy.full(2, 7).numpy()
    array([7, 7])
    """
    value = array(fill_value, dtype)
    sizes = [shape] if np.ndim(shape) == 0 else shape
    return tensors.broadcast_to(value, sizes)


def ones(shape: Any, dtype: Any = float) -> Any:
    """A tensor of ones.

    >>> tf.experimental.numpy.ones(2)
    <tf.Tensor: shape=(2,), dtype=float64, numpy=array([1., 1.])>
    """
    return _filled(shape, 1, numpy_dtype(dtype))


def zeros(shape: Any, dtype: Any = float) -> Any:
    """A tensor of zeros.

    >>> tf.experimental.numpy.zeros(2, tf.int32)
    <tf.Tensor: shape=(2,), dtype=int32, numpy=array([0, 0], dtype=int32)>
    """
    return _filled(shape, 0, numpy_dtype(dtype))


def empty(shape: Any, dtype: Any = float) -> Any:
    """A tensor of zeros: there is no memory to leave as it was.

    >>> tf.experimental.numpy.empty([1, 2]).shape
    TensorShape([1, 2])
    """
    return zeros(shape, dtype)


def _like(a: Any, value: Any, dtype: Any) -> Any:
    a = array(a)
    return _filled(a.shape, value, numpy_dtype(dtype or a.dtype))


def ones_like(a: Any, dtype: Any = None) -> Any:
    """Ones, of the shape and dtype of another array.

    >>> tf.experimental.numpy.ones_like([3, 4]).numpy()
    array([1, 1])
    """
    return _like(a, 1, dtype)


def zeros_like(a: Any, dtype: Any = None) -> Any:
    """Zeros, of the shape and dtype of another array.

    >>> tf.experimental.numpy.zeros_like([3, 4]).numpy()
    array([0, 0])
    """
    return _like(a, 0, dtype)


def empty_like(a: Any, dtype: Any = None) -> Any:
    """Zeros, of the shape and dtype of another array.

    >>> tf.experimental.numpy.empty_like([3, 4]).shape
    TensorShape([2])
    """
    return _like(a, 0, dtype)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
) -> Any:
    """One value, in the shape and dtype of another array. `order`, `subok`: defaults only.

    >>> tf.experimental.numpy.full_like([3, 4], 7).numpy()
    array([7, 7])
    """
    if order != "K" or not subok or shape:
        raise ValueError("full_like takes the default `order`, `subok` and `shape` only.")
    a = array(a)
    value = array(fill_value, dtype or a.dtype)
    return tensors.broadcast_to(value, a.shape)


def eye(N: Any, M: Any = None, k: int = 0, dtype: Any = float) -> Any:
    """Ones on the diagonal `k`, zeros elsewhere.

    >>> tf.experimental.numpy.eye(2, 3, 1).numpy()
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    return _eye(int(N), int(N if M is None else M), int(k), dtypes.of(numpy_dtype(dtype)))


def _eye(rows: int, columns: int, k: int, dtype: Any) -> Any:
    across = np.arange(columns)[None, :] - np.arange(rows)[:, None]
    return cast(across == k, dtype)


def identity(n: int, dtype: Any = float) -> Any:
    """The square matrix of ones on the diagonal.

    >>> tf.experimental.numpy.identity(2).numpy()
    array([[1., 0.],
           [0., 1.]])
    """
    return eye(n, n, 0, dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones at and below the diagonal `k`, zeros elsewhere.

    >>> tf.experimental.numpy.tri(2).numpy()
    array([[1., 0.],
           [1., 1.]])
    """
    across = np.arange(N if M is None else M)[None, :] - np.arange(N)[:, None]
    return cast(across <= k, dtypes.of(numpy_dtype(dtype or float)))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from `start` (default 0) to below `stop` by `step`.

    >>> tf.experimental.numpy.arange(1, 7, 2).numpy()
    array([1, 3, 5])
    """
    if not np.asarray(step).item():
        raise ValueError("arange: step must not be 0.")
    given = [start, step] if stop is None else [start, stop, step]
    wanted = promotion.result_type(*given) if dtype is None else numpy_dtype(dtype)
    low, high = (0, start) if stop is None else (start, stop)
    bounds = [np.asarray(value).item() for value in (low, high, step)]
    return as_tensor(np.arange(*bounds).astype(wanted), wanted)


@promoted(T="float complex")
def _spaced(start: T, stop: T, num: Static, endpoint: Static, axis: Static) -> Array:
    return jnp.linspace(start, stop, num, endpoint=endpoint, axis=axis)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = float,
    axis: int = 0,
) -> Any:
    """`num` numbers from `start` to `stop`, evenly spaced; with `retstep` their distance too.

    >>> tf.experimental.numpy.linspace(0, 1, 5).numpy()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    if num < 0:
        raise ValueError(f"linspace: num must not be negative, given {num}.")
    # The default is that of Python: it gives way to the dtype of tensors.
    own = promotion.result_type(start, stop, float)
    wanted = own if dtype is None or dtype is float else numpy_dtype(dtype)
    start, stop = promote(start, stop, least=wanted, accepted=("float", "complex"))
    result = cast(_spaced(start, stop, int(num), endpoint, axis), dtypes.of(wanted))
    if not retstep:
        return result
    steps = num - 1 if endpoint else num
    step = math.truediv(math.subtract(stop, start), max(steps, 1))
    return result, step if steps > 0 else float("nan")


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`base` to the powers from `start` to `stop`, evenly spaced.

    >>> tf.experimental.numpy.logspace(0, 2, 3).numpy()
    array([  1.,  10., 100.])
    """
    dtype = dtype or promotion.result_type(start, stop, float)
    powers = linspace(start, stop, num, endpoint, False, dtype, axis)
    base, powers = promote(base, powers)
    return array(math.pow(base, powers), dtype)


def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers from `start` to `stop`, each the same multiple of the one before.

    >>> tf.experimental.numpy.geomspace(1, 8, 4).numpy()
    array([1., 2., 4., 8.])
    """
    wanted = numpy_dtype(dtype) if dtype else promotion.result_type(start, stop, float)
    start, stop = promote(start, stop, least=wanted, accepted=("float", "complex"))
    return array(_geometric(start, stop, int(num), endpoint, axis), wanted)


@promoted(T="float complex")
def _geometric(start: T, stop: T, num: Static, endpoint: Static, axis: Static) -> Array:
    powers = jnp.linspace(jnp.zeros_like(start), jnp.log(stop / start), num, endpoint, axis=axis)
    return jnp.exp(powers) * jnp.expand_dims(start, axis)


def diag(v: Any, k: int = 0) -> Any:
    """The matrix of a diagonal, or the diagonal of a matrix.

    >>> tf.experimental.numpy.diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]])
    """
    v = array(v)
    if len(v.shape) not in (1, 2):
        raise ValueError(f"diag takes 1 or 2 dimensions, given shape {v.shape}.")
    return _diag(v, int(k))


@promoted
def _diag(v: T, k: Static) -> Array:
    return jnp.diag(v, k)


def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix whose diagonal `k` is all elements in order.

    >>> tf.experimental.numpy.diagflat([[1], [2]]).numpy()
    array([[1, 0],
           [0, 2]])
    """
    return diag(tensors.reshape(array(v), [-1]), k)


def diag_indices(n: int, ndim: int = 2) -> tuple[Any, ...]:
    """The indices of the diagonal of an array of `ndim` dimensions of length `n`.

    >>> [index.numpy() for index in tf.experimental.numpy.diag_indices(2)]
    [array([0, 1]), array([0, 1])]
    """
    return (arange(n),) * ndim


@promoted(T="bool number")
def tril(m: T, k: int = 0) -> Array:
    """m with zeros above its diagonal `k`.

    >>> tf.experimental.numpy.tril([[1, 2], [3, 4]]).numpy()
    array([[1, 0],
           [3, 4]])
    """
    return jnp.tril(m, k)


@promoted(T="bool number")
def triu(m: T, k: int = 0) -> Array:
    """m with zeros below its diagonal `k`.

    >>> tf.experimental.numpy.triu([[1, 2], [3, 4]]).numpy()
    array([[1, 2],
           [0, 4]])
    """
    return jnp.triu(m, k)


@promoted(T="number")
def vander(x: T, N: int | None = None, increasing: bool = False) -> Array:
    """The powers of x, from N - 1 down to 0, or the other way round.

    >>> tf.experimental.numpy.vander([2, 3], 3).numpy()
    array([[4, 2, 1],
           [9, 3, 1]])
    """
    return jnp.vander(x, N, increasing=increasing)


def meshgrid(*xi: Any, **kwargs: Any) -> list[Any]:
    """The coordinates of the points of a grid, of its coordinates along each axis.

    `indexing` ("xy", or "ij") and `sparse` are as in NumPy; there are no views to copy.

    >>> [x.numpy() for x in tf.experimental.numpy.meshgrid([1, 2], [3, 4])]
    [array([[1, 2],
           [1, 2]]), array([[3, 3],
           [4, 4]])]
    """
    options = {"indexing": "xy", "sparse": False, "copy": True} | kwargs
    if len(options) > 3 or options["indexing"] not in ("xy", "ij"):
        raise TypeError(f"meshgrid takes indexing='xy' or 'ij', sparse and copy; given {kwargs}.")
    values = [tensors.reshape(array(x), [-1]) for x in xi]
    swapped = options["indexing"] == "xy" and len(values) > 1
    axes = [1, 0, *range(2, len(values))] if swapped else list(range(len(values)))
    sizes = [0] * len(values)
    for axis, value in zip(axes, values, strict=True):
        sizes[axis] = value.shape[0]
    grids = []
    for axis, value in zip(axes, values, strict=True):
        shape = [1] * len(values)
        shape[axis] = sizes[axis]
        grid = tensors.reshape(value, shape)
        grids.append(grid if options["sparse"] else tensors.broadcast_to(grid, sizes))
    return grids


def ix_(*args: Any) -> list[Any]:
    """Indices that select the crossings of those given for each axis; booleans select the true.

    >>> [x.shape for x in tf.experimental.numpy.ix_([0, 1], [2])]
    [TensorShape([2, 1]), TensorShape([1, 1])]
    """
    grids = []
    for axis, value in enumerate(array(arg) for arg in args):
        if len(value.shape) != 1:
            raise ValueError(f"ix_ takes arguments of one dimension, given shape {value.shape}.")
        if value.dtype == dtypes.bool:
            value = tensors.where(value)[:, 0]
        shape = [1] * len(args)
        shape[axis] = -1
        grids.append(tensors.reshape(value, shape))
    return grids


def shape_of(value: Any) -> Sequence[int]:
    """The shape as a tuple."""
    return tuple(value.shape.as_list()) if hasattr(value.shape, "as_list") else value.shape

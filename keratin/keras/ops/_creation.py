"""Tensors from nothing, from values, and from other tensors' shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keratin import array as tensors
from keratin._engine import dtype as dtypes
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation, without_symbols
from keratin.keras.ops._promotion import floatx, holds_tensors, result_type, tensor
from keratin.math._casting import cast


def _dtype(dtype: Any) -> Any:
    """The dtype given, or `floatx`."""
    return dtypes.of(floatx()) if dtype is None else dtypes.as_dtype(dtype)


# From values


@operation
def array(x: Any, dtype: Any = None) -> Any:
    """A tensor of a value.

    >>> keras.ops.array([[1, 2]], dtype="float32").numpy()
    array([[1., 2.]], dtype=float32)
    """
    if dtype is not None and not holds_tensors(x):
        return tensor(np.asarray(x).astype(dtypes.as_dtype(dtype).numpy_dtype))
    x = tensor(x)
    return tensors.identity(x) if dtype is None or x.dtype == dtype else cast(x, dtype)


# Of one value


def zeros(shape: Any, dtype: Any = None) -> Any:
    """A tensor of zeros.

    >>> keras.ops.zeros((1, 2)).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return tnp.zeros(shape, _dtype(dtype))


def ones(shape: Any, dtype: Any = None) -> Any:
    """A tensor of ones.

    >>> keras.ops.ones(2, "int32").numpy()
    array([1, 1], dtype=int32)
    """
    return tnp.ones(shape, _dtype(dtype))


def empty(shape: Any, dtype: Any = None) -> Any:
    """A tensor of zeros: there is no memory to leave as it was.

    >>> keras.ops.empty((1, 2)).shape
    TensorShape([1, 2])
    """
    return tnp.empty(shape, _dtype(dtype))


@operation
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A tensor of one value.

    >>> keras.ops.full(2, 7).numpy()
    array([7., 7.], dtype=float32)
    """
    sizes = [shape] if np.ndim(shape) == 0 else shape
    return tensors.broadcast_to(array(fill_value, _dtype(dtype)), sizes)


@operation
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros, of the shape of another tensor, and of its dtype unless one is given.

    >>> keras.ops.zeros_like([3, 4]).numpy()
    array([0, 0], dtype=int32)
    """
    return tensors.zeros_like(tensor(x), dtype)


@operation
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones, of the shape of another tensor, and of its dtype unless one is given.

    >>> keras.ops.ones_like([3, 4], "float32").numpy()
    array([1., 1.], dtype=float32)
    """
    return tensors.ones_like(tensor(x), dtype)


@operation
def empty_like(x: Any, dtype: Any = None) -> Any:
    """Zeros, of the shape of another tensor, and of its dtype unless one is given.

    >>> keras.ops.empty_like([3, 4]).shape
    TensorShape([2])
    """
    return tensors.zeros_like(tensor(x), dtype)


@operation
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value, in the shape of another tensor, and of its dtype unless one is given.

    >>> keras.ops.full_like([3, 4], 7).numpy()
    array([7, 7], dtype=int32)
    """
    x = tensor(x)
    return tensors.broadcast_to(array(fill_value, dtype or x.dtype), x.shape)


# Matrices


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones on the diagonal `k`, zeros elsewhere.

    >>> keras.ops.eye(2, 3, 1).numpy()
    array([[0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    for name, value in (("N", N), ("M", M)):
        if isinstance(value, float) or result_type(0 if value is None else value).kind not in "iu":
            raise TypeError(f"keras.ops.eye: {name} has to be an integer; given {value!r}")
    return tnp.eye(N, M, k, _dtype(dtype))


def identity(n: int, dtype: Any = None) -> Any:
    """The square matrix of ones on the diagonal.

    >>> keras.ops.identity(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return tnp.identity(n, _dtype(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Ones at and below the diagonal `k`, zeros elsewhere.

    >>> keras.ops.tri(2).numpy()
    array([[1., 0.],
           [1., 1.]], dtype=float32)
    """
    return tnp.tri(N, M, k, _dtype(dtype))


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of the elements of x, from N - 1 down to 0, or the other way round.

    >>> keras.ops.vander(keras.ops.array([2, 3]), 3).numpy()
    array([[4, 2, 1],
           [9, 3, 1]], dtype=int32)
    """
    if len(getattr(x, "shape", np.shape(x))) != 1:
        raise ValueError(
            f"keras.ops.vander takes one dimension; given shape {getattr(x, 'shape', np.shape(x))}"
        )
    if N is not None and not isinstance(N, int):
        raise TypeError(f"keras.ops.vander: N has to be an int or None; given {N!r}")
    if N is not None and N < 0:
        raise ValueError(f"keras.ops.vander: N must not be negative; given {N}")
    if not isinstance(increasing, bool):
        raise TypeError(f"keras.ops.vander: increasing has to be a bool; given {increasing!r}")
    return _vander(x, N, increasing)


_vander = adapted(tnp.vander, "vander", "x N increasing")
vander.__keras_operation__ = _vander.__keras_operation__  # type: ignore[attr-defined]

# Rows of numbers


@operation
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Numbers from `start` to below `stop` by `step`; with `start` alone, from 0 to below it.

    >>> keras.ops.arange(1, 7, 2).numpy()
    array([1, 3, 5], dtype=int32)
    """
    given = [value for value in (start, stop, step) if value is not None]
    wanted = result_type(*given) if dtype is None else dtypes.as_dtype(dtype)
    return tnp.arange(start, stop, 1 if step is None else step, wanted)


@operation
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers from `start` to `stop`, evenly spaced; with `retstep` their distance too.

    >>> keras.ops.linspace(0, 1, 5).numpy()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    wanted = result_type(start, stop, float)
    start, stop = tensor(start, wanted), tensor(stop, wanted)
    result = tnp.linspace(start, stop, num, endpoint, retstep, wanted, axis)
    row, step = result if retstep else (result, None)
    row = row if dtype is None else cast(row, dtype)
    return (row, step) if retstep else row


@operation
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`base` to the powers from `start` to `stop`, evenly spaced.

    >>> keras.ops.logspace(0, 2, 3).numpy()
    array([  1.,  10., 100.], dtype=float32)
    """
    return _spaced(tnp.logspace, start, stop, num, endpoint, dtype, axis, base=base)


@operation
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """`num` numbers from `start` to `stop`, each the same multiple of the one before.

    >>> keras.ops.geomspace(1, 8, 4).numpy().round(3)
    array([1., 2., 4., 8.], dtype=float32)
    """
    return _spaced(tnp.geomspace, start, stop, num, endpoint, dtype, axis)


def _spaced(
    function: Callable[..., Any],
    start: Any,
    stop: Any,
    num: int,
    endpoint: bool,
    dtype: Any,
    axis: int,
    **base: Any,
) -> Any:
    wanted = result_type(start, stop, float)
    start, stop = tensor(start, wanted), tensor(stop, wanted)
    found = function(start, stop, num, endpoint, dtype=wanted, axis=axis, **base)
    return found if dtype is None else cast(found, dtype)


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """The coordinates of the points of a grid, of its coordinates along each axis.

    `indexing` "xy" puts the first along the second axis of the results, "ij" along the first.

    >>> [grid.numpy() for grid in keras.ops.meshgrid([1, 2], [3])]
    [array([[1, 2]], dtype=int32), array([[3, 3]], dtype=int32)]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing is 'xy' or 'ij'; given {indexing!r}")
    return tnp.meshgrid(*[tensor(each) for each in x], indexing=indexing)


# Windows


def _windowed(function: Callable[..., Any], x: Any, *parameters: float) -> Any:
    return tensor(function(int(x), *parameters), floatx())


@without_symbols
def bartlett(x: Any) -> Any:
    """The triangular window of `x` points.

    >>> keras.ops.bartlett(5).numpy()
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _windowed(np.bartlett, x)


@without_symbols
def blackman(x: Any) -> Any:
    """The Blackman window of `x` points.

    >>> keras.ops.blackman(3).numpy().round(3)
    array([-0.,  1., -0.], dtype=float32)
    """
    return _windowed(np.blackman, x)


@without_symbols
def hamming(x: Any) -> Any:
    """The Hamming window of `x` points.

    >>> keras.ops.hamming(3).numpy()
    array([0.08, 1.  , 0.08], dtype=float32)
    """
    return _windowed(np.hamming, x)


@without_symbols
def hanning(x: Any) -> Any:
    """The Hann window of `x` points.

    >>> keras.ops.hanning(5).numpy()
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _windowed(np.hanning, x)


@without_symbols
def kaiser(x: Any, beta: Any) -> Any:
    """The Kaiser window of `x` points; `beta` says how narrow it is.

    >>> keras.ops.kaiser(3, 0.0).numpy()
    array([1., 1., 1.], dtype=float32)
    """
    return _windowed(np.kaiser, x, float(beta))

"""Fourier transforms. Complex tensors are pairs of their real and imaginary parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin.array._support import named
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, require, wide
from keratin.signal._framing import added, framed


def _parts(x: Any) -> tuple[Any, Any]:
    """The real and imaginary parts of a complex tensor."""
    require(
        isinstance(x, (list, tuple)) and len(x) == 2,
        f"x must be a pair of tensors, the real and the imaginary part; given {type(x).__name__}",
    )
    real, imaginary = as_tensor(x[0]), as_tensor(x[1])
    require(
        tuple(real.shape) == tuple(imaginary.shape),
        f"the real part has shape {list(real.shape)} and the imaginary one "
        f"{list(imaginary.shape)}: they must be the same",
    )
    require(
        real.dtype.is_floating and imaginary.dtype.is_floating,
        f"the parts have dtypes {real.dtype.name} and {imaginary.dtype.name}; both must be "
        "floating. Write keras.ops.cast(x, 'float32')",
    )
    return real, imaginary


def _transformed(
    function: Callable[[jax.Array], jax.Array], real: jax.Array, imaginary: jax.Array, rank: int
) -> tuple[jax.Array, jax.Array]:
    _require_rank(real, rank)
    result = function(jax.lax.complex(wide(real), wide(imaginary)))
    return jnp.real(result), jnp.imag(result)


def _require_rank(x: jax.Array, rank: int) -> None:
    require(
        x.ndim >= rank,
        f"x has shape {list(x.shape)}; expected {rank} axes or more, which are transformed",
    )


@operation
def fft(x: Any) -> Any:
    """The discrete Fourier transform along the last axis, of a pair and as a pair.

    >>> real, imaginary = keras.ops.fft((np.ones(4, "float32"), np.zeros(4, "float32")))
    >>> real.numpy()
    array([4., 0., 0., 0.], dtype=float32)
    """
    return _fft(*_parts(x))


@op
def _fft(real: Array, imaginary: Array) -> tuple[Array, Array]:
    return _transformed(jnp.fft.fft, real, imaginary, 1)


@operation
def fft2(x: Any) -> Any:
    """The discrete Fourier transform along the last two axes, of a pair and as a pair.

    >>> real, imaginary = keras.ops.fft2((np.ones((2, 2), "float32"), np.zeros((2, 2), "float32")))
    >>> real.numpy()
    array([[4., 0.],
           [0., 0.]], dtype=float32)
    """
    return _fft2(*_parts(x))


@op
def _fft2(real: Array, imaginary: Array) -> tuple[Array, Array]:
    return _transformed(jnp.fft.fft2, real, imaginary, 2)


@operation
def ifft2(x: Any) -> Any:
    """The inverse of `fft2`, of a pair and as a pair.

    >>> real, imaginary = keras.ops.ifft2((np.ones((2, 2), "float32"), np.zeros((2, 2), "float32")))
    >>> real.numpy()
    array([[1., 0.],
           [0., 0.]], dtype=float32)
    """
    return _ifft2(*_parts(x))


@op
def _ifft2(real: Array, imaginary: Array) -> tuple[Array, Array]:
    return _transformed(jnp.fft.ifft2, real, imaginary, 2)


@operation
def rfft(x: Any, fft_length: int | None = None) -> Any:
    """The Fourier transform of real numbers along the last axis, without its redundant half.

    `fft_length` is the length to which the axis is cut, or filled with zeros. The result is a pair.

    >>> real, imaginary = keras.ops.rfft(np.ones(4, "float32"))
    >>> real.numpy()
    array([4., 0., 0.], dtype=float32)
    """
    return _rfft(as_tensor(x), fft_length)


@op
def _rfft(x: Array, fft_length: int | None) -> tuple[Array, Array]:
    _require_rank(x, 1)
    result = jnp.fft.rfft(wide(x), fft_length)
    return jnp.real(result), jnp.imag(result)


@operation
def irfft(x: Any, fft_length: int | None = None) -> Any:
    """The inverse of `rfft`: real numbers of a pair. `fft_length` is the length of the result.

    >>> keras.ops.irfft((np.ones(3, "float32"), np.zeros(3, "float32"))).numpy()
    array([1., 0., 0., 0.], dtype=float32)
    """
    return _irfft(*_parts(x), fft_length)


@op
def _irfft(real: Array, imaginary: Array, fft_length: int | None) -> Array:
    _require_rank(real, 1)
    return jnp.fft.irfft(jax.lax.complex(wide(real), wide(imaginary)), fft_length)


# Over time


def _window_of(window: Any, length: int) -> Any:
    """The values of a window that is given by name, as a vector, or as None for all ones."""
    require(
        not isinstance(window, str) or window in ("hann", "hamming"),
        f"window must be 'hann', 'hamming', a vector or None; given {window!r}",
    )
    if window is None:
        return None
    if isinstance(window, str):
        mean = 0.5 if window == "hann" else 0.54
        turns = np.arange(length) / length
        return (mean - (1 - mean) * np.cos(2 * np.pi * turns)).astype(np.float64)
    values = as_tensor(window)
    require(
        tuple(values.shape) == (length,),
        f"window has shape {list(values.shape)}; expected [{length}], the sequence_length",
    )
    return values


def _check_lengths(sequence_length: int, sequence_stride: int, fft_length: int) -> None:
    require(
        isinstance(sequence_stride, int) and sequence_stride > 0,
        f"sequence_stride must be a positive integer; given {sequence_stride!r}",
    )
    require(
        fft_length >= sequence_length,
        f"fft_length={fft_length} must be sequence_length={sequence_length} or more",
    )


def _padded(window: Any, fft_length: int, dtype: Any) -> jax.Array:
    """The window in the middle of as many values as are transformed."""
    if window is None:
        return jnp.ones(fft_length, dtype)
    missing = fft_length - window.shape[0]
    return jnp.pad(window.astype(dtype), (missing // 2, missing - missing // 2))


@operation
def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The short-time Fourier transform: `rfft` of windows that start every `sequence_stride`.

    The result is a pair of [..., windows, fft_length // 2 + 1]. `window` is "hann", "hamming", a
    vector of `sequence_length` or None. `center` puts the middle of the first window on the first
    value; there x is continued by its mirror image.

    >>> real, imaginary = keras.ops.stft(np.ones(8, "float32"), 4, 2, 4, center=False)
    >>> real.shape
    TensorShape([3, 3])
    """
    _check_lengths(sequence_length, sequence_stride, fft_length)
    x = as_tensor(x)
    if x.dtype.name not in ("float32", "float64"):
        raise TypeError(f"x has dtype {x.dtype.name}; float32 or float64 is needed")
    values = _window_of(window, sequence_length)
    return _windowed_spectra(x, values, sequence_stride, fft_length, bool(center))


@named("stft")
@op
def _windowed_spectra(
    x: Array, window: Array | None, sequence_stride: int, fft_length: int, center: bool
) -> tuple[Array, Array]:
    _require_rank(x, 1)
    if center:
        half = fft_length // 2
        x = jnp.pad(x, [*[(0, 0)] * (x.ndim - 1), (half, half)], mode="reflect")
    count = (x.shape[-1] - fft_length) // sequence_stride + 1
    require(
        count > 0,
        f"x has {x.shape[-1]} values along the last axis, fewer than fft_length={fft_length}. Give "
        "a smaller fft_length, or center=True",
    )
    frames = framed(jnp, x, fft_length, sequence_stride, count)
    spectra = jnp.fft.rfft(frames * _padded(window, fft_length, x.dtype))
    return jnp.real(spectra), jnp.imag(spectra)


@operation
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The inverse of `stft`: the signal of a pair of [..., windows, fft_length // 2 + 1].

    The other arguments are those of `stft`; `length` is that of the result.

    >>> spectra = keras.ops.stft(np.arange(8, dtype="float32"), 4, 2, 4)
    >>> keras.ops.istft(spectra, 4, 2, 4).numpy().round(3)
    array([0., 1., 2., 3., 4., 5., 6., 7.], dtype=float32)
    """
    _check_lengths(sequence_length, sequence_stride, fft_length)
    values = _window_of(window, sequence_length)
    real, imaginary = _parts(x)
    return _of_spectra(real, imaginary, values, sequence_stride, fft_length, length, bool(center))


@named("istft")
@op
def _of_spectra(
    real: Array,
    imaginary: Array,
    window: Array | None,
    sequence_stride: int,
    fft_length: int,
    length: int | None,
    center: bool,
) -> Array:
    _require_rank(real, 2)
    frames = jnp.fft.irfft(jax.lax.complex(wide(real), wide(imaginary)), fft_length)
    weights = _padded(window, fft_length, frames.dtype)
    total = added(frames * weights, sequence_stride)
    squares = jnp.broadcast_to(jnp.square(weights), frames.shape[-2:])
    share = added(squares, sequence_stride)
    signal = total / jnp.where(share > 1e-10, share, 1)
    start = fft_length // 2 if center else 0
    end = start + length if length is not None else signal.shape[-1] - start
    missing = max(0, end - signal.shape[-1])
    signal = jnp.pad(signal, [*[(0, 0)] * (signal.ndim - 1), (0, missing)])
    return signal[..., start:end]

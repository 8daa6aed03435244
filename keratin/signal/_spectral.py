"""Transforms of short frames of a signal: the STFT, the MDCT and their inverses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, DTypeArg, T, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite, named
from keratin.signal._cosine import cosine_transform
from keratin.signal._framing import added, framed, require_length
from keratin.signal._window import hann_window, vorbis_window

Window = Callable[..., Any] | None


@composite
def stft(
    signals: Any,
    frame_length: int,
    frame_step: int,
    fft_length: int | None = None,
    window_fn: Window = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The short-time Fourier transform: that of frames of a signal, [..., frames, frequencies].

    Frames of `frame_length` values start every `frame_step` values, are multiplied by
    `window_fn(frame_length, dtype=...)`, unless that is None, and transformed at `fft_length`, the
    next power of 2 unless given. `pad_end` adds frames at the end, filled with zeros.

    >>> tf.signal.stft(tf.ones([8]), frame_length=4, frame_step=2).shape
    TensorShape([3, 3])
    """
    signals = _of_floats("signals", signals)
    window = _window(window_fn, frame_length, signals.dtype)
    return _stft(signals, window, frame_length, frame_step, fft_length, pad_end)


@named("stft")
@op(T="float")
def _stft(
    signals: T,
    window: T | None,
    frame_length: int,
    frame_step: int,
    fft_length: int | None,
    pad_end: bool,
):
    frames = _frames(signals, frame_length, frame_step, pad_end)
    if window is not None:
        frames = frames * window
    return jnp.fft.rfft(frames, n=_fft_length(fft_length, frame_length))


@composite
def inverse_stft(
    stfts: Any,
    frame_length: int,
    frame_step: int,
    fft_length: int | None = None,
    window_fn: Window = hann_window,
    name: str | None = None,
) -> Tensor:
    """The signal of which a short-time Fourier transform was made.

    The frames are transformed back, multiplied by the window and added. To give the signal exactly
    (but for its ends), take the `window_fn` that `tf.signal.inverse_stft_window_fn` makes of the
    window of the transform.

    >>> stfts = tf.signal.stft(tf.ones([8]), frame_length=4, frame_step=2)
    >>> window_fn = tf.signal.inverse_stft_window_fn(2)
    >>> tf.signal.inverse_stft(stfts, 4, 2, window_fn=window_fn).numpy().round(4)
    array([0. , 0.5, 1. , 1. , 1. , 1. , 1. , 0.5], dtype=float32)
    """
    stfts = convert_to_tensor(stfts)
    window = _window(window_fn, frame_length, stfts.dtype.real_dtype)
    return _inverse_stft(stfts, window, frame_length, frame_step, fft_length)


@named("inverse_stft")
@op
def _inverse_stft(
    stfts: Array, window: Array | None, frame_length: int, frame_step: int, fft_length: int | None
):
    if not jnp.issubdtype(stfts.dtype, np.complexfloating):
        raise errors.InvalidArgumentError(
            f"stfts has dtype {stfts.dtype}, and must be complex, as tf.signal.stft makes it"
        )
    if stfts.ndim < 2:
        raise errors.InvalidArgumentError(
            f"stfts has shape {list(stfts.shape)}, and must have rank 2 or more: the frames and "
            "their frequencies are its last axes"
        )
    require_length("frame_step", frame_step, least=1)
    frames = jnp.fft.irfft(stfts, n=_fft_length(fft_length, frame_length))[..., :frame_length]
    short = frame_length - frames.shape[-1]
    frames = jnp.pad(frames, [(0, 0)] * (frames.ndim - 1) + [(0, short)])
    return added(frames if window is None else frames * window, frame_step)


def inverse_stft_window_fn(
    frame_step: int, forward_window_fn: Callable[..., Any] = hann_window, name: str | None = None
) -> Callable[..., Tensor]:
    """Makes the `window_fn` for `tf.signal.inverse_stft` that undoes that of `tf.signal.stft`.

    >>> tf.signal.inverse_stft_window_fn(2)(4).numpy()
    array([0., 1., 1., 1.], dtype=float32)
    """

    def inverse_window_fn(frame_length: int, dtype: Any = np.float32) -> Tensor:
        window = forward_window_fn(frame_length, dtype=as_dtype(dtype))
        return _inverse_window(window, frame_step)

    return inverse_window_fn


@named("inverse_stft_window_fn")
@op(T="float")
def _inverse_window(window: T, frame_step: int):
    """The window over the sum of squares of all windows that cover a value."""
    require_length("frame_step", frame_step, least=1)
    (length,) = window.shape
    overlaps = -(-length // frame_step)
    squares = jnp.pad(window * window, (0, overlaps * frame_step - length))
    sums = jnp.sum(squares.reshape(overlaps, frame_step), axis=0, dtype=window.dtype)
    return window / jnp.tile(sums, overlaps)[:length]


@composite
def mdct(
    signals: Any,
    frame_length: int,
    window_fn: Window = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The modified discrete cosine transform, [..., frames, frame_length / 2].

    Frames of `frame_length` values, a multiple of 4, start every half of it and are multiplied by
    `window_fn(frame_length, dtype=...)`, unless that is None. `norm="ortho"` makes the transform
    orthonormal. `pad_end` adds frames at the end, filled with zeros.

    >>> tf.signal.mdct(tf.ones([8]), frame_length=4).shape
    TensorShape([3, 2])
    """
    signals = _of_floats("signals", signals)
    window = _window(window_fn, frame_length, signals.dtype)
    return _mdct(signals, window, frame_length, pad_end, norm)


@named("mdct")
@op(T="float")
def _mdct(signals: T, window: T | None, frame_length: int, pad_end: bool, norm: str | None):
    require_length("frame_length", frame_length, least=4)
    if frame_length % 4:
        raise errors.InvalidArgumentError(f"frame_length={frame_length} must be a multiple of 4")
    frames = _windowed(_frames(signals, frame_length, frame_length // 2, pad_end), window)
    a, b, c, d = jnp.split(frames, 4, axis=-1)
    folded = jnp.concatenate([-jnp.flip(c, -1) - d, a - jnp.flip(b, -1)], axis=-1)
    return cosine_transform(folded, 4, norm=norm)


@composite
def inverse_mdct(
    mdcts: Any, window_fn: Window = vorbis_window, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The signal of which a modified discrete cosine transform was made, but for its ends.

    `window_fn` and `norm` are those of `tf.signal.mdct`.

    >>> tf.signal.inverse_mdct(tf.signal.mdct(tf.ones([8]), 4)).numpy()[2:6].round(3)
    array([1., 1., 1., 1.], dtype=float32)
    """
    mdcts = _of_floats("mdcts", mdcts)
    if len(mdcts.shape) < 2:
        raise errors.InvalidArgumentError(
            f"mdcts has shape {mdcts.shape}, and must have rank 2 or more"
        )
    window = _window(window_fn, 2 * mdcts.shape[-1], mdcts.dtype)
    return _inverse_mdct(mdcts, window, norm)


@named("inverse_mdct")
@op(T="float")
def _inverse_mdct(mdcts: T, window: T | None, norm: str | None):
    half = mdcts.shape[-1]
    values = cosine_transform(mdcts, 4, norm=norm)
    if norm is None:
        values = values * np.asarray(0.5 / half, mdcts.dtype)
    first, second = jnp.split(values, 2, axis=-1)
    frames = jnp.concatenate([second, -jnp.flip(second, -1), -jnp.flip(first, -1), -first], axis=-1)
    return added(_windowed(frames, window), half)


def _windowed(frames: Any, window: Any) -> Any:
    """Without a window, frames that overlap by half are scaled so that they add up to one."""
    return frames * (np.asarray(np.sqrt(0.5), frames.dtype) if window is None else window)


def _frames(signals: Any, length: int, step: int, pad_end: bool) -> Any:
    if signals.ndim < 1:
        raise errors.InvalidArgumentError("signals is a scalar, and must have at least one axis")
    require_length("frame_length", length, least=1)
    require_length("frame_step", step, least=1)
    size = signals.shape[-1]
    count = -(-size // step) if pad_end else max(0, (size - length) // step + 1)
    return framed(jnp, signals, length, step, count)


def _fft_length(given: int | None, frame_length: int) -> int:
    """The next power of two, unless given."""
    length = 1 << max(0, frame_length - 1).bit_length() if given is None else given
    require_length("fft_length", length, least=1)
    return length


def _of_floats(name: str, values: Any) -> Any:
    """The values as a tensor, of floats that have a Fourier transform."""
    tensor = convert_to_tensor(values)
    if tensor.dtype.name not in ("float32", "float64"):
        raise errors.InvalidArgumentError(
            f"{name} has dtype {tensor.dtype.name}, and must be float32 or "
            f"float64: write tf.cast({name}, tf.float32)"
        )
    return tensor


def _window(window_fn: Window, length: int, dtype: DTypeArg) -> Any:
    if window_fn is None:
        return None
    if not callable(window_fn):
        raise TypeError(
            f"window_fn is a {type(window_fn).__name__}, and must be a "
            "function such as tf.signal.hann_window, or None"
        )
    return window_fn(length, dtype=dtype)

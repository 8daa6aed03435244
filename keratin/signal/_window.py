"""Windows: what the values of a frame are multiplied by."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import i0e

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, op
from keratin.array._support import named


@op
def hann_window(window_length: int, periodic: bool = True, dtype: DTypeArg = "float32"):
    """The Hann window: half of (1 - cos), from zero over one to zero.

    `periodic` leaves out the last value of a window of even length, so that frames that overlap
    by half add up to one.

    >>> tf.signal.hann_window(4).numpy()
    array([0. , 0.5, 1. , 0.5], dtype=float32)
    """
    return _raised_cosine(window_length, periodic, dtype, 0.5)


@op
def hamming_window(window_length: int, periodic: bool = True, dtype: DTypeArg = "float32"):
    """The Hamming window: 0.54 - 0.46 cos. `periodic` is as in `tf.signal.hann_window`.

    >>> tf.signal.hamming_window(4).numpy()
    array([0.08, 0.54, 1.  , 0.54], dtype=float32)
    """
    return _raised_cosine(window_length, periodic, dtype, 0.54)


def _raised_cosine(length: int, periodic: bool, dtype: np.dtype, mean: float) -> Any:
    _check(length, dtype)
    if length == 1:
        return jnp.ones(1, dtype)
    period = length if periodic and length % 2 == 0 else length - 1
    angles = 2 * np.pi * np.arange(length) / max(period, 1)
    return jnp.asarray(mean - (1 - mean) * np.cos(angles), dtype)


def kaiser_window(
    window_length: int, beta: Any = 12.0, dtype: DTypeArg = "float32", name: str | None = None
) -> Any:
    """The Kaiser window, the narrower the larger `beta`.

    >>> tf.signal.kaiser_window(3, beta=2.0).numpy().round(4)
    array([0.4387, 1.    , 0.4387], dtype=float32)
    """
    return _kaiser(_wide(beta), window_length, dtype)


def kaiser_bessel_derived_window(
    window_length: int, beta: Any = 12.0, dtype: DTypeArg = "float32", name: str | None = None
) -> Any:
    """The Kaiser-Bessel-derived window, for `tf.signal.mdct`; its length is even.

    >>> tf.signal.kaiser_bessel_derived_window(4, beta=2.0).numpy().round(4)
    array([0.4834, 0.8754, 0.8754, 0.4834], dtype=float32)
    """
    return _kaiser_bessel_derived(_wide(beta), window_length, dtype)


def _wide(beta: Any) -> Any:
    """A Python number with all of its digits."""
    return np.float64(beta) if isinstance(beta, (int, float)) else beta


@named("kaiser_window")
@op
def _kaiser(beta: Array, window_length: int, dtype: DTypeArg):
    _check(window_length, dtype)
    return _kaiser_values(beta.astype(dtype), window_length)


@named("kaiser_bessel_derived_window")
@op
def _kaiser_bessel_derived(beta: Array, window_length: int, dtype: DTypeArg):
    _check(window_length, dtype)
    half = window_length // 2
    sums = jnp.cumsum(_kaiser_values(beta.astype(dtype), half + 1))
    rising = jnp.sqrt(sums[:-1] / sums[-1])
    return jnp.concatenate([rising, rising[::-1]])


def _kaiser_values(beta: Any, length: int) -> Any:
    place = np.linspace(-1, 1, length) if length > 1 else np.zeros(length)
    argument = beta * jnp.asarray(np.sqrt(1 - place**2), beta.dtype)
    # i0(x) = exp(x) i0e(x), and exp alone would overflow.
    return jnp.exp(argument - beta) * i0e(argument) / i0e(beta)


@op
def vorbis_window(window_length: int, dtype: DTypeArg = "float32"):
    """The window of the Vorbis codec, for `tf.signal.mdct`.

    >>> tf.signal.vorbis_window(4).numpy().round(4)
    array([0.228 , 0.9737, 0.9737, 0.228 ], dtype=float32)
    """
    _check(window_length, dtype)
    angles = np.pi / max(window_length, 1) * (np.arange(window_length) + 0.5)
    return jnp.asarray(np.sin(np.pi / 2 * np.sin(angles) ** 2), dtype)


def _check(length: Any, dtype: np.dtype) -> None:
    if not jnp.issubdtype(dtype, np.floating):
        raise errors.InvalidArgumentError(
            f"dtype={dtype} of a window must be of floats, such as tf.float32"
        )
    if not isinstance(length, int) or length < 0:
        raise errors.InvalidArgumentError(f"window_length={length!r} must be an integer, 0 or more")

"""The discrete cosine transforms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.math._shape import normalize_axis

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


@op(T="float")
def dct(input: T, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None):
    """The discrete cosine transform of type 1, 2, 3 or 4 along an axis.

    `n` is the length to which the axis is cut, or filled with zeros. `norm="ortho"` makes the
    transform orthonormal, which type 1 cannot be.

    >>> tf.signal.dct([1.0, 1.0]).numpy()
    array([4., 0.], dtype=float32)
    """
    return cosine_transform(input, type, n, axis, norm)


@op(T="float")
def idct(input: T, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None):
    """The inverse of `tf.signal.dct` of the same type, up to a factor unless `norm="ortho"`.

    >>> tf.signal.idct([1.0, 0.0], norm="ortho").numpy().round(4)
    array([0.7071, 0.7071], dtype=float32)
    """
    return cosine_transform(input, _INVERSE.get(type, type), n, axis, norm)


def cosine_transform(
    x: Any, kind: int, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Any:
    if x.ndim < 1:
        raise errors.InvalidArgumentError("input is a scalar, and must have at least one axis")
    _check(x, kind, n, norm)
    axis = normalize_axis(axis, x.ndim)
    values = _fitted(jnp.moveaxis(x, axis, -1), n)
    if kind == 1 and values.shape[-1] < 2:
        raise errors.InvalidArgumentError(
            f"a transform of type 1 needs two values or more; the axis has {values.shape[-1]}"
        )
    transformed = _TRANSFORMS[kind](values, norm == "ortho")
    return jnp.moveaxis(transformed, -1, axis)


def _check(x: Any, kind: int, n: int | None, norm: str | None) -> None:
    if x.dtype not in (np.float32, np.float64):
        raise errors.InvalidArgumentError(
            f"cosine transforms of {x.dtype} do not exist: write tf.cast(x, tf.float32)"
        )
    if kind not in _INVERSE:
        raise errors.InvalidArgumentError(f"type={kind!r} must be 1, 2, 3 or 4")
    if norm not in (None, "ortho"):
        raise errors.InvalidArgumentError(f"norm={norm!r} must be None or 'ortho'")
    if norm and kind == 1:
        raise errors.InvalidArgumentError("a transform of type 1 has no norm='ortho': give None")
    if n is not None and n < 1:
        raise errors.InvalidArgumentError(f"n={n} must be 1 or more")


def _fitted(x: Any, n: int | None) -> Any:
    """The last axis cut, or filled with zeros."""
    size = x.shape[-1]
    if n is None or n == size:
        return x
    if n < size:
        return x[..., :n]
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, n - size)])


def _first(x: Any, _: bool) -> Any:
    return jnp.fft.rfft(jnp.concatenate([x, x[..., -2:0:-1]], axis=-1)).real


def _second(x: Any, ortho: bool) -> Any:
    size = x.shape[-1]
    turned = 2 * (jnp.fft.rfft(x, n=2 * size)[..., :size] * _turn(x, -1)).real
    return turned * _unit(x, np.sqrt(0.5)) if ortho else turned


def _third(x: Any, ortho: bool) -> Any:
    size = x.shape[-1]
    values = x * _unit(x, np.sqrt(2)) if ortho else x
    spectrum = 2 * size * values.astype(np.result_type(x.dtype, np.complex64)) * _turn(x, 1)
    return jnp.fft.irfft(spectrum, n=2 * size)[..., :size]


def _fourth(x: Any, ortho: bool) -> Any:
    size = x.shape[-1]
    result = _second(_fitted(x, 2 * size), False)[..., 1::2]
    return result * _unit(x, 1.0) if ortho else result


_TRANSFORMS = {1: _first, 2: _second, 3: _third, 4: _fourth}


def _turn(x: Any, sign: int) -> Any:
    """exp(sign i pi k / 2n) for the value k of n."""
    size = x.shape[-1]
    return np.exp(sign * 0.5j * np.pi * np.arange(size) / size).astype(
        np.result_type(x.dtype, np.complex64)
    )


def _unit(x: Any, first: float) -> Any:
    """What makes the transform orthonormal; the first value differs from the others."""
    scale = np.full(x.shape[-1], np.sqrt(0.5 / x.shape[-1]))
    scale[:1] *= first
    return scale.astype(x.dtype)

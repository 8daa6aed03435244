"""The Fourier transforms."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, T, op
from keratin.math._shape import normalize_axes

Lengths = tuple[int, ...] | None


@op(T="complex")
def fft(input: T):
    """The discrete Fourier transform along the last axis.

    >>> tf.signal.fft(tf.constant([1, 0, 0, 0], tf.complex64)).numpy()
    array([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64)
    """
    return _transform(jnp.fft.fftn, input, 1)


@op(T="complex")
def ifft(input: T):
    """The inverse of `tf.signal.fft`.

    >>> tf.signal.ifft(tf.constant([1, 1, 1, 1], tf.complex64)).numpy()
    array([1.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], dtype=complex64)
    """
    return _transform(jnp.fft.ifftn, input, 1)


@op(T="complex")
def fft2d(input: T):
    """The discrete Fourier transform along the last two axes.

    >>> tf.signal.fft2d(tf.ones([2, 2], tf.complex64)).numpy()
    array([[4.+0.j, 0.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform(jnp.fft.fftn, input, 2)


@op(T="complex")
def ifft2d(input: T):
    """The inverse of `tf.signal.fft2d`.

    >>> tf.signal.ifft2d(tf.ones([2, 2], tf.complex64)).numpy()
    array([[1.+0.j, 0.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform(jnp.fft.ifftn, input, 2)


@op(T="complex")
def fft3d(input: T):
    """The discrete Fourier transform along the last three axes.

    >>> tf.signal.fft3d(tf.ones([1, 1, 2], tf.complex64)).numpy()
    array([[[2.+0.j, 0.+0.j]]], dtype=complex64)
    """
    return _transform(jnp.fft.fftn, input, 3)


@op(T="complex")
def ifft3d(input: T):
    """The inverse of `tf.signal.fft3d`.

    >>> tf.signal.ifft3d(tf.ones([1, 1, 2], tf.complex64)).numpy()
    array([[[1.+0.j, 0.+0.j]]], dtype=complex64)
    """
    return _transform(jnp.fft.ifftn, input, 3)


@op(T="float")
def rfft(input_tensor: T, fft_length: Lengths = None):
    """The Fourier transform of real numbers along the last axis, without its redundant half.

    `fft_length`, such as [8], is the length to which the axis is cut, or filled with zeros.

    >>> tf.signal.rfft([1.0, 0.0, 0.0, 0.0]).numpy()
    array([1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64)
    """
    return _transform(jnp.fft.rfftn, input_tensor, 1, fft_length)


@op(T="complex")
def irfft(input_tensor: T, fft_length: Lengths = None):
    """The inverse of `tf.signal.rfft`, whose result is real.

    `fft_length`, such as [8], is the length of the result; 2 (n - 1) unless given.

    >>> tf.signal.irfft(tf.constant([1, 1, 1], tf.complex64)).numpy()
    array([1., 0., 0., 0.], dtype=float32)
    """
    return _transform(jnp.fft.irfftn, input_tensor, 1, fft_length)


@op(T="float")
def rfft2d(input_tensor: T, fft_length: Lengths = None):
    """The Fourier transform of real numbers along the last two axes, without its redundant half.

    `fft_length`, a pair, says to which lengths the axes are cut, or filled with zeros.

    >>> tf.signal.rfft2d([[1.0, 1.0], [1.0, 1.0]]).numpy()
    array([[4.+0.j, 0.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform(jnp.fft.rfftn, input_tensor, 2, fft_length)


@op(T="complex")
def irfft2d(input_tensor: T, fft_length: Lengths = None):
    """The inverse of `tf.signal.rfft2d`, whose result is real; `fft_length` is its size.

    >>> tf.signal.irfft2d(tf.constant([[4, 0], [0, 0]], tf.complex64)).numpy()
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    return _transform(jnp.fft.irfftn, input_tensor, 2, fft_length)


@op(T="float")
def rfft3d(input_tensor: T, fft_length: Lengths = None):
    """The Fourier transform of real numbers along the last three axes, without its redundant half.

    `fft_length`, three numbers, says to which lengths the axes are cut, or filled with zeros.

    >>> tf.signal.rfft3d([[[1.0, 1.0]]]).numpy()
    array([[[2.+0.j, 0.+0.j]]], dtype=complex64)
    """
    return _transform(jnp.fft.rfftn, input_tensor, 3, fft_length)


@op(T="complex")
def irfft3d(input_tensor: T, fft_length: Lengths = None):
    """The inverse of `tf.signal.rfft3d`, whose result is real; `fft_length` is its size.

    >>> tf.signal.irfft3d(tf.constant([[[2, 0]]], tf.complex64)).numpy()
    array([[[1., 1.]]], dtype=float32)
    """
    return _transform(jnp.fft.irfftn, input_tensor, 3, fft_length)


def _transform(function: Any, x: Any, rank: int, lengths: Any = None) -> Any:
    """A transform along the last axes."""
    if x.ndim < rank:
        raise errors.InvalidArgumentError(
            f"the input has shape {list(x.shape)}, rank {x.ndim}, and must have rank {rank} or more"
        )
    lengths = (lengths,) if isinstance(lengths, int) else lengths
    return _transformed(function, x, lengths, tuple(range(x.ndim - rank, x.ndim)), None)


@op(T="complex")
def fftnd(
    input_tensor: T,
    fft_length: Lengths = None,
    axes: tuple[int, ...] | None = None,
    norm: str | None = None,
):
    """The discrete Fourier transform along any axes.

    `fft_length` says to which lengths the axes are cut, or filled with zeros. `axes` are all, or
    as many of the last as `fft_length` has numbers. `norm` says which way is divided by the number
    of values: "backward" (default), "forward", or "ortho" for both, by its square root.

    >>> tf.signal.fftnd(tf.ones([2, 2], tf.complex64), axes=[0]).numpy()
    array([[2.+0.j, 2.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform_axes(jnp.fft.fftn, input_tensor, fft_length, axes, norm)


@op(T="complex")
def ifftnd(
    input_tensor: T,
    fft_length: Lengths = None,
    axes: tuple[int, ...] | None = None,
    norm: str | None = None,
):
    """The inverse of `tf.signal.fftnd`.

    >>> tf.signal.ifftnd(tf.ones([2, 2], tf.complex64), axes=[0]).numpy()
    array([[1.+0.j, 1.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform_axes(jnp.fft.ifftn, input_tensor, fft_length, axes, norm)


@op(T="float")
def rfftnd(
    input_tensor: T,
    fft_length: Lengths = None,
    axes: tuple[int, ...] | None = None,
    norm: str | None = None,
):
    """The Fourier transform of real numbers along any axes; see `tf.signal.fftnd`.

    The redundant half of the last of `axes` is left out.

    >>> tf.signal.rfftnd([[1.0, 1.0], [1.0, 1.0]], axes=[0]).numpy()
    array([[2.+0.j, 2.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return _transform_axes(jnp.fft.rfftn, input_tensor, fft_length, axes, norm)


@op(T="complex")
def irfftnd(
    input_tensor: T,
    fft_length: Lengths = None,
    axes: tuple[int, ...] | None = None,
    norm: str | None = None,
):
    """The inverse of `tf.signal.rfftnd`, whose result is real.

    >>> tf.signal.irfftnd(tf.constant([[2, 2], [0, 0]], tf.complex64), axes=[0]).numpy()
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    return _transform_axes(jnp.fft.irfftn, input_tensor, fft_length, axes, norm)


def _transform_axes(function: Any, x: Any, lengths: Any, axes: Any, norm: str | None) -> Any:
    if norm not in (None, "backward", "forward", "ortho"):
        raise errors.InvalidArgumentError(f"norm={norm!r} must be 'backward', 'forward' or 'ortho'")
    if axes is None:
        count = x.ndim if lengths is None else len(lengths)
        axes = tuple(range(-count, 0))
    return _transformed(function, x, lengths, normalize_axes(axes, x.ndim, name="axes"), norm)


def _transformed(function: Any, x: Any, lengths: Any, axes: Any, norm: Any) -> Any:
    if x.dtype.itemsize < 4:
        raise errors.InvalidArgumentError(
            f"Fourier transforms of {x.dtype} do not exist: write tf.cast(x, tf.float32)"
        )
    if lengths is not None and len(lengths) != len(axes):
        raise errors.InvalidArgumentError(
            f"fft_length={list(lengths)} must hold one length for each of the {len(axes)} axes "
            f"{list(axes)}"
        )
    if not axes:
        return x
    return function(x, s=lengths, axes=axes, norm=norm)


@op
def fftshift(x: Array, axes: int | tuple[int, ...] | None = None):
    """Moves the middle of each axis, or of the given ones, to where the frequency zero is.

    >>> tf.signal.fftshift([0, 1, 2, -2, -1]).numpy()
    array([-2, -1,  0,  1,  2], dtype=int32)
    """
    return jnp.fft.fftshift(x, normalize_axes(axes, x.ndim, name="axes"))


@op
def ifftshift(x: Array, axes: int | tuple[int, ...] | None = None):
    """The inverse of `tf.signal.fftshift`.

    >>> tf.signal.ifftshift([-2, -1, 0, 1, 2]).numpy()
    array([ 0,  1,  2, -2, -1], dtype=int32)
    """
    return jnp.fft.ifftshift(x, normalize_axes(axes, x.ndim, name="axes"))


# The same by the parameter names that the root namespace has.


def fftnd_of(input: Any, fft_length: Any, axes: Any, name: str | None = None) -> Any:
    """The discrete Fourier transform along the given axes; see `tf.signal.fftnd`.

    >>> tf.fftnd(tf.ones([2, 2], tf.complex64), [2], [0]).numpy()
    array([[2.+0.j, 2.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return fftnd(input, fft_length, axes)


def ifftnd_of(input: Any, fft_length: Any, axes: Any, name: str | None = None) -> Any:
    """The inverse of `tf.fftnd`; see `tf.signal.ifftnd`.

    >>> tf.ifftnd(tf.ones([2, 2], tf.complex64), [2], [0]).numpy()
    array([[1.+0.j, 1.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return ifftnd(input, fft_length, axes)


def rfftnd_of(
    input: Any, fft_length: Any, axes: Any, Tcomplex: DTypeArg = np.complex64, name: Any = None
) -> Any:
    """The Fourier transform of real numbers along the given axes; see `tf.signal.rfftnd`.

    The dtype of the result is that of the input, whatever `Tcomplex` says.

    >>> tf.rfftnd([[1.0, 1.0], [1.0, 1.0]], [2], [0]).numpy()
    array([[2.+0.j, 2.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return rfftnd(input, fft_length, axes)


def irfftnd_of(
    input: Any, fft_length: Any, axes: Any, Treal: DTypeArg = np.float32, name: Any = None
) -> Any:
    """The inverse of `tf.rfftnd`; see `tf.signal.irfftnd`.

    The dtype of the result is that of the input, whatever `Treal` says.

    >>> tf.irfftnd(tf.constant([[2, 2], [0, 0]], tf.complex64), [2], [0]).numpy()
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    return irfftnd(input, fft_length, axes)

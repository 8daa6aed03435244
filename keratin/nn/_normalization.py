"""Means, variances, and what is normalised by them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._support import prepared
from keratin.math._number import as_number
from keratin.math._root import rsqrt
from keratin.math._shape import Axis, broadcast, normalize_axes


def _mean(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    total = jnp.sum(x, axes, keepdims=True, dtype=x.dtype)
    count = np.prod([x.shape[axis] for axis in axes], dtype=np.int64)
    if jnp.issubdtype(x.dtype, jnp.integer):
        return lax.div(total, jnp.full_like(total, count))
    return total / jnp.asarray(count, x.dtype)


def _finish(
    statistics: tuple[jax.Array, jax.Array], axes: tuple[int, ...], keepdims: bool, like: jax.Array
) -> tuple[jax.Array, jax.Array]:
    mean, variance = (
        statistic if keepdims else lax.squeeze(statistic, axes) for statistic in statistics
    )
    return mean.astype(like.dtype), variance.astype(like.dtype)


@op(T="number")
def moments(x: T, axes: Axis, shift: Array | None = None, keepdims: bool = False) -> tuple[T, T]:
    """The mean and the variance along `axes`. `shift` is accepted and has no effect.

    >>> mean, variance = tf.nn.moments(tf.constant([1.0, 2.0, 3.0, 6.0]), axes=[0])
    >>> mean.numpy().item(), variance.numpy().item()
    (3.0, 3.5)
    """
    over = normalize_axes(axes, x.ndim, name="axes")
    wide = x.astype(jnp.float32) if x.dtype == jnp.float16 else x
    mean = _mean(wide, over)
    # The gradient by the mean is zero, so that none is sent through it.
    centred = wide - lax.stop_gradient(mean)
    squares = jnp.real(centred * jnp.conj(centred)).astype(wide.dtype)
    return _finish((mean, _mean(squares, over)), over, keepdims, x)


@op(T="number")
def weighted_moments(
    x: T, axes: Axis, frequency_weights: Array, keepdims: bool = False
) -> tuple[T, T]:
    """The mean and the variance along `axes`, where elements count as often as their weights say.

    >>> mean, variance = tf.nn.weighted_moments([1.0, 4.0], [0], tf.constant([2.0, 1.0]))
    >>> mean.numpy().item(), variance.numpy().item()
    (2.0, 2.0)
    """
    over = normalize_axes(axes, x.ndim, name="axes")
    wide = x.astype(jnp.float32) if x.dtype == jnp.float16 else x
    weights, wide = broadcast(frequency_weights.astype(wide.dtype), wide)
    total = jnp.sum(weights, over, keepdims=True)
    mean = _divide(jnp.sum(weights * wide, over, keepdims=True), total)
    squares = jnp.square(wide - mean)
    variance = _divide(jnp.sum(weights * squares, over, keepdims=True), total)
    return _finish((mean, variance), over, keepdims, x)


def _divide(x: jax.Array, y: jax.Array) -> jax.Array:
    """x / y, and 0 where y is."""
    return jnp.where(y == 0, 0, x / jnp.where(y == 0, 1, y))


@op(T="number")
def sufficient_statistics(
    x: T, axes: Axis, shift: T | None = None, keepdims: bool = False
) -> tuple[T, T, T, T | None]:
    """Count, sum, sum of squares and shift: what `tf.nn.normalize_moments` takes.

    Sums are of `x - shift`; a shift close to the mean makes them more exact.

    >>> [s.numpy().item() for s in tf.nn.sufficient_statistics([1.0, 2.0, 3.0], [0])[:3]]
    [3.0, 6.0, 14.0]
    """
    over = normalize_axes(axes, x.ndim, name="axes")
    count = jnp.asarray(np.prod([x.shape[axis] for axis in over], dtype=np.int64), x.dtype)
    shifted = x if shift is None else x - shift
    total = jnp.sum(shifted, over, keepdims=keepdims, dtype=x.dtype)
    squares = jnp.sum(jnp.square(shifted), over, keepdims=keepdims, dtype=x.dtype)
    return count, total, squares, shift


@op(T="float complex")
def normalize_moments(counts: T, mean_ss: T, variance_ss: T, shift: T | None) -> tuple[T, T]:
    """Mean and variance of what `tf.nn.sufficient_statistics` gives.

    >>> mean, variance = tf.nn.normalize_moments(4.0, 12.0, 50.0, None)
    >>> mean.numpy().item(), variance.numpy().item()
    (3.0, 3.5)
    """
    divisor = 1 / counts
    shifted = mean_ss * divisor
    mean = shifted if shift is None else shifted + shift
    return mean, variance_ss * divisor - jnp.square(shifted)


def _with_number(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> tuple[Any, ...]:
    return x, mean, variance, offset, scale, as_number(variance_epsilon), name


@prepared(_with_number)
@op(T="float")
def batch_normalization(
    x: Array,
    mean: T,
    variance: T,
    offset: T | None,
    scale: T | None,
    variance_epsilon: Array,
) -> Array:
    """scale (x - mean) / sqrt(variance + variance_epsilon) + offset.

    All broadcast with `x`, whose dtype may be a smaller float than that of the others.

    >>> tf.nn.batch_normalization([1.0, 3.0], 2.0, 4.0, None, None, 0.0)
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([-0.5,  0.5], dtype=float32)>
    """
    return _batch_normalization(x, mean, variance, offset, scale, variance_epsilon)


def _batch_normalization(
    x: jax.Array,
    mean: jax.Array,
    variance: jax.Array,
    offset: jax.Array | None,
    scale: jax.Array | None,
    epsilon: Any,
) -> jax.Array:
    broadcast(x, mean, variance, *[each for each in (offset, scale) if each is not None])
    factor = rsqrt(variance + jnp.asarray(epsilon, variance.dtype))
    factor = factor if scale is None else factor * scale
    bias = -mean * factor if offset is None else offset - mean * factor
    return x * factor.astype(x.dtype) + bias.astype(x.dtype)


@op(T="float")
def batch_norm_with_global_normalization(
    input: T,
    mean: T,
    variance: T,
    beta: T,
    gamma: T,
    variance_epsilon: float,
    scale_after_normalization: bool,
) -> T:
    """`tf.nn.batch_normalization` with the offset `beta` and, if asked for, the scale `gamma`.

    >>> tf.nn.batch_norm_with_global_normalization(
    ...     [[[[1.0, 3.0]]]], [2.0, 2.0], [4.0, 4.0], [1.0, 1.0], [9.0, 9.0], 0.0, False)
    <tf.Tensor: shape=(1, 1, 1, 2), dtype=float32, numpy=array([[[[0.5, 1.5]]]], dtype=float32)>
    """
    scale = gamma if scale_after_normalization else None
    return _batch_normalization(input, mean, variance, beta, scale, variance_epsilon)


@op(T="float")
def local_response_normalization(
    input: T, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5
) -> T:
    """Divides each channel by (bias + alpha * the squares of its neighbours) ** beta.

    The neighbours are the channels, the last dimension, no further than `depth_radius`.

    >>> tf.nn.local_response_normalization([[[[1.0, 1.0, 2.0]]]], depth_radius=1).numpy().round(3)
    array([[[[0.577, 0.378, 0.816]]]], dtype=float32)
    """
    if input.ndim != 4:
        raise errors.InvalidArgumentError(
            f"The input has {input.ndim} dimensions, expected 4: batch, height, width, channels."
        )
    zero = np.zeros((), input.dtype)
    window, ones = (1, 1, 1, 2 * depth_radius + 1), (1, 1, 1, 1)
    around = ((0, 0), (0, 0), (0, 0), (depth_radius, depth_radius))
    squares = lax.reduce_window(jnp.square(input), zero, lax.add, window, ones, around)
    return input * jnp.power(bias + alpha * squares, -beta)


lrn = local_response_normalization

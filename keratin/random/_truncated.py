"""Normals between any two bounds, by rejection, also far out in a tail."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import log_ndtr

from keratin._engine import errors
from keratin._engine.op import Array, Static, T
from keratin._engine.random import Bits, Place, random_op
from keratin.random._continuous import (
    BLOCKS_PER_ELEMENT,
    Float,
    Shape,
    checked_shape,
    size_of,
    two_uniforms,
)
from keratin.random._rejection import until_done

# With so many deviations between a bound and the mean on its inner side, half of all normals fit.
_ROOM = 1.3


def standard_between(place: Place, low: Float, high: Float) -> Float:
    """Normals of mean 0 and deviation 1 between bounds (vectors, float64).

    Robert's method ("Simulation of truncated normal variables", 1995): candidates are normal where
    the bounds leave room for them, uniform where the bounds are near each other, and exponential
    from the bound on in a tail.
    """
    # The tail to the left is the one to the right, seen in a mirror.
    mirrored = (high < 0) | ((low == -jnp.inf) & (high != jnp.inf))
    a, b = jnp.where(mirrored, -high, low), jnp.where(mirrored, -low, high)
    start = lax.iota(jnp.uint64, low.shape[0]) * BLOCKS_PER_ELEMENT

    def attempt(found: Float, turn: Bits, given: Any) -> Any:
        start, a, b = given
        root = jnp.sqrt(a * a + 4)
        rate = (a + root) / 2
        u, v = two_uniforms(place, start + turn)
        normal = jnp.sqrt(-2 * jnp.log(jnp.maximum(u, 1e-300))) * jnp.sin(2 * np.pi * v)
        wide = ((a < -_ROOM) & (b >= 0)) | ((b > _ROOM) & (a <= 0))
        narrow = b - a < 2 * jnp.exp(0.5 + a * (a - root) / 4) / (a + root)
        flat = a + u * (b - a)
        # The density is highest at the bound that is nearest to zero, or at zero.
        peak = jnp.where(a > 0, a * a, jnp.where(b < 0, b * b, 0.0))
        exponential = a - jnp.log1p(-u) / rate
        z = jnp.where(wide, normal, jnp.where(narrow, flat, exponential))
        chance = jnp.where(
            wide,
            1.0,
            jnp.where(narrow, jnp.exp((peak - z * z) / 2), jnp.exp(-((z - rate) ** 2) / 2)),
        )
        accepted = (v <= chance) & (z >= a) & (z <= b)
        return jnp.where(jnp.isnan(found) & accepted, z, found)

    possible = a < b
    begin = jnp.where(possible, jnp.nan, 0.0)
    z = until_done(attempt, jnp.isnan, begin, (start, a, b))
    return jnp.where(possible, jnp.where(mirrored, -z, z), jnp.nan)


@functools.partial(jax.custom_jvp, nondiff_argnums=(5,))
def _between(
    place: Place, mean: Float, stddev: Float, low: Float, high: Float, shape: Shape
) -> Float:
    full = [
        jnp.broadcast_to(x, shape).astype(jnp.float64).reshape(-1)
        for x in (mean, stddev, low, high)
    ]
    center, scale = full[0], jnp.where(full[1] > 0, full[1], jnp.nan)
    z = standard_between(place, (full[2] - center) / scale, (full[3] - center) / scale)
    sample = jnp.clip(z * scale + center, full[2], full[3])
    return sample.astype(mean.dtype).reshape(shape)


@_between.defjvp
def _between_derivative(shape: Shape, primals: Any, tangents: Any) -> Any:
    """How far a sample moves so that its rank between the bounds stays what it is."""
    mean, stddev, low, high = primals[1:]
    sample = _between(*primals, shape)
    z, a, b = ((x - mean) / stddev for x in (sample, low, high))
    # Ranks from the nearer tail, as logarithms: far out, the plain ones are all 0 or all 1.
    side = jnp.where(a + b > 0, -1, 1).astype(z.dtype)
    near, far = jnp.where(side > 0, b, -a), jnp.where(side > 0, a, -b)
    whole = _log_minus(log_ndtr(near), log_ndtr(far))
    part = jnp.exp(_log_minus(log_ndtr(side * z), log_ndtr(far)) - whole)
    rank = jnp.clip(jnp.where(side > 0, part, 1 - part), 0, 1)
    by_high = rank * jnp.exp(jnp.where(jnp.isinf(b), -jnp.inf, (z * z - b * b) / 2))
    by_low = (1 - rank) * jnp.exp(jnp.where(jnp.isinf(a), -jnp.inf, (z * z - a * a) / 2))
    by_stddev = z - _times(b, by_high) - _times(a, by_low)
    slopes = (1 - by_high - by_low, by_stddev, by_low, by_high)
    return sample, sum(s * t for s, t in zip(slopes, tangents[1:], strict=True))


def _log_minus(larger: Float, smaller: Float) -> Float:
    """log(exp(larger) - exp(smaller))."""
    return larger + jnp.log1p(-jnp.exp(jnp.minimum(smaller - larger, 0)))


def _times(bound: Float, slope: Float) -> Float:
    """Their product; an infinite bound does not move anything."""
    return jnp.where(jnp.isinf(bound), 0, bound) * slope


@random_op(T="float")
def truncated_normal_between(
    place: Place, means: T, stddevs: T, minvals: T, maxvals: T, shape: Static
) -> Array:
    """Normal floats between bounds; parameters that leave nothing between give NaN."""
    shape = checked_shape(shape)
    parameters = (means, stddevs, minvals, maxvals)
    try:
        joint = jnp.broadcast_shapes(*(p.shape for p in parameters), shape)
    except ValueError:
        joint = None
    if joint != shape or size_of(shape) < 0:
        raise errors.InvalidArgumentError(
            "means, stddevs, minvals and maxvals have to broadcast to the last axes of "
            f"shape={list(shape)}"
        )
    return _between(place, *parameters, shape)

"""Continuous distributions: pure functions of a place in a stream, and random ops made of them.

Uniforms fill the mantissa, normals are Box-Muller's, and what is found by rejection reads from a
stretch of blocks of its own per element (or group of four), so that no element depends on another.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T
from keratin._engine.random import (
    Bits,
    Place,
    block,
    join,
    random_op,
    word_pairs,
    words,
)
from keratin.random._rejection import until_done

Shape = tuple[int, ...]
Float = Any  # an array of floats

BLOCKS_PER_ELEMENT = np.uint64(256)


def size_of(shape: Shape) -> int:
    """The number of elements."""
    return int(np.prod(shape, dtype=np.int64))


def checked_shape(shape: Any, what: str = "shape") -> Shape:
    """`shape`, if it is a tuple of sizes."""
    if isinstance(shape, int) and not isinstance(shape, bool):
        raise errors.InvalidArgumentError(
            f"{what}={shape} is a number, and a shape is a list. Write {what}=[{shape}]"
        )
    if not isinstance(shape, tuple) or not all(
        isinstance(n, int) and not isinstance(n, bool) for n in shape
    ):
        given = list(shape) if isinstance(shape, tuple) else shape
        raise errors.InvalidArgumentError(
            f"{what}={given!r} is not a shape. Give a list of integers, such as [2, 3]"
        )
    if any(n < 0 for n in shape):
        raise errors.InvalidArgumentError(f"{what}={list(shape)} has a negative size")
    return shape


# ----------------------------------------------------------------------------- from bits


def unit_float32(bits: Bits) -> Float:
    """[0, 1) from the low 23 bits of each word."""
    one_to_two = (bits & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
    return lax.bitcast_convert_type(one_to_two, jnp.float32) - np.float32(1)


def unit_float64(high_bits: Bits, low_bits: Bits) -> Float:
    """[0, 1) from the low 20 bits of one word and all bits of another."""
    one_to_two = join(low_bits, (high_bits & np.uint32(0xFFFFF)) | np.uint32(0x3FF00000))
    return lax.bitcast_convert_type(one_to_two, jnp.float64) - np.float64(1)


def _unit_narrow(bits: Bits, dtype: np.dtype[Any], mantissa: int, one: int) -> Float:
    one_to_two = (bits.astype(jnp.uint16) & np.uint16((1 << mantissa) - 1)) | np.uint16(one)
    return lax.bitcast_convert_type(one_to_two, dtype) - np.ones((), dtype)


def standard_uniform(place: Place, shape: Shape, dtype: np.dtype[Any]) -> Float:
    """Floats in [0, 1)."""
    size = size_of(shape)
    if dtype == np.float64:
        flat = unit_float64(*word_pairs(place, size))
    elif dtype == np.float32:
        flat = unit_float32(words(place, size))
    elif dtype == np.float16:
        flat = _unit_narrow(words(place, size), dtype, 10, 0x3C00)
    else:
        flat = _unit_narrow(words(place, size), dtype, 7, 0x3F80)
    return flat.reshape(shape)


_TWO_PI = 2 * np.pi
_SMALLEST = 1e-7  # what log is given instead of zero


def _radius(u: Float) -> Float:
    dtype = u.dtype.type
    return jnp.sqrt(dtype(-2) * jnp.log(jnp.maximum(u, dtype(_SMALLEST))))


# pi / 2 in three parts, of which the first has so few bits that small multiples are exact.
_QUARTER = tuple(np.float32(x) for x in (1.5703125, 4.837512969970703e-4, 7.549789948768648e-8))


def _sine(angle: Float, quarters: Bits) -> Float:
    """sin(angle + quarters * pi / 2) for float32 angles in [0, 2 pi].

    Exact to two units in the last place, and several times faster than XLA's, which has to reduce
    angles of any size.
    """
    turns = jnp.round(angle * np.float32(2 / np.pi))
    x = angle
    for part in _QUARTER:
        x = x - turns * part
    square = x * x
    sine = x + x * square * _polynomial(square, _SINE)
    cosine = 1 + square * _polynomial(square, _COSINE)
    quadrant = turns.astype(jnp.int32) + quarters
    value = jnp.where((quadrant & 1) == 0, sine, cosine)
    return jnp.where((quadrant & 2) == 0, value, -value)


# Taylor's series serve: within an eighth of a turn the first term left out is below 3e-10.
_SINE = (-1 / 6, 1 / 120, -1 / 5040, 1 / 362880)
_COSINE = (-1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800)


def _polynomial(x: Float, coefficients: tuple[float, ...]) -> Float:
    return functools.reduce(
        lambda sum_, c: sum_ * x + np.float32(c),
        reversed(coefficients[:-1]),
        jnp.full_like(x, coefficients[-1]),
    )


def standard_normal(place: Place, shape: Shape, dtype: np.dtype[Any]) -> Float:
    """Normals of mean 0 and deviation 1, by Box-Muller: a sine and a cosine of each pair."""
    size = size_of(shape)
    index = lax.iota(jnp.uint64, size)
    odd = (index & np.uint64(1)).astype(jnp.int32)
    if dtype == np.float64:
        a, b, c, d = block(place, index >> np.uint64(1))
        angle = _TWO_PI * unit_float64(c, d)
        wave = jnp.where(odd == 0, jnp.sin(angle), jnp.cos(angle))
        return (_radius(unit_float64(a, b)) * wave).reshape(shape)
    a, b, c, d = block(place, index >> np.uint64(2))
    first = (index & np.uint64(2)) == 0
    radius = _radius(unit_float32(jnp.where(first, a, c)))
    angle = np.float32(_TWO_PI) * unit_float32(jnp.where(first, b, d))
    return (radius * _sine(angle, odd)).astype(dtype).reshape(shape)


def normals_of_block(four: tuple[Bits, ...], double: bool) -> list[Float]:
    """The two (double) or four normals that a block gives."""
    a, b, c, d = four
    if double:
        angle, radius = _TWO_PI * unit_float64(c, d), _radius(unit_float64(a, b))
        return [radius * jnp.sin(angle), radius * jnp.cos(angle)]
    found = []
    for left, right in ((a, b), (c, d)):
        angle, radius = np.float32(_TWO_PI) * unit_float32(right), _radius(unit_float32(left))
        found += [radius * _sine(angle, quarters) for quarters in (0, 1)]
    return found


def standard_truncated_normal(place: Place, shape: Shape, dtype: np.dtype[Any]) -> Float:
    """Normals of mean 0 and deviation 1, drawn again where they are beyond two deviations."""
    double = dtype == np.float64
    size, group = size_of(shape), 2 if double else 4
    groups = -(-size // group)
    start = lax.iota(jnp.uint64, groups) * (BLOCKS_PER_ELEMENT * np.uint64(group) // np.uint64(4))
    compute = jnp.float64 if double else jnp.float32

    def one_block(carried: Any) -> Any:
        turn, count, kept = carried
        for value in normals_of_block(block(place, start + turn), double):
            fits = jnp.abs(value) < 2
            kept = [jnp.where(fits & (count == i), value, old) for i, old in enumerate(kept)]
            count = count + fits.astype(jnp.int32)
        return turn + np.uint64(1), count, kept

    nothing = [jnp.zeros(groups, compute)] * group
    # Five groups in six are done after one block; it is not part of the loop so that it fuses.
    carried = one_block((jnp.zeros((), jnp.uint64), jnp.zeros(groups, jnp.int32), nothing))
    carried = lax.while_loop(lambda carried: jnp.any(carried[1] < group), one_block, carried)
    return jnp.stack(carried[2], 1).reshape(-1)[:size].astype(dtype).reshape(shape)


# ----------------------------------------------------------------------------- random ops


@random_op(T="float")
def uniform_float(place: Place, minval: T, maxval: T, shape: Static) -> Array:
    """Floats in [minval, maxval)."""
    shape = checked_shape(shape)
    unit = standard_uniform(place, shape, minval.dtype)
    return unit * (maxval - minval) + minval


@random_op(T="float")
def normal(place: Place, mean: T, stddev: T, shape: Static) -> Array:
    """Normal floats."""
    return standard_normal(place, checked_shape(shape), mean.dtype) * stddev + mean


@random_op(T="float")
def truncated_normal(place: Place, mean: T, stddev: T, shape: Static) -> Array:
    """Normal floats within two deviations of the mean."""
    return standard_truncated_normal(place, checked_shape(shape), mean.dtype) * stddev + mean


def numbered(samples: int, parameters: Sequence[Float]) -> tuple[Bits, list[Float]]:
    """A number for each sample of each parameter, and the parameters to go with it; all flat.

    The samples lie one row after the other, but are numbered one parameter after the other.
    """
    full = (samples, parameters[0].shape[0])
    sample, which = (lax.broadcasted_iota(jnp.uint64, full, axis) for axis in (0, 1))
    number = (which * np.uint64(samples) + sample).reshape(-1)
    return number, [jnp.broadcast_to(p, full).reshape(-1) for p in parameters]


def two_uniforms(place: Place, position: Bits) -> tuple[Float, Float]:
    """The uniforms of a block, as float64."""
    a, b, c, d = block(place, position)
    return unit_float64(a, b), unit_float64(c, d)


def standard_gamma(place: Place, alpha: Float, samples: int) -> Float:
    """`samples` rows of gammas of shape `alpha` (a vector, float64) and rate 1.

    Marsaglia and Tsang's method ("A simple method for generating gamma variables", 2000): a normal
    and a uniform are turned into a candidate, which is accepted nearly always. Below 1, a gamma of
    alpha + 1 is multiplied by a power of a uniform; at 1 it is an exponential.

    Each element takes blocks as it goes, one for two normals or for two uniforms, and uses the
    second number of a block first. How far it is stands in `_Taken`.
    """
    number, (alphas,) = numbered(samples, (alpha,))
    start = number * BLOCKS_PER_ELEMENT

    def attempt(carried: Any, turn: Bits, given: Any) -> Any:
        gamma, packed = carried
        start, alpha = given
        open_, taken = gamma < 0, _Taken.of(packed)
        d = alpha + jnp.where(alpha < 1, 2 / 3, -1 / 3)
        first_of_two = (turn & np.uint64(1)) == 0
        taken = taken.next_normals(first_of_two)
        early, late = normals_of_block(block(place, start + taken.normals), double=True)
        x = jnp.where(first_of_two, late, early)
        v = 1 + x / 3 / jnp.sqrt(d)
        positive = open_ & (v > 0)
        v = jnp.where(positive, v * v * v, 1.0)
        u, taken = taken.next_uniform(place, start, positive)
        square = x * x
        accepted = positive & (
            (u < 1 - 0.0331 * square * square)
            | (jnp.log(u) < 0.5 * square + d * (1 - v + jnp.log(v)))
        )
        return jnp.where(accepted, d * v, gamma), jnp.where(open_, taken.packed(), packed)

    begin = (jnp.where(alphas == 1, 0.0, -1.0), jnp.zeros_like(number))
    gamma, packed = until_done(attempt, lambda carried: carried[0] < 0, begin, (start, alphas))
    boost, _ = _Taken.of(packed).next_uniform(place, start, jnp.ones(gamma.shape, bool))
    gamma = jnp.where(alphas < 1, gamma * boost ** (1 / alphas), gamma)
    exponential = -jnp.log1p(-two_uniforms(place, start)[1])
    return jnp.where(alphas == 1, exponential, gamma).reshape(samples, -1)


class _Taken(NamedTuple):
    """The blocks that an element of `standard_gamma` has taken: numbers of 16 bits, in one."""

    blocks: Bits  # how many
    normals: Bits  # the last one for normals
    uniforms: Bits  # the last one for uniforms
    used: Bits  # how many uniforms were used

    @classmethod
    def of(cls, packed: Bits) -> _Taken:
        return cls(*((packed >> np.uint64(shift)) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48)))

    def packed(self) -> Bits:
        return sum(part << np.uint64(16 * i) for i, part in enumerate(self))

    def next_normals(self, wanted: Any) -> _Taken:
        return self._replace(
            normals=jnp.where(wanted, self.blocks, self.normals),
            blocks=self.blocks + wanted.astype(jnp.uint64),
        )

    def next_uniform(self, place: Place, start: Bits, wanted: Any) -> tuple[Float, _Taken]:
        first_of_two = (self.used & np.uint64(1)) == 0
        take = wanted & first_of_two
        after = self._replace(
            uniforms=jnp.where(take, self.blocks, self.uniforms),
            blocks=self.blocks + take.astype(jnp.uint64),
            used=self.used + wanted.astype(jnp.uint64),
        )
        early, late = two_uniforms(place, start + after.uniforms)
        return jnp.where(first_of_two, late, early), after


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def gamma_of(place: Place, alpha: Float, samples: int) -> Float:
    """`standard_gamma` of any alpha's shape and dtype, differentiable by alpha.

    The derivative is implicit: how far a sample moves so that its rank stays what it is.
    """
    flat = standard_gamma(place, alpha.astype(jnp.float64).reshape(-1), samples)
    return flat.reshape((samples, *alpha.shape)).astype(alpha.dtype)


@gamma_of.defjvp
def _gamma_derivative(samples: int, primals: Any, tangents: Any) -> Any:
    place, alpha = primals
    value = gamma_of(place, alpha, samples)
    wide = jnp.float64 if alpha.dtype == jnp.float64 else jnp.float32
    slope = lax.random_gamma_grad(
        jnp.broadcast_to(alpha, value.shape).astype(wide), value.astype(wide)
    )
    return value, slope.astype(alpha.dtype) * tangents[1]


@random_op(T="float")
def gamma(place: Place, alpha: T, beta: T, shape: Static) -> Array:
    """Gammas: `shape` samples for each pair of alpha and beta."""
    shape = checked_shape(shape)
    try:
        parameters = jnp.broadcast_shapes(alpha.shape, beta.shape)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"alpha has shape {alpha.shape} and beta {beta.shape}, which do not broadcast"
        ) from None
    alpha = jnp.broadcast_to(alpha, parameters)
    sample = gamma_of(place, alpha, size_of(shape)) / beta
    smallest = jnp.finfo(alpha.dtype).tiny
    return jnp.maximum(sample, smallest).reshape(shape + parameters)

"""Discrete distributions and shuffles: pure functions of a place, and random ops made of them."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, Static, T
from keratin._engine.random import (
    Bits,
    Place,
    join,
    random_op,
    word_pairs,
    words,
)
from keratin.random._continuous import (
    BLOCKS_PER_ELEMENT,
    Float,
    Shape,
    checked_shape,
    numbered,
    size_of,
    two_uniforms,
    unit_float64,
)
from keratin.random._rejection import until_done

# ------------------------------------------------------------------------------ integers


def full_range(place: Place, shape: Shape, dtype: np.dtype[Any]) -> Bits:
    """Integers over the whole range of a dtype of 32 or 64 bits."""
    size = size_of(shape)
    if dtype.itemsize == 8:
        return join(*word_pairs(place, size)).astype(dtype).reshape(shape)
    return words(place, size).astype(dtype).reshape(shape)


@random_op
def uniform_full_int(place: Place, shape: Static, dtype: DTypeArg) -> Array:
    """Integers over the whole range of their dtype."""
    return full_range(place, checked_shape(shape), dtype)


@random_op(T="int uint")
def uniform_int(place: Place, minval: T, maxval: T, shape: Static) -> Array:
    """Integers in [minval, maxval)."""
    shape = checked_shape(shape)
    unsigned = jnp.uint64 if minval.dtype.itemsize == 8 else jnp.uint32
    span = maxval.astype(unsigned) - minval.astype(unsigned)
    # The remainder favours small numbers, by less than one part in 2**32 / span.
    offset = full_range(place, shape, np.dtype(unsigned)) % jnp.maximum(span, unsigned(1))
    return (minval.astype(unsigned) + offset).astype(minval.dtype)


# ------------------------------------------------------------------------------ rejection


def standard_poisson(place: Place, rate: Float, samples: int) -> Float:
    """`samples` rows of Poisson numbers of each rate (a vector, float64).

    Small rates count how many uniforms it takes to bring their product below exp(-rate) (Knuth);
    from 10 on it is Hoermann's transformed rejection ("The transformed rejection method for
    generating Poisson random variables", 1993).
    """
    number, (rates,) = numbered(samples, [rate])
    start = number * BLOCKS_PER_ELEMENT

    def count(product: Float, turn: Bits, given: Any) -> Any:
        start, rate = given
        uniforms = reversed(two_uniforms(place, start + turn))
        return _count_on(
            product,
            turn,
            [lambda x, u=u: x * u for u in uniforms],
            lambda product: product > jnp.exp(-rate),
        )

    def reject(found: Float, turn: Bits, given: Any) -> Any:
        start, rate = given
        b = 0.931 + 2.53 * jnp.sqrt(rate)
        a = -0.059 + 0.02483 * b
        v, u = two_uniforms(place, start + turn)
        u = u - 0.5
        edge = 0.5 - jnp.abs(u)
        k = jnp.floor((2 * a / edge + b) * u + rate + 0.43)
        inside = (edge >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
        outside = (k < 0) | ((edge < 0.013) & (v > edge))
        left = jnp.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (edge * edge) + b))
        right = k * jnp.log(rate) - rate - lax.lgamma(k + 1)
        accepted = inside | (~outside & (left <= right))
        return jnp.where((found < 0) & accepted, k, found)

    few = until_done(count, _counts, jnp.where(rates < 10, 1.0, -1.0), (start, rates))
    many = jnp.where(rates < 10, _counted(few), -1.0)
    return until_done(reject, lambda found: found < 0, many, (start, rates)).reshape(samples, -1)


def _count_on(value: Float, turn: Bits, changes: Any, goes_on: Any) -> Float:
    """How many changes it takes until `goes_on` fails, as one array: see `_counts`."""
    count = turn.astype(jnp.float64) * len(changes)
    for change in changes:
        changed = change(value)
        value = jnp.where(_counts(value), jnp.where(goes_on(changed), changed, -1 - count), value)
        count = count + 1
    return value


def _counts(value: Float) -> Any:
    """Whether the count goes on: a count that has ended is stored as -1 - count."""
    return value >= 0


def _counted(value: Float) -> Float:
    return -1 - value


@random_op(T="real")
def poisson(place: Place, lam: T, shape: Static, dtype: DTypeArg) -> Array:
    """Poisson numbers: `shape` samples of each rate."""
    shape = checked_shape(shape)
    sample = standard_poisson(place, lam.astype(jnp.float64).reshape(-1), size_of(shape))
    return sample.astype(dtype).reshape(shape + lam.shape)


@random_op
def shuffled_numbers(place: Place, size: Static) -> Array:
    """0 ... size - 1 in random order."""
    return permutation(place, size).astype(jnp.int32)


# ln(k!) minus Stirling's approximation of it, for k = 0 ... 9; a series serves from 10 on.
_STIRLING_TAILS = np.array(
    [
        math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + 0.5 * math.log(2 * math.pi))
        for k in range(10)
    ]
)


def _stirling_tail(k: Float) -> Float:
    square = (k + 1) * (k + 1)
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    listed = jnp.asarray(_STIRLING_TAILS)[jnp.clip(k, 0, 9).astype(jnp.int32)]
    return jnp.where(k <= 9, listed, series)


def standard_binomial(place: Place, count: Float, probability: Float, samples: int) -> Float:
    """`samples` rows of binomial numbers of each pair (vectors, float64).

    Where fewer than 10 successes are expected, the gaps between them are drawn, which are
    geometric; else it is Hoermann's transformed rejection ("The generation of binomial random
    variates", 1993).
    """
    number, pair = numbered(samples, [count, jnp.minimum(probability, 1 - probability)])
    n, p = pair

    def count_gaps(total: Float, turn: Bits, given: Any) -> Any:
        number, n, p = given
        uniforms = reversed(two_uniforms(place, number * np.uint64(42) + turn))
        gaps = [jnp.ceil(jnp.log(u) / jnp.log1p(-p)) for u in uniforms]
        return _count_on(
            total, turn, [lambda x, gap=gap: x + gap for gap in gaps], lambda total: total <= n
        )

    def reject(found: Float, turn: Bits, given: Any) -> Any:
        number, n, p = given
        deviation = jnp.sqrt(n * p * (1 - p))
        b = 1.15 + 2.53 * deviation
        a = -0.0873 + 0.0248 * b + 0.01 * p
        odds = p / (1 - p)
        mode = jnp.floor((n + 1) * p)
        v, u = two_uniforms(place, number * BLOCKS_PER_ELEMENT + turn)
        u = u - 0.5
        edge = 0.5 - jnp.abs(u)
        k = jnp.floor((2 * a / edge + b) * u + n * p + 0.5)
        inside = (edge >= 0.07) & (v <= 0.92 - 4.2 / b)
        possible = (k >= 0) & (k <= n)
        k = jnp.where(possible, k, 0)
        bound = (
            (mode + 0.5) * jnp.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * jnp.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * jnp.log(odds * (n - k + 1) / (k + 1))
            + _stirling_tail(mode)
            + _stirling_tail(n - mode)
            - _stirling_tail(k)
            - _stirling_tail(n - k)
        )
        density = jnp.log(v * (2.83 + 5.1 / b) * deviation / (a / (edge * edge) + b))
        accepted = inside | (possible & (density <= bound))
        return jnp.where((found < 0) & accepted, k, found)

    few = (n <= 0) | ~(p > 0) | (n * p < 10)
    begin = jnp.where(few & (n > 0) & (p > 0), 0.0, -1.0)
    counted = _counted(until_done(count_gaps, _counts, begin, (number, n, p)))
    begin = jnp.where(few, counted, -1.0)
    found = until_done(reject, lambda found: found < 0, begin, (number, n, p))
    found = found.reshape(samples, -1)
    found = jnp.where(probability > 0.5, jnp.maximum(count, 0) - found, found)
    return jnp.where(jnp.isnan(probability), jnp.nan, found)


def _blocks_of_binomials(sample: Any, arguments: dict[str, Any]) -> int:
    pairs = size_of(jnp.broadcast_shapes(arguments["counts"].shape, arguments["probs"].shape))
    samples = sample.size // max(pairs, 1)
    return 256 * (pairs * 200 * (samples + 3) // 4)


@random_op(T="float", reserve=_blocks_of_binomials)
def binomial(place: Place, counts: T, probs: T, shape: Static, dtype: DTypeArg) -> Array:
    """Binomial numbers; the last axes of `shape` are those of the parameters."""
    shape = checked_shape(shape)
    try:
        parameters = jnp.broadcast_shapes(counts.shape, probs.shape)
    except ValueError:
        parameters = None
    if parameters is None or shape[len(shape) - len(parameters) :] != parameters:
        raise errors.InvalidArgumentError(
            f"counts has shape {counts.shape} and probs {probs.shape}: they have to broadcast to "
            f"the last axes of shape={list(shape)}"
        )
    flat = [
        jnp.broadcast_to(parameter, parameters).astype(jnp.float64).reshape(-1)
        for parameter in (counts, probs)
    ]
    samples = size_of(shape[: len(shape) - len(parameters)])
    return standard_binomial(place, flat[0], flat[1], samples).astype(dtype).reshape(shape)


# ----------------------------------------------------------------------------- categories

_FEW_COMPARISONS = 1 << 16


def _blocks_of_categories(sample: Any, arguments: dict[str, Any]) -> int:
    rows, columns = sample.shape
    return 256 * rows * (-(-columns // 4) * 4) * 2


@random_op(T="float", reserve=_blocks_of_categories)
def categorical(place: Place, logits: T, num_samples: Static, dtype: DTypeArg) -> Array:
    """Indices into each row of logits, each with the probability that softmax gives it."""
    if logits.ndim != 2 or logits.shape[1] == 0:
        raise errors.InvalidArgumentError(
            f"logits has shape {logits.shape}; give a matrix [batch, classes], as "
            f"logits[tf.newaxis] makes it of a vector"
        )
    if isinstance(num_samples, bool) or not isinstance(num_samples, int) or num_samples < 0:
        raise errors.InvalidArgumentError(f"num_samples={num_samples!r} is not a count")
    rows = logits.shape[0]
    finite = jnp.isfinite(logits)
    top = jnp.max(jnp.where(finite, logits, jnp.finfo(logits.dtype).min), 1, keepdims=True)
    weight = jnp.exp(logits.astype(jnp.float64) - top.astype(jnp.float64))
    sums = jnp.cumsum(jnp.where(finite, weight, 0), axis=1)
    uniform = unit_float64(*word_pairs(place, rows * num_samples)).reshape(rows, num_samples)
    return _count_not_above(sums, uniform * sums[:, -1:]).astype(dtype)


def _count_not_above(sorted_rows: Float, values: Float) -> Bits:
    """How many numbers of a row are less than or equal to each value of the same row."""
    if sorted_rows.shape[1] * values.size <= _FEW_COMPARISONS:
        below = sorted_rows[:, None, :] <= values[:, :, None]
        return jnp.sum(below, axis=2, dtype=jnp.int32)
    search = functools.partial(jnp.searchsorted, side="right")
    return jax.vmap(search)(sorted_rows, values)


# ------------------------------------------------------------------------------ shuffles


def permutation(place: Place, size: int) -> Bits:
    """Fisher and Yates' shuffle of 0 ... size - 1, computed all at once.

    The shuffle exchanges each position i in turn with a random position h[i] that is not before
    it. What ends at i stood at h[i] by then: the last earlier exchange with h[i] had put it there,
    from its own position, where another one may have put it before, and so on back to a position
    that nothing was put to, which held its own number.
    """
    position = lax.iota(jnp.uint32, size)
    none = np.uint32(size)
    target = position + words(place, size) % (none - position)
    # A stable sort lays the exchanges with one target side by side, in their order.
    by_target, order = lax.sort((target, position), num_keys=1, is_stable=True)
    repeated = by_target == jnp.roll(by_target, 1)
    before = jnp.where(repeated.at[:1].set(False), jnp.roll(order, 1), none)
    earlier = jnp.zeros(size, jnp.uint32).at[order].set(before)
    # The last exchange that put something to a position, other than the position's own.
    others = jnp.where(target == position, none, target)
    last = jnp.zeros(size, jnp.uint32).at[others].max(position + np.uint32(1), mode="drop")
    origin = jnp.where(last == 0, position, last - np.uint32(1))
    origin = _ends(origin)
    return jnp.where(earlier == none, target, origin.at[earlier].get(mode="clip"))


def _ends(following: Bits) -> Bits:
    """Where each chain of indices ends, at an index that follows itself."""

    def twice_as_far(carried: Any) -> Any:
        _, now = carried
        return now, now[now]

    first = (following, following[following])
    return lax.while_loop(lambda c: jnp.any(c[0] != c[1]), twice_as_far, first)[1]


def _blocks_of_shuffle(sample: Any, arguments: dict[str, Any]) -> int:
    size = sample.shape[0] if sample.ndim else 1
    return (size - 1 + 3) // 4 if sample.size > 1 else 0


@random_op(reserve=_blocks_of_shuffle)
def shuffle(place: Place, value: T) -> Array:
    """The rows of a tensor in random order."""
    if value.ndim == 0:
        raise errors.InvalidArgumentError("value is a scalar, which has no rows to shuffle")
    if value.shape[0] < 2:
        return value
    return value[permutation(place, value.shape[0])]

"""Pools whose windows have lengths drawn at random, to shrink images by any ratio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, Static, T
from keratin._engine.random import Place, random_op, seeded_stream, words
from keratin.array._support import composite
from keratin.nn._pooling import larger, lowest
from keratin.random._continuous import standard_uniform
from keratin.random._sample import draw


class FractionalPool(NamedTuple):
    """What a fractional pool gives: the pooled images, and where its windows begin."""

    output: T
    row_pooling_sequence: Array
    col_pooling_sequence: Array


def _bounds(place: Place, size: int, count: int, pseudo_random: bool) -> jax.Array:
    """Where `count` windows over `size` places begin, and the end. Lengths differ by one."""
    length, rest = divmod(size, count)
    if not rest:
        return jnp.arange(0, size + 1, length, dtype=jnp.int64)
    if pseudo_random:
        ratio = size / count
        most = min((length + 2) / ratio - 1, (size + 1 - length) / ratio - (count - 1))
        offset = standard_uniform(place, (), np.dtype(np.float64)) * most
        inner = jnp.ceil(ratio * (jnp.arange(1, count) + offset)).astype(jnp.int64) - 1
        ends = [jnp.zeros(1, jnp.int64), inner, jnp.full(1, size, jnp.int64)]
        return jnp.concatenate(ends)
    order = jnp.argsort(words(place, count))
    lengths = length + (order < rest).astype(jnp.int64)
    return jnp.concatenate([jnp.zeros(1, jnp.int64), jnp.cumsum(lengths)])


class _Axis(NamedTuple):
    """The windows along one axis."""

    number: int
    bounds: jax.Array
    longest: int
    overlapping: bool

    def taps(self, x: jax.Array, outside: float) -> Iterator[jax.Array]:
        """For each position in a window, what all windows have there, or `outside`."""
        last = x.shape[self.number] - 1
        for position in range(self.longest):
            places = self.bounds[:-1] + position
            inside = self.inside(position, last)
            shape = [-1 if axis == self.number else 1 for axis in range(x.ndim)]
            tap = jnp.take(x, jnp.minimum(places, last), self.number, mode="clip")
            yield jnp.where(inside.reshape(shape), tap, jnp.asarray(outside, x.dtype))

    def inside(self, position: int, last: int) -> jax.Array:
        """Which windows have a place at `position`."""
        ends = jnp.minimum(self.bounds[1:] - 1 + self.overlapping, last)
        return self.bounds[:-1] + position <= ends

    def counts(self, size: int) -> jax.Array:
        """How many places each window has."""
        return sum(
            (self.inside(position, size - 1).astype(jnp.int32) for position in range(self.longest)),
            start=jnp.zeros(len(self.bounds) - 1, jnp.int32),
        )


def _max_over(x: jax.Array, axes: Sequence[_Axis]) -> jax.Array:
    for axis in axes:
        x = reduce(larger, axis.taps(x, lowest(x.dtype)))
    return x


def _mean_over(x: jax.Array, axes: Sequence[_Axis]) -> jax.Array:
    columns, rows = axes
    counts = rows.counts(x.shape[1])[:, None, None] * columns.counts(x.shape[2])[:, None]
    for axis in axes:
        x = reduce(jnp.add, axis.taps(x, 0))
    return x // counts.astype(x.dtype) if x.dtype.kind == "i" else x / counts.astype(x.dtype)


_KINDS = {"max": _max_over, "mean": _mean_over}


@random_op(T="int float")
def _fractional_pool(
    place: Place, value: T, kind: Static, ratios: Static, pseudo_random: Static, overlapping: Static
) -> FractionalPool:
    if value.ndim != 4:
        raise errors.InvalidArgumentError(
            f"The input has {value.ndim} dimensions, expected 4: batch, height, width, channels."
        )
    counts = [int(size / ratio) for size, ratio in zip(value.shape[1:3], ratios, strict=True)]
    axes = []
    # Streams of their own for rows and columns.
    for number, count in enumerate(counts, 1):
        size = value.shape[number]
        start = place.at[0].add(np.uint64(number << 32))
        bounds = _bounds(start, size, count, pseudo_random)
        longest = -(-size // count) + overlapping
        axes.append(_Axis(number, bounds, longest, overlapping))
    rows, columns = axes
    pooled = _KINDS[kind](value, (columns, rows))
    return FractionalPool(pooled, rows.bounds, columns.bounds)


def _pool(
    kind: str, value: Any, pooling_ratio: Any, pseudo_random: bool, overlapping: bool, seed: int
) -> FractionalPool:
    listed = pooling_ratio if isinstance(pooling_ratio, (list, tuple)) else [pooling_ratio]
    full = {1: [1, *listed * 2, 1], 2: [1, *listed, 1], 4: list(listed)}.get(len(listed))
    if full is None or full[0] != 1 or full[3] != 1 or min(full) < 1:
        raise errors.InvalidArgumentError(
            f"pooling_ratio={pooling_ratio!r} was given, expected one ratio, one for height and "
            "one for width, or [1, height, width, 1]; each is 1 or more."
        )
    source = seeded_stream(seed or None, "fractional_pool")
    ratios = tuple(float(ratio) for ratio in full[1:3])
    found: Any = draw(
        _fractional_pool, source, value, kind, ratios, bool(pseudo_random), bool(overlapping)
    )
    return found


@composite
def fractional_max_pool(
    value: T,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """The maxima over windows of random lengths, of images [batch, height, width, channels].

    The result is smaller by `pooling_ratio`, one number or one each for height and width. Windows
    differ by one in length, in an order drawn at random or, with `pseudo_random`, evenly from a
    random start. `overlapping` windows take in the first place of the next. Also gives where the
    windows of rows and of columns begin. `seed=0` draws from the global stream.

    >>> images = tf.reshape(tf.range(25.0), [1, 5, 5, 1])
    >>> pooled, rows, columns = tf.nn.fractional_max_pool(images, 1.5, seed=1)
    >>> pooled.shape, rows.shape
    (TensorShape([1, 3, 3, 1]), TensorShape([4]))
    """
    return _pool("max", value, pooling_ratio, pseudo_random, overlapping, seed)


@composite
def fractional_avg_pool(
    value: T,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> FractionalPool:
    """The means over windows of random lengths; see `tf.nn.fractional_max_pool`.

    >>> images = tf.ones([1, 5, 5, 1])
    >>> pooled, rows, columns = tf.nn.fractional_avg_pool(images, [1.5, 1.0], seed=1)
    >>> pooled.shape, columns.numpy()
    (TensorShape([1, 3, 5, 1]), array([0, 1, 2, 3, 4, 5]))
    """
    return _pool("mean", value, pooling_ratio, pseudo_random, overlapping, seed)

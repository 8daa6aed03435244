"""Isotonic regression: the nearest sequence that never rises, or never falls."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from keratin._engine.op import T, op
from keratin.math._shape import normalize_axis


class IsotonicRegression(NamedTuple):
    """What `tf.nn.isotonic_regression` gives."""

    output: T
    segments: T


class _Stack(NamedTuple):
    """Blocks of neighbours that share a value: their sums and sizes, `top` blocks of them."""

    taken: jax.Array
    top: jax.Array
    sums: jax.Array
    sizes: jax.Array

    def mean(self, back: int) -> jax.Array:
        return self.sums[self.top - back] / jnp.maximum(self.sizes[self.top - back], 1)

    @property
    def rises(self) -> jax.Array:
        """Whether the last block is above the one before."""
        return (self.top >= 2) & (self.mean(2) < self.mean(1))

    def merged(self) -> _Stack:
        last, before = self.top - 1, self.top - 2
        return _Stack(
            self.taken,
            last,
            self.sums.at[before].add(self.sums[last]).at[last].set(0),
            self.sizes.at[before].add(self.sizes[last]).at[last].set(0),
        )

    def pushed(self, x: jax.Array) -> _Stack:
        return _Stack(
            self.taken + 1,
            self.top + 1,
            self.sums.at[self.top].set(x[jnp.minimum(self.taken, x.size - 1)]),
            self.sizes.at[self.top].set(1),
        )


def _segments(x: jax.Array) -> jax.Array:
    """The block of each element of a sequence, by pooling neighbours that rise."""
    size = x.shape[0]
    zero = jnp.zeros((), jnp.int32)
    start = _Stack(zero, zero, jnp.zeros_like(x), jnp.zeros_like(x))

    def step(stack: _Stack) -> _Stack:
        rises = stack.rises
        chosen = zip(stack.merged(), stack.pushed(x), strict=True)
        return _Stack(*(jnp.where(rises, merged, pushed) for merged, pushed in chosen))

    stack = lax.while_loop(lambda s: (s.taken < size) | s.rises, step, start)
    ends = jnp.cumsum(stack.sizes.astype(jnp.int32), dtype=jnp.int32)
    places = jnp.arange(size, dtype=jnp.int32)
    return jnp.searchsorted(ends, places, side="right").astype(jnp.int32)


def _pooled(x: jax.Array, segments: jax.Array) -> jax.Array:
    """Each element replaced by the mean of its segment."""
    size = x.shape[0]
    sums = jax.ops.segment_sum(x, segments, size)
    sizes = jax.ops.segment_sum(jnp.ones_like(x), segments, size)
    return (sums / jnp.maximum(sizes, 1))[segments]


@op(T="real")
def isotonic_regression(inputs: T, decreasing: bool = True, axis: int = -1) -> IsotonicRegression:
    """The sequence that never rises along `axis` and is nearest to the input in squares.

    It is constant in segments, whose numbers come as a second result. With `decreasing=False` it
    is one that never falls. 8- and 16-bit integers become float32, others float64.

    >>> output, segments = tf.nn.isotonic_regression(tf.constant([3.0, 1.0, 2.0]))
    >>> output.numpy(), segments.numpy()
    (array([3. , 1.5, 1.5], dtype=float32), array([0, 1, 1], dtype=int32))
    """
    axis = normalize_axis(axis, inputs.ndim)
    dtype = _result_dtype(inputs)
    values = inputs.astype(dtype) if decreasing else -inputs.astype(dtype)
    wide = values.astype(jnp.float32) if dtype.itemsize < 4 else values
    rows = jnp.moveaxis(wide, axis, -1)
    if not rows.size:
        return IsotonicRegression(values, jnp.zeros(inputs.shape, jnp.int32))
    flat = rows.reshape(-1, rows.shape[-1])
    segments = jax.vmap(_segments)(lax.stop_gradient(flat))
    pooled = jax.vmap(_pooled)(flat, segments).astype(dtype)
    output, places = (
        jnp.moveaxis(part.reshape(rows.shape), -1, axis) for part in (pooled, segments)
    )
    return IsotonicRegression(output if decreasing else -output, places)


def _result_dtype(inputs: jax.Array) -> jnp.dtype:
    if jnp.issubdtype(inputs.dtype, jnp.floating):
        return inputs.dtype
    return jnp.dtype(jnp.float32 if inputs.dtype in (jnp.int8, jnp.int16) else jnp.float64)

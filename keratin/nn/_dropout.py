"""Dropout: elements set to 0 at random, the others scaled up to keep the mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, freeze, op
from keratin._engine.random import Place, random_op, seeded_stream
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array._support import composite
from keratin.math._number import as_number
from keratin.random._continuous import standard_uniform
from keratin.random._sample import draw
from keratin.random._seed import stateless_source


def _dropped(x: jax.Array, unit: jax.Array, rate: Any) -> jax.Array:
    """`x` where the uniform numbers are at least `rate`, scaled up."""
    rate = rate.astype(x.dtype)
    return jnp.where(unit >= rate, x / (1 - rate), jnp.zeros((), x.dtype))


def _noise_shape(x: Tensor | Variable, noise_shape: Any) -> tuple[int, ...]:
    """The shape of the numbers drawn: that of `x`, with 1 where elements share one."""
    shape: tuple[Any, ...] = tuple(x.shape)
    given: Any = shape if noise_shape is None else freeze(noise_shape)
    sizes = given if isinstance(given, tuple) else (given,)
    if len(sizes) == len(shape):
        sizes = tuple(own if size is None else size for size, own in zip(sizes, shape, strict=True))
    # Counted from the last axis, as shapes broadcast.
    pairs = zip(reversed(sizes), reversed(shape), strict=False)
    if len(sizes) > len(shape) or any(size not in (1, own) for size, own in pairs):
        raise errors.InvalidArgumentError(
            f"noise_shape={list(sizes)} does not broadcast to the shape {list(shape)} of x. Give "
            "each of its dimensions the size of x, 1 (one number for all along it) or None."
        )
    return sizes


@random_op(T="float")
def _dropout(place: Place, x: T, rate: Array, noise_shape: Static) -> T:
    """Of a rate that is a number, as float64."""
    unit = standard_uniform(place, noise_shape, x.dtype)
    scaled = x * (1 / (1 - rate)).astype(x.dtype)
    return jnp.where(unit >= rate.astype(x.dtype), scaled, jnp.zeros((), x.dtype))


@random_op(T="float")
def _dropout_nothing(place: Place, x: T, noise_shape: Static) -> T:
    return x


@random_op(T="float")
def _dropout_by(place: Place, x: T, rate: Array, noise_shape: Static) -> T:
    """`_dropout` of a rate that is a tensor."""
    return _dropped(x, standard_uniform(place, noise_shape, x.dtype), rate)


def _checked_rate(rate: Any) -> Any:
    """A scalar tensor, or a number that is a fraction."""
    if isinstance(rate, (Tensor, Variable)):
        if rate.shape.rank != 0:
            raise errors.InvalidArgumentError(
                f"rate has the shape {rate.shape}, expected a scalar."
            )
        return rate
    number = freeze(rate)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < 1:
        raise errors.InvalidArgumentError(
            f"rate={rate!r} was given, expected a number in [0, 1): the fraction that is set to 0."
        )
    return number


def drawn(source: Callable[..., Any], x: Any, rate: Any, noise_shape: Any) -> Tensor:
    rate = _checked_rate(rate)
    # A symbolic tensor takes the op upon itself.
    known = isinstance(x, (Tensor, Variable)) or hasattr(type(x), "__keratin_op__")
    x = x if known else convert_to_tensor(x)
    place, shape = source("uniform", x.dtype), _noise_shape(x, noise_shape)
    if not isinstance(rate, (int, float)):
        return draw(_dropout_by, place, x, rate, shape)
    if rate == 0:
        return draw(_dropout_nothing, place, x, shape)
    return draw(_dropout, place, x, as_number(rate), shape)


@composite
def dropout(
    x: T,
    rate: T,
    noise_shape: Sequence[int | None] | None = None,
    seed: int | None = None,
    name: str | None = None,
) -> T:
    """Set a fraction `rate` of the elements to 0 and divide the others by 1 - rate.

    `noise_shape` broadcasts with `x`: along a dimension of 1 all elements share their fate.

    >>> tf.random.set_seed(0)
    >>> y = tf.nn.dropout(tf.ones([1000]), rate=0.5).numpy()
    >>> np.unique(y)
    array([0., 2.], dtype=float32)
    """
    return drawn(lambda *kind: seeded_stream(seed, *kind), x, rate, noise_shape)


@composite
def stateless_dropout(
    x: T,
    rate: T,
    seed: Any,
    rng_alg: Any = None,
    noise_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> T:
    """`tf.nn.dropout` that depends on nothing but `seed`, two integers.

    >>> x = tf.ones([5])
    >>> first, second = [tf.nn.experimental.stateless_dropout(x, 0.5, [1, 2]) for _ in range(2)]
    >>> bool(tf.reduce_all(first == second))
    True
    """
    source = stateless_source(seed, "auto_select" if rng_alg is None else rng_alg)
    return drawn(source, x, rate, noise_shape)


@op(T="float")
def _apply_dropout(x: T, unit: T, rate: Array) -> T:
    return _dropped(x, unit, rate)


@composite
def general_dropout(
    x: T,
    rate: T,
    uniform_sampler: Callable[..., Any],
    noise_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> T:
    """`tf.nn.dropout` with numbers of your own: `uniform_sampler(shape=..., dtype=...)`.

    >>> generator = tf.random.Generator.from_seed(1)
    >>> y = tf.nn.experimental.general_dropout(tf.ones([4]), 0.5, generator.uniform)
    >>> y.shape
    TensorShape([4])
    """
    rate = _checked_rate(rate)
    x = convert_to_tensor(x)
    if isinstance(rate, (int, float)) and rate == 0:
        return x
    unit = uniform_sampler(shape=_noise_shape(x, noise_shape), dtype=x.dtype)
    return _apply_dropout(x, unit, rate)

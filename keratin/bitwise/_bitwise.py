"""Logic and shifts on the bits of integers."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from keratin._engine.op import T, op
from keratin.math._kind import is_unsigned
from keratin.math._shape import broadcast


@op(T="int uint")
def bitwise_and(x: T, y: T):
    """The bits that are set in both x and y.

    >>> tf.bitwise.bitwise_and([12, 10], [10, 3]).numpy()
    array([8, 2], dtype=int32)
    """
    return lax.bitwise_and(*broadcast(x, y))


@op(T="int uint")
def bitwise_or(x: T, y: T):
    """The bits that are set in x or y.

    >>> tf.bitwise.bitwise_or([12, 10], [10, 3]).numpy()
    array([14, 11], dtype=int32)
    """
    return lax.bitwise_or(*broadcast(x, y))


@op(T="int uint")
def bitwise_xor(x: T, y: T):
    """The bits that are set in exactly one of x and y.

    >>> tf.bitwise.bitwise_xor([12, 10], [10, 3]).numpy()
    array([6, 9], dtype=int32)
    """
    return lax.bitwise_xor(*broadcast(x, y))


@op(T="int uint")
def invert(x: T):
    """Every bit flipped.

    >>> tf.bitwise.invert([0, 5]).numpy()
    array([-1, -6], dtype=int32)
    """
    return lax.bitwise_not(x)


def _shift_width(y):
    """The shift kept between 0 and the last bit; elsewhere it would not be defined."""
    last = jnp.full_like(y, y.dtype.itemsize * 8 - 1)
    return jnp.clip(y, jnp.zeros_like(y), last)


@op(T="int uint")
def left_shift(x: T, y: T):
    """The bits of x moved y places up. A shift outside of 0 to bits - 1 counts as the nearest.

    >>> tf.bitwise.left_shift([1, 3], [4, 1]).numpy()
    array([16,  6], dtype=int32)
    """
    x, y = broadcast(x, y)
    return lax.shift_left(x, _shift_width(y))


@op(T="int uint")
def right_shift(x: T, y: T):
    """The bits of x moved y places down; a negative number stays negative.

    A shift outside of 0 to bits - 1 counts as the nearest.

    >>> tf.bitwise.right_shift([16, -8], [2, 1]).numpy()
    array([ 4, -4], dtype=int32)
    """
    x, y = broadcast(x, y)
    unsigned = is_unsigned(x.dtype)
    shift = lax.shift_right_logical if unsigned else lax.shift_right_arithmetic
    return shift(x, _shift_width(y))

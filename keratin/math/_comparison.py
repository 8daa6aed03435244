"""Comparisons, logic, and questions about an array's values."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import T, op
from keratin.math._shape import broadcast, common_shape


def _is_equal(x, y):
    return np.asarray(x == y, np.bool_) if x.dtype == object else lax.eq(x, y)


@op(T="any", strings=True)
def equal(x: T, y: T):
    """Whether x and y are equal, element by element, with broadcasting.

    >>> tf.equal([1, 2, 3], [1, 0, 3]).numpy()
    array([ True, False,  True])
    """
    return _is_equal(*broadcast(x, y))


@op(T="any", strings=True)
def not_equal(x: T, y: T):
    """Whether x and y differ, element by element, with broadcasting.

    >>> tf.not_equal([1, 2, 3], 2).numpy()
    array([ True, False,  True])
    """
    return ~_is_equal(*broadcast(x, y))


@op(T="any", strings=True)
def tensor_equals(x: T, y: T):
    """What `==` means: as `equal`, but False for shapes that do not go together."""
    if common_shape(x, y) is None:
        return jnp.zeros((), np.bool_)
    return _is_equal(*broadcast(x, y))


@op(T="any", strings=True)
def tensor_not_equals(x: T, y: T):
    """What `!=` means: as `not_equal`, but True for shapes that do not go together."""
    if common_shape(x, y) is None:
        return jnp.ones((), np.bool_)
    return ~_is_equal(*broadcast(x, y))


@op(T="real")
def less(x: T, y: T):
    """Whether x < y, element by element, with broadcasting.

    >>> tf.less([1, 2, 3], 2).numpy()
    array([ True, False, False])
    """
    return lax.lt(*broadcast(x, y))


@op(T="real")
def less_equal(x: T, y: T):
    """Whether x <= y, element by element, with broadcasting.

    >>> tf.less_equal([1, 2, 3], 2).numpy()
    array([ True,  True, False])
    """
    return lax.le(*broadcast(x, y))


@op(T="real")
def greater(x: T, y: T):
    """Whether x > y, element by element, with broadcasting.

    >>> tf.greater([1, 2, 3], 2).numpy()
    array([False, False,  True])
    """
    return lax.gt(*broadcast(x, y))


@op(T="real")
def greater_equal(x: T, y: T):
    """Whether x >= y, element by element, with broadcasting.

    >>> tf.greater_equal([1, 2, 3], 2).numpy()
    array([False,  True,  True])
    """
    return lax.ge(*broadcast(x, y))


@op(T="bool")
def logical_and(x: T, y: T):
    """Whether both x and y hold.

    >>> tf.logical_and([True, True, False], [True, False, False]).numpy()
    array([ True, False, False])
    """
    return lax.bitwise_and(*broadcast(x, y))


@op(T="bool")
def logical_or(x: T, y: T):
    """Whether x or y or both hold.

    >>> tf.logical_or([True, True, False], [True, False, False]).numpy()
    array([ True,  True, False])
    """
    return lax.bitwise_or(*broadcast(x, y))


@op(T="bool")
def logical_xor(x: T, y: T, name: str | None = "LogicalXor"):
    """Whether exactly one of x and y holds.

    >>> tf.math.logical_xor([True, True, False], [True, False, False]).numpy()
    array([False,  True, False])
    """
    return lax.bitwise_xor(*broadcast(x, y))


@op(T="bool")
def logical_not(x: T):
    """Whether x does not hold.

    >>> tf.logical_not([True, False]).numpy()
    array([False,  True])
    """
    return lax.bitwise_not(x)


@op(T="float")
def is_finite(x: T):
    """Whether x is neither infinite nor NaN.

    >>> tf.math.is_finite([1.0, float("inf"), float("nan")]).numpy()
    array([ True, False, False])
    """
    return lax.is_finite(x)


@op(T="float")
def is_inf(x: T):
    """Whether x is infinite, of either sign.

    >>> tf.math.is_inf([1.0, float("-inf"), float("nan")]).numpy()
    array([False,  True, False])
    """
    return jnp.isinf(x)


@op(T="float")
def is_nan(x: T):
    """Whether x is not a number.

    >>> tf.math.is_nan([1.0, float("inf"), float("nan")]).numpy()
    array([False, False,  True])
    """
    return jnp.isnan(x)


@op(T="real")
def is_non_decreasing(x: T):
    """Whether no element is smaller than the one before it, reading x row by row.

    >>> tf.math.is_non_decreasing([1, 1, 2]).numpy()
    np.True_
    """
    flat = x.reshape(-1)
    return jnp.all(flat[:-1] <= flat[1:])


@op(T="real")
def is_strictly_increasing(x: T):
    """Whether each element is larger than the one before it, reading x row by row.

    >>> tf.math.is_strictly_increasing([1, 1, 2]).numpy()
    np.False_
    """
    flat = x.reshape(-1)
    return jnp.all(flat[:-1] < flat[1:])

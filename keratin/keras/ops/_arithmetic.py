"""Functions of two tensors, element by element: arithmetic, comparisons, logic, bits."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import bitwise, math
from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.promotion import Rules
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation, promoted_op
from keratin.keras.ops._promotion import (
    BOOL,
    INT8,
    counted,
    floating,
    promote,
    tensor,
    unchanged,
    wide_floating,
)

_NUMBERS = "float complex"

# Arithmetic


@op(T="uint")
def _unsigned_power(x1: T, x2: T) -> Array:
    return jnp.power(x1, x2)


add = adapted(math.add, "add", "x1 x2", instead={"bool": math.logical_or})
subtract = adapted(math.subtract, "subtract", "x1 x2", target=unchanged)
multiply = adapted(math.multiply, "multiply", "x1 x2", instead={"bool": math.logical_and})
divide = adapted(math.truediv, "divide", "x1 x2", accepted=_NUMBERS)
true_divide = adapted(math.truediv, "true_divide", "x1 x2", accepted=_NUMBERS)
divide_no_nan = adapted(math.divide_no_nan, "divide_no_nan", "x1 x2", accepted=_NUMBERS)
floor_divide = adapted(math.floordiv, "floor_divide", "x1 x2")
mod = adapted(math.floormod, "mod", "x1 x2")
power = adapted(
    math.pow, "power", "x1 x2", accepted="int uint float complex", instead={"uint": _unsigned_power}
)
maximum = adapted(math.maximum, "maximum", "x1 x2", instead={"bool": math.logical_or})
minimum = adapted(math.minimum, "minimum", "x1 x2", instead={"bool": math.logical_and})
gcd = adapted(tnp.gcd, "gcd", target=unchanged)
lcm = adapted(tnp.lcm, "lcm", target=unchanged)
arctan2 = adapted(math.atan2, "arctan2", "x1 x2")
hypot = adapted(tnp.hypot, "hypot", target=wide_floating)
logaddexp = adapted(tnp.logaddexp, "logaddexp")
logaddexp2 = adapted(tnp.logaddexp2, "logaddexp2")
nextafter = adapted(math.nextafter, "nextafter", "x1 x2")


@promoted_op(T="bool real")
def fmax(x1: T, x2: T) -> Array:
    """The larger of each pair; where one is NaN, the other.

    >>> keras.ops.fmax([1.0, np.nan], [2.0, 3.0]).numpy()
    array([2., 3.], dtype=float32)
    """
    return jnp.fmax(x1, x2)


@promoted_op(T="bool real")
def fmin(x1: T, x2: T) -> Array:
    """The smaller of each pair; where one is NaN, the other.

    >>> keras.ops.fmin([1.0, np.nan], [2.0, 3.0]).numpy()
    array([1., 3.], dtype=float32)
    """
    return jnp.fmin(x1, x2)


@promoted_op(T="real")
def fmod(x1: T, x2: T) -> Array:
    """The remainder of division, with the sign of x1.

    >>> keras.ops.fmod([-7.0, 7.0], 3.0).numpy()
    array([-1.,  1.], dtype=float32)
    """
    return jnp.fmod(x1, x2)


@operation
def heaviside(x1: Any, x2: Any) -> Any:
    """0 where x1 is negative, 1 where it is positive, x2 where it is 0.

    >>> keras.ops.heaviside([-1.0, 0.0, 1.0], 0.5).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return tnp.heaviside(*promote(x1, x2, to=wide_floating))


@operation
def ldexp(x1: Any, x2: Any) -> Any:
    """x1 * 2**x2, of whole numbers x2.

    >>> keras.ops.ldexp([1.0, 3.0], [2, -1]).numpy()
    array([4. , 1.5], dtype=float32)
    """
    exponent = tensor(x2)
    if not exponent.dtype.is_integer:
        raise TypeError(
            f"x2 is the exponent and has to be of an integer dtype; given "
            f"{exponent.dtype.name}. Write keras.ops.cast(x2, 'int32')"
        )
    (x1,) = promote(x1, to=floating)
    return _scaled(x1, exponent)


@op
def _scaled(x1: Array, x2: Array) -> Array:
    return jnp.ldexp(x1, x2).astype(x1.dtype)


# Comparisons


def _ordered(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    return INT8 if dtype == BOOL else dtype


equal = adapted(math.equal, "equal", "x1 x2")
not_equal = adapted(math.not_equal, "not_equal", "x1 x2")
greater = adapted(math.greater, "greater", "x1 x2", target=_ordered)
greater_equal = adapted(math.greater_equal, "greater_equal", "x1 x2", target=_ordered)
less = adapted(math.less, "less", "x1 x2", target=_ordered)
less_equal = adapted(math.less_equal, "less_equal", "x1 x2", target=_ordered)
isclose = adapted(tnp.isclose, "isclose", "x1 x2 rtol atol equal_nan")
allclose = adapted(tnp.allclose, "allclose", "x1 x2 rtol atol equal_nan")

# Logic

logical_and = operation(tnp.logical_and)
logical_or = operation(tnp.logical_or)
logical_xor = operation(tnp.logical_xor)

# Bits


def _bits(function: Any, name: str, logical: Any) -> Any:
    return adapted(function, name, "x y", target=unchanged, instead={"bool": logical})


bitwise_and = _bits(bitwise.bitwise_and, "bitwise_and", math.logical_and)
bitwise_or = _bits(bitwise.bitwise_or, "bitwise_or", math.logical_or)
bitwise_xor = _bits(bitwise.bitwise_xor, "bitwise_xor", math.logical_xor)
bitwise_left_shift = adapted(bitwise.left_shift, "bitwise_left_shift", "x y", target=counted)
bitwise_right_shift = adapted(bitwise.right_shift, "bitwise_right_shift", "x y", target=counted)
left_shift = adapted(bitwise.left_shift, "left_shift", "x y", target=counted)
right_shift = adapted(bitwise.right_shift, "right_shift", "x y", target=counted)

# Limits


@operation
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """x, with what is below x_min or above x_max set to these; None is no limit.

    >>> keras.ops.clip([1, 5, 9], 2, 8).numpy()
    array([2, 5, 8], dtype=int32)
    """
    if x_min is None and x_max is None:
        raise errors.InvalidArgumentError("give x_min, x_max or both")
    return _clip(x, x_min, x_max)


_clip = adapted(tnp.clip, "clip", "x x_min x_max", target=counted)

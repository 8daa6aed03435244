"""Functions of one tensor, element by element.

What needs a float gets `floatx` of integers and booleans; see `_promotion`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin import array as tensors
from keratin import bitwise, math
from keratin._engine.op import Array, T
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation, promoted_op
from keratin.keras.ops._promotion import floating, tensor, unchanged, wide_floating
from keratin.math._casting import cast

_SAME = tensors.identity

# Roots, powers, logarithms, exponentials

cbrt = adapted(tnp.cbrt, "cbrt", "x", target=wide_floating)
exp = adapted(math.exp, "exp", "x")
exp2 = adapted(tnp.exp2, "exp2", "x")
expm1 = adapted(math.expm1, "expm1", "x")
log = adapted(math.log, "log", "x")
log10 = adapted(tnp.log10, "log10", "x")
log1p = adapted(math.log1p, "log1p", "x")
log2 = adapted(tnp.log2, "log2", "x")
reciprocal = adapted(math.reciprocal, "reciprocal", "x")
sqrt = adapted(math.sqrt, "sqrt", "x")
square = adapted(math.square, "square", "x")
i0 = adapted(math.bessel_i0, "i0", "x", target=wide_floating)

# Angles

angle = adapted(tnp.angle, "angle", "x", target=floating)
arccos = adapted(math.acos, "arccos", "x")
arccosh = adapted(math.acosh, "arccosh", "x")
arcsin = adapted(math.asin, "arcsin", "x")
arcsinh = adapted(math.asinh, "arcsinh", "x")
arctan = adapted(math.atan, "arctan", "x")
arctanh = adapted(math.atanh, "arctanh", "x")
cos = adapted(math.cos, "cos", "x")
cosh = adapted(math.cosh, "cosh", "x")
deg2rad = adapted(tnp.deg2rad, "deg2rad", "x", target=wide_floating)
rad2deg = adapted(tnp.rad2deg, "rad2deg", "x", target=wide_floating)
sin = adapted(math.sin, "sin", "x")
sinc = adapted(tnp.sinc, "sinc", "x")
sinh = adapted(math.sinh, "sinh", "x")
tan = adapted(math.tan, "tan", "x")
tanh = adapted(math.tanh, "tanh", "x")

# Signs, parts, rounding


def _complex_refused(x: Any) -> Any:
    raise TypeError(
        f"keras.ops.fabs takes no complex numbers; x has dtype {x.dtype.name}. Use keras.ops.abs"
    )


def _negative_unsigned(x: Any) -> Any:
    return math.subtract(tensors.zeros_like(x), x)


def _sign_unsigned(x: Any) -> Any:
    return cast(math.not_equal(x, 0), x.dtype)


absolute = adapted(math.abs, "absolute", "x", instead={"bool": _SAME, "uint": _SAME})
abs = absolute
fabs = adapted(math.abs, "fabs", "x", accepted="float", instead={"complex": _complex_refused})
negative = adapted(
    math.negative, "negative", "x", target=unchanged, instead={"uint": _negative_unsigned}
)
sign = adapted(math.sign, "sign", "x", target=unchanged, instead={"uint": _sign_unsigned})
signbit = adapted(tnp.signbit, "signbit", "x")
conjugate = adapted(math.conj, "conjugate", "x", instead={"bool": _SAME})
conj = conjugate
real = adapted(math.real, "real", "x", instead={"bool": _SAME})
imag = adapted(math.imag, "imag", "x", instead={"bool": tensors.zeros_like})
ceil = adapted(math.ceil, "ceil", "x")
floor = adapted(math.floor, "floor", "x")
round = adapted(tnp.round, "round", "x decimals")


@operation
def trunc(x: Any) -> Any:
    """Rounded towards zero; integers stay as they are.

    >>> keras.ops.trunc([-1.7, 1.7]).numpy()
    array([-1.,  1.], dtype=float32)
    """
    x = tensor(x)
    return tnp.fix(x) if x.dtype.is_floating else _SAME(x)


@promoted_op(T="bool number")
def nan_to_num(
    x: T, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """x with numbers in place of NaN and infinities, which by default become the extremes.

    >>> keras.ops.nan_to_num([np.nan, 1.0, np.inf], posinf=9.0).numpy()
    array([0., 1., 9.], dtype=float32)
    """
    return jnp.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


@operation
def copy(x: Any) -> Any:
    """A tensor of the value.

    >>> keras.ops.copy([1, 2]).numpy()
    array([1, 2], dtype=int32)
    """
    return _SAME(tensor(x))


# Questions

isfinite = adapted(tnp.isfinite, "isfinite", "x")
isinf = adapted(tnp.isinf, "isinf", "x")
isnan = adapted(tnp.isnan, "isnan", "x")
isneginf = adapted(tnp.isneginf, "isneginf", "x")
isposinf = adapted(tnp.isposinf, "isposinf", "x")
isreal = adapted(tnp.isreal, "isreal", "x")
logical_not = operation(tnp.logical_not)

# Bits

bitwise_invert = adapted(
    bitwise.invert, "bitwise_invert", "x", target=unchanged, instead={"bool": math.logical_not}
)
bitwise_not = adapted(
    bitwise.invert, "bitwise_not", "x", target=unchanged, instead={"bool": math.logical_not}
)

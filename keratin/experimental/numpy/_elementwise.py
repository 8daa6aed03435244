"""Element by element: arithmetic, functions, comparisons, bits, with NumPy's promotion."""

from __future__ import annotations

import math as python_math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin import bitwise, math
from keratin._engine import promotion
from keratin._engine.op import Array, T, op
from keratin._engine.promotion import promote, promoted, promoting
from keratin._engine.tensor import Tensor

BOOL = np.dtype(bool)


def _boolean(
    numeric: Callable[..., Any], logical: Callable[..., Any], name: str
) -> Callable[..., Any]:
    """`numeric`, but `logical` where all arguments are booleans, as in NumPy."""

    def adapter(x1: Any, x2: Any) -> Any:
        if promotion.result_type(x1, x2) == BOOL:
            return logical(*promote(x1, x2))
        return numeric(x1, x2)

    return _described(adapter, numeric, name)


def _described(adapter: Any, function: Any, name: str) -> Any:
    """The adapter, with the description of the op behind it."""
    adapter.__name__, adapter.__qualname__ = name, function.__qualname__
    adapter.__doc__, adapter.__module__ = function.__doc__, function.__module__
    return adapter


def _binary(function: Callable[..., Any], name: str, accepted: str | None = None) -> Any:
    return promoting(function, "x1 x2", name=name, accepted=accepted)


def _unary(function: Callable[..., Any], name: str | None = None) -> Any:
    return promoting(function, "x", name=name)


# Arithmetic

add = _boolean(_binary(math.add, "add"), math.logical_or, "add")
multiply = _boolean(_binary(math.multiply, "multiply"), math.logical_and, "multiply")
maximum = _boolean(_binary(math.maximum, "maximum"), math.logical_or, "maximum")
minimum = _boolean(_binary(math.minimum, "minimum"), math.logical_and, "minimum")
subtract = _binary(math.subtract, "subtract")
divide = true_divide = _binary(math.truediv, "true_divide")
floor_divide = _binary(math.floordiv, "floor_divide")
mod = remainder = _binary(math.floormod, "mod")
power = _binary(math.pow, "power", accepted="int float complex")
float_power = _binary(math.pow, "float_power", accepted="float complex")
arctan2 = _binary(math.atan2, "arctan2")
nextafter = _binary(math.nextafter, "nextafter")

abs = absolute = fabs = _unary(math.abs, "abs")
negative = _unary(math.negative)
reciprocal = _unary(math.reciprocal)
sign_of = _unary(math.sign)
square = _unary(math.square)


def sign(x: Any, out: Any = None, where: Any = None, **kwargs: Any) -> Any:
    """-1, 0 or 1 by the sign of each element.

    Of NumPy's other arguments none is taken: a tensor cannot be written into.

    >>> tf.experimental.numpy.sign([-2, 0, 3]).numpy()
    array([-1,  0,  1])
    """
    if out is not None or where is not None or kwargs:
        raise ValueError("sign takes no `out`, `where` nor keyword arguments: use tnp.where.")
    return sign_of(x)


def divmod(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Quotient and remainder of division, rounded towards minus infinity.

    >>> tf.experimental.numpy.divmod(7, -2)
    (<tf.Tensor: shape=(), dtype=int64, numpy=-4>, <tf.Tensor: shape=(), dtype=int64, numpy=-1>)
    """
    x1, x2 = promote(x1, x2)
    return floor_divide(x1, x2), mod(x1, x2)


@promoted(T="bool number")
def positive(x: T) -> Array:
    """x as it is.

    >>> tf.experimental.numpy.positive([-1]).numpy()
    array([-1])
    """
    return x


@promoted(T="int uint")
def gcd(x1: T, x2: T) -> Array:
    """The greatest common divisor.

    >>> tf.experimental.numpy.gcd(12, 18).numpy()
    np.int64(6)
    """
    return jnp.gcd(x1, x2)


@promoted(T="int uint")
def lcm(x1: T, x2: T) -> Array:
    """The least common multiple.

    >>> tf.experimental.numpy.lcm(4, 6).numpy()
    np.int64(12)
    """
    return jnp.lcm(x1, x2)


def heaviside(x1: Any, x2: Any) -> Any:
    """0 where x1 is negative, 1 where it is positive, x2 where it is 0.

    >>> tf.experimental.numpy.heaviside([-1.0, 0.0, 1.0], 0.5).numpy()
    array([0. , 0.5, 1. ])
    """
    x1, x2 = promote(x1, x2, accepted=("float",))
    return _step(tensors.stop_gradient(x1), x2)


@op(T="float")
def _step(x1: T, x2: T) -> Array:
    step = jnp.where(x1 > 0, jnp.ones_like(x1), jnp.zeros_like(x1))
    return jnp.where(x1 == 0, x2, jnp.where(jnp.isnan(x1), x1, step))


@promoted(T="float complex")
def hypot(x1: T, x2: T) -> Array:
    """The length of the hypotenuse: sqrt(x1**2 + x2**2).

    >>> tf.experimental.numpy.hypot(3, 4).numpy()
    np.float64(5.0)
    """
    return jnp.sqrt(x1 * x1 + x2 * x2)


@promoted(T="float")
def logaddexp(x1: T, x2: T) -> Array:
    """log(exp(x1) + exp(x2)), without overflow.

    >>> tf.experimental.numpy.logaddexp(1000.0, 1000.0).numpy()
    np.float64(1000.6931471805599)
    """
    return jnp.logaddexp(x1, x2)


@promoted(T="float")
def logaddexp2(x1: T, x2: T) -> Array:
    """log2(2**x1 + 2**x2), without overflow.

    >>> tf.experimental.numpy.logaddexp2(1000.0, 1000.0).numpy()
    np.float64(1001.0)
    """
    return jnp.logaddexp2(x1, x2)


# Functions of one argument

arccos = _unary(math.acos, "arccos")
arccosh = _unary(math.acosh, "arccosh")
arcsin = _unary(math.asin, "arcsin")
arcsinh = _unary(math.asinh, "arcsinh")
arctan = _unary(math.atan, "arctan")
arctanh = _unary(math.atanh, "arctanh")
ceil = _unary(math.ceil)
cos = _unary(math.cos)
cosh = _unary(math.cosh)
exp = _unary(math.exp)
expm1 = _unary(math.expm1)
floor = _unary(math.floor)
log = _unary(math.log)
log1p = _unary(math.log1p)
sin = _unary(math.sin)
sinh = _unary(math.sinh)
sqrt = _unary(math.sqrt)
tan = _unary(math.tan)
tanh = _unary(math.tanh)
conj = conjugate = _unary(math.conj)
imag = promoting(math.imag, "val")
real = promoting(math.real, "val")


@promoted(T="number")
def angle(z: T, deg: bool = False) -> Array:
    """The angle of complex numbers, in radians, or with `deg` in degrees.

    >>> tf.experimental.numpy.angle(1j, deg=True).numpy()
    np.float64(90.0)
    """
    if not jnp.issubdtype(z.dtype, jnp.inexact):
        z = z.astype(np.float32)
    return jnp.angle(z, deg=deg)


@promoted(T="float")
def cbrt(x: T) -> Array:
    """The cube root.

    >>> tf.experimental.numpy.cbrt(-8.0).numpy()
    np.float64(-2.0)
    """
    return jnp.cbrt(x)


@promoted(T="float complex")
def deg2rad(x: T) -> Array:
    """Degrees in radians.

    >>> tf.experimental.numpy.deg2rad(180).numpy()
    np.float64(3.141592653589793)
    """
    return x * (python_math.pi / 180)


@promoted(T="float complex")
def rad2deg(x: T) -> Array:
    """Radians in degrees.

    >>> tf.experimental.numpy.rad2deg(np.pi).numpy()
    np.float64(180.0)
    """
    return x * (180 / python_math.pi)


@promoted(T="float complex")
def exp2(x: T) -> Array:
    """2 to the power of x.

    >>> tf.experimental.numpy.exp2(3).numpy()
    np.float64(8.0)
    """
    # Exact at whole numbers, which exp2 of XLA is not.
    return jnp.power(jnp.asarray(2, x.dtype), x)


@promoted(T="float complex")
def log2(x: T) -> Array:
    """The logarithm to base 2.

    >>> tf.experimental.numpy.log2([1, 2]).numpy()
    array([0., 1.])
    """
    return jnp.log2(x)


@promoted(T="float complex")
def log10(x: T) -> Array:
    """The logarithm to base 10.

    >>> tf.experimental.numpy.log10(1000).numpy()
    np.float64(3.0)
    """
    return jnp.log10(x)


def fix(x: Any) -> Any:
    """Rounded towards zero.

    >>> tf.experimental.numpy.fix([-1.7, 1.7]).numpy()
    array([-1.,  1.])
    """
    (x,) = promote(x, accepted=("float",))
    return _truncated(tensors.stop_gradient(x))


@op(T="float")
def _truncated(x: T) -> Array:
    return jnp.trunc(x)


@promoted(T="float complex")
def sinc(x: T) -> Array:
    """sin(pi x) / (pi x), and 1 at 0.

    >>> tf.experimental.numpy.sinc([0.0, 0.5]).numpy()
    array([1.        , 0.63661977])
    """
    return jnp.sinc(x)


@promoted(T="bool number")
def around(a: T, decimals: int = 0) -> Array:
    """Rounded to a number of decimals, halves to even.

    >>> tf.experimental.numpy.around([1.25, 2.5], 1).numpy()
    array([1.2, 2.5])
    """
    if a.dtype == BOOL:
        return a
    if jnp.issubdtype(a.dtype, jnp.integer) and decimals >= 0:
        return a
    scale = 10.0**decimals
    rounded = jnp.round(a.astype(np.float64) * scale) / scale if _is_int(a) else _rounded(a, scale)
    return rounded.astype(a.dtype)


def _is_int(a: Any) -> bool:
    return bool(jnp.issubdtype(a.dtype, jnp.integer))


def _rounded(a: Any, scale: float) -> Any:
    return jnp.round(a) if scale == 1 else jnp.round(a * scale) / scale


round = around


# Comparisons and logic

equal = _binary(math.equal, "equal")
not_equal = _binary(math.not_equal, "not_equal")


def _compared(function: Callable[..., Any], name: str) -> Any:
    """A comparison of order, for booleans as well."""
    compare = _binary(function, name)

    def adapter(x1: Any, x2: Any) -> Any:
        if promotion.result_type(x1, x2) == BOOL:
            x1, x2 = promote(x1, x2, least=np.int8)
        return compare(x1, x2)

    return _described(adapter, function, name)


greater = _compared(math.greater, "greater")
greater_equal = _compared(math.greater_equal, "greater_equal")
less = _compared(math.less, "less")
less_equal = _compared(math.less_equal, "less_equal")


def truth(value: Any) -> Any:
    """The value as booleans: whether it is not 0."""
    (value,) = promote(value)
    return value if value.dtype == BOOL else math.not_equal(value, 0)


def _truths(*values: Any) -> list[Any]:
    return [truth(value) for value in values]


def logical_and(x1: Any, x2: Any) -> Any:
    """Whether both are true; numbers are unless they are 0.

    >>> tf.experimental.numpy.logical_and([0, 2], [1, 1]).numpy()
    array([False,  True])
    """
    return math.logical_and(*_truths(x1, x2))


def logical_or(x1: Any, x2: Any) -> Any:
    """Whether either is true; numbers are unless they are 0.

    >>> tf.experimental.numpy.logical_or([0, 2], [0, 1]).numpy()
    array([False,  True])
    """
    return math.logical_or(*_truths(x1, x2))


def logical_xor(x1: Any, x2: Any) -> Any:
    """Whether just one is true; numbers are unless they are 0.

    >>> tf.experimental.numpy.logical_xor([0, 2], [1, 1]).numpy()
    array([ True, False])
    """
    return math.logical_xor(*_truths(x1, x2))


def logical_not(x: Any) -> Any:
    """Whether it is false; numbers are if they are 0.

    >>> tf.experimental.numpy.logical_not([0, 2]).numpy()
    array([ True, False])
    """
    return math.logical_not(*_truths(x))


def _by_bits(function: Callable[..., Any], logical: Callable[..., Any], name: str) -> Any:
    return _boolean(_binary(function, name), logical, name)


bitwise_and = _by_bits(bitwise.bitwise_and, math.logical_and, "bitwise_and")
bitwise_or = _by_bits(bitwise.bitwise_or, math.logical_or, "bitwise_or")
bitwise_xor = _by_bits(bitwise.bitwise_xor, math.logical_xor, "bitwise_xor")


def bitwise_not(x: Any) -> Any:
    """Each bit turned over; of booleans, not.

    >>> tf.experimental.numpy.bitwise_not([0, 5]).numpy()
    array([-1, -6])
    """
    (x,) = promote(x)
    return math.logical_not(x) if x.dtype == BOOL else bitwise.invert(x)


@promoted(T="bool number")
def isfinite(x: T) -> Array:
    """Whether it is neither infinite nor NaN.

    >>> tf.experimental.numpy.isfinite([1.0, np.inf, np.nan]).numpy()
    array([ True, False, False])
    """
    return jnp.isfinite(x)


@promoted(T="bool number")
def isinf(x: T) -> Array:
    """Whether it is infinite.

    >>> tf.experimental.numpy.isinf([1.0, -np.inf]).numpy()
    array([False,  True])
    """
    return jnp.isinf(x)


@promoted(T="bool number")
def isnan(x: T) -> Array:
    """Whether it is not a number.

    >>> tf.experimental.numpy.isnan([1.0, np.nan]).numpy()
    array([False,  True])
    """
    return jnp.isnan(x)


@promoted(T="bool real")
def isneginf(x: T) -> Array:
    """Whether it is minus infinity.

    >>> tf.experimental.numpy.isneginf([-np.inf, np.inf]).numpy()
    array([ True, False])
    """
    return jnp.isneginf(x)


@promoted(T="bool real")
def isposinf(x: T) -> Array:
    """Whether it is plus infinity.

    >>> tf.experimental.numpy.isposinf([-np.inf, np.inf]).numpy()
    array([False,  True])
    """
    return jnp.isposinf(x)


@promoted(T="bool number")
def iscomplex(x: T) -> Array:
    """Whether its imaginary part is not 0.

    >>> tf.experimental.numpy.iscomplex([1, 1j]).numpy()
    array([False,  True])
    """
    return jnp.iscomplex(x)


@promoted(T="bool number")
def isreal(x: T) -> Array:
    """Whether its imaginary part is 0.

    >>> tf.experimental.numpy.isreal([1, 1j]).numpy()
    array([ True, False])
    """
    return jnp.isreal(x)


def iscomplexobj(x: Any) -> bool:
    """Whether the dtype is complex.

    >>> tf.experimental.numpy.iscomplexobj(tf.complex(1.0, 0.0))
    True
    """
    return promotion.result_type(x).kind == "c"


def isrealobj(x: Any) -> bool:
    """Whether the dtype is not complex.

    >>> tf.experimental.numpy.isrealobj([1.0])
    True
    """
    return not iscomplexobj(x)


def isscalar(num: Any) -> bool:
    """Whether it is a number rather than an array; a tensor without dimensions is one.

    >>> tf.experimental.numpy.isscalar(tf.constant(1)), tf.experimental.numpy.isscalar([1])
    (True, False)
    """
    return num.ndim == 0 if isinstance(num, Tensor) else bool(np.isscalar(num))


@promoted(T="bool real")
def signbit(x: T) -> Array:
    """Whether the sign is minus.

    >>> tf.experimental.numpy.signbit([-1.0, 1.0]).numpy()
    array([ True, False])
    """
    return jnp.signbit(x) if jnp.issubdtype(x.dtype, jnp.floating) else x < 0


@promoted(T="bool number")
def isclose(a: T, b: T, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Array:
    """Whether |a - b| is no more than atol + rtol * |b|.

    >>> tf.experimental.numpy.isclose([1.0, 1.0], [1.0 + 1e-7, 1.1]).numpy()
    array([ True, False])
    """
    return jnp.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


@promoted(T="bool number")
def allclose(
    a: T, b: T, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Array:
    """Whether all of |a - b| is no more than atol + rtol * |b|.

    >>> tf.experimental.numpy.allclose([1.0, 2.0], [1.0, 2.0 + 1e-7]).numpy()
    np.True_
    """
    return jnp.allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


@promoted(T="bool number")
def array_equal(a1: T, a2: T) -> Array:
    """Whether shapes and all elements are equal.

    >>> tf.experimental.numpy.array_equal([1, 2], [1.0, 2.0]).numpy()
    np.True_
    """
    return jnp.array_equal(a1, a2)


@promoted(T="real")
def clip(a: T, a_min: T | None, a_max: T | None) -> Array:
    """a, with what is below a_min or above a_max set to these; None is no limit.

    >>> tf.experimental.numpy.clip([1, 5, 9], 2, 8).numpy()
    array([2, 5, 8])
    """
    low = a if a_min is None else jnp.maximum(a, a_min)
    return low if a_max is None else jnp.minimum(low, a_max)

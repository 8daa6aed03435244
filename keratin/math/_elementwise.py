"""Elementary functions of one operand: roots, exponentials, trigonometry, rounding, sign."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from keratin._engine.op import T, op
from keratin.math import _root
from keratin.math._gradient import without_gradient
from keratin.math._kind import is_complex, is_integer
from keratin.math._shape import broadcast


@jax.custom_jvp
def _abs(x):
    return lax.abs(x)


@_abs.defjvp
def _abs_jvp(primals, tangents):
    (x,), (x_dot,) = primals, tangents
    return _abs(x), lax.sign(x) * x_dot


def modulus(x):
    """|x|; its gradient at zero is zero."""
    return lax.abs(x) if is_complex(x.dtype) else _abs(x)


@op(T="int float complex")
def abs(x: T):
    """The absolute value; of a complex number its modulus, as a float.

    >>> tf.abs([-1.5, 2.0]).numpy()
    array([1.5, 2. ], dtype=float32)
    """
    return modulus(x)


@op(T="int float complex")
def sign(x: T):
    """-1, 0 or 1 as x is negative, zero or positive; of a complex number x / |x|.

    >>> tf.sign([-3.0, 0.0, 2.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    if not is_complex(x.dtype):
        return lax.stop_gradient(lax.sign(x))
    is_zero = x == 0
    modulus = lax.abs(jnp.where(is_zero, jnp.ones_like(x), x))
    return jnp.where(is_zero, jnp.zeros_like(x), x / modulus)


@op(T="number")
def square(x: T):
    """x * x.

    >>> tf.square([2.0, -3.0]).numpy()
    array([4., 9.], dtype=float32)
    """
    return lax.square(x)


@op(T="float complex")
def sqrt(x: T):
    """The square root.

    >>> tf.sqrt([4.0, 9.0]).numpy()
    array([2., 3.], dtype=float32)
    """
    return _root.sqrt(x)


@op(T="float complex")
def rsqrt(x: T):
    """1 / sqrt(x).

    >>> tf.math.rsqrt([4.0, 16.0]).numpy()
    array([0.5 , 0.25], dtype=float32)
    """
    return _root.rsqrt(x)


@op(T="float complex")
def exp(x: T):
    """e to the power x.

    >>> tf.exp(0.0).numpy()
    np.float32(1.0)
    """
    return lax.exp(x)


@op(T="float complex")
def expm1(x: T):
    """exp(x) - 1, exact for small x.

    >>> tf.math.expm1([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    return lax.expm1(x)


@op(T="float complex")
def log(x: T):
    """The natural logarithm.

    >>> tf.math.log([1.0, 0.0]).numpy()
    array([  0., -inf], dtype=float32)
    """
    return lax.log(x)


@op(T="float complex")
def log1p(x: T):
    """log(1 + x), exact for small x.

    >>> tf.math.log1p([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    return lax.log1p(x)


@op(T="float complex")
def sin(x: T):
    """The sine of x radians.

    >>> tf.sin(0.0).numpy()
    np.float32(0.0)
    """
    return lax.sin(x)


@op(T="float complex")
def cos(x: T):
    """The cosine of x radians.

    >>> tf.cos(0.0).numpy()
    np.float32(1.0)
    """
    return lax.cos(x)


@op(T="float complex")
def tan(x: T):
    """The tangent of x radians.

    >>> tf.tan(0.0).numpy()
    np.float32(0.0)
    """
    return lax.tan(x)


@op(T="float complex")
def asin(x: T):
    """The angle between -pi/2 and pi/2 whose sine is x.

    >>> tf.asin([0.0, 2.0]).numpy()
    array([ 0., nan], dtype=float32)
    """
    return lax.asin(x)


@op(T="float complex")
def acos(x: T):
    """The angle between 0 and pi whose cosine is x.

    >>> tf.acos([1.0, 2.0]).numpy()
    array([ 0., nan], dtype=float32)
    """
    return lax.acos(x)


@op(T="float complex")
def atan(x: T):
    """The angle between -pi/2 and pi/2 whose tangent is x.

    >>> tf.atan(0.0).numpy()
    np.float32(0.0)
    """
    return lax.atan(x)


@op(T="float")
def atan2(y: T, x: T):
    """The angle of the point (x, y), from -pi to pi.

    >>> tf.atan2([0.0, 0.0], [1.0, -1.0]).numpy()
    array([0.       , 3.1415927], dtype=float32)
    """
    return lax.atan2(*broadcast(y, x))


@op(T="float complex")
def sinh(x: T):
    """The hyperbolic sine.

    >>> tf.sinh(0.0).numpy()
    np.float32(0.0)
    """
    return lax.sinh(x)


@op(T="float complex")
def cosh(x: T):
    """The hyperbolic cosine.

    >>> tf.cosh(0.0).numpy()
    np.float32(1.0)
    """
    return lax.cosh(x)


@op(T="float complex")
def tanh(x: T):
    """The hyperbolic tangent, between -1 and 1.

    >>> tf.tanh([-100.0, 0.0, 100.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    return lax.tanh(x)


@op(T="float complex")
def asinh(x: T):
    """The number whose hyperbolic sine is x.

    >>> tf.asinh(0.0).numpy()
    np.float32(0.0)
    """
    return lax.asinh(x)


@jax.custom_jvp
def _acosh(x):
    return lax.acosh(x)


@_acosh.defjvp
def _acosh_jvp(primals, tangents):
    # By the result, so that the branch of the derivative is that of the function.
    (x,), (x_dot,) = primals, tangents
    out = _acosh(x)
    return out, x_dot / lax.sinh(out)


@op(T="float complex")
def acosh(x: T):
    """The number, 0 or more, whose hyperbolic cosine is x; NaN below 1.

    >>> tf.acosh([1.0, 0.5]).numpy()
    array([ 0., nan], dtype=float32)
    """
    return _acosh(x)


@op(T="float complex")
def atanh(x: T):
    """The number whose hyperbolic tangent is x.

    >>> tf.atanh([0.0, 1.0]).numpy()
    array([ 0., inf], dtype=float32)
    """
    return lax.atanh(x)


@without_gradient
@op(T="float")
def floor(x: T):
    """The largest whole number not above x. No gradient flows.

    >>> tf.floor([1.7, -1.2]).numpy()
    array([ 1., -2.], dtype=float32)
    """
    return lax.floor(x)


@without_gradient
@op(T="float")
def ceil(x: T):
    """The smallest whole number not below x. No gradient flows.

    >>> tf.math.ceil([1.2, -1.7]).numpy()
    array([ 2., -1.], dtype=float32)
    """
    return lax.ceil(x)


@without_gradient
@op(T="int float")
def round(x: T):
    """The nearest whole number, halves to the even one. No gradient flows.

    >>> tf.round([0.5, 1.5, 2.4]).numpy()
    array([0., 2., 2.], dtype=float32)
    """
    if is_integer(x.dtype):
        return x
    return lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)


@without_gradient
@op(T="float")
def rint(x: T):
    """The nearest whole number, halves to the even one. No gradient flows.

    >>> tf.math.rint([0.5, 1.5, -2.4]).numpy()
    array([ 0.,  2., -2.], dtype=float32)
    """
    return lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)


@jax.custom_jvp
def _nextafter(x, y):
    return lax.nextafter(x, y)


@_nextafter.defjvp
def _nextafter_jvp(primals, tangents):
    return _nextafter(*primals), tangents[0]


@op(T="float")
def nextafter(x1: T, x2: T):
    """The floating-point number next to x1 in the direction of x2.

    >>> tf.math.nextafter(1.0, 2.0).numpy()
    np.float32(1.0000001)
    """
    return _nextafter(*broadcast(x1, x2))

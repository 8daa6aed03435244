"""Special functions: gamma and beta, error functions, zeta, and integrals without elementary form.

Of arguments in half precision they are computed in float32. A function that several arguments
enter has derivatives by those that TensorFlow differentiates by; by the others they are zero.
"""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.math._shape import broadcast

_SQRT_HALF = math.sqrt(0.5)


def at_least(dtype):
    """A decorator: the function is computed in `dtype` where its arguments are narrower."""

    def decorate(function):
        @functools.wraps(function)
        def call(*arrays):
            own = arrays[0].dtype
            if own.itemsize >= np.dtype(dtype).itemsize:
                return function(*arrays)
            return function(*[array.astype(dtype) for array in arrays]).astype(own)

        return call

    return decorate


def smooth(slope):
    """A decorator: the function with `slope(x, value)` for its derivative."""

    def decorate(function):
        differentiable = jax.custom_jvp(function)

        @differentiable.defjvp
        def jvp(primals, tangents):
            (x,), (x_dot,) = primals, tangents
            value = differentiable(x)
            return value, slope(x, value) * x_dot

        return differentiable

    return decorate


def over(value, x, at_zero):
    """value / x, and its limit where x is zero."""
    is_zero = x == 0
    quotient = value / jnp.where(is_zero, jnp.ones_like(x), x)
    return jnp.where(is_zero, jnp.full_like(x, at_zero), quotient)


# Gamma, beta and their kin


@op(T="float")
def lgamma(x: T):
    """The logarithm of the absolute value of the gamma function.

    >>> tf.math.lgamma([1.0, 2.0, 5.0]).numpy().round(4)
    array([0.    , 0.    , 3.1781], dtype=float32)
    """
    return lax.lgamma(x)


@op(T="float")
def digamma(x: T):
    """The derivative of lgamma.

    >>> tf.math.digamma(1.0).numpy().round(4)
    np.float32(-0.5772)
    """
    return lax.digamma(x)


@op(T="float")
def polygamma(a: T, x: T):
    """The a-th derivative of digamma at x, for a = 0, 1, 2, ... No gradient flows to a.

    >>> tf.math.polygamma([0.0, 1.0], 1.0).numpy().round(4)
    array([-0.5772,  1.6449], dtype=float32)
    """
    a, x = broadcast(lax.stop_gradient(a), x)
    return at_least(np.float32)(lax.polygamma)(a, x)


@jax.custom_jvp
def _zeta(x, q):
    return lax.zeta(x, q)


@_zeta.defjvp
def _zeta_jvp(primals, tangents):
    (x, q), (_, q_dot) = primals, tangents
    return _zeta(x, q), -x * _zeta(x + 1, q) * q_dot


@op(T="float")
def zeta(x: T, q: T):
    """The Hurwitz zeta function, the sum of (q + n)^-x over n = 0, 1, 2, ...; Riemann's for q = 1.

    No gradient flows to x.

    >>> tf.math.zeta(2.0, [1.0, 2.0]).numpy().round(4)
    array([1.6449, 0.6449], dtype=float32)
    """
    return at_least(np.float32)(_zeta)(*broadcast(x, q))


@op(T="float")
def igamma(a: T, x: T):
    """The regularised lower incomplete gamma function P(a, x), differentiable by both.

    >>> tf.math.igamma(1.0, [0.0, 1.0]).numpy().round(4)
    array([0.    , 0.6321], dtype=float32)
    """
    return at_least(np.float64)(lax.igamma)(*broadcast(a, x))


@op(T="float")
def igammac(a: T, x: T):
    """The regularised upper incomplete gamma function, 1 - igamma(a, x), without cancellation.

    >>> tf.math.igammac(1.0, [0.0, 1.0]).numpy().round(4)
    array([1.    , 0.3679], dtype=float32)
    """
    return at_least(np.float64)(lax.igammac)(*broadcast(a, x))


@op(T="float")
def betainc(a: T, b: T, x: T):
    """The regularised incomplete beta function I_x(a, b). Gradients flow to x alone.

    >>> tf.math.betainc(1.0, 1.0, [0.25, 1.0]).numpy().round(4)
    array([0.25, 1.  ], dtype=float32)
    """
    a, b, x = broadcast(lax.stop_gradient(a), lax.stop_gradient(b), x)
    return at_least(np.float64)(lax.betainc)(a, b, x)


@op(T="float")
def lbeta(x: T):
    """The logarithm of the absolute value of the beta function of the numbers along the last axis.

    >>> tf.math.lbeta([[1.0, 1.0], [1.0, 2.0]]).numpy().round(4)
    array([ 0.    , -0.6931], dtype=float32)
    """
    if x.ndim == 0:
        raise errors.InvalidArgumentError(
            "x is a scalar; the beta function takes a list of numbers along the last axis."
        )
    parts = jnp.sum(lax.lgamma(x), axis=-1, dtype=x.dtype)
    return parts - lax.lgamma(jnp.sum(x, axis=-1, dtype=x.dtype))


# Error functions


@op(T="float")
def erf(x: T):
    """The error function: the share of a normal distribution within x * sqrt(2) of its mean.

    >>> tf.math.erf([0.0, 10.0]).numpy().round(4)
    array([0., 1.], dtype=float32)
    """
    return lax.erf(x)


@op(T="float")
def erfc(x: T):
    """1 - erf(x), without cancellation.

    >>> tf.math.erfc([0.0, 1.0]).numpy().round(4)
    array([1.    , 0.1573], dtype=float32)
    """
    return lax.erfc(x)


@op(T="float")
def erfinv(x: T):
    """The number whose error function is x.

    >>> tf.math.erfinv([0.0, 1.0]).numpy().round(4)
    array([ 0., inf], dtype=float32)
    """
    return lax.erf_inv(x)


@smooth(lambda x, value: math.sqrt(2 * math.pi) * lax.exp(value * value / 2))
def _ndtri(x):
    return jsp.ndtri(x)


@op(T="float")
def ndtri(x: T):
    """The quantile of the standard normal distribution: where its distribution function is x.

    >>> tf.math.ndtri([0.5, 1.0]).numpy().round(4)
    array([ 0., inf], dtype=float32)
    """
    return at_least(np.float32)(_ndtri)(x)


@op(T="float")
def erfcinv(x: T):
    """The number whose erfc is x.

    >>> tf.math.erfcinv([0.0, 2.0]).numpy().round(4)
    array([ inf, -inf], dtype=float32)
    """
    return at_least(np.float32)(lambda x: -_ndtri(x / 2) * _SQRT_HALF)(x)


# Integrals


@op(T="float")
def dawsn(x: T):
    """Dawson's integral, exp(-x^2) times the integral of exp(t^2) from 0 to x.

    >>> tf.math.special.dawsn([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.5381], dtype=float32)
    """
    return at_least(np.float32)(jsp.dawsn)(x)


@smooth(lambda x, value: lax.exp(x) / x)
def _expint(x):
    return jnp.where(x == 0, jnp.full_like(x, -np.inf), jsp.expi(x))


@op(T="float")
def expint(x: T):
    """The exponential integral Ei, the integral of exp(t) / t from minus infinity to x.

    >>> tf.math.special.expint([0.0, 1.0]).numpy().round(4)
    array([  -inf, 1.8951], dtype=float32)
    """
    return at_least(np.float32)(_expint)(x)


@op(T="float")
def fresnel_cos(x: T):
    """The integral of cos(pi t^2 / 2) from 0 to x.

    >>> tf.math.special.fresnel_cos([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.7799], dtype=float32)
    """
    return at_least(np.float32)(lambda x: jsp.fresnel(x)[1])(x)


@op(T="float")
def fresnel_sin(x: T):
    """The integral of sin(pi t^2 / 2) from 0 to x.

    >>> tf.math.special.fresnel_sin([0.0, 1.0]).numpy().round(4)
    array([0.    , 0.4383], dtype=float32)
    """
    return at_least(np.float32)(lambda x: jsp.fresnel(x)[0])(x)


@smooth(lambda x, value: -over(lax.log1p(x - 1), x - 1, 1.0))
def _spence(x):
    return jsp.spence(x)


@op(T="float")
def spence(x: T):
    """Spence's function, the dilogarithm of 1 - x: the integral of log(t) / (1 - t) from 1 to x.

    >>> tf.math.special.spence([1.0, 2.0]).numpy().round(4)
    array([ 0.    , -0.8225], dtype=float32)
    """
    return at_least(np.float32)(_spence)(x)

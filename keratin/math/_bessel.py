"""Bessel functions of the orders 0 and 1: of the first and second kind, and the modified ones.

On a bounded range each function, freed of its singular part, is a Chebyshev series; beyond it the
series is one of the slowly varying factor that the oscillation or decay is multiplied by. The
coefficients are those of the exact functions, to all digits of a float64.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
from jax import lax

from keratin._engine.op import T, op
from keratin.math._special import at_least, over, smooth

_J0 = (
    1.5772797147489012e-1,
    -8.7234423528522213e-3,
    2.6517861320333681e-1,
    -3.7009499387264978e-1,
    1.5806710233209726e-1,
    -3.4893769411408885e-2,
    4.8191800694676045e-3,
    -4.6062616620627505e-4,
    3.2460328821005081e-5,
    -1.7619469077621507e-6,
    7.6081635924187819e-8,
    -2.6792535305576729e-9,
    7.8486963144794644e-11,
    -1.9438346867370166e-12,
    4.1253205956343739e-14,
    -7.5885081254475463e-16,
)
_J1 = (
    8.1044846325658115e-2,
    -1.4897514506765211e-1,
    1.609992623572097e-1,
    -8.2680491766817907e-2,
    2.2213639654966035e-2,
    -3.646940600769276e-3,
    4.0503377283548218e-4,
    -3.2555548668572585e-5,
    1.9858774049915167e-6,
    -9.5219847567504362e-8,
    3.6871337590971482e-9,
    -1.1780266226958848e-10,
    3.1601545803480033e-12,
    -7.2217552396517734e-14,
    1.4232144003513942e-15,
    -2.4441972916190464e-17,
)
_Y0 = (
    -3.3146113203284942e-2,
    -2.7447430552974527e-1,
    1.7903431407718266e-1,
    2.6156734625504664e-1,
    -1.7730201278114358e-1,
    4.7196689595763387e-2,
    -7.2879624795520792e-3,
    7.5311359325777423e-4,
    -5.632079141056987e-5,
    3.206532537654801e-6,
    -1.4407233274018699e-7,
    5.2487947873305161e-9,
    -1.5837552541812015e-10,
    4.0263308183061208e-12,
    -8.7473412033107696e-14,
    1.6434898714919469e-15,
    -2.6977881152566836e-17,
)
_Y1 = (
    2.5380132357417817e-3,
    -1.608717304766875e-2,
    -9.5912045360830742e-2,
    8.4451972596523458e-2,
    -2.8328123944594366e-2,
    5.289897544167113e-3,
    -6.414551451326356e-4,
    5.5059828733387438e-5,
    -3.5380800186893499e-6,
    1.7707804556154403e-7,
    -7.1105500498992798e-9,
    2.3443379059115164e-10,
    -6.4651518414115942e-12,
    1.51429151205002e-13,
    -3.0511859694473253e-15,
    5.3466803857286701e-17,
)
_P0 = (
    9.9946034934751867e-1,
    -5.3652204681321174e-4,
    3.0751847875194746e-6,
    -5.1705945376060977e-8,
    1.6306464635151383e-9,
    -7.86409137723707e-11,
    5.1682623873491925e-12,
    -4.3045788699253912e-13,
    4.3265957431549406e-14,
    -5.0690340959352361e-15,
    6.7480722157338737e-16,
    -1.0011513723467786e-16,
)
_Q0 = (
    -1.2444683684269607e-1,
    5.4708159540893197e-4,
    -5.9315987288485178e-6,
    1.4377965798375193e-7,
    -5.817532749493056e-9,
    3.3760975237349908e-10,
    -2.5653979367973078e-11,
    2.404916100281365e-12,
    -2.6690625482579416e-13,
    3.4041800321963689e-14,
    -4.87994410531204e-15,
    7.7297031762426054e-16,
    -1.3348852171502517e-16,
    2.4865952389390515e-17,
)
_P1 = (
    1.0009030408600137,
    8.9898983308594086e-4,
    -3.9872843004889085e-6,
    6.1776339606442985e-8,
    -1.8718907491063066e-9,
    8.8168986595823389e-11,
    -5.7048636403956447e-12,
    4.6991955152305424e-13,
    -4.6842237839904892e-14,
    5.4526748960447172e-15,
    -7.2211808422740179e-16,
    1.0667689114335412e-16,
)
_Q1 = (
    3.742222965562826e-1,
    -7.7021788393256635e-4,
    7.3108922063643633e-6,
    -1.6767825107266738e-7,
    6.5833546621204433e-9,
    -3.7490909505415562e-10,
    2.8121750359748865e-11,
    -2.6114525394623199e-12,
    2.8774212663332234e-13,
    -3.6490019160618378e-14,
    5.2066263662267072e-15,
    -8.2153180254585943e-16,
    1.4141084390211833e-16,
    -2.6267615898385292e-17,
)
_K0_SMALL = (
    -2.6766369661695138e-1,
    3.4428989992462849e-1,
    3.5979936515361502e-2,
    1.2646154114469259e-3,
    2.2862121031194518e-5,
    2.5347910790261495e-7,
    1.9045163772202089e-9,
    1.0349695257633625e-11,
    4.2598161427910826e-14,
    1.3744654358807509e-16,
)
_K1_SMALL = (
    7.6265011366947389e-1,
    -3.5315596077654488e-1,
    -1.2261118082265715e-1,
    -6.9757238596398644e-3,
    -1.7302889575130521e-4,
    -2.4334061415659682e-6,
    -2.2133876307347259e-8,
    -1.4114883926335278e-10,
    -6.666901694199329e-13,
    -2.4274498505193659e-15,
)
_K0_LARGE = (
    1.2201515410329777,
    -3.1448101311964501e-2,
    1.5698838857300534e-3,
    -1.2849549581627803e-4,
    1.3949813718876499e-5,
    -1.8317555227191195e-6,
    2.7668136394450151e-7,
    -4.6604898976879477e-8,
    8.5740340174142261e-9,
    -1.6975345093890615e-9,
    3.5773972814003284e-10,
    -7.957489244477397e-11,
    1.8559491149549266e-11,
    -4.5145978833745192e-12,
    1.1403405882073442e-12,
    -2.9800969231481784e-13,
    8.0328907750683744e-14,
    -2.2275133267462964e-14,
    6.340076476276646e-15,
    -1.8485933779209072e-15,
    5.5120559994043334e-16,
    -1.6782311257549006e-16,
    5.2103917776435541e-17,
)
_K1_LARGE = (
    1.3603130952422213,
    1.0392373657681724e-1,
    -2.8578168596227794e-3,
    1.9521551847135163e-4,
    -1.936197974166083e-5,
    2.4064849478372171e-6,
    -3.5019606030878125e-7,
    5.7410841254500493e-8,
    -1.0345762465678097e-8,
    2.0150497551970346e-9,
    -4.1903547593419256e-10,
    9.2183151876053141e-11,
    -2.129967838427791e-11,
    5.1396396734823435e-12,
    -1.2891739609498229e-12,
    3.3484196660522431e-13,
    -8.9767051820101461e-14,
    2.4771544242195987e-14,
    -7.0198370892147689e-15,
    2.0387031662398609e-15,
    -6.0570472706430178e-16,
    1.8380935752430454e-16,
    -5.6894628491936484e-17,
)


def _series(coefficients, t):
    """The Chebyshev series at t in [-1, 1], by Clenshaw's recurrence."""
    one_on, two_on = jnp.zeros_like(t), jnp.zeros_like(t)
    for coefficient in reversed(coefficients[1:]):
        one_on, two_on = 2 * t * one_on - two_on + coefficient, one_on
    return t * one_on - two_on + coefficients[0]


def _pieces(x, border, near, far):
    """near(x) up to a border, far(x) beyond; each sees only arguments of its own."""
    edge = jnp.full_like(x, border)
    return jnp.where(x < border, near(jnp.minimum(x, edge)), far(jnp.maximum(x, edge)))


def _positive(x, at_zero, function):
    """A function of positive numbers, with its limit at zero; NaN below."""
    positive = x > 0
    value = function(jnp.where(positive, x, jnp.ones_like(x)))
    beyond = jnp.where(x == 0, jnp.full_like(x, at_zero), jnp.full_like(x, np.nan))
    return jnp.where(positive, value, beyond)


def _waves(x, p, q):
    """P, Q, and cos(x) + sin(x) and sin(x) - cos(x) over sqrt(pi x): the parts of all waves."""
    t = 128 / (x * x) - 1
    scale = lax.rsqrt(math.pi * x)
    sine, cosine = lax.sin(x) * scale, lax.cos(x) * scale
    return _series(p, t), _series(q, t) / x, cosine + sine, sine - cosine


def _near(coefficients, x):
    return _series(coefficients, x * x / 32 - 1)


def _j0_near(x):
    return _near(_J0, x)


def _j1_near(x):
    return x * _near(_J1, x)


def _j0_far(x):
    p, q, plus, minus = _waves(x, _P0, _Q0)
    return p * plus - q * minus


def _j1_far(x):
    p, q, plus, minus = _waves(x, _P1, _Q1)
    return p * minus + q * plus


def _y0_near(x):
    return _near(_Y0, x) + 2 / math.pi * lax.log(x) * _j0_near(x)


def _y1_near(x):
    return x * _near(_Y1, x) + 2 / math.pi * (lax.log(x) * _j1_near(x) - 1 / x)


def _y0_far(x):
    p, q, plus, minus = _waves(x, _P0, _Q0)
    return p * minus + q * plus


def _y1_far(x):
    p, q, plus, minus = _waves(x, _P1, _Q1)
    return q * minus - p * plus


def _k0_near(x):
    return _series(_K0_SMALL, x * x / 2 - 1) - lax.log(x / 2) * jsp.i0(x)


def _k1_near(x):
    return _series(_K1_SMALL, x * x / 2 - 1) / x + lax.log(x / 2) * jsp.i1(x)


def _k0e_far(x):
    return _series(_K0_LARGE, 4 / x - 1) * lax.rsqrt(x)


def _k1e_far(x):
    return _series(_K1_LARGE, 4 / x - 1) * lax.rsqrt(x)


@smooth(lambda x, value: _i1(x))
def _i0(x):
    return jsp.i0(x)


@smooth(lambda x, value: _i0(x) - over(value, x, 0.5))
def _i1(x):
    return jsp.i1(x)


@smooth(lambda x, value: -_j1(x))
def _j0(x):
    return _pieces(lax.abs(x), 8, _j0_near, _j0_far)


@smooth(lambda x, value: _j0(x) - over(value, x, 0.5))
def _j1(x):
    return lax.sign(x) * _pieces(lax.abs(x), 8, _j1_near, _j1_far)


@smooth(lambda x, value: -_y1(x))
def _y0(x):
    return _positive(x, -np.inf, lambda x: _pieces(x, 8, _y0_near, _y0_far))


@smooth(lambda x, value: _y0(x) - value / x)
def _y1(x):
    return _positive(x, -np.inf, lambda x: _pieces(x, 8, _y1_near, _y1_far))


@smooth(lambda x, value: -_k1(x))
def _k0(x):
    return _positive(
        x, np.inf, lambda x: _pieces(x, 2, _k0_near, lambda x: lax.exp(-x) * _k0e_far(x))
    )


@smooth(lambda x, value: value - _k1e(x))
def _k0e(x):
    return _positive(
        x, np.inf, lambda x: _pieces(x, 2, lambda x: lax.exp(x) * _k0_near(x), _k0e_far)
    )


@smooth(lambda x, value: -_k0(x) - value / x)
def _k1(x):
    return _positive(
        x, np.inf, lambda x: _pieces(x, 2, _k1_near, lambda x: lax.exp(-x) * _k1e_far(x))
    )


@smooth(lambda x, value: value - _k0e(x) - value / x)
def _k1e(x):
    return _positive(
        x, np.inf, lambda x: _pieces(x, 2, lambda x: lax.exp(x) * _k1_near(x), _k1e_far)
    )


@op(T="float")
def bessel_i0(x: T):
    """The modified Bessel function of the first kind, of order 0.

    >>> tf.math.special.bessel_i0([1.0, 10.0]).numpy().round(4)
    array([1.2661000e+00, 2.8157166e+03], dtype=float32)
    """
    return at_least(np.float32)(_i0)(x)


@op(T="float")
def bessel_i0e(x: T):
    """exp(-|x|) times bessel_i0(x), which does not overflow.

    >>> tf.math.special.bessel_i0e([1.0, 10.0]).numpy().round(4)
    array([0.4658, 0.1278], dtype=float32)
    """
    return at_least(np.float32)(jsp.i0e)(x)


@op(T="float")
def bessel_i1(x: T):
    """The modified Bessel function of the first kind, of order 1.

    >>> tf.math.special.bessel_i1([1.0, 10.0]).numpy().round(4)
    array([5.6519997e-01, 2.6709883e+03], dtype=float32)
    """
    return at_least(np.float32)(_i1)(x)


@op(T="float")
def bessel_i1e(x: T):
    """exp(-|x|) times bessel_i1(x), which does not overflow.

    >>> tf.math.special.bessel_i1e([1.0, 10.0]).numpy().round(4)
    array([0.2079, 0.1213], dtype=float32)
    """
    return at_least(np.float32)(jsp.i1e)(x)


@op(T="float")
def bessel_j0(x: T):
    """The Bessel function of the first kind, of order 0.

    >>> tf.math.special.bessel_j0([1.0, 10.0]).numpy().round(4)
    array([ 0.7652, -0.2459], dtype=float32)
    """
    return at_least(np.float32)(_j0)(x)


@op(T="float")
def bessel_j1(x: T):
    """The Bessel function of the first kind, of order 1.

    >>> tf.math.special.bessel_j1([1.0, 10.0]).numpy().round(4)
    array([0.4401, 0.0435], dtype=float32)
    """
    return at_least(np.float32)(_j1)(x)


@op(T="float")
def bessel_y0(x: T):
    """The Bessel function of the second kind, of order 0; NaN for negative numbers.

    >>> tf.math.special.bessel_y0([1.0, 10.0]).numpy().round(4)
    array([0.0883, 0.0557], dtype=float32)
    """
    return at_least(np.float32)(_y0)(x)


@op(T="float")
def bessel_y1(x: T):
    """The Bessel function of the second kind, of order 1; NaN for negative numbers.

    >>> tf.math.special.bessel_y1([1.0, 10.0]).numpy().round(4)
    array([-0.7812,  0.249 ], dtype=float32)
    """
    return at_least(np.float32)(_y1)(x)


@op(T="float")
def bessel_k0(x: T):
    """The modified Bessel function of the second kind, of order 0; NaN for negative numbers.

    >>> tf.math.special.bessel_k0([1.0, 10.0]).numpy().round(4)
    array([0.421, 0.   ], dtype=float32)
    """
    return at_least(np.float32)(_k0)(x)


@op(T="float")
def bessel_k0e(x: T):
    """exp(x) times bessel_k0(x), which does not underflow.

    >>> tf.math.special.bessel_k0e([1.0, 10.0]).numpy().round(4)
    array([1.1445, 0.3916], dtype=float32)
    """
    return at_least(np.float32)(_k0e)(x)


@op(T="float")
def bessel_k1(x: T):
    """The modified Bessel function of the second kind, of order 1; NaN for negative numbers.

    >>> tf.math.special.bessel_k1([1.0, 10.0]).numpy().round(4)
    array([0.6019, 0.    ], dtype=float32)
    """
    return at_least(np.float32)(_k1)(x)


@op(T="float")
def bessel_k1e(x: T):
    """exp(x) times bessel_k1(x), which does not underflow.

    >>> tf.math.special.bessel_k1e([1.0, 10.0]).numpy().round(4)
    array([1.6362, 0.4108], dtype=float32)
    """
    return at_least(np.float32)(_k1e)(x)

"""Activations. Integers become float32 where the result is not a whole number."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp

from keratin import math, nn
from keratin._engine.op import Array, T, op
from keratin.keras.ops._support import (
    as_floating,
    as_numeric,
    as_tensor,
    floating,
    operation,
    promoted,
    require,
)
from keratin.math._number import as_number

# Rectifiers


@operation("Relu")
def relu(x: Any) -> Any:
    """max(x, 0). Its gradient at 0 is 0.

    >>> keras.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    return nn.relu(as_numeric(x))


@operation("Relu6")
def relu6(x: Any) -> Any:
    """min(max(x, 0), 6).

    >>> keras.ops.relu6([-1.0, 3.0, 8.0]).numpy()
    array([0., 3., 6.], dtype=float32)
    """
    return nn.relu6(as_floating(x))


@operation("LeakyRelu")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where positive, negative_slope * x elsewhere.

    >>> keras.ops.leaky_relu([-1.0, 0.0, 2.0]).numpy()
    array([-0.2,  0. ,  2. ], dtype=float32)
    """
    return nn.leaky_relu(as_floating(x), negative_slope)


@operation("Elu")
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where positive, alpha * (exp(x) - 1) elsewhere.

    >>> keras.ops.elu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-0.632,  0.   ,  2.   ], dtype=float32)
    """
    if type(alpha) is float and alpha == 1.0:
        return nn.elu(as_floating(x))
    return _scaled_elu(as_floating(x), as_number(alpha))


@op(T="float")
def _scaled_elu(x: T, alpha: Array) -> Array:
    negative = jnp.expm1(jnp.where(x > 0, 0, x))
    return jnp.where(x > 0, x, alpha.astype(x.dtype) * negative)


@operation("Selu")
def selu(x: Any) -> Any:
    """`elu`, scaled so that a deep network keeps mean 0 and variance 1.

    >>> keras.ops.selu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-1.111,  0.   ,  2.101], dtype=float32)
    """
    return nn.selu(as_floating(x))


@operation("Celu")
def celu(x: Any, alpha: float = 1.0) -> Any:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere.

    >>> keras.ops.celu([-1.0, 0.0, 2.0], alpha=2.0).numpy().round(3)
    array([-0.787,  0.   ,  2.   ], dtype=float32)
    """
    return _celu(as_floating(x), as_number(alpha))


@op(T="float")
def _celu(x: T, alpha: Array) -> Array:
    alpha = alpha.astype(x.dtype)
    return jnp.maximum(x, 0) + alpha * jnp.expm1(jnp.minimum(x, 0) / alpha)


@operation("Gelu")
def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the probability that a standard normal number is less than x.

    `approximate` computes it from tanh.

    >>> keras.ops.gelu([-1.0, 0.0, 1.0], approximate=False).numpy().round(3)
    array([-0.159,  0.   ,  0.841], dtype=float32)
    """
    return nn.gelu(as_floating(x), bool(approximate))


@operation("Silu")
def silu(x: Any) -> Any:
    """x * sigmoid(x), also called swish.

    >>> keras.ops.silu([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.269,  0.   ,  0.731], dtype=float32)
    """
    return nn.silu(as_floating(x))


swish = silu


@operation("HardSilu")
def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x), also called hard swish.

    >>> keras.ops.hard_silu([-4.0, 0.0, 1.0, 4.0]).numpy().round(3)
    array([-0.   ,  0.   ,  0.667,  4.   ], dtype=float32)
    """
    return _hard_silu(as_floating(x))


hard_swish = hard_silu


@op(T="float")
def _hard_silu(x: T) -> Array:
    return x * (jax.nn.relu6(x + 3) / 6)


@operation("Glu")
def glu(x: Any, axis: int = -1) -> Any:
    """One half of x along the axis, times the sigmoid of the other.

    >>> keras.ops.glu([1.0, 2.0, 0.0, 100.0]).numpy()
    array([0.5, 2. ], dtype=float32)
    """
    return _glu(as_floating(x), axis)


@op(T="float")
def _glu(x: T, axis: int) -> Array:
    size = x.shape[axis]
    require(
        size % 2 == 0,
        f"x has shape {list(x.shape)}, with {size} elements along axis {axis}: an even number is "
        "needed, one half of which gates the other",
    )
    value, gate = jnp.split(x, 2, axis)
    return value * jax.nn.sigmoid(gate)


# Sigmoids


@operation("Sigmoid")
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> keras.ops.sigmoid([-100.0, 0.0, 100.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return math.sigmoid(as_floating(x))


@operation("LogSigmoid")
def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), without underflow.

    >>> keras.ops.log_sigmoid([-100.0, 0.0]).numpy()
    array([-100.        ,   -0.6931472], dtype=float32)
    """
    return math.log_sigmoid(as_floating(x))


@operation("HardSigmoid")
def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1 / 2, no less than 0 and no more than 1.

    >>> keras.ops.hard_sigmoid([-3.0, 0.0, 1.5]).numpy()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return _hard_sigmoid(as_floating(x))


@op(T="float")
def _hard_sigmoid(x: T) -> Array:
    return jax.nn.relu6(x + 3) / 6


@operation("SparseSigmoid")
def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, no less than 0 and no more than 1.

    >>> keras.ops.sparse_sigmoid([-2.0, 0.0, 0.5]).numpy()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return _sparse_sigmoid(as_floating(x))


@op(T="float")
def _sparse_sigmoid(x: T) -> Array:
    return 0.5 * jnp.clip(x + 1, 0, 2)


@operation("Softplus")
def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow.

    >>> keras.ops.softplus([0.0, 100.0]).numpy()
    array([  0.6931472, 100.       ], dtype=float32)
    """
    return math.softplus(as_floating(x))


@operation("SparsePlus")
def sparse_plus(x: Any) -> Any:
    """0 up to -1, x from 1 on, and (x + 1)^2 / 4 between.

    >>> keras.ops.sparse_plus([-2.0, 0.0, 2.0]).numpy()
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return _sparse_plus(as_floating(x))


@op(T="float")
def _sparse_plus(x: T) -> Array:
    return jnp.where(x <= -1, 0, jnp.where(x >= 1, x, jnp.square(x + 1) / 4))


@operation("Squareplus")
def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x^2 + b)) / 2, which is smooth and close to max(x, 0).

    >>> keras.ops.squareplus([-1.0, 0.0, 1.0]).numpy().round(3)
    array([0.618, 1.   , 1.618], dtype=float32)
    """
    return _squareplus(as_floating(x), as_number(b))


@op(T="float")
def _squareplus(x: T, b: Array) -> Array:
    return 0.5 * (x + jnp.sqrt(jnp.square(x) + b.astype(x.dtype)))


@operation("Softsign")
def softsign(x: Any) -> Any:
    """x / (1 + |x|), between -1 and 1.

    >>> keras.ops.softsign([-1.0, 0.0, 3.0]).numpy()
    array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return math.softsign(as_floating(x))


@operation("HardTanh")
def hard_tanh(x: Any) -> Any:
    """x, no less than -1 and no more than 1.

    >>> keras.ops.hard_tanh([-2.0, 0.5, 3.0]).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return _hard_tanh(as_numeric(x))


@op(T="real")
def _hard_tanh(x: T) -> Array:
    one = jnp.ones((), x.dtype)
    return jnp.where(x > 1, one, jnp.where(x < -1, -one, x))


# Shrinking


@operation("TanhShrink")
def tanh_shrink(x: Any) -> Any:
    """x - tanh(x).

    >>> keras.ops.tanh_shrink([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.238,  0.   ,  0.238], dtype=float32)
    """
    return _tanh_shrink(as_floating(x))


@op(T="float complex")
def _tanh_shrink(x: T) -> Array:
    return x - jnp.tanh(x)


@operation("SoftShrink")
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved towards zero by the threshold, and zero where |x| is no more than it.

    >>> keras.ops.soft_shrink([-1.0, 0.25, 2.0]).numpy()
    array([-0.5,  0. ,  1.5], dtype=float32)
    """
    return _soft_shrink(as_floating(x), as_number(threshold))


@op(T="float")
def _soft_shrink(x: T, threshold: Array) -> Array:
    limit = threshold.astype(x.dtype)
    return jnp.where(x > limit, x - limit, jnp.where(x < -limit, x + limit, 0))


@operation("HardShrink")
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x, and zero where |x| is no more than the threshold.

    >>> keras.ops.hard_shrink([-1.0, 0.25, 2.0]).numpy()
    array([-1.,  0.,  2.], dtype=float32)
    """
    return _hard_shrink(as_floating(x), as_number(threshold))


@op(T="float")
def _hard_shrink(x: T, threshold: Array) -> Array:
    return jnp.where(jnp.abs(x) > threshold.astype(x.dtype), x, 0)


@operation("Threshold")
def threshold(x: Any, threshold: Any, default_value: Any) -> Any:
    """x where it is more than the threshold, `default_value` elsewhere.

    >>> keras.ops.threshold([-1.0, 0.5, 2.0], threshold=1.0, default_value=0.0).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    x = as_numeric(x)
    if isinstance(default_value, float):
        x = as_floating(x)
    return _threshold(x, threshold, default_value)


@op(T="real")
def _threshold(x: T, threshold: Array, default_value: Array) -> Array:
    limited = jnp.issubdtype(x.dtype, jnp.inexact)
    limit = threshold.astype(x.dtype) if limited else threshold
    return jnp.where(x > limit, x, default_value.astype(x.dtype))


# Over axes


@operation("Softmax")
def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) divided by its sum along an axis, or over several together.

    With `axis=None` the sum is over all elements.

    >>> keras.ops.softmax([[1.0, 1.0], [0.0, 100.0]]).numpy()
    array([[0.5, 0.5],
           [0. , 1. ]], dtype=float32)
    """
    x = as_floating(x)
    if isinstance(axis, int):
        _warn_of_one_class(x, axis)
        return math.softmax(x, axis)
    return _softmax_over(x, axis)


def _warn_of_one_class(x: Any, axis: int) -> None:
    shape = tuple(x.shape)
    if -len(shape) <= axis < len(shape) and shape[axis] == 1:
        warnings.warn(
            f"softmax along axis {axis} of shape {shape}: with one element along the axis the "
            "result is always 1. For two classes in one output use sigmoid",
            stacklevel=4,
        )


@op(T="float")
def _softmax_over(x: T, axis: Any) -> Array:
    return jax.nn.softmax(x, axis)


@operation("LogSoftmax")
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, without underflow.

    >>> keras.ops.log_softmax([[1.0, 1.0], [0.0, 100.0]]).numpy()
    array([[  -0.6931472,   -0.6931472],
           [-100.       ,    0.       ]], dtype=float32)
    """
    x = as_floating(x)
    return math.log_softmax(x, axis) if isinstance(axis, int) else _log_softmax_over(x, axis)


@op(T="float")
def _log_softmax_over(x: T, axis: Any) -> Array:
    return jax.nn.log_softmax(x, axis)


@operation("Sparsemax")
def sparsemax(x: Any, axis: int = -1) -> Any:
    """The probabilities closest to x along the axis; many of them are zero.

    >>> keras.ops.sparsemax([-1.0, 0.0, 1.0, 1.5]).numpy()
    array([0.  , 0.  , 0.25, 0.75], dtype=float32)
    """
    return _sparsemax(as_floating(x), axis)


@op(T="float")
def _sparsemax(x: T, axis: int) -> Array:
    falling = -jnp.sort(-x, axis=axis)
    total = jnp.cumsum(falling, axis=axis, dtype=x.dtype)
    shape = [1] * x.ndim
    shape[axis] = -1
    rank = jnp.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(shape)
    # The elements that keep a share: those above the threshold that they would make.
    kept = falling - (total - 1) / rank > 0
    count = jnp.sum(kept, axis=axis, keepdims=True, dtype=x.dtype)
    among = jnp.sum(jnp.where(kept, falling, 0), axis=axis, keepdims=True, dtype=x.dtype)
    return jnp.maximum(x - (among - 1) / count, 0)


@operation("Polar")
def polar(abs_: Any, angle: Any) -> Any:
    """Complex numbers of these absolute values and angles, in radians.

    >>> keras.ops.polar([2.0], [np.pi / 2]).numpy().round(3)
    array([-0.+2.j], dtype=complex64)
    """
    return _polar(as_tensor(abs_), as_tensor(angle))


@op
def _polar(abs_: Array, angle: Array) -> Array:
    size, angle = promoted(floating(abs_), floating(angle))
    return jax.lax.complex(size * jnp.cos(angle), size * jnp.sin(angle))

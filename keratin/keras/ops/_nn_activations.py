"""Activations. Integers become `floatx` where the result is not a whole number."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp

from keratin import array, math, nn
from keratin._engine.op import Array, op
from keratin._engine.operators import operators
from keratin.keras.activations import _functions as activations
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import (
    as_floating,
    as_numeric,
    as_tensor,
    floating,
    promoted,
)

# Rectifiers


@operation
def relu(x: Any) -> Any:
    """max(x, 0). Its gradient at 0 is 0.

    >>> keras.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    return nn.relu(as_numeric(x))


@operation
def relu6(x: Any) -> Any:
    """min(max(x, 0), 6).

    >>> keras.ops.relu6([-1.0, 3.0, 8.0]).numpy()
    array([0., 3., 6.], dtype=float32)
    """
    return nn.relu6(as_floating(x))


@operation
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where positive, negative_slope * x elsewhere.

    >>> keras.ops.leaky_relu([-1.0, 0.0, 2.0]).numpy()
    array([-0.2,  0. ,  2. ], dtype=float32)
    """
    return nn.leaky_relu(as_floating(x), negative_slope)


@operation
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where positive, alpha * (exp(x) - 1) elsewhere.

    >>> keras.ops.elu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-0.632,  0.   ,  2.   ], dtype=float32)
    """
    return activations.elu(as_tensor(x), alpha)


@operation
def selu(x: Any) -> Any:
    """`elu`, scaled so that a deep network keeps mean 0 and variance 1.

    >>> keras.ops.selu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-1.111,  0.   ,  2.101], dtype=float32)
    """
    return nn.selu(as_floating(x))


@operation
def celu(x: Any, alpha: float = 1.0) -> Any:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere.

    >>> keras.ops.celu([-1.0, 0.0, 2.0], alpha=2.0).numpy().round(3)
    array([-0.787,  0.   ,  2.   ], dtype=float32)
    """
    return activations.celu(as_tensor(x), alpha)


@operation
def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the probability that a standard normal number is less than x.

    `approximate` computes it from tanh.

    >>> keras.ops.gelu([-1.0, 0.0, 1.0], approximate=False).numpy().round(3)
    array([-0.159,  0.   ,  0.841], dtype=float32)
    """
    return nn.gelu(as_floating(x), bool(approximate))


@operation
def silu(x: Any) -> Any:
    """x * sigmoid(x), also called swish.

    >>> keras.ops.silu([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.269,  0.   ,  0.731], dtype=float32)
    """
    return nn.silu(as_floating(x))


swish = silu


@operation
def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x), also called hard swish.

    >>> keras.ops.hard_silu([-4.0, 0.0, 1.0, 4.0]).numpy().round(3)
    array([-0.   ,  0.   ,  0.667,  4.   ], dtype=float32)
    """
    return activations.hard_silu(as_tensor(x))


hard_swish = hard_silu


@operation
def glu(x: Any, axis: int = -1) -> Any:
    """One half of x along the axis, times the sigmoid of the other.

    >>> keras.ops.glu([1.0, 2.0, 0.0, 100.0]).numpy()
    array([0.5, 2. ], dtype=float32)
    """
    return activations.glu(as_tensor(x), axis)


# Sigmoids


@operation
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> keras.ops.sigmoid([-100.0, 0.0, 100.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return math.sigmoid(as_floating(x))


@operation
def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), without underflow.

    >>> keras.ops.log_sigmoid([-100.0, 0.0]).numpy()
    array([-100.        ,   -0.6931472], dtype=float32)
    """
    return math.log_sigmoid(as_floating(x))


@operation
def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1 / 2, no less than 0 and no more than 1.

    >>> keras.ops.hard_sigmoid([-3.0, 0.0, 1.5]).numpy()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return activations.hard_sigmoid(as_tensor(x))


@operation
def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, no less than 0 and no more than 1.

    >>> keras.ops.sparse_sigmoid([-2.0, 0.0, 0.5]).numpy()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return activations.sparse_sigmoid(as_tensor(x))


@operation
def softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow.

    >>> keras.ops.softplus([0.0, 100.0]).numpy()
    array([  0.6931472, 100.       ], dtype=float32)
    """
    return math.softplus(as_floating(x))


@operation
def sparse_plus(x: Any) -> Any:
    """0 up to -1, x from 1 on, and (x + 1)^2 / 4 between.

    >>> keras.ops.sparse_plus([-2.0, 0.0, 2.0]).numpy()
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return activations.sparse_plus(as_tensor(x))


@operation
def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x^2 + b)) / 2, which is smooth and close to max(x, 0).

    >>> keras.ops.squareplus([-1.0, 0.0, 1.0]).numpy().round(3)
    array([0.618, 1.   , 1.618], dtype=float32)
    """
    return activations.squareplus(as_tensor(x), b)


@operation
def softsign(x: Any) -> Any:
    """x / (1 + |x|), between -1 and 1.

    >>> keras.ops.softsign([-1.0, 0.0, 3.0]).numpy()
    array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return math.softsign(as_floating(x))


@operation
def hard_tanh(x: Any) -> Any:
    """x, no less than -1 and no more than 1.

    >>> keras.ops.hard_tanh([-2.0, 0.5, 3.0]).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    x = as_numeric(x)
    if x.dtype.kind in ("int", "uint"):
        return math.minimum(math.maximum(x, -1 if x.dtype.kind == "int" else 0), 1)
    return activations.hard_tanh(x)


# Shrinking


@operation
def tanh_shrink(x: Any) -> Any:
    """x - tanh(x).

    >>> keras.ops.tanh_shrink([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.238,  0.   ,  0.238], dtype=float32)
    """
    return activations.tanh_shrink(as_tensor(x))


@operation
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved towards zero by the threshold, and zero where |x| is no more than it.

    >>> keras.ops.soft_shrink([-1.0, 0.25, 2.0]).numpy()
    array([-0.5,  0. ,  1.5], dtype=float32)
    """
    return activations.soft_shrink(as_tensor(x), threshold)


@operation
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x, and zero where |x| is no more than the threshold.

    >>> keras.ops.hard_shrink([-1.0, 0.25, 2.0]).numpy()
    array([-1.,  0.,  2.], dtype=float32)
    """
    return activations.hard_shrink(as_tensor(x), threshold)


@operation
def threshold(x: Any, threshold: Any, default_value: Any) -> Any:
    """x where it is more than the threshold, `default_value` elsewhere.

    >>> keras.ops.threshold([-1.0, 0.5, 2.0], threshold=1.0, default_value=0.0).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    x = as_numeric(x)
    if x.dtype.kind in ("int", "uint") and isinstance(default_value, int):
        return array.where(operators.cast(x, "float32") > threshold, x, default_value)
    return activations.threshold(x, threshold, default_value)


# Over axes


@operation
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
    return activations.softmax(x, axis)


def _warn_of_one_class(x: Any, axis: int) -> None:
    shape = tuple(x.shape)
    if -len(shape) <= axis < len(shape) and shape[axis] == 1:
        warnings.warn(
            f"softmax along axis {axis} of shape {shape}: with one element along the axis the "
            "result is always 1. For two classes in one output use sigmoid",
            stacklevel=4,
        )


@operation
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, without underflow.

    >>> keras.ops.log_softmax([[1.0, 1.0], [0.0, 100.0]]).numpy()
    array([[  -0.6931472,   -0.6931472],
           [-100.       ,    0.       ]], dtype=float32)
    """
    return activations.log_softmax(as_floating(x), axis)


@operation
def sparsemax(x: Any, axis: int = -1) -> Any:
    """The probabilities closest to x along the axis; many of them are zero.

    >>> keras.ops.sparsemax([-1.0, 0.0, 1.0, 1.5]).numpy()
    array([0.  , 0.  , 0.25, 0.75], dtype=float32)
    """
    return activations.sparsemax(as_tensor(x), axis)


@operation
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

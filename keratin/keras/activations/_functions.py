"""Activations. What `tf.nn` and `tf.math` have is theirs; integers become floats here."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from keratin import math, nn
from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite, prepared
from keratin.keras._core.custom_objects import register_keras_serializable
from keratin.keras._core.settings import settings
from keratin.math._casting import cast
from keratin.math._number import as_number
from keratin.math._shape import Axis, normalize_axes, normalize_axis


def floating(x: Any) -> Any:
    """A tensor as it is, or of the default dtype where it holds integers."""
    if not hasattr(x, "dtype"):
        x = convert_to_tensor(x)
    return cast(x, settings.floatx) if as_dtype(x.dtype).kind in ("int", "uint", "bool") else x


def linear(x: Any) -> Any:
    """The argument itself.

    >>> keras.activations.linear(3.0)
    3.0
    """
    return x


@composite
def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    alpha: float | None = None,
) -> Tensor:
    """x where greater than the threshold, elsewhere 0 or `negative_slope * (x - threshold)`.

    Nothing is greater than `max_value`. `alpha` is an old name of `negative_slope`.

    >>> keras.activations.relu([-2.0, 3.0, 8.0], negative_slope=0.1, max_value=6).numpy()
    array([-0.2,  3. ,  6. ], dtype=float32)
    """
    slope = float(negative_slope if alpha is None else alpha)
    if not slope and not threshold and max_value is None:
        return nn.relu(x)
    limit = None if max_value is None else float(max_value)
    return _general_relu(floating(x), slope, limit, float(threshold))


@op(T="float")
def _general_relu(x: T, slope: Static, max_value: Static, threshold: Static) -> Array:
    below = x <= threshold  # comparisons let NaN through
    y = jnp.where(below, 0, x)
    if max_value is not None:
        y = jnp.where(y >= max_value, max_value, jnp.where(y < 0, 0, y))
    return jnp.where(below, slope * (x - threshold), y) if slope else y


def leaky_relu(x: Any, negative_slope: Any = 0.2, alpha: Any = None) -> Tensor:
    """x where positive, `negative_slope` x elsewhere. `alpha` is an old name of the slope.

    >>> keras.activations.leaky_relu([-1.0, 2.0]).numpy()
    array([-0.2,  2. ], dtype=float32)
    """
    return nn.leaky_relu(floating(x), negative_slope if alpha is None else alpha)


def relu6(x: Any) -> Tensor:
    """min(max(x, 0), 6).

    >>> keras.activations.relu6([-2.0, 3.0, 8.0]).numpy()
    array([0., 3., 6.], dtype=float32)
    """
    return nn.relu6(x)


@composite
def softmax(x: Any, axis: Axis = -1) -> Tensor:
    """exp(x) divided by its sum along an axis, several axes, or (None) all of them.

    >>> keras.activations.softmax([[0.0, 0.0], [0.0, 100.0]]).numpy()
    array([[0.5, 0.5],
           [0. , 1. ]], dtype=float32)
    """
    if isinstance(axis, int):
        return math.softmax(floating(x), axis)
    return _softmax_over(floating(x), axis)


@op(T="float")
def _softmax_over(x: T, axis: Axis) -> Array:
    return jax.nn.softmax(x, _axes(axis, x.ndim))


@composite
def log_softmax(x: Any, axis: Axis = -1) -> Tensor:
    """The logarithm of softmax, without underflow.

    >>> keras.activations.log_softmax([[0.0, 100.0]]).numpy()
    array([[-100.,    0.]], dtype=float32)
    """
    if isinstance(axis, int):
        return math.log_softmax(floating(x), axis)
    return _log_softmax_over(floating(x), axis)


@op(T="float")
def _log_softmax_over(x: T, axis: Axis) -> Array:
    return jax.nn.log_softmax(x, _axes(axis, x.ndim))


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    return tuple(range(rank)) if axis is None else normalize_axes(axis, rank)


@composite
def elu(x: Any, alpha: Any = 1.0) -> Tensor:
    """x where positive, alpha (exp(x) - 1) elsewhere.

    >>> keras.activations.elu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-0.632,  0.   ,  2.   ], dtype=float32)
    """
    if isinstance(alpha, (int, float)) and alpha == 1:
        return nn.elu(floating(x))
    return _scaled_elu(floating(x), as_number(alpha))


@op(T="float")
def _scaled_elu(x: T, alpha: Array) -> Array:
    return jax.nn.elu(x, alpha.astype(x.dtype))


@prepared(lambda x, alpha=1.0, name=None: (floating(x), as_number(alpha)))
@op(T="float")
def celu(x: T, alpha: Array = 1.0) -> T:
    """max(x, 0) + min(0, alpha (exp(x / alpha) - 1)).

    >>> keras.activations.celu([-1.0, 2.0], alpha=0.5).numpy().round(3)
    array([-0.432,  2.   ], dtype=float32)
    """
    return jax.nn.celu(x, alpha.astype(x.dtype))


def selu(x: Any) -> Tensor:
    """elu scaled so that a deep network keeps mean 0 and variance 1.

    >>> keras.activations.selu([-1.0, 2.0]).numpy().round(3)
    array([-1.111,  2.101], dtype=float32)
    """
    return nn.selu(floating(x))


def gelu(x: Any, approximate: bool = False) -> Tensor:
    """x times the probability that a standard normal number is less than x.

    >>> keras.activations.gelu([-1.0, 1.0]).numpy().round(3)
    array([-0.159,  0.841], dtype=float32)
    """
    return nn.gelu(floating(x), bool(approximate))


def silu(x: Any) -> Tensor:
    """x sigmoid(x), also called swish.

    >>> keras.activations.silu([-1.0, 1.0]).numpy().round(3)
    array([-0.269,  0.731], dtype=float32)
    """
    return nn.silu(floating(x))


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def mish(x: T) -> T:
    """x tanh(softplus(x)).

    >>> keras.activations.mish([-1.0, 1.0]).numpy().round(3)
    array([-0.303,  0.865], dtype=float32)
    """
    return x * jnp.tanh(jnp.logaddexp(x, jnp.zeros((), x.dtype)))


@prepared(lambda x, axis=-1, name=None: (floating(x), axis))
@op(T="float")
def glu(x: T, axis: Static = -1) -> T:
    """Of the two halves of x along an axis, the first one times the sigmoid of the second one.

    >>> keras.activations.glu([3.0, 4.0, 0.0, 0.0]).numpy()
    array([1.5, 2. ], dtype=float32)
    """
    size = x.shape[normalize_axis(axis, x.ndim)]
    if size % 2:
        raise errors.InvalidArgumentError(
            f"x has the size {size} along axis {axis}, which cannot be halved. Give an even size"
        )
    return jax.nn.glu(x, axis)


def sigmoid(x: Any) -> Tensor:
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> keras.activations.sigmoid([-100.0, 0.0]).numpy()
    array([0. , 0.5], dtype=float32)
    """
    return math.sigmoid(floating(x))


def log_sigmoid(x: Any) -> Tensor:
    """log(sigmoid(x)), without underflow.

    >>> keras.activations.log_sigmoid([-100.0]).numpy()
    array([-100.], dtype=float32)
    """
    return math.log_sigmoid(floating(x))


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def hard_sigmoid(x: T) -> T:
    """x / 6 + 0.5, but 0 up to -3, and 1 from 3 on.

    >>> keras.activations.hard_sigmoid([-4.0, 0.0, 1.5]).numpy()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    return _hard_sigmoid(x)


def _hard_sigmoid(x: Any) -> Any:
    return jnp.where(x <= -3, 0, jnp.where(x >= 3, 1, x / 6 + 0.5))


@register_keras_serializable("keratin", "hard_sigmoid_of_keras_2")
@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def former_hard_sigmoid(x: T) -> T:
    """The `hard_sigmoid` of Keras 1 and 2: 0.2 x + 0.5 between 0 and 1.

    >>> former_hard_sigmoid([-4.0, 0.0, 1.5]).numpy()
    array([0. , 0.5, 0.8], dtype=float32)
    """
    return jnp.clip(0.2 * x + 0.5, 0, 1)


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def hard_silu(x: T) -> T:
    """x hard_sigmoid(x), also called hard swish.

    >>> keras.activations.hard_silu([-4.0, 1.5, 3.0]).numpy()
    array([-0.   ,  1.125,  3.   ], dtype=float32)
    """
    return x * _hard_sigmoid(x)


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def sparse_sigmoid(x: T) -> T:
    """(x + 1) / 2, but 0 up to -1, and 1 from 1 on.

    >>> keras.activations.sparse_sigmoid([-2.0, 0.5]).numpy()
    array([0.  , 0.75], dtype=float32)
    """
    return jnp.where(x <= -1, 0, jnp.where(x >= 1, 1, 0.5 * (x + 1)))


def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent, between -1 and 1.

    >>> keras.activations.tanh([0.0, 1.0]).numpy().round(3)
    array([0.   , 0.762], dtype=float32)
    """
    return math.tanh(floating(x))


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def tanh_shrink(x: T) -> T:
    """x - tanh(x).

    >>> keras.activations.tanh_shrink([0.0, 1.0]).numpy().round(3)
    array([0.   , 0.238], dtype=float32)
    """
    return x - jnp.tanh(x)


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def hard_tanh(x: T) -> T:
    """x between -1 and 1; these beyond.

    >>> keras.activations.hard_tanh([-2.0, 0.5, 2.0]).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return jax.nn.hard_tanh(x)


@prepared(lambda x, threshold=0.5, name=None: (floating(x), as_number(threshold)))
@op(T="float")
def hard_shrink(x: T, threshold: Array = 0.5) -> T:
    """x, but 0 from -threshold to threshold.

    >>> keras.activations.hard_shrink([-1.0, 0.2, 1.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.where(jnp.abs(x) <= threshold.astype(x.dtype), 0, x)


@prepared(lambda x, threshold=0.5, name=None: (floating(x), as_number(threshold)))
@op(T="float")
def soft_shrink(x: T, threshold: Array = 0.5) -> T:
    """x brought nearer to 0 by the threshold, and 0 from -threshold to threshold.

    >>> keras.activations.soft_shrink([-1.0, 0.2, 1.0]).numpy()
    array([-0.5,  0. ,  0.5], dtype=float32)
    """
    edge = threshold.astype(x.dtype)
    return jnp.where(jnp.abs(x) <= edge, 0, x - jnp.sign(x) * edge)


def _threshold_arguments(
    x: Any, threshold: Any, default_value: Any, name: str | None = None
) -> tuple[Any, ...]:
    return floating(x), as_number(threshold), as_number(default_value)


@prepared(_threshold_arguments)
@op(T="float")
def threshold(x: T, threshold: Array, default_value: Array) -> T:
    """x where greater than the threshold, `default_value` elsewhere.

    >>> keras.activations.threshold([0.5, 2.0], 1.0, -1.0).numpy()
    array([-1.,  2.], dtype=float32)
    """
    return jnp.where(x <= threshold.astype(x.dtype), default_value.astype(x.dtype), x)


def softplus(x: Any) -> Tensor:
    """log(1 + exp(x)), without overflow.

    >>> keras.activations.softplus([0.0, 100.0]).numpy().round(3)
    array([  0.693, 100.   ], dtype=float32)
    """
    return math.softplus(floating(x))


@prepared(lambda x, b=4, name=None: (floating(x), as_number(b)))
@op(T="float")
def squareplus(x: T, b: Array = 4) -> T:
    """(x + sqrt(x^2 + b)) / 2, a softplus without exp.

    >>> keras.activations.squareplus([0.0, 1.5]).numpy()
    array([1., 2.], dtype=float32)
    """
    return jax.nn.squareplus(x, b.astype(x.dtype))


@prepared(lambda x, name=None: (floating(x),))
@op(T="float")
def sparse_plus(x: T) -> T:
    """(x + 1)^2 / 4, but 0 up to -1, and x from 1 on.

    >>> keras.activations.sparse_plus([-2.0, 0.0, 3.0]).numpy()
    array([0.  , 0.25, 3.  ], dtype=float32)
    """
    return jnp.where(x <= -1, 0, jnp.where(x >= 1, x, 0.25 * (x + 1) ** 2))


def softsign(x: Any) -> Tensor:
    """x / (1 + |x|), between -1 and 1.

    >>> keras.activations.softsign([-1.0, 3.0]).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """
    return math.softsign(floating(x))


def exponential(x: Any) -> Tensor:
    """exp(x).

    >>> keras.activations.exponential([0.0]).numpy()
    array([1.], dtype=float32)
    """
    return math.exp(floating(x))


@prepared(lambda x, axis=-1, name=None: (floating(x), axis))
@op(T="float")
def sparsemax(x: T, axis: Static = -1) -> T:
    """The probabilities nearest to x (in Euclidean distance) along an axis; many of them are 0.

    Martins and Astudillo, "From softmax to sparsemax" (2016).

    >>> keras.activations.sparsemax([1.0, 0.5, -1.0]).numpy()
    array([0.75, 0.25, 0.  ], dtype=float32)
    """
    x = jnp.moveaxis(x, normalize_axis(axis, x.ndim), -1)
    largest_first = -jnp.sort(-x, axis=-1)
    sums = jnp.cumsum(largest_first, axis=-1)
    count = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    kept = jnp.sum(1 + count * largest_first > sums, axis=-1, keepdims=True)
    excess = jnp.take_along_axis(sums, kept - 1, axis=-1) - 1
    probabilities = jnp.maximum(x - excess / kept.astype(x.dtype), 0)
    return jnp.moveaxis(probabilities, -1, axis)

"""Activations that tf.nn alone has; sigmoid, softmax and others belong to tf.math."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from keratin._engine.op import Array, T, op
from keratin.array._support import prepared
from keratin.math._number import as_number

SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772


@op(T="real")
def relu(features: T) -> T:
    """max(x, 0). Its gradient at 0 is 0.

    >>> tf.nn.relu([-2.0, 0.0, 3.0]).numpy()
    array([0., 0., 3.], dtype=float32)
    """
    return jax.nn.relu(features)


@jax.custom_jvp
def _relu6(features: jax.Array) -> jax.Array:
    return jnp.clip(features, 0, 6)


_relu6.defjvps(lambda tangent, _, x: jnp.where((x > 0) & (x < 6), tangent, 0))


@op(T="real")
def relu6(features: T) -> T:
    """min(max(x, 0), 6). Its gradient at 0 and at 6 is 0.

    >>> tf.nn.relu6([-2.0, 3.0, 8.0]).numpy()
    array([0., 3., 6.], dtype=float32)
    """
    return _relu6(features)


@op(T="float")
def elu(features: T) -> T:
    """x where positive, exp(x) - 1 elsewhere.

    >>> tf.nn.elu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-0.632,  0.   ,  2.   ], dtype=float32)
    """
    return jnp.where(features < 0, jnp.expm1(jnp.where(features < 0, features, 0)), features)


@op(T="float")
def selu(features: T) -> T:
    """elu scaled so that a deep network keeps mean 0 and variance 1.

    That is 1.0507 x where positive, 1.0507 * 1.6733 (exp(x) - 1) elsewhere.

    >>> tf.nn.selu([-1.0, 0.0, 2.0]).numpy().round(3)
    array([-1.111,  0.   ,  2.101], dtype=float32)
    """
    negative = SELU_ALPHA * jnp.expm1(jnp.where(features < 0, features, 0))
    return SELU_SCALE * jnp.where(features < 0, negative, features)


@op(T="float")
def gelu(features: T, approximate: bool = False) -> T:
    """x times the probability that a standard normal number is less than x.

    `approximate` computes it from tanh: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).

    >>> tf.nn.gelu([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.159,  0.   ,  0.841], dtype=float32)
    """
    if approximate:
        cubic = features + 0.044715 * features * features * features
        return 0.5 * features * (1 + jnp.tanh(math.sqrt(2 / math.pi) * cubic))
    return 0.5 * features * jax.lax.erfc(features * -math.sqrt(0.5))


@op(T="float")
def silu(features: T, beta: T = 1.0) -> T:
    """x sigmoid(beta x), which is also called swish.

    >>> tf.nn.silu([-1.0, 0.0, 1.0]).numpy().round(3)
    array([-0.269,  0.   ,  0.731], dtype=float32)
    """
    return features * jax.nn.sigmoid(beta * features)


swish = silu


@prepared(lambda features, alpha=0.2, name=None: (features, as_number(alpha), name))
@op(T="real")
def leaky_relu(features: T, alpha: Array = 0.2) -> T:
    """x where positive, alpha x elsewhere. Integers become float32.

    >>> tf.nn.leaky_relu([-1.0, 0.0, 2.0]).numpy()
    array([-0.2,  0. ,  2. ], dtype=float32)
    """
    if not jnp.issubdtype(features.dtype, jnp.inexact):
        features = features.astype(jnp.float32)
    return jnp.where(features > 0, features, alpha.astype(features.dtype) * features)


@op(T="real")
def crelu(features: T, axis: int = -1) -> T:
    """relu of x and of -x, one after the other along `axis`.

    >>> tf.nn.crelu([-1.0, 2.0]).numpy()
    array([0., 2., 1., 0.], dtype=float32)
    """
    return jax.nn.relu(jnp.concatenate([features, -features], axis))

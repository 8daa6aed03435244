"""Squashing functions and normalisers: sigmoid, softplus, the softmax family, l2_normalize."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin.array._support import prepared
from keratin.math._arithmetic import larger
from keratin.math._gradient import without_gradient
from keratin.math._number import as_number
from keratin.math._shape import Axis, normalize_axes, normalize_axis


@op(T="float complex")
def sigmoid(x: T):
    """1 / (1 + exp(-x)), between 0 and 1.

    >>> tf.sigmoid([-100.0, 0.0, 100.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return lax.logistic(x)


def _softplus(x):
    return jnp.logaddexp(x, jnp.zeros((), x.dtype))


@op(T="float")
def log_sigmoid(x: T):
    """log(sigmoid(x)), without underflow.

    >>> tf.math.log_sigmoid([-100.0, 0.0]).numpy()
    array([-100.        ,   -0.6931472], dtype=float32)
    """
    return -_softplus(-x)


@op(T="float")
def softplus(features: T):
    """log(1 + exp(x)), without overflow.

    >>> tf.math.softplus([0.0, 100.0]).numpy()
    array([  0.6931472, 100.       ], dtype=float32)
    """
    return _softplus(features)


@op(T="float")
def softsign(features: T):
    """x / (1 + |x|), between -1 and 1.

    >>> tf.math.softsign([-1.0, 0.0, 3.0]).numpy()
    array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return features / (1 + lax.abs(features))


def _class_axis(logits, axis):
    if logits.ndim == 0:
        raise errors.InvalidArgumentError(
            "logits is a scalar; a tensor with an axis of classes is expected, such as shape [1]."
        )
    return normalize_axis(-1 if axis is None else axis, logits.ndim)


@op(T="float")
def softmax(logits: T, axis: int | None = None):
    """exp(logits) divided by its sum along the axis (the last one by default).

    >>> tf.nn.softmax([[1.0, 1.0], [0.0, 100.0]]).numpy()
    array([[0.5, 0.5],
           [0. , 1. ]], dtype=float32)
    """
    return jax.nn.softmax(logits, axis=_class_axis(logits, axis))


@op(T="float")
def log_softmax(logits: T, axis: int | None = None):
    """The logarithm of softmax along the axis (the last one by default), without underflow.

    >>> tf.nn.log_softmax([[1.0, 1.0], [0.0, 100.0]]).numpy()
    array([[  -0.6931472,   -0.6931472],
           [-100.       ,    0.       ]], dtype=float32)
    """
    return jax.nn.log_softmax(logits, axis=_class_axis(logits, axis))


def _with_number(x, axis=None, epsilon=1e-12, name=None, dim=None):
    return x, axis, as_number(epsilon), name, dim


@prepared(_with_number)
@op(T="float complex")
def l2_normalize(
    x: T,
    axis: Axis = None,
    epsilon: Array = 1e-12,
    name: Static = None,
    dim: Axis = None,
):
    """x divided by its Euclidean norm along the axes; a squared norm is at least epsilon.

    `dim` is an old name of `axis`.

    >>> tf.math.l2_normalize([3.0, 4.0]).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    axes = normalize_axes(dim if axis is None else axis, x.ndim)
    squares = jnp.real(x * jnp.conj(x))
    total = jnp.sum(squares, axis=axes, keepdims=True, dtype=squares.dtype)
    floor = jnp.broadcast_to(epsilon.astype(total.dtype), total.shape)
    return x * lax.rsqrt(larger(total, floor)).astype(x.dtype)


@without_gradient
@op(T="bool number")
def zero_fraction(value: T):
    """The share of elements that are zero, as a float32.

    >>> tf.math.zero_fraction([0, 1, 0, 2]).numpy()
    np.float32(0.5)
    """
    zeros = jnp.sum(value == 0, dtype=np.int64)
    return zeros.astype(np.float32) / np.float32(value.size)

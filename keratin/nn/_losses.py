"""Losses per example, from logits and labels."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._support import host_value, prepared, with_shape
from keratin.math._shape import broadcast, normalize_axis


def _wide(x: jax.Array) -> jax.Array:
    """At least float32: sums over classes lose too much in half precision."""
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x


def _same_shape(labels: jax.Array, logits: jax.Array) -> None:
    if labels.shape != logits.shape:
        raise errors.InvalidArgumentError(
            f"labels have the shape {list(labels.shape)} and logits {list(logits.shape)}; expected "
            "the same shape, one label for each logit."
        )


# Cross-entropies


@jax.custom_jvp
def _cross_entropy(labels: jax.Array, logits: jax.Array) -> jax.Array:
    # A class of probability 0 costs nothing, also where its logit is -inf.
    costs = jnp.where(labels == 0, 0, labels * jax.nn.log_softmax(logits))
    return -jnp.sum(costs, -1)


def _cross_entropy_jvp(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[Any, Any]
) -> tuple[jax.Array, jax.Array]:
    labels, logits = primals
    by_labels, by_logits = tangents
    tangent = jnp.zeros(logits.shape[:-1], logits.dtype)
    # softmax - labels, also where labels do not add up to 1: that is what training expects.
    if not isinstance(by_logits, SymbolicZero):
        tangent += jnp.sum((jax.nn.softmax(logits) - labels) * by_logits, -1)
    if not isinstance(by_labels, SymbolicZero):
        tangent -= jnp.sum(jax.nn.log_softmax(logits) * by_labels, -1)
    return _cross_entropy(labels, logits), tangent


_cross_entropy.defjvp(_cross_entropy_jvp, symbolic_zeros=True)


@op(T="float")
def softmax_cross_entropy_with_logits(labels: Array, logits: T, axis: int = -1) -> T:
    """The cross-entropy between the probabilities `labels` and softmax(`logits`) along `axis`.

    For labels that are class indices there is `tf.nn.sparse_softmax_cross_entropy_with_logits`.

    >>> loss = tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], [[1.0, 1.0]])
    >>> loss.numpy()
    array([0.6931472], dtype=float32)
    """
    if labels.ndim == logits.ndim - 1 and jnp.issubdtype(labels.dtype, jnp.integer):
        raise errors.InvalidArgumentError(
            f"labels have the shape {list(labels.shape)} and logits {list(logits.shape)}: class "
            "indices, it seems, and not one probability for each class. Use "
            "tf.nn.sparse_softmax_cross_entropy_with_logits, or tf.one_hot on the labels."
        )
    axis = normalize_axis(axis, logits.ndim)
    if labels.ndim != logits.ndim or labels.shape[axis] != logits.shape[axis]:
        _same_shape(labels, logits)
    wide = _wide(logits)
    pair = broadcast(labels.astype(wide.dtype), wide)
    return _cross_entropy(*(jnp.moveaxis(x, axis, -1) for x in pair)).astype(logits.dtype)


def _classes_in_range(labels: Any, logits: Any, name: str | None = None) -> tuple[Any, Any, Any]:
    """Raises where labels that the host can see are not classes."""
    known = host_value(labels)
    logits, shape = with_shape(logits)
    if known is None or known.dtype.kind not in "iu" or not known.size or not shape:
        return labels, logits, name
    low, high = known.min(), known.max()
    if low < 0 or high >= shape[-1]:
        raise errors.InvalidArgumentError(
            f"The label {low if low < 0 else high} is none of the {shape[-1]} classes of logits "
            f"{list(shape)}; expected 0 to {shape[-1] - 1}. Check how labels are encoded."
        )
    return labels, logits, name


@prepared(_classes_in_range)
@op(T="float")
def sparse_softmax_cross_entropy_with_logits(labels: Array, logits: T) -> T:
    """The cross-entropy between the classes `labels` and softmax(`logits`) along the last axis.

    `labels` are integers in [0, classes). One out of range raises where that can be seen at once,
    and gives NaN in compiled functions and on accelerators.

    >>> loss = tf.nn.sparse_softmax_cross_entropy_with_logits([1], [[1.0, 1.0]])
    >>> loss.numpy()
    array([0.6931472], dtype=float32)
    """
    if not jnp.issubdtype(labels.dtype, jnp.integer):
        raise errors.InvalidArgumentError(
            f"labels have dtype {labels.dtype}, expected integers: the index of a class for each "
            "example. Write tf.cast(labels, tf.int64), or use "
            "tf.nn.softmax_cross_entropy_with_logits for probabilities."
        )
    if labels.shape != logits.shape[:-1]:
        raise errors.InvalidArgumentError(_sparse_mismatch(labels, logits))
    wide = _wide(logits)
    classes = lax.broadcasted_iota(labels.dtype, logits.shape, logits.ndim - 1)
    top = jnp.max(wide, -1, keepdims=True)
    shifted = wide - lax.stop_gradient(jnp.where(jnp.isfinite(top), top, 0))
    chosen = jnp.sum(jnp.where(classes == labels[..., None], shifted, 0), -1)
    inside = (labels >= 0) & (labels < logits.shape[-1])
    loss = jnp.log(jnp.sum(jnp.exp(shifted), -1)) - chosen
    return (loss * jnp.where(inside, 1, jnp.nan).astype(loss.dtype)).astype(logits.dtype)


def _sparse_mismatch(labels: jax.Array, logits: jax.Array) -> str:
    expected = f"{list(logits.shape[:-1])}, the shape of logits without the classes"
    if labels.shape == logits.shape:
        return (
            f"labels have the shape of logits, {list(labels.shape)}: one-hot, it seems. Expected "
            f"class indices of the shape {expected}. Use tf.nn.softmax_cross_entropy_with_logits, "
            "or tf.argmax(labels, -1)."
        )
    hint = " Remove the last axis with tf.squeeze(labels, -1)." if labels.shape[-1:] == (1,) else ""
    return f"labels have the shape {list(labels.shape)}, expected {expected}.{hint}"


def _sigmoid_parts(logits: jax.Array) -> tuple[jax.Array, jax.Array]:
    """max(x, 0) and -|x|, by selection: their gradients at 0 are those of the limits."""
    positive = logits >= 0
    return jnp.where(positive, logits, 0), jnp.where(positive, -logits, logits)


@op(T="float")
def sigmoid_cross_entropy_with_logits(labels: T = None, logits: T = None) -> T:
    """The cross-entropy between the probabilities `labels` and sigmoid(`logits`), elementwise.

    >>> tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[0.0, 100.0]).numpy()
    array([  0.6931472, 100.       ], dtype=float32)
    """
    _same_shape(labels, logits)
    above, below = _sigmoid_parts(logits)
    return above - logits * labels + jnp.log1p(jnp.exp(below))


@op(T="float")
def weighted_cross_entropy_with_logits(labels: T, logits: T, pos_weight: T) -> T:
    """`tf.nn.sigmoid_cross_entropy_with_logits` with the positive part times `pos_weight`.

    A weight above 1 makes fewer false negatives, one below 1 fewer false positives.

    >>> tf.nn.weighted_cross_entropy_with_logits([1.0, 0.0], [0.0, 0.0], 2.0).numpy()
    array([1.3862944, 0.6931472], dtype=float32)
    """
    _same_shape(labels, logits)
    weight = 1 + (pos_weight - 1) * labels
    above, below = _sigmoid_parts(-logits)
    return (1 - labels) * logits + weight * (jnp.log1p(jnp.exp(below)) + above)


# Others


@op(T="float")
def l2_loss(t: T) -> T:
    """Half the sum of the squares.

    >>> tf.nn.l2_loss([3.0, 4.0]).numpy().item()
    12.5
    """
    return (jnp.sum(jnp.square(_wide(t))) / 2).astype(t.dtype)


@op(T="float")
def log_poisson_loss(targets: T, log_input: T, compute_full_loss: bool = False) -> T:
    """The negative log-likelihood of counts `targets` under rates exp(`log_input`).

    The term log(targets!) is constant and left out, unless `compute_full_loss` adds Stirling's
    approximation of it.

    >>> tf.nn.log_poisson_loss([2.0], [0.0]).numpy()
    array([1.], dtype=float32)
    """
    _same_shape(targets, log_input)
    loss = jnp.exp(log_input) - log_input * targets
    if not compute_full_loss:
        return loss
    small = (targets >= 0) & (targets <= 1)
    count = jnp.where(small, 1, targets)
    stirling = count * jnp.log(count) - count + 0.5 * jnp.log(2 * math.pi * count)
    return loss + jnp.where(small, 0, stirling)


@op(T="float")
def compute_average_loss(
    per_example_loss: T, sample_weight: Array | None = None, global_batch_size: int | None = None
) -> T:
    """The sum of the losses, times their weights, divided by the size of the batch.

    `global_batch_size` is that of all replicas together; by default, the length of the losses.

    >>> tf.nn.compute_average_loss(tf.constant([1.0, 3.0])).numpy().item()
    2.0
    """
    if per_example_loss.ndim == 0:
        raise errors.InvalidArgumentError(
            "per_example_loss is a scalar, expected one loss for each example. Do not reduce the "
            "losses before; with a Keras loss, use reduction='none'."
        )
    size = per_example_loss.shape[0] if global_batch_size is None else global_batch_size
    if not isinstance(size, int) or size < 0:
        raise errors.InvalidArgumentError(
            f"global_batch_size={size!r} was given, expected an integer, 0 or more."
        )
    losses = _wide(per_example_loss)
    if sample_weight is not None:
        losses = losses * _weights_like(sample_weight.astype(losses.dtype), losses)
    total = jnp.sum(losses) / size if size else jnp.zeros((), losses.dtype)
    return total.astype(per_example_loss.dtype)


def _weights_like(weights: jax.Array, losses: jax.Array) -> jax.Array:
    """The weights, made ready to broadcast: an axis of 1 at the end is taken off or put on."""
    if weights.ndim == losses.ndim + 1 and weights.shape[-1] == 1:
        return weights[..., 0]
    if 0 < weights.ndim == losses.ndim - 1:
        return weights[..., None]
    return broadcast(weights, losses)[0]


@op(T="number")
def scale_regularization_loss(regularization_loss: T) -> T:
    """The sum of the regularization losses, divided by the number of replicas, which is one.

    >>> tf.nn.scale_regularization_loss([0.5, 0.25]).numpy().item()
    0.75
    """
    return jnp.sum(regularization_loss, dtype=regularization_loss.dtype)

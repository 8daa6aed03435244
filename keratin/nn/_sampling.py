"""Losses over a sample of the classes, for when there are too many of them for a softmax."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite
from keratin.nn._embedding import embedding_lookup
from keratin.nn._losses import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
)
from keratin.random._candidate import log_uniform_candidate_sampler

_LEAST = np.finfo(np.float32).min


@op(host=True)
def _accidental_hits(true_classes: Array, sampled_candidates: Array) -> Any:
    # Of a class that was sampled more than once, the last place counts.
    place = {int(c): i for i, c in enumerate(sampled_candidates)}
    hits = [
        (row, place[int(c)])
        for row, classes in enumerate(true_classes)
        for c in classes
        if int(c) in place
    ]
    rows, ids = np.array(hits, np.int64).reshape(-1, 2).T
    return rows.astype(np.int32), ids, np.full(len(hits), _LEAST, np.float32)


@composite
def compute_accidental_hits(
    true_classes: Any,
    sampled_candidates: Any,
    num_true: int,
    seed: int | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Find the sampled classes that are true ones of some example.

    Gives the rows of `true_classes`, the places in `sampled_candidates`, and as many weights of
    the least float, which added to a logit make it count for nothing. Nothing here is random:
    `seed` is accepted and has no meaning. How many there are depends on the values, so it runs
    outside of a `tf.function` only; the losses do without it.

    >>> rows, ids, _ = tf.nn.compute_accidental_hits([[1], [5]], [7, 1, 3], num_true=1)
    >>> rows.numpy(), ids.numpy()
    (array([0], dtype=int32), array([1]))
    """
    classes = _labels(true_classes, num_true, "true_classes")
    sampled = convert_to_tensor(sampled_candidates, dtype_hint=dtypes.int64)
    if sampled.shape.rank != 1:
        raise errors.InvalidArgumentError(
            f"sampled_candidates is a vector; given shape {sampled.shape}"
        )
    rows, ids, weights = _accidental_hits(classes, sampled)
    return rows, ids, weights


def _labels(labels: Any, num_true: int, what: str) -> Tensor:
    classes = convert_to_tensor(labels, dtype_hint=dtypes.int64)
    if not classes.dtype.is_integer or classes.shape.rank != 2 or classes.shape[1] != num_true:
        raise errors.InvalidArgumentError(
            f"{what} are integers of shape [batch, num_true={num_true}]; given shape "
            f"{classes.shape} and dtype {classes.dtype.name}"
        )
    return classes


@op(T="float")
def _sampled_logits(
    inputs: T,
    rows: T,
    biases: T,
    labels: Array,
    sampled: Array,
    true_expected: Array,
    sampled_expected: Array,
    remove_accidental_hits: Static,
) -> Array:
    """Logits of the true classes of each example, and of the sampled ones.

    `rows` and `biases` are those of all labels in order, and then of the sampled classes.
    """
    batch, num_true = labels.shape
    count = batch * num_true
    true_rows = rows[:count].reshape(batch, num_true, -1)
    true_logits = jnp.sum(inputs[:, None, :] * true_rows, axis=2)
    true_logits = true_logits + biases[:count].reshape(batch, num_true)
    logits = jnp.matmul(inputs, rows[count:].T) + biases[count:]
    if remove_accidental_hits:
        hit = jnp.any(labels[:, :, None] == sampled.astype(labels.dtype), axis=1)
        logits = logits + jnp.where(hit, jnp.finfo(inputs.dtype).min, 0).astype(inputs.dtype)
    # Classes that are sampled often count for less, by as much.
    true_logits = true_logits - jnp.log(lax.stop_gradient(true_expected)).astype(inputs.dtype)
    logits = logits - jnp.log(lax.stop_gradient(sampled_expected)).astype(inputs.dtype)
    return jnp.concatenate([true_logits, logits], axis=1)


@op(T="float")
def _sampled_labels(logits: T, num_true: Static) -> Array:
    true = jnp.arange(logits.shape[1]) < num_true
    return jnp.broadcast_to(jnp.where(true, 1 / num_true, 0).astype(logits.dtype), logits.shape)


@op(T="float")
def _sum_of_rows(values: T) -> Array:
    return jnp.sum(values, axis=1)


def _logits_and_labels(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    remove_accidental_hits: bool,
    seed: int | None,
) -> tuple[Tensor, Tensor]:
    classes = _labels(labels, num_true, "labels")
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            classes, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_expected, sampled_expected = sampled_values
    ids = _joined(classes, convert_to_tensor(sampled, dtype_hint=dtypes.int64))
    features = convert_to_tensor(inputs, dtype_hint=dtypes.float32)
    rows, bias_rows = (_like(features, embedding_lookup(t, ids)) for t in (weights, biases))
    logits = _sampled_logits(
        features,
        rows,
        bias_rows,
        classes,
        sampled,
        true_expected,
        sampled_expected,
        remove_accidental_hits,
    )
    return logits, _sampled_labels(logits, num_true)


@op
def _joined(labels: Array, sampled: Array) -> Array:
    return jnp.concatenate([labels.reshape(-1).astype(jnp.int64), sampled.astype(jnp.int64)])


@op(T="float")
def _like(inputs: T, values: Array) -> Array:
    return values.astype(inputs.dtype)


@composite
def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str | None = "nce_loss",
) -> Tensor:
    """The noise-contrastive loss of each example: telling true classes from sampled ones.

    `weights` [classes, features] (or a list of its parts) and `biases` [classes] are those of a
    dense layer, `inputs` are its inputs [batch, features], `labels` [batch, num_true] the true
    classes. The sample is that of `tf.random.log_uniform_candidate_sampler` unless given.

    >>> loss = tf.nn.nce_loss(tf.ones([9, 2]), tf.zeros([9]), [[1], [3]], tf.ones([2, 2]), 4, 9)
    >>> loss.shape
    TensorShape([2])
    """
    logits, targets = _logits_and_labels(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        None,
    )
    return _sum_of_rows(sigmoid_cross_entropy_with_logits(labels=targets, logits=logits))


@composite
def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: int | None = None,
    name: str | None = "sampled_softmax_loss",
) -> Tensor:
    """The softmax loss of each example, over its true classes and a sample of the others.

    Arguments as for `tf.nn.nce_loss`. For training only: evaluate with the full softmax.

    >>> loss = tf.nn.sampled_softmax_loss(
    ...     tf.ones([9, 2]), tf.zeros([9]), [[1], [3]], tf.ones([2, 2]), 4, 9)
    >>> loss.shape
    TensorShape([2])
    """
    logits, targets = _logits_and_labels(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        seed,
    )
    return softmax_cross_entropy_with_logits(labels=targets, logits=logits)

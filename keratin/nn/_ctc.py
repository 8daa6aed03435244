"""Connectionist temporal classification: the loss, and what prepares labels for it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._support import composite
from keratin.sparse._tensor import SparseTensor, known_shape

# The logarithm of what is impossible: finite, so that differences of two of them are.
NEVER = -1e30
# What stands for the log-probability of ending elsewhere than at the end: labels that do not fit
# into their frames have a large loss that is finite.
UNFINISHED = -706.8936


@composite
def ctc_loss(
    labels: T,
    logits: T,
    label_length: T | None,
    logit_length: T,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> T:
    """The negative log-probability of label sequences, over all their alignments with the logits.

    An alignment gives each frame a label or the blank; taking repeats together and then blanks
    away leaves the sequence. `logits` are [frames, batch, classes], or [batch, frames, classes]
    where `logits_time_major` is false, with `logit_length` [batch] valid frames. `labels` are
    [batch, most labels] with `label_length` [batch], or a sparse tensor, whose lengths are its
    own. `blank_index` is 0 by default and must be given with sparse labels; negative ones count
    from the end. `unique` is accepted, and has no meaning here.

    >>> logits = tf.zeros([2, 1, 3])
    >>> loss = tf.nn.ctc_loss([[1]], logits, label_length=[1], logit_length=[2])
    >>> round(loss.numpy().item(), 4)  # three of the nine alignments are right: 11, 1-, -1
    1.0986
    """
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise errors.InvalidArgumentError(
                "blank_index must be given where labels are a SparseTensor: 0, or -1 for the last "
                "class."
            )
        shape = known_shape(labels, "labels")
        labels, label_length = _from_sparse(labels.indices, labels.values, shape)
    return _ctc_loss(
        labels, logits, label_length, logit_length, logits_time_major, blank_index or 0
    )


@op
def _from_sparse(indices: Array, values: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Labels [batch, most labels] and their lengths."""
    rows, columns = indices[:, 0], indices[:, 1]
    dense = jnp.zeros(shape, values.dtype).at[rows, columns].set(values)
    return dense, jnp.zeros(shape[0], jnp.int32).at[rows].add(1)


@op(T="float")
def _ctc_loss(
    labels: Array,
    logits: T,
    label_length: Array,
    logit_length: Array,
    logits_time_major: bool,
    blank_index: int,
) -> T:
    """The body of `ctc_loss`, of dense labels."""
    _check(labels, logits, label_length, logit_length, logits_time_major)
    wide = logits.astype(jnp.float32) if logits.dtype.itemsize < 4 else logits
    wide = wide if logits_time_major else jnp.swapaxes(wide, 0, 1)
    frames, _, classes = wide.shape
    if not -classes <= blank_index < classes:
        raise errors.InvalidArgumentError(
            f"blank_index={blank_index} is none of the {classes} classes of logits."
        )
    states = _states(labels, blank_index % classes)
    scores = _scores(jax.nn.log_softmax(wide), states)
    within = jnp.arange(frames, dtype=jnp.int32)[:, None] < logit_length
    last = _forward(scores, _skips(states, blank_index % classes), within)
    return -_final(last, label_length).astype(logits.dtype)


def _check(
    labels: jax.Array,
    logits: jax.Array,
    label_length: jax.Array,
    logit_length: jax.Array,
    time_major: bool,
) -> None:
    if logits.ndim != 3 or labels.ndim != 2:
        raise errors.InvalidArgumentError(
            f"logits have the shape {list(logits.shape)} and labels {list(labels.shape)}; expected "
            "[frames, batch, classes] and [batch, most labels]."
        )
    batch = logits.shape[1 if time_major else 0]
    for name, array in (
        ("labels", labels),
        ("label_length", label_length),
        ("logit_length", logit_length),
    ):
        if array.shape[:1] != (batch,):
            raise errors.InvalidArgumentError(
                f"{name} has the shape {list(array.shape)}, and logits {list(logits.shape)} have "
                f"a batch of {batch} (logits_time_major={time_major}). Their batches must be of "
                "the same size."
            )


def _states(labels: jax.Array, blank: int) -> jax.Array:
    """Blank, label, blank, label, ..., blank: [batch, 2 * most labels + 1]."""
    batch, most = labels.shape
    states = jnp.full((batch, 2 * most + 1), blank, jnp.int32)
    return states.at[:, 1::2].set(labels.astype(jnp.int32))


def _skips(states: jax.Array, blank: int) -> jax.Array:
    """Where the blank before a label may be left out: between two labels that differ."""
    before = jnp.pad(states, ((0, 0), (2, 0)), constant_values=blank)[:, :-2]
    return (states != blank) & (states != before)


def _scores(log_probabilities: jax.Array, states: jax.Array) -> jax.Array:
    """The log-probability of each state in each frame: [frames, batch, states]."""
    index = jnp.broadcast_to(states, (log_probabilities.shape[0], *states.shape))
    scores = jnp.take_along_axis(log_probabilities, index, axis=2, mode="clip")
    return jnp.maximum(scores, NEVER)


def _forward(scores: jax.Array, skips: jax.Array, within: jax.Array) -> jax.Array:
    """The log-probability of each state after the last valid frame, over all ways to it."""
    never = jnp.asarray(NEVER, scores.dtype)

    def step(before: jax.Array, frame: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        score, valid = frame
        padded = jnp.pad(before, ((0, 0), (2, 0)), constant_values=NEVER)
        ways = jnp.stack([before, padded[:, 1:-1], jnp.where(skips, padded[:, :-2], never)])
        after = jnp.maximum(_log_sum(ways) + score, NEVER)
        return jnp.where(valid[:, None], after, before), None

    start = jnp.full(scores.shape[1:], never).at[:, 0].set(0)
    return lax.scan(step, start, (scores, within))[0]


def _log_sum(x: jax.Array) -> jax.Array:
    """log(sum(exp(x))) over the first axis."""
    top = lax.stop_gradient(jnp.max(x, 0))
    return top + jnp.log(jnp.sum(jnp.exp(x - top), 0))


def _final(last: jax.Array, label_length: jax.Array) -> jax.Array:
    """The log-probability of ending in the last label or in the blank after it."""
    end = 2 * label_length.astype(jnp.int32)[:, None]
    places = lax.broadcasted_iota(jnp.int32, last.shape, 1)
    at_end = (places == end) | (places == end - 1)
    return _log_sum(jnp.moveaxis(jnp.where(at_end, last, last + UNFINISHED), 1, 0))


@op(host=True)
def collapse_repeated(labels: T, seq_length: Array) -> tuple[T, Array]:
    """The labels of each row without those that repeat the one before, and how many are left.

    `labels` are [batch, most labels], of which `seq_length` [batch] are valid; the result is as
    wide as its longest row, and filled up with 0. Not in compiled functions, where sizes are fixed.

    >>> labels, lengths = tf.nn.collapse_repeated([[1, 1, 2, 2, 1], [1, 2, 3, 4, 5]], [5, 3])
    >>> labels.numpy(), lengths.numpy()
    (array([[1, 2, 1],
           [1, 2, 3]], dtype=int32), array([3, 3], dtype=int32))
    """
    if labels.ndim != 2 or seq_length.shape != labels.shape[:1]:
        raise errors.InvalidArgumentError(
            f"labels have the shape {list(labels.shape)} and seq_length {list(seq_length.shape)}; "
            "expected [batch, most labels] and [batch]."
        )
    new = np.ones(labels.shape, bool)
    new[:, 1:] = labels[:, 1:] != labels[:, :-1]
    new &= np.arange(labels.shape[1]) < seq_length[:, None]
    lengths = new.sum(1)
    result = np.zeros((len(labels), lengths.max(initial=0)), labels.dtype)
    result[np.arange(result.shape[1]) < lengths[:, None]] = labels[new]
    return result, lengths.astype(seq_length.dtype)


@op(T="int uint")
def ctc_unique_labels(labels: T) -> list[Array]:
    """The different labels of each row, filled up with 0, and where each label is among them.

    >>> unique, places = tf.nn.ctc_unique_labels([[3, 4, 4, 3]])
    >>> unique.numpy(), places.numpy()
    (array([[3, 4, 0, 0]]), array([[0, 1, 1, 0]], dtype=int32))
    """
    if labels.ndim != 2:
        raise errors.InvalidArgumentError(
            f"labels have the shape {list(labels.shape)}, expected [batch, most labels]."
        )
    first = jnp.argmax(labels[:, :, None] == labels[:, None, :], 2)
    is_first = first == jnp.arange(labels.shape[1])
    number = jnp.cumsum(is_first, 1, dtype=jnp.int32) - 1
    places = jnp.take_along_axis(number, first, 1)
    rows = jnp.arange(labels.shape[0])[:, None]
    unique = jnp.zeros(labels.shape, jnp.int64).at[rows, places].set(labels.astype(jnp.int64))
    return [unique, places]

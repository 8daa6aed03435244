"""Connectionist temporal classification: the loss, and decoding."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin import nn
from keratin._engine.op import Array, op
from keratin._engine.operators import operators
from keratin.array._support import named
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, require, wide


@operation
def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> Any:
    """The negative log-probability of label sequences, over all alignments with the outputs.

    `target` is [batch, most labels], of which `target_length` are valid, `output` the logits
    [batch, frames, classes], of which `output_length` frames are. `mask_index` is the class of
    the blank.

    >>> output = np.zeros([1, 2, 3], "float32")
    >>> loss = keras.ops.ctc_loss([[1]], output, target_length=[1], output_length=[2])
    >>> loss.numpy().round(4)  # three of the nine alignments are right: 11, 1-, -1
    array([1.0986], dtype=float32)
    """
    output = as_tensor(output)
    if output.dtype.size < 4 or not output.dtype.is_floating:
        output = operators.cast(output, "float32")
    return nn.ctc_loss(
        operators.cast(as_tensor(target), "int32"),
        output,
        operators.cast(as_tensor(target_length), "int32"),
        operators.cast(as_tensor(output_length), "int32"),
        logits_time_major=False,
        blank_index=int(mask_index),
    )


@operation
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int | None = 0,
) -> Any:
    """The likeliest label sequences of the outputs of a CTC model, and their scores.

    `inputs` is [batch, frames, classes], of which `sequence_lengths` frames are valid. The
    sequences are [paths, batch, frames], filled up with -1, the scores [batch, paths].

    "greedy" takes the best class of each frame; its score is minus the sum of these inputs.
    "beam_search" follows `beam_width` sequences and gives the best `top_paths` of them with their
    log-probabilities; repeated labels are always merged there. `mask_index` is the class of the
    blank, the last one if None.

    >>> scores = np.log([[[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]]]).astype("float32")
    >>> paths, _ = keras.ops.ctc_decode(scores, sequence_lengths=[3])
    >>> paths.numpy()
    array([[[ 1, -1, -1]]], dtype=int32)
    """
    require(
        strategy in ("greedy", "beam_search"),
        f"strategy must be 'greedy' or 'beam_search'; given {strategy!r}",
    )
    inputs = as_tensor(inputs)
    require(
        inputs.ndim == 3,
        f"inputs has shape {list(inputs.shape)}; expected batch, frames and classes",
    )
    blank = int(inputs.shape[2]) - 1 if mask_index is None else int(mask_index)
    lengths = as_tensor(sequence_lengths)
    if strategy == "greedy":
        return _ctc_greedy(inputs, lengths, bool(merge_repeated), blank)
    return _ctc_beam_search(inputs, lengths, int(beam_width), int(top_paths), blank)


@named("ctc_decode")
@op
def _ctc_greedy(
    inputs: Array, lengths: Array, merge_repeated: bool, blank: int
) -> tuple[Array, Array]:
    inputs = wide(inputs)
    frames = jnp.arange(inputs.shape[1], dtype=np.int32)
    valid = frames < lengths.astype(np.int32)[:, None]
    labels = jnp.where(valid, jnp.argmax(inputs, -1).astype(np.int32), blank)
    scores = -jnp.sum(jnp.where(valid, jnp.max(inputs, -1), 0), 1)
    silent = labels == blank
    if merge_repeated:
        silent |= jnp.pad(labels[:, 1:] == labels[:, :-1], ((0, 0), (1, 0)))
    # What counts first, in its order; then -1.
    order = jnp.argsort(silent, axis=-1, stable=True)
    kept = jnp.where(silent, -1, labels)
    return jnp.take_along_axis(kept, order, -1)[None], scores[:, None]


@named("ctc_decode")
@op
def _ctc_beam_search(
    inputs: Array, lengths: Array, beam_width: int, top_paths: int, blank: int
) -> tuple[Array, Array]:
    frames = inputs.shape[1]
    logs = jax.nn.log_softmax(wide(inputs))
    valid = jnp.arange(frames, dtype=np.int32) < lengths.astype(np.int32)[:, None]
    width = max(beam_width, top_paths)

    def search(logs: jax.Array, valid: jax.Array) -> tuple[jax.Array, jax.Array]:
        beams, _ = lax.scan(
            lambda beams, step: (_next_beams(beams, *step, blank, beam_width), None),
            _first_beams(width, frames, logs.dtype),
            (logs, valid),
        )
        scores = jnp.logaddexp(beams.silent, beams.spoken)
        best, order = lax.top_k(scores, top_paths)
        return beams.labels[order], best

    paths, scores = jax.vmap(search)(logs, valid)
    return jnp.moveaxis(paths, 1, 0), scores


class _Beams:
    """Label sequences, and the log-probabilities of having said them.

    `labels` [beams, frames] are filled up with -1. An alignment of a sequence ends in a blank, or
    in its last label: `silent` and `spoken` are the log-probabilities of both kinds.
    """

    def __init__(self, labels: Any, lengths: Any, silent: Any, spoken: Any):
        self.labels, self.lengths, self.silent, self.spoken = labels, lengths, silent, spoken


jax.tree_util.register_pytree_node(
    _Beams,
    lambda beams: ((beams.labels, beams.lengths, beams.silent, beams.spoken), None),
    lambda _, children: _Beams(*children),
)


def _first_beams(width: int, frames: int, dtype: Any) -> _Beams:
    """Nothing said yet, with certainty; all other beams are impossible."""
    never = jnp.full(width, -jnp.inf, dtype)
    labels = jnp.full((width, frames), -1, np.int32)
    return _Beams(labels, jnp.zeros(width, np.int32), never.at[0].set(0), never)


def _next_beams(
    beams: _Beams, logs: jax.Array, valid: jax.Array, blank: int, beam_width: int
) -> _Beams:
    """The best beams after one more frame, whose class has the log-probabilities `logs`."""
    width, classes = len(beams.lengths), len(logs)
    last = jnp.take_along_axis(beams.labels, jnp.maximum(beams.lengths - 1, 0)[:, None], 1)[:, 0]
    last = jnp.where(beams.lengths > 0, last, -1)
    total = jnp.logaddexp(beams.silent, beams.spoken)
    repeated = jnp.where(last >= 0, beams.spoken + logs[last], -jnp.inf)
    # One label more: after itself only where a blank stood between.
    is_last = jnp.arange(classes) == last[:, None]
    longer = jnp.where(is_last, beams.silent[:, None], total[:, None]) + logs
    longer = longer.at[:, blank].set(-jnp.inf)
    # A sequence made longer may be another beam already: that one gets its probability.
    parent = _parents(beams)
    given = jnp.where(parent, longer[:, jnp.maximum(last, 0)], -jnp.inf)
    spoken = jnp.logaddexp(repeated, jax.nn.logsumexp(given, 0))
    taken = jnp.any(parent[:, :, None] & is_last[None], 1)
    longer = jnp.where(taken, -jnp.inf, longer)
    silent = total + logs[blank]
    candidates = jnp.concatenate([jnp.logaddexp(silent, spoken), longer.ravel()])
    _, chosen = lax.top_k(candidates, width)
    impossible = jnp.arange(width) >= beam_width
    new = _chosen(beams, chosen, silent, spoken, longer, classes)
    new.silent = jnp.where(impossible, -jnp.inf, new.silent)
    new.spoken = jnp.where(impossible, -jnp.inf, new.spoken)
    return jax.tree.map(lambda after, before: jnp.where(valid, after, before), new, beams)


def _parents(beams: _Beams) -> jax.Array:
    """Whether beam i is beam j without its last label: [i, j]."""
    places = jnp.arange(beams.labels.shape[1])
    without_last = jnp.where(places == beams.lengths[:, None] - 1, -1, beams.labels)
    same = jnp.all(beams.labels[:, None] == without_last[None], -1)
    real = jnp.isfinite(jnp.logaddexp(beams.silent, beams.spoken))
    return same & (beams.lengths[None] == beams.lengths[:, None] + 1) & real[:, None] & real[None]


def _chosen(
    beams: _Beams, chosen: jax.Array, silent: Any, spoken: Any, longer: Any, classes: int
) -> _Beams:
    """The beams at these places among those that stay and those with one label more."""
    width = len(beams.lengths)
    stays = chosen < width
    extension = jnp.maximum(chosen - width, 0)
    origin = jnp.where(stays, chosen, extension // classes)
    label = (extension % classes).astype(np.int32)
    places = jnp.arange(beams.labels.shape[1])
    ends = (places == beams.lengths[origin][:, None]) & ~stays[:, None]
    return _Beams(
        jnp.where(ends, label[:, None], beams.labels[origin]),
        beams.lengths[origin] + jnp.where(stays, 0, 1).astype(np.int32),
        jnp.where(stays, silent[origin], -jnp.inf),
        jnp.where(stays, spoken[origin], longer.ravel()[extension]),
    )

"""Decoders of connectionist temporal classification: logits to label sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._support import composite
from keratin.sparse._tensor import SparseTensor

Decoded = tuple[list[SparseTensor], T]


@composite
def ctc_greedy_decoder(
    inputs: T,
    sequence_length: T,
    merge_repeated: bool = True,
    blank_index: int | None = None,
) -> Decoded:
    """The likeliest class of each frame, without blanks and (`merge_repeated`) repeats.

    `inputs` are logits [frames, batch, classes], of which `sequence_length` [batch] frames are
    valid; the blank is the last class by default. Returns a list of one sparse tensor [batch, most
    labels] and, for each sequence, the negative sum of the logits taken. Not in compiled
    functions, where sizes are fixed.

    >>> logits = tf.constant([[[5.0, 0.0, 0.0]], [[5.0, 0.0, 0.0]], [[0.0, 6.0, 0.0]]])
    >>> decoded, score = tf.nn.ctc_greedy_decoder(logits, [3])
    >>> tf.sparse.to_dense(decoded[0]).numpy(), score.numpy()
    (array([[0, 1]]), array([[-16.]], dtype=float32))
    """
    indices, values, shape, score = _greedy(inputs, sequence_length, merge_repeated, blank_index)
    return [SparseTensor(indices, values, shape)], score


@op(host=True, T="float")
def _greedy(
    inputs: T, sequence_length: Array, merge_repeated: bool, blank_index: int | None
) -> tuple[Array, Array, Array, T]:
    _check(inputs, sequence_length)
    frames, _, classes = inputs.shape
    blank = classes - 1 if blank_index is None else blank_index
    if not -classes <= blank < classes:
        raise errors.InvalidArgumentError(f"blank_index={blank} is none of the {classes} classes.")
    valid = np.arange(frames)[:, None] < sequence_length
    best = inputs.argmax(2)
    keep = valid & (best != blank % classes)
    if merge_repeated:
        keep[1:] &= best[1:] != best[:-1]
    score = -np.where(valid, inputs.max(2), 0).sum(0, dtype=inputs.dtype)
    sequences = [best[keep[:, row], row].tolist() for row in range(inputs.shape[1])]
    return *_sparse_parts(sequences), score[:, None]


@composite
def ctc_beam_search_decoder(
    inputs: T, sequence_length: T, beam_width: int = 100, top_paths: int = 1
) -> Decoded:
    """The likeliest label sequences, each over all its alignments, found by beam search.

    `inputs` are logits [frames, batch, classes], of which `sequence_length` [batch] frames are
    valid; the blank is the last class. Returns `top_paths` sparse tensors [batch, most labels],
    the likeliest first, and their log-probabilities [batch, top_paths]. Not in compiled
    functions, where sizes are fixed.

    >>> logits = tf.constant([[[5.0, 0.0, 0.0]], [[5.0, 0.0, 0.0]], [[0.0, 6.0, 0.0]]])
    >>> decoded, _ = tf.nn.ctc_beam_search_decoder(logits, [3], beam_width=4)
    >>> tf.sparse.to_dense(decoded[0]).numpy()
    array([[0, 1]])
    """
    *parts, scores = _beam_search(inputs, sequence_length, beam_width, top_paths)
    return [SparseTensor(*parts[i : i + 3]) for i in range(0, len(parts), 3)], scores


@op(host=True, T="float")
def _beam_search(
    inputs: T, sequence_length: Array, beam_width: int, top_paths: int
) -> tuple[Array, ...]:
    _check(inputs, sequence_length)
    if not 0 < top_paths <= beam_width:
        raise errors.InvalidArgumentError(
            f"top_paths={top_paths} and beam_width={beam_width} were given, expected "
            "0 < top_paths <= beam_width."
        )
    wide = inputs.astype(np.float64)
    top = wide.max(2, keepdims=True, initial=-np.inf)
    scores = wide - top - np.log(np.exp(wide - top).sum(2, keepdims=True))
    found = [
        _search(scores[:length, row], beam_width, top_paths)
        for row, length in enumerate(sequence_length)
    ]
    paths = [_sparse_parts([row[rank][0] for row in found]) for rank in range(top_paths)]
    totals = np.array([[total for _, total in row] for row in found], inputs.dtype)
    return *(part for path in paths for part in path), totals.reshape(-1, top_paths)


class _Beams(NamedTuple):
    """Label sequences, with the log-probabilities of the alignments that end in a blank and of
    those that end in the last label.
    """

    sequences: list[tuple[int, ...]]
    in_blank: np.ndarray
    in_label: np.ndarray

    def total(self) -> np.ndarray:
        return np.logaddexp(self.in_blank, self.in_label)


def _search(scores: np.ndarray, beam_width: int, top_paths: int) -> list[tuple[list[int], float]]:
    """The likeliest sequences for log-probabilities [frames, classes]; the blank is the last."""
    beams = _Beams([()], np.zeros(1), np.full(1, -np.inf))
    for frame in scores:
        beams = _widened(beams, frame, beam_width)
    totals = beams.total()
    best = np.argsort(-totals, kind="stable")[:top_paths]
    if len(best) < top_paths:
        raise errors.InvalidArgumentError(
            f"top_paths={top_paths} were asked for and only {len(best)} sequences are possible "
            f"with {len(scores)} frames of {scores.shape[1]} classes. Ask for fewer."
        )
    return [(list(beams.sequences[i]), float(totals[i])) for i in best]


def _widened(beams: _Beams, frame: np.ndarray, beam_width: int) -> _Beams:
    """The likeliest beams after one frame more: the same sequences, and those a label longer."""
    stays, longer = _after(beams, frame)
    candidates = np.concatenate([stays.total(), longer.ravel()])
    order = np.argsort(-candidates, kind="stable")[:beam_width]
    order = order[candidates[order] > -np.inf]
    kept = order[order < len(stays.sequences)]
    origin, label = np.divmod(
        order[order >= len(stays.sequences)] - len(stays.sequences), max(longer.shape[1], 1)
    )
    grown = [(*beams.sequences[i], int(a)) for i, a in zip(origin, label, strict=True)]
    return _Beams(
        [beams.sequences[i] for i in kept] + grown,
        np.concatenate([stays.in_blank[kept], np.full(len(grown), -np.inf)]),
        np.concatenate([stays.in_label[kept], longer[origin, label]]),
    )


def _after(beams: _Beams, frame: np.ndarray) -> tuple[_Beams, np.ndarray]:
    """The beams after a frame that adds no label, and the chances of adding each label."""
    blank = len(frame) - 1
    total = beams.total()
    last = np.array([sequence[-1] if sequence else blank for sequence in beams.sequences])
    labelled = np.flatnonzero(last < blank)
    longer = total[:, None] + frame[:blank]
    # The same label again makes a longer sequence only after a blank.
    longer[labelled, last[labelled]] = (beams.in_blank + frame[last])[labelled]
    in_label = beams.in_label + frame[last]
    number = {sequence: i for i, sequence in enumerate(beams.sequences)}
    for i in labelled:
        parent = number.get(beams.sequences[i][:-1])
        if parent is not None:  # it grows into this one, which is a beam already
            in_label[i] = np.logaddexp(in_label[i], longer[parent, last[i]])
            longer[parent, last[i]] = -np.inf
    return _Beams(beams.sequences, total + frame[blank], in_label), longer


def _check(inputs: np.ndarray, sequence_length: np.ndarray) -> None:
    if inputs.ndim != 3 or sequence_length.shape != inputs.shape[1:2]:
        raise errors.InvalidArgumentError(
            f"inputs have the shape {list(inputs.shape)} and sequence_length "
            f"{list(sequence_length.shape)}; expected [frames, batch, classes] and [batch]."
        )
    if sequence_length.size and not 0 <= sequence_length.min() <= sequence_length.max() <= len(
        inputs
    ):
        raise errors.InvalidArgumentError(
            f"sequence_length={sequence_length.tolist()} was given, expected 0 to {len(inputs)}, "
            "the number of frames."
        )


def _sparse_parts(sequences: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices, values and dense shape of a batch of sequences."""
    places = [(row, i) for row, labels in enumerate(sequences) for i in range(len(labels))]
    values = [label for labels in sequences for label in labels]
    longest = max(map(len, sequences), default=0)
    return (
        np.array(places, np.int64).reshape(-1, 2),
        np.array(values, np.int64),
        np.array([len(sequences), longest], np.int64),
    )

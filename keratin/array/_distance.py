"""The distance of sequences: how many edits make one of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, op
from keratin.array._support import composite, named


def _levenshtein(first: Sequence[Any], second: Sequence[Any]) -> int:
    """The least number of insertions, deletions and replacements between two sequences."""
    row = list(range(len(second) + 1))
    for count, item in enumerate(first, 1):
        corner, row[0] = row[0], count
        for place, other in enumerate(second, 1):
            corner, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, corner + (item != other)),
            )
    return row[-1]


def _sequences(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    """The values of a sparse tensor by all their coordinates but the last, in order."""
    groups: dict[tuple[int, ...], list[Any]] = {}
    for index, value in zip(indices.tolist(), values.tolist(), strict=True):
        groups.setdefault(tuple(index[:-1]), []).append(value)
    return groups


@named("edit_distance")
@op(host=True)
def _edit_distance(
    hypothesis_indices: Array,
    hypothesis_values: Array,
    hypothesis_shape: Array,
    truth_indices: Array,
    truth_values: Array,
    truth_shape: Array,
    normalize: bool,
) -> np.ndarray[Any, Any]:
    if len(hypothesis_shape) != len(truth_shape) or len(truth_shape) < 2:
        raise errors.InvalidArgumentError(
            f"hypothesis has rank {len(hypothesis_shape)} and truth {len(truth_shape)}; both must "
            "have the same rank, 2 or more, the last axis being that of the sequences"
        )
    if hypothesis_values.dtype != truth_values.dtype:
        raise errors.InvalidArgumentError(
            f"hypothesis holds {hypothesis_values.dtype} and truth {truth_values.dtype}; both must "
            "hold the same. tf.cast one of them"
        )
    guesses = _sequences(hypothesis_indices, hypothesis_values)
    truths = _sequences(truth_indices, truth_values)
    shape = np.maximum(hypothesis_shape, truth_shape)[:-1]
    result = np.zeros(shape, np.float32)
    for place in {*guesses, *truths}:
        guess, truth = guesses.get(place, []), truths.get(place, [])
        distance = _levenshtein(guess, truth)
        result[place] = distance
        if normalize:
            result[place] = distance / len(truth) if truth else np.inf
    return result


@composite
def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str | None = "edit_distance"
) -> Any:
    """The Levenshtein distance of the sequences in two sparse tensors.

    Along the last axis stand the sequences. `normalize` divides by the length of the truth; where
    that is empty and the hypothesis is not, the distance is infinite.

    >>> guess = tf.SparseTensor([[0, 0], [0, 1]], ["a", "b"], [1, 2])
    >>> truth = tf.SparseTensor([[0, 0], [0, 1]], ["a", "c"], [1, 2])
    >>> tf.edit_distance(guess, truth).numpy()
    array([0.5], dtype=float32)
    """
    for value, label in ((hypothesis, "hypothesis"), (truth, "truth")):
        if not hasattr(value, "dense_shape"):
            raise TypeError(
                f"{label} must be a tf.SparseTensor; given {type(value).__name__}. Write "
                "tf.sparse.from_dense(x)"
            )
    return _edit_distance(
        hypothesis.indices,
        hypothesis.values,
        hypothesis.dense_shape,
        truth.indices,
        truth.values,
        truth.dense_shape,
        bool(normalize),
    )

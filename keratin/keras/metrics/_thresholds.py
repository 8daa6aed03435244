"""Counts of right and wrong predictions at one or many thresholds.

A prediction is positive at each threshold below it. So it is enough to count, in one pass, how
many predictions are above how many thresholds; sums of that histogram are the counts at each
threshold. Predictions and thresholds are never laid out against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Arrays, op
from keratin._engine.tensor import convert_to_tensor
from keratin._engine.variable import Variable
from keratin.keras._core.settings import settings
from keratin.keras.losses._reduction import same_rank
from keratin.keras.metrics._arrays import check_same, weights_like

# What predictions outside of the top k become: below each threshold.
LOWEST = -1e10


class Thresholds:
    """Thresholds, and whether they are evenly spaced from 0 to 1."""

    def __init__(self, values: Sequence[float]):
        self.values = [float(value) for value in values]
        self.even = _are_even(np.clip(self.values, 0, 1))
        # Just outside of [0, 1] at both ends, so that each prediction is between two of them.
        self.open_ends = self.even and (self.values[0] < 0 or self.values[-1] > 1)
        self.uneven = None if self.even else convert_to_tensor(self.values, dtype="float32")

    def __len__(self) -> int:
        return len(self.values)

    def __deepcopy__(self, memo: Any) -> Thresholds:
        return self


def given_thresholds(thresholds: Any, default: float, owner: str) -> Thresholds:
    """The thresholds that a user gave, a number or several in [0, 1]; or the default."""
    if thresholds is None:
        return Thresholds([default])
    values = list(np.atleast_1d(thresholds)) if not isinstance(thresholds, list) else thresholds
    wrong = [value for value in values if value is None or not 0 <= value <= 1]
    if wrong or not values:
        raise ValueError(
            f"{owner}: thresholds is {thresholds!r}; expected numbers from 0 to 1"
            + (f", which {wrong[0]!r} is not" if wrong else ", at least one")
        )
    return Thresholds(values)


def spaced_thresholds(number: int) -> list[float]:
    """So many numbers between 0 and 1, evenly spaced, without the ends."""
    return [(index + 1) / (number - 1) for index in range(number - 2)]


def _are_even(values: Any) -> bool:
    if len(values) < 3:
        return False
    even = np.arange(len(values), dtype=np.float32) / (len(values) - 1)
    return bool(np.allclose(values, even, atol=settings.epsilon))


def update_counts(
    counts: Mapping[str, Variable],
    y_true: Any,
    y_pred: Any,
    thresholds: Thresholds,
    sample_weight: Any = None,
    label_weights: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
) -> None:
    """Add a batch to the counts, of which "tp", "fp", "tn" and "fn" are known.

    With `multi_label` the classes along the last axis are counted each by itself.
    """
    updated = _update_counts(
        list(counts.values()),
        y_true,
        y_pred,
        thresholds.uneven,
        sample_weight,
        label_weights,
        kinds=tuple(counts),
        open_ends=thresholds.open_ends,
        top_k=top_k,
        class_id=class_id,
        multi_label=multi_label,
    )
    for variable, value in zip(counts.values(), updated, strict=True):
        variable.assign(value)


@op
def _update_counts(
    counts: Arrays,
    y_true: Array,
    y_pred: Array,
    thresholds: Array | None,
    sample_weight: Array | None,
    label_weights: Array | None,
    kinds: Sequence[str],
    open_ends: bool,
    top_k: int | None,
    class_id: int | None,
    multi_label: bool,
):
    """The counts with a batch added."""
    dtype, number = counts[0].dtype, counts[0].shape[0]
    y_pred, y_true = same_rank(y_pred.astype(dtype), y_true.astype(dtype))
    check_same(y_true, y_pred)
    if sample_weight is not None:
        sample_weight = _for_each_sample(sample_weight.astype(dtype), y_true.ndim)
    if top_k is not None:
        y_pred = _only_top(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = (_of_class(y, class_id) for y in (y_true, y_pred))
    weights = _weights(sample_weight, label_weights, y_pred)
    y_true = y_true != 0
    if not multi_label:
        y_true, y_pred, weights = (jnp.reshape(y, (-1,)) for y in (y_true, y_pred, weights))
    if thresholds is not None and number == 1:
        above, below = _at_one(y_true, y_pred, weights, thresholds[0])
    else:
        passed = _thresholds_passed(y_pred, thresholds, number, open_ends)
        above, below = _at_each(y_true, passed, weights, number)
        if thresholds is not None:  # from their order back to that in which they were given
            places = jnp.argsort(jnp.argsort(thresholds))
            above, below = above[:, places], below[:, places]
    found = {"tp": above[1], "fp": above[0], "fn": below[1], "tn": below[0]}
    return tuple([count + found[kind] for kind, count in zip(kinds, counts, strict=True)])


def _for_each_sample(weights: Any, rank: int) -> Any:
    """The weights with as many axes as what they weigh, those of classes last."""
    if weights.ndim == rank + 1 and weights.shape[-1] == 1:
        return weights[..., 0]
    return jnp.reshape(weights, weights.shape + (1,) * max(rank - weights.ndim, 0))


def _only_top(y_pred: Any, k: int) -> Any:
    """The k largest predictions of each sample; those of the other classes are below all."""
    _, indices = lax.top_k(y_pred, k)
    is_top = jnp.zeros(y_pred.shape, bool)
    is_top = jnp.put_along_axis(is_top, indices, True, axis=-1, inplace=False)
    return jnp.where(is_top, y_pred, LOWEST)


def _of_class(array: Any, class_id: int) -> Any:
    if array.ndim == 1 or not -array.shape[-1] <= class_id < array.shape[-1]:
        raise errors.InvalidArgumentError(
            f"class_id is {class_id}, but y_true and y_pred have the shape {tuple(array.shape)}; "
            f"expected (samples, classes), with more than {class_id} classes"
        )
    return array[..., class_id][..., np.newaxis]


def _weights(sample_weight: Any, label_weights: Any, y_pred: Any) -> Any:
    weights = jnp.ones(y_pred.shape, y_pred.dtype)
    if sample_weight is not None:
        weights = weights * weights_like(sample_weight, y_pred, "y_pred")
    if label_weights is not None:
        weights = weights * weights_like(label_weights.astype(y_pred.dtype), y_pred, "y_pred")
    return weights


def _by_label(y_true: Any, weights: Any) -> Any:
    """The weights of negative labels, and those of positive ones."""
    return jnp.stack([jnp.where(y_true, 0, weights), jnp.where(y_true, weights, 0)])


def _at_one(y_true: Any, y_pred: Any, weights: Any, threshold: Any) -> tuple[Any, Any]:
    """The weights above and below the threshold, of negative and of positive labels."""
    weights, passes = _by_label(y_true, weights), y_pred > threshold
    above = jnp.sum(jnp.where(passes, weights, 0), axis=1, keepdims=True)
    return above, jnp.sum(jnp.where(passes, 0, weights), axis=1, keepdims=True)


def _thresholds_passed(y_pred: Any, thresholds: Any, number: int, open_ends: bool) -> Any:
    """How many thresholds each prediction is above."""
    y_pred = jnp.where(jnp.isnan(y_pred), 0, y_pred)
    if thresholds is not None:
        return jnp.searchsorted(jnp.sort(thresholds), y_pred, side="left")
    passed = jnp.ceil(jnp.clip(y_pred, 0, 1) * (number - 1)).astype(np.int32)
    return jnp.maximum(passed, 1) if open_ends else passed


def _at_each(y_true: Any, passed: Any, weights: Any, number: int) -> tuple[Any, Any]:
    """The weights above and below each threshold, of negative and of positive labels."""
    index: tuple[Any, ...] = (y_true.astype(np.int32), passed)
    labels = passed.shape[1:]
    if labels:
        index = (*index, jnp.broadcast_to(jnp.arange(labels[0]), passed.shape))
    histogram = jnp.zeros((2, number + 1, *labels), weights.dtype).at[index].add(weights)
    # Who is above c thresholds is above those numbered 0 to c - 1, and below the others.
    above = lax.cumsum(histogram, axis=1, reverse=True)
    return above[:, 1:], lax.cumsum(histogram, axis=1)[:, :-1]

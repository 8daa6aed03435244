"""F-scores: precision and recall in one figure."""

from __future__ import annotations

import numbers
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core.settings import settings
from keratin.keras.losses._reduction import same_rank
from keratin.keras.metrics._arrays import among, check_same, weights_like
from keratin.keras.metrics._metric import Metric

_AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """The harmonic mean of precision and recall, in which recall counts `beta` times as much.

    Labels are one-hot or multi-hot, (samples, classes). A prediction is positive where it is the
    largest of its sample, or above the `threshold`. `average` says what becomes of the scores of
    the classes: None (all of them), "macro" (the mean), "weighted" (by how frequent each is) or
    "micro" (all classes counted as one).

    >>> metric = keras.metrics.FBetaScore(average="macro", beta=2.0, threshold=0.5)
    >>> metric([[1, 1], [1, 0], [0, 0]], [[0.2, 0.6], [0.6, 0.2], [0.6, 0.8]]).numpy().round(3)
    np.float32(0.667)
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        kind = type(self).__name__
        among(average, _AVERAGES, "average", kind)
        if not _is_number(beta) or beta <= 0:
            raise ValueError(f"{kind}: beta is {beta!r}; expected a number above 0")
        if threshold is not None and not (_is_number(threshold) and 0 < threshold <= 1):
            raise ValueError(
                f"{kind}: threshold is {threshold!r}; expected a number above 0 and at most 1, or "
                "None: the largest prediction of each sample is positive"
            )
        self.average = average
        self.beta = float(beta)
        self.threshold = None if threshold is None else float(threshold)
        self._built = False

    def _build(self, y_true_shape: tuple[int, ...], y_pred_shape: tuple[int, ...]) -> None:
        check_classes(type(self).__name__, y_true_shape, y_pred_shape)
        shape = () if self.average == "micro" else y_pred_shape[-1:]
        self.true_positives = self._zeros("true_positives", shape, self.dtype)
        self.false_positives = self._zeros("false_positives", shape, self.dtype)
        self.false_negatives = self._zeros("false_negatives", shape, self.dtype)
        self.intermediate_weights = self._zeros("intermediate_weights", shape, self.dtype)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        y_true, y_pred = as_tensors(y_true, y_pred)
        if not self._built:
            self._build(*shapes_alike(y_true, y_pred))
        counts = (
            self.true_positives,
            self.false_positives,
            self.false_negatives,
            self.intermediate_weights,
        )
        updated = _f_score_update(*counts, y_true, y_pred, sample_weight, self.threshold)
        for count, value in zip(counts, updated, strict=True):
            count.assign(value)

    def result(self) -> Any:
        """The score, or that of each class without `average`."""
        if not self._built:
            raise ValueError(
                f"{type(self).__name__}: the number of classes is not known before the first "
                "batch. Call update_state first"
            )
        return _f_score(
            self.true_positives,
            self.false_positives,
            self.false_negatives,
            self.intermediate_weights,
            self.beta,
            self.average,
            settings.epsilon,
        )


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall; the arguments are those of `FBetaScore`.

    >>> metric = keras.metrics.F1Score(threshold=0.5)
    >>> metric([[1, 1], [1, 0], [0, 0]], [[0.2, 0.6], [0.6, 0.2], [0.6, 0.8]]).numpy().round(3)
    array([0.5  , 0.667], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def as_tensors(*values: Any) -> tuple[Any, ...]:
    """Values as tensors, whose shapes are known."""
    return tuple([v if isinstance(v, Tensor) else convert_to_tensor(v) for v in values])


def shapes_alike(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """The shapes of labels and predictions after a vector beside a column has become one."""
    first, second = tuple(y_true.shape), tuple(y_pred.shape)
    if second[1:] == (1,) and len(first) == 1:
        first = (*first, 1)
    elif first[1:] == (1,) and len(second) == 1:
        second = (*second, 1)
    return first, second


def check_classes(kind: str, y_true_shape: tuple[int, ...], y_pred_shape: tuple[int, ...]) -> None:
    """Raise where labels or predictions are not matrices."""
    if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
        raise ValueError(
            f"{kind}: y_true has the shape {y_true_shape} and y_pred {y_pred_shape}; expected "
            "(samples, outputs) for both. Reshape a single output to (samples, 1)"
        )


# The kernels


@op
def _f_score_update(
    true_positives: Array,
    false_positives: Array,
    false_negatives: Array,
    weights: Array,
    y_true: Array,
    y_pred: Array,
    sample_weight: Array | None,
    threshold: float | None,
):
    """The counts with a batch added."""
    dtype = true_positives.dtype
    y_true, y_pred = same_rank(y_true, y_pred)
    check_same(y_true, y_pred)
    y_true, y_pred = y_true.astype(dtype), y_pred.astype(dtype)
    if threshold is None:
        largest = jnp.max(y_pred, axis=-1, keepdims=True)
        positive = (y_pred >= largest) & (jnp.abs(y_pred) > 1e-9)
    else:
        positive = y_pred > threshold
    positive = positive.astype(dtype)
    by_sample = jnp.ones((), dtype)
    if sample_weight is not None:
        column = sample_weight[:, np.newaxis] if sample_weight.ndim == 1 else sample_weight
        by_sample = weights_like(column.astype(dtype), y_true, "y_true")
    axis = 0 if true_positives.ndim else None
    found = (positive * y_true, positive * (1 - y_true), (1 - positive) * y_true, y_true)
    counts = (true_positives, false_positives, false_negatives, weights)
    return tuple(
        [count + jnp.sum(x * by_sample, axis) for count, x in zip(counts, found, strict=True)]
    )


@op
def _f_score(
    true_positives: Array,
    false_positives: Array,
    false_negatives: Array,
    weights: Array,
    beta: float,
    average: str | None,
    epsilon: float,
):
    precision = true_positives / (true_positives + false_positives + epsilon)
    recall = true_positives / (true_positives + false_negatives + epsilon)
    square = beta**2
    scores = precision * recall / (square * precision + recall + epsilon) * (1 + square)
    if average == "weighted":
        return jnp.sum(scores * (weights / (jnp.sum(weights) + epsilon)))
    return scores if average is None else jnp.mean(scores)

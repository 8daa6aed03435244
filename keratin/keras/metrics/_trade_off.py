"""The best of one figure where another one is good enough: recall at a precision, and its kin."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin.keras.metrics._arrays import divide_no_nan
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._thresholds import Thresholds, spaced_thresholds, update_counts


class _BestAt(Metric):
    """The largest `_wanted` among the thresholds at which `_bound` is at least `value`."""

    _direction = "up"
    _bound = ""
    _wanted = ""

    def __init__(
        self, value: float, num_thresholds: int, class_id: int | None, name: Any, dtype: Any
    ):
        super().__init__(name=name, dtype=dtype)
        kind = type(self).__name__
        if not 0 <= value <= 1:
            raise ValueError(f"{kind}: {self._bound} is {value!r}; expected a number from 0 to 1")
        if num_thresholds <= 0:
            raise ValueError(
                f"{kind}: num_thresholds is {num_thresholds!r}; expected a number above 0"
            )
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        between = spaced_thresholds(num_thresholds) if num_thresholds > 1 else []
        self._thresholds = Thresholds([0.5] if num_thresholds == 1 else [0.0, *between, 1.0])
        shape = (num_thresholds,)
        self.true_positives = self._zeros("true_positives", shape)
        self.false_positives = self._zeros("false_positives", shape)
        self.true_negatives = self._zeros("true_negatives", shape)
        self.false_negatives = self._zeros("false_negatives", shape)

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, as a list."""
        return self._thresholds.values

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        counts = {
            "tp": self.true_positives,
            "fp": self.false_positives,
            "tn": self.true_negatives,
            "fn": self.false_negatives,
        }
        update_counts(
            counts, y_true, y_pred, self._thresholds, sample_weight, class_id=self.class_id
        )

    def result(self) -> Any:
        """The best figure, or 0 where the other one is never good enough."""
        return _best_at(
            self.true_positives,
            self.false_positives,
            self.true_negatives,
            self.false_negatives,
            self._bound,
            self._wanted,
            self.value,
        )


@op
def _best_at(tp: Array, fp: Array, tn: Array, fn: Array, bound: str, wanted: str, value: float):
    figures = {
        "sensitivity": (tp, fn),
        "recall": (tp, fn),
        "specificity": (tn, fp),
        "precision": (tp, fp),
    }
    limit, best = (
        divide_no_nan(part, part + rest) for part, rest in (figures[bound], figures[wanted])
    )
    return jnp.max(jnp.where(limit >= value, best, 0), initial=0)


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity (share of labels 1 found) at a specificity (share of 0 found).

    >>> metric = keras.metrics.SensitivityAtSpecificity(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
    np.float32(0.5)
    """

    _bound, _wanted = "specificity", "sensitivity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_BestAt):
    """The best specificity (share of labels 0 found) at a sensitivity (share of 1 found).

    >>> metric = keras.metrics.SpecificityAtSensitivity(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
    np.float32(0.66...)
    """

    _bound, _wanted = "sensitivity", "specificity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity


class PrecisionAtRecall(_BestAt):
    """The best precision at a recall of at least so much.

    >>> metric = keras.metrics.PrecisionAtRecall(0.5)
    >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
    np.float32(0.5)
    """

    _bound, _wanted = "recall", "precision"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_BestAt):
    """The best recall at a precision of at least so much.

    >>> metric = keras.metrics.RecallAtPrecision(0.8)
    >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).numpy()
    np.float32(0.5)
    """

    _bound, _wanted = "precision", "recall"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

"""Counts of true and false, positive and negative predictions; precision and recall."""

from __future__ import annotations

from typing import Any

from keratin._engine.op import Array, op
from keratin.keras.metrics._arrays import divide_no_nan
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._thresholds import LOWEST, given_thresholds, update_counts


class _Count(Metric):
    """The number of predictions that are, at each threshold, of one kind."""

    _kind = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self._thresholds = given_thresholds(thresholds, 0.5, type(self).__name__)
        self.accumulator = self._zeros("accumulator", (len(self._thresholds),))

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, as a list."""
        return self._thresholds.values

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        counts = {self._kind: self.accumulator}
        update_counts(counts, y_true, y_pred, self._thresholds, sample_weight)

    def result(self) -> Any:
        """The count, or that at each threshold if several were given."""
        return _one_or_all(self.accumulator)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "thresholds": self.init_thresholds}


@op
def _one_or_all(counts: Array):
    return counts[0] if len(counts) == 1 else counts


class FalsePositives(_Count):
    """How many predictions are above the threshold though their label is 0.

    >>> metric = keras.metrics.FalsePositives()
    >>> metric([0, 1, 0, 0], [0.2, 0.3, 0.8, 0.9]).numpy()
    np.float32(2.0)
    """

    _kind = "fp"


class FalseNegatives(_Count):
    """How many predictions are not above the threshold though their label is 1.

    >>> metric = keras.metrics.FalseNegatives()
    >>> metric([0, 1, 1, 1], [0.2, 0.3, 0.4, 0.9]).numpy()
    np.float32(2.0)
    """

    _kind = "fn"


class TrueNegatives(_Count):
    """How many predictions are not above the threshold, as their label 0 says.

    >>> metric = keras.metrics.TrueNegatives()
    >>> metric([0, 0, 1, 0], [0.2, 0.3, 0.4, 0.9]).numpy()
    np.float32(2.0)
    """

    _kind = "tn"


class TruePositives(_Count):
    """How many predictions are above the threshold, as their label 1 says.

    >>> metric = keras.metrics.TruePositives(thresholds=[0.5, 0.85])
    >>> metric([0, 1, 1, 1], [0.2, 0.3, 0.8, 0.9]).numpy()
    array([2., 1.], dtype=float32)
    """

    _kind = "tp"


class _Share(Metric):
    """True positives as a share of them and another kind."""

    _direction = "up"
    _other = ("", "")

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        default = 0.5 if top_k is None else LOWEST
        self._thresholds = given_thresholds(thresholds, default, type(self).__name__)
        self.true_positives = self._zeros("true_positives", (len(self._thresholds),))
        setattr(self, self._other[1], self._zeros(self._other[1], (len(self._thresholds),)))

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, as a list."""
        return self._thresholds.values

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        update_counts(
            {"tp": self.true_positives, self._other[0]: getattr(self, self._other[1])},
            y_true,
            y_pred,
            self._thresholds,
            sample_weight,
            top_k=self.top_k,
            class_id=self.class_id,
        )

    def result(self) -> Any:
        """The share, or that at each threshold if several were given."""
        return _share(self.true_positives, getattr(self, self._other[1]))

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "thresholds": self.init_thresholds}


@op
def _share(part: Array, rest: Array):
    shares = divide_no_nan(part, part + rest)
    return shares[0] if len(shares) == 1 else shares


class Precision(_Share):
    """The share of positive predictions whose label is 1.

    With `top_k` a prediction is positive if it is among the k largest of its sample; with
    `class_id` only that class counts.

    >>> metric = keras.metrics.Precision()
    >>> metric([0, 1, 1, 1], [0.9, 0.3, 0.8, 0.1]).numpy()
    np.float32(0.5)
    """

    _other = ("fp", "false_positives")


class Recall(_Share):
    """The share of labels 1 whose prediction is positive.

    With `top_k` a prediction is positive if it is among the k largest of its sample; with
    `class_id` only that class counts.

    >>> metric = keras.metrics.Recall()
    >>> metric([0, 1, 1, 1], [0.9, 0.3, 0.8, 0.6]).numpy()
    np.float32(0.66...)
    """

    _other = ("fn", "false_negatives")

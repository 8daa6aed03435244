"""The area under a curve of rates over thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core.settings import settings
from keratin.keras.metrics._arrays import among, divide_no_nan
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._thresholds import Thresholds, spaced_thresholds, update_counts
from keratin.math import sigmoid

_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "minoring", "majoring")


class AUC(Metric):
    """The area under the ROC, precision-recall ("PR") or precision-recall-gain ("PRGAIN") curve.

    The curve is known at `num_thresholds` evenly spaced thresholds, or at the `thresholds` given.
    With `multi_label` the area is that of each label by itself, averaged by `label_weights`.

    >>> metric = keras.metrics.AUC(num_thresholds=3)
    >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).numpy()
    np.float32(0.75)
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        super().__init__(name=name, dtype=dtype)
        self.curve = _spelled(curve, _CURVES, "curve", str.upper)
        self.summation_method = _spelled(summation_method, _METHODS, "summation_method", str.lower)
        self._init_from_thresholds = thresholds is not None
        self._thresholds = _with_ends(_between(num_thresholds, thresholds))
        self.num_thresholds = len(self._thresholds)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else np.asarray(label_weights, self.dtype)
        )
        self._from_logits = from_logits
        self._built = False
        if num_labels and not multi_label:
            raise ValueError(
                f"AUC: num_labels is {num_labels}, but multi_label is False; expected both or "
                "neither. Write multi_label=True"
            )
        if num_labels or not multi_label:
            self._build(num_labels)

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, one just below 0 and one just above 1 included."""
        return self._thresholds.values

    def _build(self, num_labels: int | None) -> None:
        shape = (self.num_thresholds,) if num_labels is None else (self.num_thresholds, num_labels)
        self.true_positives = self._zeros("true_positives", shape)
        self.false_positives = self._zeros("false_positives", shape)
        self.true_negatives = self._zeros("true_negatives", shape)
        self.false_negatives = self._zeros("false_negatives", shape)
        self._built = True

    def _build_for(self, y_pred: Any) -> None:
        shape = tuple(y_pred.shape)
        if len(shape) != 2 or shape[1] is None:
            raise ValueError(
                f"AUC: with multi_label=True y_pred has the shape {shape}; expected (samples, "
                "labels)"
            )
        self._build(shape[1])

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        y_pred = y_pred if isinstance(y_pred, Tensor) else convert_to_tensor(y_pred)
        if not self._built:
            self._build_for(y_pred)
        counts = {
            "tp": self.true_positives,
            "fp": self.false_positives,
            "tn": self.true_negatives,
            "fn": self.false_negatives,
        }
        update_counts(
            counts,
            y_true,
            sigmoid(y_pred) if self._from_logits else y_pred,
            self._thresholds,
            sample_weight,
            None if self.multi_label else self.label_weights,
            multi_label=self.multi_label,
        )

    def interpolate_pr_auc(self) -> Any:
        """The area under the precision-recall curve, whose points are joined as Davis and
        Goadrich do: true positives grow linearly with all positives."""
        return self._area("PR", "interpolation")

    def result(self) -> Any:
        """The area."""
        return self._area(self.curve, self.summation_method)

    def _area(self, curve: str, method: str) -> Any:
        if not self._built:
            raise ValueError(
                "AUC: with multi_label=True the number of labels is not known before the first "
                "batch. Give it: AUC(multi_label=True, num_labels=...)"
            )
        return _area(
            self.true_positives,
            self.false_positives,
            self.true_negatives,
            self.false_negatives,
            self.label_weights if self.multi_label else None,
            curve,
            method,
        )

    def _own_config(self) -> dict[str, Any]:
        config = {
            **super()._own_config(),
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self._from_logits,
        }
        del config["thresholds"]
        if self._init_from_thresholds:
            config["thresholds"] = self.thresholds[1:-1]
        return config


def _spelled(value: Any, known: Sequence[str], argument: str, normal: Any) -> str:
    found = normal(str(getattr(value, "value", value)))
    if found not in known:
        among(value, known, argument, "AUC")
    return str(found)


def _between(num_thresholds: int, thresholds: Any) -> list[float]:
    """The thresholds between the one below 0 and the one above 1."""
    if thresholds is not None:
        return sorted(float(value) for value in thresholds)
    if num_thresholds <= 1:
        raise ValueError(f"AUC: num_thresholds is {num_thresholds!r}; expected a number above 1")
    return spaced_thresholds(num_thresholds)


def _with_ends(between: list[float]) -> Thresholds:
    return Thresholds([-settings.epsilon, *between, 1 + settings.epsilon])


# The area


@op
def _area(
    tp: Array,
    fp: Array,
    tn: Array,
    fn: Array,
    label_weights: Array | None,
    curve: str,
    method: str,
):
    if curve == "PR" and method == "interpolation":
        parts = _interpolated(tp, fp, fn)
    else:
        x, y = _curve(tp, fp, tn, fn, curve)
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "minoring": jnp.minimum(y[:-1], y[1:]),
            "majoring": jnp.maximum(y[:-1], y[1:]),
        }
        parts = (x[:-1] - x[1:]) * heights[method]
    areas = jnp.sum(parts, axis=0)
    if label_weights is None:
        return jnp.mean(areas)
    weights = label_weights.astype(areas.dtype)
    return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))


def _curve(tp: Any, fp: Any, tn: Any, fn: Any, curve: str) -> tuple[Any, Any]:
    """The points of a curve, from the lowest threshold to the highest."""
    if curve == "ROC":
        return divide_no_nan(fp, fp + tn), divide_no_nan(tp, tp + fn)
    if curve == "PR":
        return divide_no_nan(tp, tp + fn), divide_no_nan(tp, tp + fp)
    odds = divide_no_nan(tp + fn, tn + fp)
    recall_gain = jnp.where(tp == 0, 0, 1 - odds * divide_no_nan(fn, tp))
    precision_gain = 1 - odds * divide_no_nan(fp, tp)
    return jnp.maximum(recall_gain, 0), jnp.where(tp == 0, 1, precision_gain)


def _interpolated(tp: Any, fp: Any, fn: Any) -> Any:
    """The areas between the points of a precision-recall curve.

    From one point to the next true positives are a linear function of all positives p,
    `slope * p + start`; the area is the integral of that over p, by the change of recall.
    """
    positives = tp + fp
    here, after = positives[:-1], positives[1:]
    gained = tp[:-1] - tp[1:]
    slope = divide_no_nan(gained, jnp.maximum(here - after, 0))
    start = tp[1:] - slope * after
    both = (here > 0) & (after > 0)
    ratio = jnp.where(both, divide_no_nan(here, jnp.maximum(after, 0)), 1)
    area = slope * (gained + start * jnp.log(ratio))
    return divide_no_nan(area, jnp.maximum(tp[1:] + fn[1:], 0))

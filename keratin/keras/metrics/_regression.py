"""How far predictions of numbers are from labels."""

from __future__ import annotations

import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, DTypeArg, op
from keratin._engine.tensor import is_traced
from keratin.keras._core.settings import settings
from keratin.keras.losses import (
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from keratin.keras.metrics._arrays import among, floating, labels_like, weights_like
from keratin.keras.metrics._f_score import as_tensors, check_classes, shapes_alike
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._reduction import Mean, MeanMetricWrapper


class MeanSquaredError(MeanMetricWrapper):
    """The mean of (y_true - y_pred)².

    >>> keras.metrics.MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1, 1], [0, 0]]).numpy()
    np.float32(0.25)
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None):
        super().__init__(mean_squared_error, name=name, dtype=dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of |y_true - y_pred|.

    >>> keras.metrics.MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[2, 1], [0, 0]]).numpy()
    np.float32(0.5)
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None):
        super().__init__(mean_absolute_error, name=name, dtype=dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """100 times the mean of |y_true - y_pred| / |y_true|.

    >>> keras.metrics.MeanAbsolutePercentageError()([[2.0, 1.0]], [[1.0, 1.0]]).numpy()
    np.float32(25.0)
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(mean_absolute_percentage_error, name=name, dtype=dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of (log(y_true + 1) - log(y_pred + 1))².

    >>> metric = keras.metrics.MeanSquaredLogarithmicError()
    >>> metric([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]).numpy()
    np.float32(0.12...)
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(mean_squared_logarithmic_error, name=name, dtype=dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of log(cosh(y_pred - y_true)).

    >>> keras.metrics.LogCoshError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]).numpy()
    np.float32(0.108...)
    """

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None):
        super().__init__(log_cosh, name=name, dtype=dtype)


class RootMeanSquaredError(Mean):
    """The square root of the mean of (y_true - y_pred)².

    >>> metric = keras.metrics.RootMeanSquaredError()
    >>> metric([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]).numpy()
    np.float32(0.5)
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take a batch of labels and predictions into account."""
        self._add(_squared_error(y_true, y_pred, self.total.dtype.numpy_dtype), sample_weight, None)

    def result(self) -> Any:
        """The square root of the mean."""
        return _root(self.total, self.count)


@op
def _squared_error(y_true: Array, y_pred: Array, dtype: DTypeArg):
    y_true, y_pred = labels_like(y_true, y_pred.astype(dtype))
    return jnp.square(y_pred - y_true)


@op
def _root(total: Array, count: Array):
    is_zero = count == 0
    return jnp.sqrt(jnp.where(is_zero, 0, total / jnp.where(is_zero, 1, count)))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between labels and predictions: 1 where they point the same way.

    The loss of this name is the negative of it.

    >>> from keratin.keras.metrics._regression import cosine_similarity
    >>> cosine_similarity([[0.0, 1.0]], [[1.0, 1.0]]).numpy()
    array([0.70710677], dtype=float32)
    """
    return _cosine_similarity(y_true, y_pred, axis, settings.epsilon)


@op
def _cosine_similarity(y_true: Array, y_pred: Array, axis: int, epsilon: float):
    y_true, y_pred = labels_like(y_true, floating(y_pred))
    return jnp.sum(_unit(y_true, axis, epsilon) * _unit(y_pred, axis, epsilon), axis=axis)


def _unit(values: Any, axis: int, epsilon: float) -> Any:
    """The vectors scaled to length 1; one that is nearly 0 stays so."""
    length = jnp.sqrt(jnp.sum(jnp.square(values), axis=axis, keepdims=True))
    return values / jnp.maximum(length, epsilon)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between labels and predictions.

    >>> metric = keras.metrics.CosineSimilarity()
    >>> metric([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]]).numpy().round(3)
    np.float32(0.5)
    """

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(cosine_similarity, name=name, dtype=dtype, axis=axis)
        self.axis = axis


_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """The coefficient of determination: the share of the variance of labels that is explained.

    With `num_regressors` the score is adjusted for how many inputs explain it.
    `class_aggregation` says what becomes of the scores of several outputs.

    >>> metric = keras.metrics.R2Score()
    >>> metric([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]).numpy()
    np.float32(0.57...)
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        among(class_aggregation, _AGGREGATIONS, "class_aggregation", "R2Score")
        if num_regressors < 0:
            raise ValueError(
                f"R2Score: num_regressors is {num_regressors!r}; expected 0 or more, the number "
                "of inputs that predictions are made of"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self._zeros("num_samples")
        self._built = False

    def _build(self, y_true_shape: tuple[int, ...], y_pred_shape: tuple[int, ...]) -> None:
        check_classes("R2Score", y_true_shape, y_pred_shape)
        self.squared_sum = self._zeros("squared_sum", y_pred_shape[-1:])
        self.sum = self._zeros("sum", y_pred_shape[-1:])
        self.total_mse = self._zeros("residual", y_pred_shape[-1:])
        self.count = self._zeros("count", y_pred_shape[-1:])
        self._built = True

    def _state(self) -> tuple[Any, Any, Any, Any, Any]:
        return (self.squared_sum, self.sum, self.total_mse, self.count, self.num_samples)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of labels and predictions into account."""
        y_true, y_pred = as_tensors(y_true, y_pred)
        if not self._built:
            self._build(*shapes_alike(y_true, y_pred))
        updated = _r2_update(
            *self._state(), y_true, y_pred, sample_weight, as_dtype(self.dtype).numpy_dtype
        )
        for variable, value in zip(self._state(), updated, strict=True):
            variable.assign(value)

    def result(self) -> Any:
        """The score, or that of each output without `class_aggregation`."""
        if not self._built:
            raise ValueError(
                "R2Score: the number of outputs is not known before the first batch. Call "
                "update_state first"
            )
        if self.num_regressors:
            self._warn_of_few_samples()
        return _r2_score(*self._state(), self.class_aggregation, self.num_regressors)

    def _warn_of_few_samples(self) -> None:
        number = self.num_samples._read()
        if not is_traced(number) and self.num_regressors >= float(number) - 1:
            warnings.warn(
                f"R2Score: {int(number)} samples are too few for num_regressors="
                f"{self.num_regressors}; the score is not adjusted. Give at least "
                f"{self.num_regressors + 2} samples. At {errors.user_location()}.",
                stacklevel=3,
            )


@op
def _r2_update(
    squared_sum: Array,
    total: Array,
    residual: Array,
    count: Array,
    num_samples: Array,
    y_true: Array,
    y_pred: Array,
    sample_weight: Array | None,
    dtype: DTypeArg,
):
    """The sums with a batch added."""
    y_true, y_pred = labels_like(y_true, y_pred.astype(dtype))
    weights = jnp.ones(y_true.shape, dtype)
    if sample_weight is not None:
        column = sample_weight[:, np.newaxis] if sample_weight.ndim == 1 else sample_weight
        weights = weights_like(column.astype(dtype), y_true, "y_true")
    sums = (
        y_true * y_true * weights,
        y_true * weights,
        jnp.square(y_true - y_pred) * weights,
        weights,
    )
    state = (squared_sum, total, residual, count)
    added = [
        kept + jnp.sum(x, axis=0).astype(kept.dtype) for kept, x in zip(state, sums, strict=True)
    ]
    return (*added, num_samples + y_true.size)


@op
def _r2_score(
    squared_sum: Array,
    total: Array,
    residual: Array,
    count: Array,
    num_samples: Array,
    aggregation: str | None,
    num_regressors: int,
):
    variation = squared_sum - total * (total / count)
    scores = 1 - residual / variation
    # Labels that do not vary cannot be explained.
    scores = jnp.where(jnp.isinf(scores), 0, scores)
    if aggregation == "uniform_average":
        scores = jnp.mean(scores)
    elif aggregation == "variance_weighted_average":
        scores = jnp.sum(variation * scores) / jnp.sum(variation)
    if not num_regressors:
        return scores
    free = num_samples - num_regressors - 1
    enough = free > 0
    adjusted = 1 - (1 - scores) * (num_samples - 1) / jnp.where(enough, free, 1)
    return jnp.where(enough, adjusted, scores)

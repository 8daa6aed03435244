"""How labels and predictions vary together."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin.keras._core.settings import settings
from keratin.keras.metrics._arrays import floating, labels_like
from keratin.keras.metrics._reduction import MeanMetricWrapper


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The correlation of labels and predictions along an axis, from -1 to 1.

    >>> keras.metrics.pearson_correlation([[0.0, 1.0, 0.5]], [[0.0, 2.0, 1.0]]).numpy().round(3)
    array([1.], dtype=float32)
    """
    return _pearson(y_true, y_pred, axis)


@op
def _pearson(y_true: Array, y_pred: Array, axis: int):
    y_true, y_pred = labels_like(y_true, floating(y_pred))
    return jnp.mean(_standard(y_true, axis) * _standard(y_pred, axis), axis=axis)


def _standard(values: Any, axis: int) -> Any:
    centered = values - jnp.mean(values, axis=axis, keepdims=True)
    return centered / jnp.std(centered, axis=axis, keepdims=True)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """How near labels and predictions are to the line y_true = y_pred, from -1 to 1.

    >>> keras.metrics.concordance_correlation([[0.0, 1.0, 0.5]], [[0.0, 1.0, 0.5]]).numpy().round(3)
    array([1.], dtype=float32)
    """
    return _concordance(y_true, y_pred, axis, settings.epsilon)


@op
def _concordance(y_true: Array, y_pred: Array, axis: int, epsilon: float):
    y_true, y_pred = labels_like(y_true, floating(y_pred))
    true_mean = jnp.mean(y_true, axis=axis, keepdims=True)
    pred_mean = jnp.mean(y_pred, axis=axis, keepdims=True)
    spread = jnp.var(y_true - true_mean, axis=axis, keepdims=True) + jnp.var(
        y_pred - pred_mean, axis=axis, keepdims=True
    )
    together = (y_true - pred_mean) * (y_pred - pred_mean)
    apart = spread + jnp.square(true_mean - pred_mean)
    return jnp.mean(2 * together / (apart + epsilon), axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean correlation of labels and predictions along an axis.

    >>> metric = keras.metrics.PearsonCorrelation(axis=-1)
    >>> metric([[0.0, 1.0, 0.5], [0.0, 1.0, 0.5]], [[0.1, 0.9, 1.0], [0.0, 2.0, 1.0]]).numpy()
    np.float32(0.90...)
    """

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """How near labels and predictions are on average to the line y_true = y_pred.

    >>> metric = keras.metrics.ConcordanceCorrelation(axis=-1)
    >>> metric([[0.0, 1.0, 0.5], [0.0, 1.0, 0.5]], [[0.1, 0.9, 1.0], [0.0, 2.0, 1.0]]).numpy()
    np.float32(0.68...)
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ):
        super().__init__(concordance_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis

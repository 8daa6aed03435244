"""Margins: how far predictions are on the right side."""

from __future__ import annotations

from typing import Any

from keratin.keras.losses import categorical_hinge, hinge, squared_hinge
from keratin.keras.metrics._reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """The mean of max(1 - y_true * y_pred, 0), of labels -1 and 1 (0 is taken as -1).

    >>> metric = keras.metrics.Hinge()
    >>> metric([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]]).numpy().round(3)
    np.float32(1.3)
    """

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None):
        super().__init__(hinge, name=name, dtype=dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of max(1 - y_true * y_pred, 0)², of labels -1 and 1 (0 is taken as -1).

    >>> metric = keras.metrics.SquaredHinge()
    >>> metric([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]]).numpy().round(3)
    np.float32(1.86)
    """

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(squared_hinge, name=name, dtype=dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of max(highest prediction of another class - that of the label + 1, 0).

    >>> metric = keras.metrics.CategoricalHinge()
    >>> metric([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]]).numpy().round(3)
    np.float32(1.4)
    """

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None):
        super().__init__(categorical_hinge, name=name, dtype=dtype)

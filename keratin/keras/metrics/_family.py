"""Metrics by their names and configs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin.keras._core.family import Family
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras.metrics._metric import Metric

# Spellings beside the names themselves; the last line has those of Keras 1 and 2.
_ALIASES = {
    **dict.fromkeys(("bce", "BCE"), "BinaryCrossentropy"),
    **dict.fromkeys(("mse", "MSE"), "MeanSquaredError"),
    **dict.fromkeys(("mae", "MAE"), "MeanAbsoluteError"),
    **dict.fromkeys(("mape", "MAPE"), "MeanAbsolutePercentageError"),
    **dict.fromkeys(("msle", "MSLE"), "MeanSquaredLogarithmicError"),
    **dict.fromkeys(("kld", "KLD", "kullback_leibler_divergence"), "KLDivergence"),
    "acc": "Accuracy",
    "cosine_proximity": "CosineSimilarity",
    "cosine": "CosineSimilarity",
    "logcosh": "LogCoshError",
    "log_cosh": "LogCoshError",
    "rmse": "RootMeanSquaredError",
}

_metrics = Family("metric", "keratin.keras.metrics", Metric, _ALIASES, classes_first=True)


def get(identifier: Any) -> Any:
    """The metric that a name, config, class or object stands for; None stays None.

    >>> keras.metrics.get("mse")
    <MeanSquaredError name=mean_squared_error>
    >>> keras.metrics.get({"class_name": "Recall", "config": {"top_k": 2}}).top_k
    2
    """
    return _metrics.get(identifier)


def serialize(metric: Any) -> Any:
    """The config of a metric or of a function.

    >>> keras.metrics.serialize(keras.metrics.Mean())["config"]
    {'name': 'mean', 'dtype': 'float32'}
    """
    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The metric of a config, of which `custom_objects` may name classes and functions.

    >>> keras.metrics.deserialize({"class_name": "Mean", "config": {"name": "loss"}})
    <Mean name=loss>
    """
    return _metrics.deserialize(config, custom_objects)

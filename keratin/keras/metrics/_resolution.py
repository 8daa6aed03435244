"""The metrics that users name in `compile`, where "accuracy" stands for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keratin.keras._core import names
from keratin.keras.metrics._accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from keratin.keras.metrics._family import get
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from keratin.keras.metrics._reduction import MeanMetricWrapper

# What a name stands for where predictions are one probability, classes are indices, and else.
_BY_SHAPE: dict[str, tuple[type[Metric], type[Metric], type[Metric]]] = {
    "accuracy": (BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy),
    "crossentropy": (
        BinaryCrossentropy,
        SparseCategoricalCrossentropy,
        CategoricalCrossentropy,
    ),
}
_BY_SHAPE["acc"] = _BY_SHAPE["accuracy"]
_BY_SHAPE["ce"] = _BY_SHAPE["crossentropy"]


def resolve(
    identifier: Any, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
) -> Metric:
    """The metric that an item of `compile(metrics=[...])` stands for, by the shapes it will see.

    A metric that was named by a string has that string as its name.

    >>> from keratin.keras.metrics._resolution import resolve
    >>> resolve("acc", (None, 1), (None, 10))
    <SparseCategoricalAccuracy name=acc>
    >>> resolve("mse", (None, 1), (None, 1))
    <MeanSquaredError name=mse>
    """
    if identifier is None:
        raise ValueError("compile: a metric is None; expected a name, a metric or a function")
    by_shape = _BY_SHAPE.get(identifier.lower()) if isinstance(identifier, str) else None
    if by_shape is not None:
        return by_shape[_case(tuple(y_true_shape), tuple(y_pred_shape))](name=identifier)
    metric = get(identifier)
    name = identifier if isinstance(identifier, str) else object_name(metric)
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric)
    metric.name = name
    return metric


def _case(y_true: tuple[int | None, ...], y_pred: tuple[int | None, ...]) -> int:
    classes = y_pred[-1] if y_pred else 1
    if classes == 1:
        return 0
    is_sparse = len(y_true) < len(y_pred) or (
        y_true[-1:] == (1,) and classes is not None and classes > 1
    )
    return 1 if is_sparse else 2


def object_name(thing: Any) -> str:
    """The name of a metric, or of a function as `snake_case`."""
    found = getattr(thing, "name", None)
    if found is not None:
        return str(found)
    return names.snake_case(getattr(thing, "__name__", type(thing).__name__))

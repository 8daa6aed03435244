"""How often predictions equal labels."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, op
from keratin.keras.losses._reduction import same_rank
from keratin.keras.metrics._arrays import check_fit, default_float, labels_like
from keratin.keras.metrics._reduction import MeanMetricWrapper


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether each prediction equals its label, as 1.0 or 0.0.

    >>> from keratin.keras.metrics._accuracy import accuracy
    >>> accuracy([1, 2, 3], [1, 0, 3]).numpy()
    array([1., 0., 1.], dtype=float32)
    """
    return _equal(y_true, y_pred, default_float())


@op
def _equal(y_true: Array, y_pred: Array, dtype: DTypeArg):
    y_true, y_pred = labels_like(y_true, y_pred)
    return (y_true == y_pred).astype(dtype)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels.

    >>> metric = keras.metrics.Accuracy()
    >>> metric([1, 2, 3, 4], [0, 2, 3, 4]).numpy()
    np.float32(0.75)
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name=name, dtype=dtype)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Whether each prediction is on the side of the threshold that its label, 0 or 1, says.

    >>> keras.metrics.binary_accuracy([0, 1, 1], [0.2, 0.9, 0.4]).numpy()
    array([1., 1., 0.], dtype=float32)
    """
    return _binary_matches(y_true, y_pred, threshold, default_float())


@op
def _binary_matches(y_true: Array, y_pred: Array, threshold: float, dtype: DTypeArg):
    y_true, y_pred = same_rank(y_true, y_pred)
    check_fit(y_true, y_pred)
    return ((y_pred > threshold).astype(y_true.dtype) == y_true).astype(dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions are on the side of the threshold that the labels, 0 or 1, say.

    >>> metric = keras.metrics.BinaryAccuracy(threshold=0.3)
    >>> metric([0, 1, 1, 1], [0.2, 0.9, 0.4, 0.1]).numpy()
    np.float32(0.75)
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ):
        super().__init__(binary_accuracy, name=name, dtype=dtype, threshold=threshold)
        self.threshold = threshold


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest prediction of each sample is that of its one-hot label.

    >>> keras.metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7], [0.1, 0.9]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return _categorical_matches(y_true, y_pred, default_float())


@op
def _categorical_matches(y_true: Array, y_pred: Array, dtype: DTypeArg):
    _check_classes(y_true, "y_true")
    return _class_matches(jnp.argmax(y_true, -1), y_pred, dtype)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the one-hot label.

    >>> metric = keras.metrics.CategoricalAccuracy()
    >>> metric([[0, 1], [1, 0]], [[0.3, 0.7], [0.1, 0.9]]).numpy()
    np.float32(0.5)
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name=name, dtype=dtype)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest prediction of each sample is that of its label, an index.

    >>> keras.metrics.sparse_categorical_accuracy([1, 0], [[0.3, 0.7], [0.1, 0.9]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return _sparse_matches(y_true, y_pred, default_float())


@op
def _sparse_matches(y_true: Array, y_pred: Array, dtype: DTypeArg):
    matches = _class_matches(y_true, y_pred, dtype)
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def _class_matches(labels: Any, y_pred: Any, dtype: Any) -> Any:
    """Whether the class of the largest prediction is the label, in the shape of the labels."""
    _check_classes(y_pred, "y_pred")
    shape = labels.shape
    kept = labels.ndim == y_pred.ndim and shape[-1] == 1
    if kept:
        labels = labels[..., 0]
    # As integers of 64 bits, which hold each label of a narrower type and each class.
    if not jnp.issubdtype(labels.dtype, jnp.inexact):
        labels = labels.astype(np.int64)
    predicted = jnp.argmax(y_pred, -1)
    check_fit(labels, predicted)
    matches = (labels == predicted.astype(labels.dtype)).astype(dtype)
    return jnp.reshape(matches, shape) if kept else matches


def _check_classes(array: Any, name: str) -> None:
    if not array.ndim:
        raise errors.InvalidArgumentError(
            f"{name} is a scalar; expected the classes along the last axis"
        )


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the label, an index.

    >>> metric = keras.metrics.SparseCategoricalAccuracy()
    >>> metric([1, 0], [[0.3, 0.7], [0.1, 0.9]]).numpy()
    np.float32(0.5)
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name=name, dtype=dtype)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the class of each one-hot label is among the k largest predictions.

    >>> y_pred = [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]
    >>> keras.metrics.top_k_categorical_accuracy([[0, 0, 1], [1, 0, 0]], y_pred, k=2).numpy()
    array([1., 0.], dtype=float32)
    """
    return _top_k_matches(y_true, y_pred, k, default_float())


@op
def _top_k_matches(y_true: Array, y_pred: Array, k: int, dtype: DTypeArg):
    _check_classes(y_true, "y_true")
    return _in_top_k(jnp.argmax(y_true, -1), y_pred, k).astype(dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of the one-hot label is among the k largest predictions.

    >>> metric = keras.metrics.TopKCategoricalAccuracy(k=2)
    >>> metric([[0, 0, 1], [1, 0, 0]], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]).numpy()
    np.float32(0.5)
    """

    _direction = "up"

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ):
        super().__init__(top_k_categorical_accuracy, name=name, dtype=dtype, k=k)
        self.k = k


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """Whether each label, an index, is among the k largest predictions.

    With `from_sorted_ids` the predictions are the classes themselves, the likeliest first.

    >>> y_pred = [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]
    >>> keras.metrics.sparse_top_k_categorical_accuracy([2, 0], y_pred, k=2).numpy()
    array([1., 0.], dtype=float32)
    """
    matches = _among_first if from_sorted_ids else _sparse_top_k_matches
    return matches(y_true, y_pred, k, default_float())


@op
def _sparse_top_k_matches(y_true: Array, y_pred: Array, k: int, dtype: DTypeArg):
    return _in_top_k(y_true.astype(np.int64), y_pred, k).astype(dtype)


@op
def _among_first(y_true: Array, y_pred: Array, k: int, dtype: DTypeArg):
    rows = _rows(y_true, y_pred)
    labels = jnp.reshape(y_true, (-1, 1)).astype(y_pred.dtype)
    return jnp.reshape(jnp.any(labels == rows[:, :k], axis=1), y_true.shape).astype(dtype)


def _in_top_k(labels: Any, y_pred: Any, k: int) -> Any:
    """Whether fewer than k predictions are above that of the label, in the shape of the labels.

    `tf.math.in_top_k` counts a row with an infinite prediction as a miss; here -inf is a class
    that was ruled out.
    """
    rows = _rows(labels, y_pred)
    flat = jnp.reshape(labels, (-1,))
    exists = (flat >= 0) & (flat < rows.shape[1])
    own = jnp.take_along_axis(rows, jnp.where(exists, flat, 0)[:, np.newaxis], axis=1)
    above = jnp.sum(rows > own, axis=1, dtype=np.int32)
    return jnp.reshape(exists & ~jnp.isnan(own[:, 0]) & (above < k), labels.shape)


def _rows(labels: Any, y_pred: Any) -> Any:
    """The predictions with a row for each label."""
    _check_classes(y_pred, "y_pred")
    rows = jnp.reshape(y_pred, (-1, y_pred.shape[-1])) if y_pred.ndim != 2 else y_pred
    if labels.size != rows.shape[0]:
        raise errors.InvalidArgumentError(
            f"y_pred has the shape {tuple(y_pred.shape)}: {rows.shape[0]} rows, for "
            f"{labels.size} labels of shape {tuple(labels.shape)}. Give one label for each row"
        )
    return rows


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the label, an index, is among the k largest predictions.

    >>> metric = keras.metrics.SparseTopKCategoricalAccuracy(k=2)
    >>> metric([2, 0], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]).numpy()
    np.float32(0.5)
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name=name,
            dtype=dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this metric again."""
        config = super().get_config()
        if not self.from_sorted_ids:
            del config["from_sorted_ids"]  # earlier versions of Keras do not know it
        return config

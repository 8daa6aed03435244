"""Losses between distributions and counts: divergences, cross-entropies of probabilities."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import named
from keratin.keras._core import crossentropy
from keratin.keras._core.settings import settings
from keratin.keras.losses._alignment import aligned, check_axis, class_numbers, loss_function
from keratin.keras.losses._labels import check_class_values
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function()
def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """The sum of y_true * log(y_true / y_pred) over the last axis.

    >>> keras.losses.kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).numpy()
    array([0.14384104], dtype=float32)
    """
    return _kl_divergence(y_true, y_pred, settings.epsilon)


@op(T="float")
def _kl_divergence(y_true: Array, y_pred: T, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    y_true, y_pred = jnp.clip(y_true, epsilon, 1), jnp.clip(y_pred, epsilon, 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), -1)


@loss_function()
def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of y_pred - y_true * log(y_pred) over the last axis, for counts and their rates.

    >>> keras.losses.poisson([[0.0, 2.0]], [[1.0, 1.0]]).numpy()
    array([0.9999999], dtype=float32)
    """
    return _poisson(y_true, y_pred, settings.epsilon)


@op(T="float")
def _poisson(y_true: Array, y_pred: T, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + epsilon), -1)


@loss_function()
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The cross-entropy of yes or no, for each of several questions; the mean over `axis`.

    `y_pred` are probabilities, or logits if `from_logits`. `label_smoothing` moves labels towards
    0.5: by 0.1 they become 0.05 and 0.95.

    >>> keras.losses.binary_crossentropy([[1.0], [0.0]], [[0.75], [0.75]]).numpy()
    array([0.2876821, 1.3862944], dtype=float32)
    """
    return _binary_loss(y_true, y_pred, from_logits, label_smoothing, axis, settings.epsilon)


@named("binary_crossentropy")
@op(T="float")
def _binary_loss(
    y_true: Array, y_pred: T, from_logits: bool, label_smoothing: float, axis: Any, epsilon: float
) -> T:
    y_true, y_pred = aligned(y_true, y_pred, same_shape=True)
    y_true = _smoothed(y_true, label_smoothing, 2)
    return jnp.mean(crossentropy.binary(y_true, y_pred, from_logits, epsilon), axis)


def _smoothed(y_true: Any, amount: float, classes: int) -> Any:
    return y_true * (1 - amount) + amount / classes if amount else y_true


@loss_function(takes_classes=True)
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """The cross-entropy between classes, as numbers from 0, and probabilities along `axis`.

    `y_pred` are probabilities, or logits if `from_logits`. Samples of `ignore_class` have no loss,
    and do not count in means. A label that is no class raises where labels can be seen; in compiled
    functions it has no loss.

    >>> keras.losses.sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.25, 0.75]]).numpy()
    array([0.6931472, 1.3862944], dtype=float32)
    """
    check_axis(axis)
    check_class_values("sparse_categorical_crossentropy", y_true, y_pred.shape, axis, ignore_class)
    if ignore_class is None:
        return _sparse_loss(y_true, y_pred, from_logits, axis, settings.epsilon)
    losses, counts = _without_class(
        y_true, y_pred, from_logits, ignore_class, axis, settings.epsilon
    )
    losses._keras_mask = counts
    return losses


@named("sparse_categorical_crossentropy")
@op(T="float")
def _sparse_loss(y_true: Array, y_pred: T, from_logits: bool, axis: int, epsilon: float) -> T:
    y_true = class_numbers(y_true, y_pred, axis)
    return crossentropy.sparse(y_true, y_pred, from_logits, axis, epsilon)


@named("sparse_categorical_crossentropy")
@op(T="float")
def _without_class(
    y_true: Array, y_pred: T, from_logits: bool, ignore_class: int, axis: int, epsilon: float
) -> tuple[T, Array]:
    """The losses, 0 for the class that is ignored, and which of them count."""
    y_true = class_numbers(y_true, y_pred, axis)
    counts = y_true != ignore_class
    # Neither a value nor a gradient comes of predictions that do not count, be they NaN.
    y_pred = jnp.where(jnp.expand_dims(counts, axis), y_pred, 1)
    losses = crossentropy.sparse(jnp.where(counts, y_true, 0), y_pred, from_logits, axis, epsilon)
    return jnp.where(counts, losses, 0), counts


class KLDivergence(FunctionLoss):
    """The Kullback-Leibler divergence: the sum of y_true * log(y_true / y_pred).

    >>> round(float(keras.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "kl_divergence", dtype: Any = None
    ):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(FunctionLoss):
    """The mean of y_pred - y_true * log(y_pred), for counts and the rates predicted for them.

    >>> round(float(keras.losses.Poisson()([[0.0, 2.0]], [[1.0, 1.0]])), 4)
    1.0
    """

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "poisson", dtype: Any = None
    ):
        super().__init__(poisson, reduction, name, dtype)


class BinaryCrossentropy(FunctionLoss):
    """The cross-entropy of labels 0 and 1, and the probabilities of 1.

    `y_pred` are probabilities (of a sigmoid), or logits if `from_logits`. `label_smoothing` moves
    labels towards 0.5.

    >>> round(float(keras.losses.BinaryCrossentropy()([[1], [0]], [[0.75], [0.75]])), 4)
    0.837
    >>> loss = keras.losses.BinaryCrossentropy(from_logits=True)
    >>> round(float(loss([[1], [0]], [[0.0], [0.0]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(FunctionLoss):
    """The cross-entropy of classes, as numbers from 0, and their probabilities.

    `y_pred` are probabilities (of a softmax) along `axis`, or logits if `from_logits`. Samples of
    `ignore_class` do not count. Labels that are one-hot go with `CategoricalCrossentropy`.

    >>> loss = keras.losses.SparseCategoricalCrossentropy()
    >>> round(float(loss([1, 0], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    >>> loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    >>> round(float(loss([1, -1], [[0.5, 0.5], [0.25, 0.75]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = MEAN,
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

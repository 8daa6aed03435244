"""Cross-entropies of one-hot labels, and those that make easy or doubtful samples count less."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import named
from keratin.keras._core import crossentropy
from keratin.keras._core.settings import settings
from keratin.keras.losses._alignment import (
    aligned,
    axis_of,
    check_axis,
    check_one_hot,
    class_numbers,
    loss_function,
)
from keratin.keras.losses._labels import check_class_values
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function()
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The cross-entropy between one-hot labels, or probabilities, and `y_pred` along `axis`.

    `y_pred` are probabilities, or logits if `from_logits`. `label_smoothing` spreads that share of
    each label over all classes.

    >>> keras.losses.categorical_crossentropy([[0, 1], [1, 0]], [[0.5, 0.5], [0.25, 0.75]]).numpy()
    array([0.6931472, 1.3862944], dtype=float32)
    """
    check_axis(axis)
    return _categorical_loss(y_true, y_pred, from_logits, label_smoothing, axis, settings.epsilon)


@named("categorical_crossentropy")
@op(T="float")
def _categorical_loss(
    y_true: Array, y_pred: T, from_logits: bool, label_smoothing: float, axis: int, epsilon: float
) -> T:
    y_true, y_pred = _one_hot("categorical_crossentropy", y_true, y_pred, label_smoothing, axis)
    return crossentropy.categorical(y_true, y_pred, from_logits, axis, epsilon)


def _one_hot(
    name: str, y_true: jax.Array, y_pred: jax.Array, label_smoothing: float, axis: int
) -> tuple[jax.Array, jax.Array]:
    """One-hot labels, smoothed, that have the shape of predictions."""
    axis = axis_of(axis, y_pred.ndim)
    check_one_hot(y_true.shape, y_pred.shape, axis)
    y_true, y_pred = aligned(y_true, y_pred, same_shape=True)
    classes = y_pred.shape[axis]
    if classes == 1:
        warnings.warn(
            f"{name}: y_pred has shape {y_pred.shape}, so there is one class only, and nothing to "
            "learn. For two classes and one output use the loss 'binary_crossentropy'. At "
            f"{errors.user_location()}.",
            SyntaxWarning,
            stacklevel=2,
        )
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + label_smoothing / classes
    return y_true, y_pred


@loss_function()
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The cross-entropy of one-hot labels, times alpha * (1 - probability) ** gamma.

    So samples that are right already count for less. `alpha` is a number, or one for each class.

    >>> y_true, y_pred = [[0, 1], [1, 0]], [[0.5, 0.5], [0.9, 0.1]]
    >>> keras.losses.categorical_focal_crossentropy(y_true, y_pred).numpy()
    array([0.0433217, 0.0002634], dtype=float32)
    """
    check_axis(axis)
    return _categorical_focal_crossentropy(
        y_true, y_pred, alpha, gamma, from_logits, label_smoothing, axis, settings.epsilon
    )


@op(T="float")
def _categorical_focal_crossentropy(
    y_true: Array,
    y_pred: T,
    alpha: Any,
    gamma: float,
    from_logits: bool,
    label_smoothing: float,
    axis: int,
    epsilon: float,
) -> T:
    name = "categorical_focal_crossentropy"
    y_true, y_pred = _one_hot(name, y_true, y_pred, label_smoothing, axis)
    dtype = y_pred.dtype
    y_true, y_pred = crossentropy.wide(y_true), crossentropy.wide(y_pred)
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis)
    y_pred = crossentropy.normalized(y_pred, axis, epsilon)
    weights = jnp.asarray(alpha, y_pred.dtype) * (1 - y_pred) ** gamma
    return -jnp.sum(weights * y_true * jnp.log(y_pred), axis).astype(dtype)


@loss_function()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The cross-entropy of yes or no, times (1 - probability of what is right) ** gamma.

    With `apply_class_balancing` yes also has the weight `alpha`, and no 1 - alpha.

    >>> keras.losses.binary_focal_crossentropy([[1], [0]], [[0.5], [0.1]]).numpy()
    array([0.1732868 , 0.00105361], dtype=float32)
    """
    return _binary_focal_crossentropy(
        y_true,
        y_pred,
        apply_class_balancing,
        alpha,
        gamma,
        from_logits,
        label_smoothing,
        axis,
        settings.epsilon,
    )


@op(T="float")
def _binary_focal_crossentropy(
    y_true: Array,
    y_pred: T,
    apply_class_balancing: bool,
    alpha: float,
    gamma: float,
    from_logits: bool,
    label_smoothing: float,
    axis: Any,
    epsilon: float,
) -> T:
    y_true, y_pred = aligned(y_true, y_pred, same_shape=True)
    dtype = y_pred.dtype
    y_true, y_pred = crossentropy.wide(y_true), crossentropy.wide(y_pred)
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        y_pred = jax.nn.sigmoid(y_pred)
    losses = crossentropy.binary(y_true, y_pred, False, epsilon)
    right = y_true * y_pred + (1 - y_true) * (1 - y_pred)
    losses = (1 - right) ** gamma * losses
    if apply_class_balancing:
        losses = (y_true * alpha + (1 - y_true) * (1 - alpha)) * losses
    return jnp.mean(losses, axis).astype(dtype)


@loss_function(takes_classes=True)
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Tensor:
    """(1 - p ** q) / q of the probability p of the right class; labels are numbers from 0.

    For labels of which some are wrong: near 0 q is like the cross-entropy, near 1 like the mean
    absolute error, which minds them less.

    >>> keras.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).numpy()
    array([1.], dtype=float32)
    """
    check_class_values("categorical_generalized_cross_entropy", y_true, y_pred.shape)
    return _categorical_generalized_cross_entropy(y_true, y_pred, q)


@op(T="float")
def _categorical_generalized_cross_entropy(y_true: Array, y_pred: T, q: float) -> T:
    y_true = class_numbers(y_true, y_pred, -1)
    of_class = jax.nn.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
    return (1 - jnp.sum(y_pred * of_class, -1) ** q) / q


class CategoricalCrossentropy(FunctionLoss):
    """The cross-entropy of one-hot labels, or probabilities, and predicted probabilities.

    `y_pred` are probabilities (of a softmax) along `axis`, or logits if `from_logits`. Labels that
    are numbers of classes go with `SparseCategoricalCrossentropy`.

    >>> loss = keras.losses.CategoricalCrossentropy()
    >>> round(float(loss([[0, 1], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(FunctionLoss):
    """The cross-entropy of one-hot labels, in which samples that are right count for less.

    Each term has the weight alpha * (1 - probability) ** gamma.

    >>> loss = keras.losses.CategoricalFocalCrossentropy()
    >>> round(float(loss([[0, 1], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])), 4)
    0.1191
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class BinaryFocalCrossentropy(FunctionLoss):
    """The cross-entropy of labels 0 and 1, in which samples that are right count for less.

    Each term has the weight (1 - probability of what is right) ** gamma, and with
    `apply_class_balancing` alpha for label 1 and 1 - alpha for label 0.

    >>> round(float(keras.losses.BinaryFocalCrossentropy()([[1], [0]], [[0.5], [0.1]])), 4)
    0.0872
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """(1 - p ** q) / q of the probability p of the right class, for labels that may be wrong.

    Labels are numbers from 0; 0 < q < 1.

    >>> round(float(keras.losses.CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]])), 4)
    1.0
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = MEAN,
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise ValueError(
                f"CategoricalGeneralizedCrossEntropy: q must be in the interval (0, 1); given {q}. "
                "For q=1 use MeanAbsoluteError, for q=0 CategoricalCrossentropy, on one-hot labels"
            )
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)

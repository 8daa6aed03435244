"""Losses between numbers: squared, absolute, relative and logarithmic errors, angles."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import named
from keratin.keras._core.settings import settings
from keratin.keras.losses._alignment import aligned, loss_function
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function()
def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (y_true - y_pred)² over the last axis.

    >>> keras.losses.mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    array([2.], dtype=float32)
    """
    return _mean_squared_error(y_true, y_pred)


@op(T="float")
def _mean_squared_error(y_true: Array, y_pred: T) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), -1)


@loss_function()
def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of |y_true - y_pred| over the last axis.

    >>> keras.losses.mean_absolute_error([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    array([1.], dtype=float32)
    """
    return _mean_absolute_error(y_true, y_pred)


@op(T="float")
def _mean_absolute_error(y_true: Array, y_pred: T) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), -1)


@loss_function()
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 times the mean of |y_true - y_pred| / |y_true| over the last axis.

    >>> keras.losses.mean_absolute_percentage_error([[4.0, 1.0]], [[2.0, 1.0]]).numpy()
    array([25.], dtype=float32)
    """
    return _mean_absolute_percentage_error(y_true, y_pred, settings.epsilon)


@op(T="float")
def _mean_absolute_percentage_error(y_true: Array, y_pred: T, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    return 100 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), epsilon)), -1)


@loss_function()
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (log(y_true + 1) - log(y_pred + 1))² over the last axis.

    Numbers below 0 count as 0 (in fact as `keras.config.epsilon()`).

    >>> keras.losses.mean_squared_logarithmic_error([[0.0, 1.0]], [[0.0, 3.0]]).numpy()
    array([0.2402265], dtype=float32)
    """
    return _mean_squared_logarithmic_error(y_true, y_pred, settings.epsilon)


@op(T="float")
def _mean_squared_logarithmic_error(y_true: Array, y_pred: T, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    predicted = jnp.log(jnp.maximum(y_pred, epsilon) + 1)
    expected = jnp.log(jnp.maximum(y_true, epsilon) + 1)
    return jnp.mean(jnp.square(predicted - expected), -1)


@loss_function()
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Squared errors up to `delta`, and absolute ones above it; the mean over the last axis.

    >>> keras.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).numpy()  # (0.5 + 2.5) / 2
    array([1.5], dtype=float32)
    """
    return _huber(y_true, y_pred, delta)


@op(T="float")
def _huber(y_true: Array, y_pred: T, delta: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    size = jnp.abs(error)
    return jnp.mean(
        jnp.where(size <= delta, 0.5 * jnp.square(error), delta * size - 0.5 * delta**2), -1
    )


@loss_function()
def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of log(cosh(y_pred - y_true)) over the last axis.

    It is like half the squared error where errors are small, and the absolute one where large.

    >>> keras.losses.log_cosh([[0.0, 0.0]], [[0.0, 1.0]]).numpy()
    array([0.2168904], dtype=float32)
    """
    return _log_cosh(y_true, y_pred)


@op(T="float")
def _log_cosh(y_true: Array, y_pred: T) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2 * error) - math.log(2), -1)


@loss_function()
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between the vectors along `axis`: -1 where they are alike.

    A vector of zeros is like none: 0.

    >>> keras.losses.cosine_similarity([[0.0, 2.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]).numpy()
    array([-1., -0.], dtype=float32)
    """
    return _cosine_loss(y_true, y_pred, axis, settings.epsilon)


@named("cosine_similarity")
@op(T="float")
def _cosine_loss(y_true: Array, y_pred: T, axis: Any, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis, epsilon) * _unit(y_pred, axis, epsilon), axis)


def _unit(x: jax.Array, axis: Any, epsilon: float) -> jax.Array:
    """Vectors of length 1; the gradient at 0 is that of a line, and not NaN."""
    squares = jnp.sum(jnp.square(x), axis, keepdims=True)
    is_short = squares < epsilon**2
    return x * jnp.where(is_short, 1 / epsilon, lax.rsqrt(jnp.where(is_short, 1, squares)))


class MeanSquaredError(FunctionLoss):
    """The mean of squared errors.

    >>> loss = keras.losses.MeanSquaredError()
    >>> float(loss([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(FunctionLoss):
    """The mean of absolute errors.

    >>> round(float(keras.losses.MeanAbsoluteError()([[0.0, 1.0]], [[2.0, 1.0]])), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(FunctionLoss):
    """The mean of absolute errors in percent of what was to be predicted.

    >>> round(float(keras.losses.MeanAbsolutePercentageError()([[4.0, 1.0]], [[2.0, 1.0]])), 4)
    25.0
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(FunctionLoss):
    """The mean of squared errors of log(1 + x): of ratios, for numbers of several magnitudes.

    >>> round(float(keras.losses.MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.0, 3.0]])), 4)
    0.2402
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(FunctionLoss):
    """Squared errors up to `delta` and absolute ones above it, so that outliers count for less.

    >>> round(float(keras.losses.Huber(delta=1.0)([[0.0, 0.0]], [[1.0, 3.0]])), 4)
    1.5
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = MEAN,
        name: str | None = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(FunctionLoss):
    """The mean of log(cosh(error)).

    >>> round(float(keras.losses.LogCosh()([[0.0, 0.0]], [[0.0, 1.0]])), 4)
    0.2169
    """

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "log_cosh", dtype: Any = None
    ):
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(FunctionLoss):
    """Minus the cosine of the angle between vectors along `axis`.

    >>> loss = keras.losses.CosineSimilarity()
    >>> float(loss([[0.0, 2.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]))
    -0.5
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)

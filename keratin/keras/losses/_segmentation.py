"""Losses of overlap, for masks of images: Dice and Tversky."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.keras._core.settings import settings
from keratin.keras.losses._alignment import aligned, loss_function
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function()
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Tensor:
    """1 - twice the overlap / the sum of both areas, over `axis`, or over everything.

    >>> round(float(keras.losses.dice([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])), 4)
    0.3333
    """
    return _dice(y_true, y_pred, axis, settings.epsilon)


@op(T="float")
def _dice(y_true: Array, y_pred: T, axis: Any, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    areas = jnp.sum(y_true, axis) + jnp.sum(y_pred, axis)
    return 1 - 2 * jnp.sum(y_true * y_pred, axis) / (areas + epsilon)


@loss_function()
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Tensor:
    """1 - overlap / (overlap + alpha * what was missed + beta * what is too much), over `axis`.

    >>> loss = keras.losses.tversky([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]], alpha=1.0, beta=0.0)
    >>> round(float(loss), 4)
    0.5
    """
    return _tversky(y_true, y_pred, alpha, beta, axis, settings.epsilon)


@op(T="float")
def _tversky(y_true: Array, y_pred: T, alpha: float, beta: float, axis: Any, epsilon: float) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    overlap = jnp.sum(y_true * y_pred, axis)
    missed = jnp.sum((1 - y_pred) * y_true, axis)
    too_much = jnp.sum(y_pred * (1 - y_true), axis)
    return 1 - overlap / (overlap + missed * alpha + too_much * beta + epsilon)


class Dice(FunctionLoss):
    """1 - twice the overlap / the sum of both areas.

    Over the axes `axis`; the default is everything, the batch as well.

    >>> round(float(keras.losses.Dice()([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])), 4)
    0.3333
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(FunctionLoss):
    """1 - overlap / (overlap + alpha * what was missed + beta * what is too much).

    `Dice` that weighs the two mistakes; over the axes `axis`, by default everything.

    >>> loss = keras.losses.Tversky(alpha=1.0, beta=0.0)
    >>> round(float(loss([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])), 4)
    0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = MEAN,
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)

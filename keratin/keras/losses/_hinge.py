"""Losses of margins: predictions are to be on the right side, and by 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.keras.losses._alignment import aligned, loss_function
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function()
def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0) over the last axis.

    Labels are -1 and 1; if all are 0 or 1, 0 stands for -1.

    >>> keras.losses.hinge([[-1.0, 1.0]], [[-2.0, 0.5]]).numpy()
    array([0.25], dtype=float32)
    """
    return _hinge(y_true, y_pred)


@op(T="float")
def _hinge(y_true: Array, y_pred: T) -> T:
    return jnp.mean(_missing_margin(y_true, y_pred), -1)


def _missing_margin(y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
    y_true, y_pred = aligned(y_true, y_pred)
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    signs = jnp.where(is_binary, 2 * y_true - 1, y_true)
    return jnp.maximum(1 - signs * y_pred, 0)


@loss_function()
def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0)² over the last axis.

    Labels are -1 and 1; if all are 0 or 1, 0 stands for -1.

    >>> keras.losses.squared_hinge([[-1.0, 1.0]], [[-2.0, 0.5]]).numpy()
    array([0.125], dtype=float32)
    """
    return _squared_hinge(y_true, y_pred)


@op(T="float")
def _squared_hinge(y_true: Array, y_pred: T) -> T:
    return jnp.mean(jnp.square(_missing_margin(y_true, y_pred)), -1)


@loss_function()
def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(1 + the best of the wrong classes - the right one, 0); labels are one-hot.

    >>> keras.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).numpy()
    array([0.5], dtype=float32)
    """
    return _categorical_hinge(y_true, y_pred)


@op(T="float")
def _categorical_hinge(y_true: Array, y_pred: T) -> T:
    y_true, y_pred = aligned(y_true, y_pred)
    right = jnp.sum(y_true * y_pred, -1)
    wrong = jnp.max((1 - y_true) * y_pred, -1)
    return jnp.maximum(wrong - right + 1, 0)


class Hinge(FunctionLoss):
    """The mean of max(1 - y_true * y_pred, 0), for labels -1 and 1, or 0 and 1.

    >>> round(float(keras.losses.Hinge()([[0, 1]], [[-2.0, 0.5]])), 4)
    0.25
    """

    def __init__(self, reduction: str | None = MEAN, name: str | None = "hinge", dtype: Any = None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(FunctionLoss):
    """The mean of max(1 - y_true * y_pred, 0)², for labels -1 and 1, or 0 and 1.

    >>> round(float(keras.losses.SquaredHinge()([[0, 1]], [[-2.0, 0.5]])), 4)
    0.125
    """

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = "squared_hinge", dtype: Any = None
    ):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(FunctionLoss):
    """The mean of max(1 + the best of the wrong classes - the right one, 0); labels are one-hot.

    >>> round(float(keras.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]])), 4)
    0.5
    """

    def __init__(
        self,
        reduction: str | None = MEAN,
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ):
        super().__init__(categorical_hinge, reduction, name, dtype)

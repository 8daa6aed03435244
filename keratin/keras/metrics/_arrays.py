"""What the kernels of metrics share: arrays of labels, predictions and weights made to fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin.keras._core.settings import settings
from keratin.keras.losses._reduction import same_rank


def check_fit(y_true: Any, y_pred: Any) -> None:
    """Raise where labels and predictions do not broadcast against each other."""
    try:
        np.broadcast_shapes(y_true.shape, y_pred.shape)
    except ValueError:
        raise _unfit(y_true, y_pred) from None


def check_same(y_true: Any, y_pred: Any) -> None:
    """Raise where labels and predictions differ in shape."""
    if y_true.shape != y_pred.shape:
        raise _unfit(y_true, y_pred)


def _unfit(y_true: Any, y_pred: Any) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        f"y_true has the shape {tuple(y_true.shape)} and y_pred {tuple(y_pred.shape)}, which do "
        "not fit each other; expected the same shape. Give one label for each prediction"
    )


def labels_like(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Labels and predictions of the dtype of the predictions, and of one rank."""
    y_true, y_pred = same_rank(y_true.astype(y_pred.dtype), y_pred)
    check_fit(y_true, y_pred)
    return y_true, y_pred


def weights_like(sample_weight: Any, values: Any, what: str = "the values") -> Any:
    """The weights broadcast to the shape of what they weigh."""
    try:
        return jnp.broadcast_to(sample_weight, values.shape)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"sample_weight has the shape {tuple(sample_weight.shape)} and {what} "
            f"{tuple(values.shape)}; expected a weight for each sample, {tuple(values.shape[:1])}, "
            "or for each value"
        ) from None


def divide_no_nan(x: Any, y: Any) -> Any:
    """x / y, and 0 where y is 0."""
    is_zero = y == 0
    return jnp.where(is_zero, 0, x / jnp.where(is_zero, 1, y))


def among(value: Any, known: Iterable[Any], argument: str, owner: str) -> None:
    """Raise where an argument is none of the values that it may have."""
    known = list(known)
    if value not in known:
        near = errors.nearest(value, [k for k in known if k]) if isinstance(value, str) else ""
        choices = ", ".join(repr(each) for each in known)
        raise ValueError(f"{owner}: {argument} is {value!r}; expected one of {choices}.{near}")


def floating(values: Any) -> Any:
    """The values, integers as the float type that is the default."""
    if jnp.issubdtype(values.dtype, jnp.inexact):
        return values
    return values.astype(default_float())


def default_float() -> np.dtype[Any]:
    """`keras.config.floatx()`, as the key of a kernel: a string would be looked up slowly."""
    return as_dtype(settings.floatx).numpy_dtype

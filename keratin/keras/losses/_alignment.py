"""Labels and predictions made ready for a loss: dtypes, shapes, and what to say of misfits."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite
from keratin.keras._core.settings import settings
from keratin.keras.losses._reduction import same_rank
from keratin.math._casting import cast

Function = TypeVar("Function", bound=Callable[..., Any])


def loss_function(takes_classes: bool = False) -> Callable[[Function], Function]:
    """Make a loss of a function of `y_true` and a floating `y_pred`.

    One that `takes_classes` gets labels as they are; others can cast them to what `y_pred` is.
    """

    def decorate(function: Function) -> Function:
        @composite
        @functools.wraps(function)
        def checked(y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
            y_pred = floating(y_pred)
            if not takes_classes and not hasattr(y_true, "dtype"):
                y_true = convert_to_tensor(y_true, dtype_hint=y_pred.dtype)
            return function(y_true, y_pred, *args, **kwargs)

        # The body makes ranks the same, and so `LossFunctionWrapper` need not.
        call: Any = checked
        call.aligns = True
        call.takes_classes = takes_classes
        return call

    return decorate


def floating(x: Any) -> Any:
    """As a floating tensor: integers become `keras.config.floatx()`."""
    if type(x) is Tensor and x._value.dtype.kind in "fV":
        return x
    if not hasattr(x, "dtype"):
        x = convert_to_tensor(x, dtype_hint=as_dtype(settings.floatx))
    return x if as_dtype(x.dtype).is_floating else cast(x, settings.floatx)


def aligned(
    y_true: jax.Array, y_pred: jax.Array, same_shape: bool = False
) -> tuple[jax.Array, jax.Array]:
    """Labels of the dtype and rank of predictions, whose shapes fit.

    Called while a loss is compiled, so that checking costs later calls nothing.
    """
    given = y_true.shape, y_pred.shape
    y_true, y_pred = same_rank(y_true.astype(y_pred.dtype), y_pred)
    if y_pred.ndim == 0:
        raise errors.InvalidArgumentError(
            "y_pred is a single number; expected at least one axis, as in (batch, values). Write "
            "tf.reshape(y_pred, [1])"
        )
    if y_true.shape != y_pred.shape:
        _broadcast_or_raise(y_true.shape, y_pred.shape, given, same_shape)
    return y_true, y_pred


Shape = tuple[int, ...]


def _broadcast_or_raise(
    true: Shape, pred: Shape, given: tuple[Shape, Shape], same_shape: bool
) -> None:
    try:
        result = np.broadcast_shapes(true, pred)
    except ValueError:
        result = None
    if result is None or same_shape:
        raise errors.InvalidArgumentError(
            f"y_true has shape {given[0]} and y_pred {given[1]}; they must have the same shape."
            f"{_remedy(*given)}"
        )
    if true:  # A single number as the label of all is meant to be that.
        warnings.warn(
            f"A loss compares y_true of shape {given[0]} with y_pred of shape {given[1]}: they "
            f"are broadcast to {result}, so that labels meet predictions that are perhaps not "
            f"theirs. Reshape one of them if that is not meant. At {errors.user_location()}.",
            UserWarning,
            stacklevel=2,
        )


def _remedy(true: Shape, pred: Shape) -> str:
    if true[:1] != pred[:1]:
        return " Give as many labels as there are predictions"
    if len(true) == len(pred) and true[:-1] == pred[:-1]:
        return f" Give the last layer {true[-1]} unit{'s' * (true[-1] != 1)}, or other labels"
    if len(pred) == 2 and true in (pred[:1], (pred[0], 1)):
        return (
            f" One label a row: give the last layer 1 unit, or, for {pred[1]} classes as numbers, "
            "use the loss 'sparse_categorical_crossentropy'"
        )
    if len(pred) > len(true) and pred[-1] != 1:
        return f" Reshape y_true to {pred}, or put a Flatten() layer before the last one"
    return f" Reshape y_true to {pred}, or change the last layer"


def check_one_hot(true: Shape, pred: Shape, axis: int) -> None:
    """Raise where labels seem to be classes, and the loss takes a probability for each class."""
    if true == pred or not pred:
        return
    if len(true) == 2 and len(pred) > 2 and true[1] == pred[-1]:
        raise errors.InvalidArgumentError(
            f"y_true has shape {true} and y_pred {pred}, which has {len(pred) - 2} axes more. "
            f"{_PUT_FLATTEN}"
        )
    classes = pred[axis]
    if classes != 1 and (len(true) == len(pred) - 1 or _with_size_one(true, pred, axis)):
        raise errors.InvalidArgumentError(
            f"y_true has shape {true} and y_pred {pred}: y_true holds classes as numbers, it "
            "seems, and this loss takes one-hot labels. Use the loss "
            "'sparse_categorical_crossentropy', or keras.utils.to_categorical(y_true, "
            f"num_classes={classes})"
        )


def check_classes_shape(true: Shape, pred: Shape, axis: int) -> None:
    """Raise where labels are not one class number for each distribution of `y_pred`."""
    axis = axis_of(axis, len(pred))
    if true == pred[:axis] + pred[axis + 1 :] or _with_size_one(true, pred, axis):
        return
    message = f"y_true has shape {true} and y_pred {pred}"
    if true == pred:
        raise errors.InvalidArgumentError(
            f"{message}: y_true holds one-hot labels, it seems, and this loss takes classes as "
            "numbers. Use the loss 'categorical_crossentropy', or np.argmax(y_true, "
            f"axis={axis - len(pred)})"
        )
    expected = pred[:axis] + pred[axis + 1 :]
    remedy = f". For one class a row: {_PUT_FLATTEN}" if len(true) < len(expected) else ""
    raise errors.InvalidArgumentError(
        f"{message}; expected one class number for each prediction, so y_true of shape "
        f"{expected}{remedy}"
    )


_PUT_FLATTEN = "Put a Flatten() or a global pooling layer before the last one"


def _with_size_one(true: Shape, pred: Shape, axis: int) -> bool:
    """Whether labels have the shape of predictions but for one class where those have many."""
    if len(true) != len(pred):
        return False
    axis = axis_of(axis, len(pred))
    return true == (*pred[:axis], 1, *pred[axis + 1 :])


def check_axis(axis: Any) -> None:
    """Raise for what is no axis at all; True would else pass for 1."""
    if not isinstance(axis, (int, np.integer)) or isinstance(axis, bool):
        raise errors.InvalidArgumentError(
            f"axis={axis!r} is no axis; give the integer of the axis of the classes, such as -1"
        )


def axis_of(axis: int, rank: int) -> int:
    """The axis counted from the front."""
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            f"axis={axis} is no axis of y_pred of rank {rank}; give one from {-rank} to {rank - 1}"
        )
    return axis % rank


def class_numbers(y_true: jax.Array, y_pred: jax.Array, axis: int) -> jax.Array:
    """Labels as int32, of the shape of predictions without the axis of the classes."""
    check_classes_shape(y_true.shape, y_pred.shape, axis)
    if y_true.ndim == y_pred.ndim:
        y_true = jnp.squeeze(y_true, axis)
    return y_true.astype(jnp.int32)


@op
def _same_rank(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    return same_rank(y_true, y_pred)


def with_same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """What `same_rank` does, for tensors: of (n,) and (n, 1) both become (n, 1)."""
    true, pred = _shape(y_true), _shape(y_pred)
    longer = true if len(true) > len(pred) else pred
    if abs(len(true) - len(pred)) != 1 or longer[-1] != 1:
        return y_true, y_pred
    first, second = _same_rank(y_true, y_pred)
    return first, second


def _shape(x: Any) -> tuple[Any, ...]:
    return tuple(getattr(x, "shape", ()))

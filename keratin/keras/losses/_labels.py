"""Labels that are no classes, found where their values can be seen."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.array._support import host_value
from keratin.keras.losses._alignment import check_classes_shape, check_one_hot
from keratin.keras.losses._registry import get

_TAKE_CLASSES = (
    "sparse_categorical_crossentropy",
    "categorical_generalized_cross_entropy",
    "ctc",
)
_TAKE_ONE_HOT = ("categorical_crossentropy", "categorical_focal_crossentropy")
_TAKE_BINARY = ("binary_crossentropy", "binary_focal_crossentropy")


def check_labels(y_true: Any, y_pred: Any, loss: Any) -> None:
    """Raise where labels are not what a loss takes: for all of them, before training.

    `y_pred` is a tensor of the model's output, or its shape; the size of the batch does not
    matter. `loss` is a string, function or object; of losses that are not ours nothing is said.

    >>> from keratin.keras.losses._labels import check_labels
    >>> check_labels(np.array([0, 1, 2]), (None, 3), "sparse_categorical_crossentropy")
    """
    loss = get(loss)
    function = getattr(loss, "fn", loss)
    name = getattr(function, "__name__", "")
    true = host_value(y_true)
    if not getattr(function, "aligns", False) or true is None:
        return
    pred = _known_shape(tuple(getattr(y_pred, "shape", y_pred)), true.shape)
    if pred is None:
        return
    given = {"axis": -1, "ignore_class": None, **getattr(loss, "_fn_kwargs", {})}
    try:
        _check(name, true, pred, given["axis"], given["ignore_class"])
    except errors.InvalidArgumentError as error:
        message = f"{name}: {str(error).rstrip('.')}. At {errors.user_location()}."
        raise errors.InvalidArgumentError(message) from None


def _check(
    name: str, true: np.ndarray[Any, Any], pred: tuple[int, ...], axis: Any, ignore_class: Any
) -> None:
    if name in _TAKE_CLASSES:
        if name != "ctc":
            check_classes_shape(true.shape, pred, axis)
        check_class_values(name, true, pred, axis, ignore_class)
    elif name in _TAKE_ONE_HOT:
        check_one_hot(true.shape, pred, axis)
    elif name in _TAKE_BINARY and true.size and true.dtype.kind in "iuf":
        low, high = true.min(), true.max()
        if low < 0 or high > 1:
            warnings.warn(
                f"{name}: y_true holds {low if low < 0 else high:g}, but labels are 0 and 1, or "
                "probabilities between; the loss has no least value for others. For more classes "
                "use 'sparse_categorical_crossentropy', for labels -1 and 1 'hinge'. At "
                f"{errors.user_location()}.",
                UserWarning,
                stacklevel=2,
            )


def _known_shape(pred: tuple[Any, ...], true: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of predictions for all labels; None where that is not known."""
    if not pred or not true:
        return None
    sizes = (*true, *[None] * len(pred))
    filled: list[Any] = [b if a is None else a for a, b in zip(pred[1:], sizes[1:], strict=False)]
    return None if None in filled else (true[0], *filled)


def check_class_values(
    name: str, y_true: Any, shape: Any, axis: int = -1, ignore_class: int | None = None
) -> None:
    """Raise for labels that are no class of predictions of this shape.

    Nothing is said of labels whose values are not known yet, or whose shape is wrong: the loss
    says what is wrong with that.
    """
    shape = tuple(shape)
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape) or shape[axis] is None:
        return
    labels = host_value(y_true)
    if labels is None or not labels.size or labels.dtype.kind not in "biufV":
        return
    if labels.ndim == len(shape) - 1 or (labels.ndim == len(shape) and labels.shape[axis] == 1):
        _check_values(name, labels, int(shape[axis]), ignore_class)


def _check_values(
    name: str, labels: np.ndarray[Any, Any], classes: int, ignore_class: int | None
) -> None:
    if ignore_class is not None:
        labels = labels[labels != ignore_class]
        if not labels.size:
            return
    if labels.dtype.kind in "fV":
        _check_whole(labels)
    low, high = int(labels.min()), int(labels.max())
    if low >= 0 and high < classes:
        return
    wrong = low if low < 0 else high
    raise errors.InvalidArgumentError(
        f"y_true holds the label {wrong}, but y_pred has {classes} "
        f"class{'es' * (classes != 1)}: labels are 0 to {classes - 1}. "
        f"{_advice(name, low, high, classes)}"
    )


def _check_whole(labels: np.ndarray[Any, Any]) -> None:
    wide = labels.astype(np.float64)
    broken = wide[wide != np.trunc(wide)]  # NaN is not equal to itself
    if broken.size:
        raise errors.InvalidArgumentError(
            f"y_true holds {broken.flat[0]:g}, but labels are whole numbers, the classes. "
            "For numbers to be predicted use a loss such as 'mean_squared_error'; for "
            "probabilities of classes 'categorical_crossentropy'"
        )


def _advice(name: str, low: int, high: int, classes: int) -> str:
    if classes == 1 and low >= 0:
        return "For two classes and one output use the loss 'binary_crossentropy'."
    if low == 1 and high == classes and name != "ctc":
        return "They seem to be counted from 1: give y_true - 1."
    if low >= 0:
        return f"Give the last layer {high + 1} units, or number the classes from 0."
    if name == "sparse_categorical_crossentropy" and low == -1:
        return "Number the classes from 0, or leave such samples out with ignore_class=-1."
    return "Number the classes from 0."

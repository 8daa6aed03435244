"""Classes as one-hot rows, and vectors of length one."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin import math, nn
from keratin._engine import errors
from keratin._engine.tensor import Tensor
from keratin.array._creation import one_hot
from keratin.array._shape import reshape
from keratin.keras._core.settings import settings


def to_categorical(x: Any, num_classes: int | None = None, **former: Any) -> Any:
    """Classes 0, 1, ... as rows of zeros with a one at the class; a tensor gives a tensor.

    Keras 1 called `num_classes` `nb_classes`, which is understood.

    >>> keras.utils.to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    num_classes = former.pop("nb_classes", num_classes)
    if former:
        raise errors.unknown_keyword("to_categorical", next(iter(former)), ("x", "num_classes"))
    if isinstance(x, Tensor):
        return _one_hot_tensor(x, num_classes)
    classes = _classes(x)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    found = int(classes.max()) if classes.size else -1
    least = int(classes.min()) if classes.size else 0
    count = int(num_classes) if num_classes else found + 1
    if least < 0 or found >= count:
        bad = least if least < 0 else found
        raise ValueError(
            f"to_categorical: x holds the class {bad}, and with num_classes={count} classes go "
            f"from 0 to {count - 1}. Number the classes from 0 on: np.unique(x, "
            "return_inverse=True)[1]."
        )
    rows = np.zeros((classes.size, count))
    rows[np.arange(classes.size), classes.ravel()] = 1
    return rows.reshape(*classes.shape, count)


def _classes(x: Any) -> np.ndarray:
    given = np.asarray(x)
    if given.dtype.kind not in "biuf":
        raise TypeError(
            f"to_categorical: x holds values of dtype {given.dtype}, such as "
            f"{given.ravel()[:1].tolist()}; expected whole numbers. Number the classes first: "
            "np.unique(x, return_inverse=True)[1]."
        )
    return given.astype(np.int64)


def _one_hot_tensor(x: Any, num_classes: int | None) -> Any:
    if num_classes is None:
        raise ValueError("to_categorical: give num_classes; it is not looked for in a tensor.")
    shape = x.shape.as_list()
    if len(shape) > 1 and shape[-1] == 1:
        x = reshape(x, shape[:-1])
    return one_hot(x, num_classes, dtype=settings.floatx)


def normalize(x: Any, axis: int | None = -1, order: int = 2) -> Any:
    """Vectors along an axis divided by their norm (of an order); those of zeros stay zeros.

    >>> keras.utils.normalize(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    if isinstance(x, Tensor):
        return _normalized_tensor(x, -1 if axis is None else axis, order)
    values = np.asarray(x)
    norm = np.linalg.norm(values, order, axis, keepdims=True)
    return values / np.where(norm == 0, 1, norm)


def _normalized_tensor(x: Tensor, axis: int, order: int) -> Tensor:
    if order == 2:
        return nn.l2_normalize(x, axis=axis)
    power = math.reduce_sum(math.abs(x) ** order, axis=axis, keepdims=True)
    return math.divide_no_nan(x, power ** (1.0 / order))

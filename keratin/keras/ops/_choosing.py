"""Elements by their places or by conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keratin import array as tensors
from keratin._engine import dtype as dtypes
from keratin.experimental import numpy as tnp
from keratin.experimental.numpy._behavior import getitem
from keratin.experimental.numpy._elementwise import truth
from keratin.experimental.numpy._manipulation import taken, taken_along_axis
from keratin.keras.ops._operations import operation
from keratin.keras.ops._promotion import counted, promote, tensor
from keratin.math._casting import cast


@operation
def get_item(x: Any, key: Any) -> Any:
    """x[key]: `key` holds integers, slices, None, Ellipsis, masks and tensors of indices.

    >>> keras.ops.get_item([[1, 2], [3, 4]], (slice(None), 1)).numpy()
    array([2, 4], dtype=int32)
    """
    return getitem(tensor(x), key)


@operation
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, x2 elsewhere; with the condition alone, where it holds.

    >>> keras.ops.where([True, False], 1, 2.5).numpy()
    array([1. , 2.5], dtype=float32)
    """
    if (x1 is None) != (x2 is None):
        raise ValueError("give both x1 and x2, or neither")
    if x1 is None:
        return nonzero(condition)
    if getattr(condition, "dtype", None) is not dtypes.bool:
        condition = truth(condition)
    return tensors.where(condition, *promote(x1, x2))


@operation
def nonzero(x: Any) -> tuple[Any, ...]:
    """The indices of what is not 0, of each axis.

    >>> [index.numpy() for index in keras.ops.nonzero([0, 5, 7])]
    [array([1, 2], dtype=int32)]
    """
    return tuple([cast(index, "int32") for index in tnp.nonzero(tensor(x))])


@operation
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Of the choices, that of the first condition which holds; else the default.

    >>> keras.ops.select([[True, False], [True, True]], [[1, 2], [3, 4]], 0).numpy()
    array([1, 4], dtype=int32)
    """
    for name, values in (("condlist", condlist), ("choicelist", choicelist)):
        if not isinstance(values, (list, tuple)) or not values:
            raise ValueError(f"{name} has to be a list with one element or more; given {values!r}")
    *choices, default = promote(*choicelist, default)
    return tnp.select(list(condlist), choices, default)


@operation
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements at the indices along an axis; without `axis`, of the flattened tensor.

    Negative indices count from the end. What is out of range gives NaN, or of integers the least.

    >>> keras.ops.take([10, 20, 30], [0, -1]).numpy()
    array([10, 30], dtype=int32)
    """
    return taken(tensor(x), tensor(indices), axis, "fill")


@operation
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """For each index, the element there along the axis, other axes in step.

    >>> keras.ops.take_along_axis([[3, 1]], [[1, 0]], 1).numpy()
    array([[1, 3]], dtype=int32)
    """
    x, indices = tensor(x), tensor(indices)
    if axis is None:
        x, axis = tensors.reshape(x, [-1]), 0
    return taken_along_axis(x, indices, axis, "fill")


@operation
def unravel_index(indices: Any, shape: Sequence[int]) -> tuple[Any, ...]:
    """The coordinates, in an array of this shape, of the elements with these flat indices.

    >>> [each.numpy() for each in keras.ops.unravel_index([2, 5], (3, 3))]
    [array([0, 1], dtype=int32), array([2, 2], dtype=int32)]
    """
    (indices,) = promote(indices, to=counted)
    found = tensors.unravel_index(tensors.reshape(indices, [-1]), list(shape))
    return tuple(
        [tensors.reshape(each, indices.shape) for each in tensors.unstack(found, len(shape))]
    )

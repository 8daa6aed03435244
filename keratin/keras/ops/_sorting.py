"""Sorting, searching, and what occurs among elements."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin._engine.op import Array, Static, T, op
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation, promoted_op
from keratin.keras.ops._promotion import counted, promote, tensor


@operation
def sort(x: Any, axis: int | None = -1) -> Any:
    """Sorted along an axis; None: flattened.

    >>> keras.ops.sort([3, 1, 2]).numpy()
    array([1, 2, 3], dtype=int32)
    """
    return tnp.sort(tensor(x), axis)


@operation
def argsort(x: Any, axis: int | None = -1) -> Any:
    """The indices that sort along an axis; None: flattened. Equal elements keep their order.

    >>> keras.ops.argsort([3, 1, 2]).numpy()
    array([1, 2, 0], dtype=int32)
    """
    x = tensor(x)
    if axis is None or not len(x.shape):
        x, axis = tensors.reshape(x, [-1]), -1
    return _argsort(x, axis)


_argsort = adapted(tensors.argsort, "argsort", "x axis", target=counted)


@operation
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Any:
    """The indices that put the element of rank `kth` in its place, smaller ones before it.

    >>> int(keras.ops.argpartition([5, 1, 9, 3], 1)[1])
    3
    """
    if not isinstance(kth, int):
        raise ValueError(f"kth has to be an int; given {kth!r}")
    x = tensor(x)
    if axis is None:
        x, axis = tensors.reshape(x, [-1]), 0
    return _argpartition(x, kth, axis)


@op(T="real")
def _argpartition(x: T, kth: Static, axis: Static) -> Array:
    return jnp.argpartition(x, kth, axis).astype(np.int32)


@operation
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where each value would go into a sorted sequence: before ("left") or after equal ones.

    >>> keras.ops.searchsorted([1, 3, 5], [[0, 3], [4, 9]]).numpy()
    array([[0, 1],
           [2, 3]], dtype=int32)
    """
    sequence, wanted = promote(sorted_sequence, values, to=counted)
    if len(sequence.shape) != 1:
        raise ValueError(
            "the sorted sequence has to have one dimension; given shape "
            f"{tuple(sequence.shape)}. keras.ops.vectorized_map searches row by row"
        )
    found = tensors.searchsorted(sequence, tensors.reshape(wanted, [-1]), side)
    return tensors.reshape(found, wanted.shape)


@promoted_op(T="bool number")
def isin(x1: T, x2: T, assume_unique: bool = False, invert: bool = False) -> Array:
    """Whether each element of x1 is among those of x2; with `invert`, whether it is not.

    `assume_unique` promises that neither has an element twice, which may be quicker.

    >>> keras.ops.isin([1, 2, 3], [3, 1]).numpy()
    array([ True, False,  True])
    """
    return jnp.isin(x1, x2, assume_unique=assume_unique, invert=invert)


@operation
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The elements without repetitions, or the slices along `axis`; always in order.

    With `return_index` also where each occurs first, with `return_inverse` the place of each
    element among the results, with `return_counts` how often each occurs. In a compiled function
    `size` has to be given: what is left of it is filled with `fill_value`, by default the first.

    >>> keras.ops.unique([3, 1, 3]).numpy()
    array([1, 3], dtype=int32)
    """
    x = tensor(x)
    wanted = (bool(return_index), bool(return_inverse), bool(return_counts))
    found = (
        _unique(x, *wanted, axis)
        if size is None
        else _unique_of(x, *wanted, axis, size, fill_value)
    )
    return found if any(wanted) else found[0]


@op(T="any", host=True)
def _unique(x: T, index: Static, inverse: Static, counts: Static, axis: Static) -> tuple[Any, ...]:
    found = np.unique(x, index, inverse, counts, axis, equal_nan=False)
    return _with_int32(found if isinstance(found, tuple) else (found,))


@op(T="bool number")
def _unique_of(
    x: T,
    index: Static,
    inverse: Static,
    counts: Static,
    axis: Static,
    size: Static,
    fill_value: Static,
) -> tuple[Array, ...]:
    found = jnp.unique(
        x, index, inverse, counts, axis, equal_nan=False, size=size, fill_value=fill_value
    )
    return _with_int32(found if isinstance(found, tuple) else (found,))


def _with_int32(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return (found[0], *[places.astype(np.int32) for places in found[1:]])

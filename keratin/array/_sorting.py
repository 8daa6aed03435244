"""Sorting, and searching in what is sorted."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import DTypeArg, T, op
from keratin.array._support import normalize_axis

_DIRECTIONS = ("ASCENDING", "DESCENDING")


def _descends(direction: Any) -> bool:
    if direction not in _DIRECTIONS:
        raise errors.InvalidArgumentError(
            f"direction={direction!r} must be 'ASCENDING' or 'DESCENDING'"
        )
    return direction == "DESCENDING"


@op(T="real")
def sort(values: T, axis: int = -1, direction: str = "ASCENDING") -> jax.Array:
    """The values along an axis in order.

    >>> tf.sort([3, 1, 2], direction="DESCENDING").numpy()
    array([3, 2, 1], dtype=int32)
    """
    descending = _descends(direction)
    return jnp.sort(values, normalize_axis(axis, values.ndim), descending=descending)


@op(T="real")
def argsort(
    values: T, axis: int = -1, direction: str = "ASCENDING", stable: bool = False
) -> jax.Array:
    """The indices that put the values along an axis in order; of equal ones the first comes first.

    >>> tf.argsort([3, 1, 2]).numpy()
    array([1, 2, 0], dtype=int32)
    """
    descending = _descends(direction)
    place = normalize_axis(axis, values.ndim)
    return jnp.argsort(values, place, stable=True, descending=descending).astype(np.int32)


@op(T="real")
def searchsorted(
    sorted_sequence: T,
    values: T,
    side: str = "left",
    out_type: DTypeArg = "int32",
) -> jax.Array:
    """Where each value would go into a sorted sequence: before ("left") or after equal ones.

    Of tensors of higher rank the last axes are searched, row by row.

    >>> tf.searchsorted([1, 3, 5], [0, 3, 9]).numpy()
    array([0, 1, 3], dtype=int32)
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right'; given {side!r}")
    if not values.ndim or sorted_sequence.shape[:-1] != values.shape[:-1]:
        raise errors.InvalidArgumentError(
            f"sorted_sequence has shape {list(sorted_sequence.shape)} and values "
            f"{list(values.shape)}; all axes but the last must be the same. Write "
            "tf.reshape(values, [-1]) to search one sequence for many values"
        )
    width, count = sorted_sequence.shape[-1], values.shape[-1]

    def search(row: Any, wanted: Any) -> Any:
        return jnp.searchsorted(row, wanted, side=side)

    if not width:
        return jnp.zeros(values.shape, out_type)
    rows = sorted_sequence.reshape(-1, width)
    places = jax.vmap(search)(rows, values.reshape(rows.shape[0], count))
    return places.reshape(values.shape).astype(out_type)

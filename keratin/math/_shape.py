"""Shapes and axes for the ops of arithmetic: broadcasting, and axes counted from either end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors

Axis = int | Sequence[int] | None


def broadcast(*arrays: Any) -> list[Any]:
    """The arrays at their common shape; raises when there is none."""
    if len({array.shape for array in arrays}) == 1:
        return list(arrays)
    shape = common_shape(*arrays)
    if shape is None:
        given = " and ".join(str(list(array.shape)) for array in arrays)
        raise errors.InvalidArgumentError(
            f"The shapes {given} cannot be broadcast to one shape: counted from the last axis, "
            "two sizes must be equal or one of them 1. Reshape one of the arguments, for example "
            "with tf.expand_dims or tf.transpose."
        )
    return [_stretch(array, shape) for array in arrays]


def _stretch(array: Any, shape: tuple[int, ...]) -> Any:
    # Strings come as NumPy arrays of objects, which jax does not hold.
    library: Any = np if array.dtype == object else jnp
    return library.broadcast_to(array, shape)


def common_shape(*arrays: Any) -> tuple[int, ...] | None:
    """The shape that the arrays broadcast to, or None."""
    try:
        return jnp.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        return None


def normalize_axis(axis: int, rank: int, *, name: str = "axis") -> int:
    """The axis counted from the front."""
    if not -rank <= axis < rank:
        allowed = f"Axes from {-rank} to {rank - 1} exist." if rank else "A scalar has no axes."
        raise errors.InvalidArgumentError(
            f"{name}={axis} is out of range for a tensor of rank {rank}. {allowed}"
        )
    return axis % rank


def normalize_axes(axis: Axis, rank: int, *, name: str = "axis") -> tuple[int, ...]:
    """The axes counted from the front; None stands for all of them."""
    if axis is None:
        return tuple(range(rank))
    given = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    axes = tuple(normalize_axis(int(each), rank, name=name) for each in given)
    if len(set(axes)) < len(axes):
        raise errors.InvalidArgumentError(
            f"{name}={list(given)} names one axis of a tensor of rank {rank} more than once. "
            "Name each axis once."
        )
    return axes

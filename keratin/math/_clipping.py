"""Values and gradients held within limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Static, T, Ts, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import named, number_like
from keratin.math._root import sqrt


def _lesser(x: jax.Array, y: jax.Array) -> jax.Array:
    # Of equal values the first gets the gradient, where jnp.minimum gives half to each.
    return jnp.where(x > y, y, x)


def _greater(x: jax.Array, y: jax.Array) -> jax.Array:
    return jnp.where(x < y, y, x)


@named("clip_by_value")
@op(T="real")
def _clip_by_value(t: T, clip_value_min: T, clip_value_max: T) -> jax.Array:
    for bound, name in ((clip_value_min, "clip_value_min"), (clip_value_max, "clip_value_max")):
        if not _broadcasts(bound.shape, t.shape):
            raise errors.InvalidArgumentError(
                f"{name} has shape {list(bound.shape)}, which cannot be broadcast to the shape "
                f"{list(t.shape)} of t. Give a number, or a tensor of the shape of t"
            )
    return _greater(_lesser(t, clip_value_max), clip_value_min)


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    return len(shape) <= len(target) and all(
        given in (1, size) for given, size in zip(shape[::-1], target[::-1], strict=False)
    )


def clip_by_value(t: T, clip_value_min: T, clip_value_max: T, name: str | None = None) -> Any:
    """Each value, but no less than a minimum and no more than a maximum.

    >>> tf.clip_by_value([-5, 1, 7], 0, 5).numpy()
    array([0, 1, 5], dtype=int32)
    """
    low, high = number_like(clip_value_min, t), number_like(clip_value_max, t)
    return _over_slices(t, lambda x: _clip_by_value(x, low, high))


def _over_slices(t: Any, function: Any) -> Any:
    """Apply a function to a tensor, or to the values of `tf.IndexedSlices`."""
    if _is_slices(t):
        return type(t)(function(t.values), t.indices, t.dense_shape)
    return function(t)


def _is_slices(value: Any) -> bool:
    return not isinstance(value, Tensor) and hasattr(value, "indices") and hasattr(value, "values")


@named("clip_by_norm")
@op(T="float")
def _clip_by_norm(t: T, clip_norm: T, axes: Static) -> jax.Array:
    squares = jnp.sum(t * t, axes, keepdims=True)
    # The square root has no gradient at 0, also where its result is not used.
    positive = squares > 0
    norm = jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1)), squares)
    limit = jnp.maximum(clip_norm, 0)
    return t * limit / _greater(norm, limit)


def clip_by_norm(t: T, clip_norm: T, axes: Static = None, name: str | None = None) -> Any:
    """The tensor, scaled down where needed so that its L2 norm is at most `clip_norm`.

    The norm is taken over `axes`, over all by default.

    >>> tf.clip_by_norm([3.0, 4.0], 1.0).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    limit = number_like(clip_norm, t)
    return _over_slices(t, lambda x: _clip_by_norm(x, limit, axes))


@named("clip_by_global_norm")
@op(T="float")
def _clip_by_global_norm(t_list: Ts, clip_norm: T, use_norm: T | None) -> Any:
    norm = use_norm
    if norm is None:
        norm = sqrt(sum([jnp.sum(jnp.square(t)) for t in t_list]))
    scale = clip_norm * _lesser(1 / norm, 1 / clip_norm)
    # An infinite norm gives NaN, so that the overflow is seen.
    scale = scale + (norm - norm)
    return [t * scale for t in t_list], norm


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: T, use_norm: T | None = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """A list of tensors, all scaled down alike if their common L2 norm is above `clip_norm`.

    Returns the list, in which None stays None, and the norm before: of all values together, or
    `use_norm`. This is the way to clip gradients: their direction stays.

    >>> clipped, norm = tf.clip_by_global_norm([[3.0], [4.0]], 1.0)
    >>> [t.numpy() for t in clipped], norm.numpy()
    ([array([0.6], dtype=float32), array([0.8], dtype=float32)], np.float32(5.0))
    """
    if not isinstance(t_list, Sequence):
        raise TypeError(
            f"tf.clip_by_global_norm: t_list must be a list of tensors; given "
            f"{type(t_list).__name__}. Write [t] for a single one"
        )
    present = [t for t in t_list if t is not None]
    if not present:
        norm = convert_to_tensor(np.float32(0)) if use_norm is None else use_norm
        return list(t_list), convert_to_tensor(norm)
    tensors = [t.values if _is_slices(t) else t for t in present]
    scaled, norm = _clip_by_global_norm(tensors, clip_norm, use_norm)
    rest = iter(scaled)
    return [None if t is None else _over_slices(t, lambda _: next(rest)) for t in t_list], norm

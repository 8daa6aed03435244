"""The largest elements of each row, exact and approximate, and whether a class is among them."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, T, op
from keratin.math._shape import normalize_axis


class TopKV2(NamedTuple):
    """Values, and their indices along the axis that was searched."""

    values: Any
    indices: Any


class ApproxTopK(NamedTuple):
    """Values, and their indices along the axis that was searched."""

    values: Any
    indices: Any


def _check_k(k, size):
    if not 0 <= k <= size:
        raise errors.InvalidArgumentError(
            f"k={k} elements are asked of rows that have {size}; k must be from 0 to {size}."
        )


@op(T="real")
def top_k(input: T, k: int = 1, sorted: bool = True, index_type: DTypeArg = "int32"):
    """The k largest elements along the last axis, in descending order, and their indices.

    Of equal elements the first comes first. The result is in order even if `sorted` is False.

    >>> values, indices = tf.math.top_k([1.0, 9.0, 4.0], k=2)
    >>> values.numpy(), indices.numpy()
    (array([9., 4.], dtype=float32), array([1, 2], dtype=int32))
    """
    if input.ndim == 0:
        raise errors.InvalidArgumentError("input is a scalar; a tensor of rank 1 or more has rows.")
    _check_k(k, input.shape[-1])
    values, indices = lax.top_k(input, k)
    return TopKV2(values, indices.astype(index_type))


@op
def in_top_k(targets: Array, predictions: Array, k: int):
    """Whether each target class is among the k classes of the largest predictions.

    Classes that tie at the border all count as among them. A target that is no class, and a row
    with an infinite or NaN prediction, give False.

    >>> tf.math.in_top_k([0, 1], [[0.1, 0.9], [0.1, 0.9]], k=1).numpy()
    array([False,  True])
    """
    if not jnp.issubdtype(targets.dtype, jnp.integer):
        raise errors.InvalidArgumentError(
            f"targets has dtype {targets.dtype}, but it holds the index of a class for each row. "
            "Write tf.cast(targets, tf.int64)."
        )
    if targets.ndim != 1 or predictions.ndim != 2 or len(targets) != len(predictions):
        raise errors.InvalidArgumentError(
            f"targets has shape {list(targets.shape)} and predictions {list(predictions.shape)}; "
            "[batch] and [batch, classes] are expected."
        )
    exists = (targets >= 0) & (targets < predictions.shape[1])
    column = jnp.where(exists, targets, jnp.zeros_like(targets))[:, np.newaxis]
    own = jnp.take_along_axis(predictions, column, axis=1)
    above = jnp.sum(predictions > own, axis=1, dtype=np.int32)
    return exists & jnp.all(jnp.isfinite(predictions), axis=1) & (above < k)


def _approximate(search, operand, k, reduction_dimension, *options):
    axis = normalize_axis(reduction_dimension, operand.ndim, name="reduction_dimension")
    _check_k(k, operand.shape[axis])
    return ApproxTopK(*search(operand, k, axis, *options))


@op(T="float")
def approx_max_k(
    operand: T,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
):
    """The k largest elements along an axis, and their indices, found approximately.

    On accelerators at least `recall_target` of the true ones are expected among them; on CPU the
    search is exact.

    >>> values, indices = tf.math.approx_max_k([[1.0, 9.0, 4.0]], k=2)
    >>> values.numpy()
    array([[9., 4.]], dtype=float32)
    """
    return _approximate(
        lax.approx_max_k,
        operand,
        k,
        reduction_dimension,
        recall_target,
        reduction_input_size_override,
        bool(aggregate_to_topk),
    )


@op(T="float")
def approx_min_k(
    operand: T,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
):
    """The k smallest elements along an axis, and their indices, found approximately.

    On accelerators at least `recall_target` of the true ones are expected among them; on CPU the
    search is exact.

    >>> values, indices = tf.math.approx_min_k([[1.0, 9.0, 4.0]], k=2)
    >>> values.numpy()
    array([[1., 4.]], dtype=float32)
    """
    return _approximate(
        lax.approx_min_k,
        operand,
        k,
        reduction_dimension,
        recall_target,
        reduction_input_size_override,
        bool(aggregate_to_topk),
    )


@op(T="float")
def approx_top_k(
    input: T,
    k: int,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    is_max_k: bool = True,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
):
    """The k largest elements along an axis (the smallest unless `is_max_k`), found approximately.

    >>> values, indices = tf.approx_top_k([[1.0, 9.0, 4.0]], k=1, is_max_k=False)
    >>> values.numpy()
    array([[1.]], dtype=float32)
    """
    return _approximate(
        lax.approx_max_k if is_max_k else lax.approx_min_k,
        input,
        k,
        reduction_dimension,
        recall_target,
        reduction_input_size_override,
        bool(aggregate_to_topk),
    )

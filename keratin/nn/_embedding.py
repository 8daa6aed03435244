"""Rows of a table of embeddings, one for each id or combined for each set of ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._gathering import gather
from keratin.array._joining import concat
from keratin.array._support import composite
from keratin.math._clipping import clip_by_norm
from keratin.sparse._tensor import SparseTensor, known_shape

COMBINERS = ("mean", "sqrtn", "sum")


def embedding_lookup(params: T, ids: T, max_norm: T | None = None, name: str | None = None) -> T:
    """The rows of `params` that `ids` name, in the shape of `ids`.

    A list of tables is taken as one table in parts. Rows are scaled down to an L2 norm of
    `max_norm` at most.

    >>> tf.nn.embedding_lookup(tf.constant([[1.0, 2.0], [3.0, 4.0]]), [1, 0, 1]).numpy()
    array([[3., 4.],
           [1., 2.],
           [3., 4.]], dtype=float32)
    """
    table = _table(params)
    rows: Any = gather(table, ids)
    if max_norm is None:
        return rows
    row_rank = len(np.shape(table)) - 1
    return clip_by_norm(rows, max_norm, tuple(range(-row_rank, 0)))


def _table(params: Any) -> Any:
    """The whole table: parts of it follow each other, as the "div" strategy has it."""
    if not isinstance(params, (list, tuple)):
        return params
    if not params:
        raise errors.InvalidArgumentError("The list of tables is empty; give at least one.")
    return params[0] if len(params) == 1 else concat(list(params), 0)


@composite
def embedding_lookup_sparse(
    params: T,
    sp_ids: SparseTensor,
    sp_weights: SparseTensor | None,
    combiner: str | None = None,
    max_norm: T | None = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> T:
    """For each row of ids, the combination of their embeddings, times their weights.

    `combiner` is "sum", "mean" (the default: divided by the sum of the weights) or "sqrtn" (by
    the root of the sum of their squares). `sp_ids` and `sp_weights` are sparse or ragged
    tensors of rank 2. A row without ids gives zeros. `allow_fast_lookup` is accepted, and has no
    meaning here.

    >>> table = tf.constant([[1.0], [2.0], [4.0]])
    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0, 2, 1], [2, 2])
    >>> tf.nn.embedding_lookup_sparse(table, ids, None, combiner="sum").numpy()
    array([[5.],
           [2.]], dtype=float32)
    """
    segments, ids, count = _rows(sp_ids, "sp_ids")
    weights = None if sp_weights is None else _values_like(sp_weights, ids, "sp_weights")
    rows = embedding_lookup(params, ids, max_norm)
    return _combined(rows, segments, weights, None, None, _combiner(combiner), count)


@composite
def safe_embedding_lookup_sparse(
    embedding_weights: T,
    sparse_ids: SparseTensor,
    sparse_weights: SparseTensor | None = None,
    combiner: str = "mean",
    default_id: int | None = None,
    max_norm: T | None = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> T:
    """`tf.nn.embedding_lookup_sparse`, without invalid ids and for rows that have none.

    Negative ids are left out and, unless `combiner` is "sum", weights that are not positive. A
    row with nothing left gives the embedding of `default_id`, or zeros. The ids may have more
    than two dimensions; the last is combined. `allow_fast_lookup` is accepted, and has no meaning
    here.

    >>> table = tf.constant([[1.0], [2.0], [4.0]])
    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0, 2, -1], [2, 2])
    >>> tf.nn.safe_embedding_lookup_sparse(table, ids, default_id=1).numpy()
    array([[2.5],
           [2. ]], dtype=float32)
    """
    segments, ids, count = _rows(sparse_ids, "sparse_ids", flatten=True)
    weights = None if sparse_weights is None else _values_like(sparse_weights, ids, "weights")
    valid, known = _valid(ids, weights, combiner)
    rows = embedding_lookup(embedding_weights, known, max_norm)
    default = None
    if default_id is not None:
        default = embedding_lookup(embedding_weights, [default_id], max_norm)
    result = _combined(rows, segments, weights, valid, default, _combiner(combiner), count)
    outer = _outer_shape(sparse_ids)
    return result if len(outer) == 1 else _unflattened(result, outer)


def _combiner(combiner: str | None) -> str:
    if combiner is not None and combiner not in COMBINERS:
        raise errors.InvalidArgumentError(
            f"combiner={combiner!r} was given, expected 'mean', 'sqrtn' or 'sum'."
        )
    return combiner or "mean"


def _is_ragged(ids: Any) -> bool:
    return hasattr(ids, "value_rowids") and hasattr(ids, "nrows")


def _rows(ids: Any, name: str, flatten: bool = False) -> tuple[Any, Any, int]:
    """The row of each id, the ids, and how many rows there are."""
    if _is_ragged(ids):
        return ids.value_rowids(), ids.values, int(ids.nrows())
    if not isinstance(ids, SparseTensor):
        raise TypeError(
            f"{name} is {type(ids).__name__}, expected a tf.SparseTensor or a tf.RaggedTensor. "
            "For ids in a dense tensor there is tf.nn.embedding_lookup."
        )
    shape = known_shape(ids, name)
    if len(shape) != 2 and not flatten:
        raise errors.InvalidArgumentError(
            f"{name} has the shape {list(shape)}, expected two dimensions: [rows, ids of a row]."
        )
    count = 1
    for size in shape[:-1]:
        count *= size
    return _row_numbers(ids.indices, shape), ids.values, count


def _values_like(weights: Any, ids: Any, name: str) -> Any:
    if not (_is_ragged(weights) or isinstance(weights, SparseTensor)):
        raise TypeError(
            f"{name} is {type(weights).__name__}, expected what the ids are: a tf.SparseTensor or "
            "a tf.RaggedTensor, or None."
        )
    if weights.values.shape != ids.shape:
        raise errors.InvalidArgumentError(
            f"{name} has {weights.values.shape[0]} values and the ids have {ids.shape[0]}; "
            "expected one weight for each id."
        )
    return weights.values


def _outer_shape(ids: Any) -> tuple[int, ...]:
    return (0,) if _is_ragged(ids) else known_shape(ids, "sparse_ids")[:-1]


@op
def _row_numbers(indices: Array, shape: Sequence[int]) -> Array:
    """The number of the row of each place, with all axes but the last as one."""
    rows = indices[:, 0]
    for axis in range(1, len(shape) - 1):
        rows = rows * shape[axis] + indices[:, axis]
    return rows


@op
def _unflattened(rows: T, outer: Sequence[int]) -> T:
    return rows.reshape(*outer, *rows.shape[1:])


@op
def _valid(ids: Array, weights: Array | None, combiner: str) -> tuple[Array, Array]:
    """Which ids count, and the ids with 0 for those that do not."""
    valid = ids >= 0
    if weights is not None and combiner != "sum":
        valid &= weights > 0
    return valid, jnp.where(valid, ids, 0)


@op(T="float")
def _combined(
    rows: T,
    segments: Array,
    weights: Array | None,
    valid: Array | None,
    default: T | None,
    combiner: str,
    count: int,
) -> T:
    """The rows of each segment, summed and divided."""
    wide = rows.astype(jnp.float32) if rows.dtype.itemsize < 4 else rows
    column = (-1, *[1] * (wide.ndim - 1))
    scale = jnp.ones(len(segments), wide.dtype) if weights is None else weights.astype(wide.dtype)
    if valid is not None:
        scale = jnp.where(valid, scale, 0)

    def summed(values: jax.Array) -> jax.Array:
        return jax.ops.segment_sum(values, segments, count)

    result = summed(wide * scale.reshape(column))
    if combiner != "sum":
        norm = summed(scale) if combiner == "mean" else jnp.sqrt(summed(scale * scale))
        empty = (norm == 0).reshape(column)
        result = jnp.where(empty, 0, result / jnp.where(empty, 1, norm.reshape(column)))
    if default is not None and valid is not None:
        filled = summed(valid.astype(jnp.int32)) > 0
        result = jnp.where(filled.reshape(column), result, default.astype(wide.dtype))
    return result.astype(rows.dtype)

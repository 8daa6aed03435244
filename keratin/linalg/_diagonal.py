"""Diagonals and bands of matrices, and what is made of them.

A band of diagonals is stored as a matrix of one row a diagonal, the highest first. Diagonals
shorter than the longest are padded; `align` says where: its first word is for the diagonals above
the main one, its second for those below, and each names the side at which the values stand.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin.linalg._matrix import adjoint_of, diagonal_of, oriented

_ALIGNMENTS = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")


@op
def diag(
    diagonal: T,
    name: Static = "diag",
    k: int | tuple[int, int] = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: T = 0,
    align: str = "RIGHT_LEFT",
):
    """Matrices that are zero but for a diagonal, or for a band of diagonals.

    `k` is the number of the diagonal, positive above the main one, or a pair: the lowest and the
    highest of a band, whose diagonals are then the rows of `diagonal`, the highest first. `align`
    says at which side the values of shorter rows stand, those above the main diagonal first.
    `num_rows` and `num_cols` are as small as can be unless given. `padding_value` stands elsewhere.

    >>> tf.linalg.diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    low, high = _band(k)
    _require_rank("diagonal", diagonal, 1 if low == high else 2)
    rows, columns = _matrix_size(diagonal.shape, low, high, num_rows, num_cols)
    spread = _spread(diagonal, low, high, rows, columns, align)
    return jnp.where(_in_band(rows, columns, low, high), spread, padding_value)


@op
def diag_part(
    input: T,
    name: Static = "diag_part",
    k: int | tuple[int, int] = 0,
    padding_value: T = 0,
    align: str = "RIGHT_LEFT",
):
    """A diagonal of matrices, or a band of diagonals, one a row.

    `k`, `align` and the order of the rows are as in `tf.linalg.diag`; `padding_value` fills the
    rows of diagonals that are shorter than the longest.

    >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)
    """
    _require_rank("input", input, 2)
    low, high = _band(k)
    rows, columns = input.shape[-2:]
    _require_inside(low, high, rows, columns)
    numbers, length = _diagonals(low, high, rows, columns)
    along = np.arange(length) - _offsets(numbers, rows, columns, align)[:, None]
    i = along + np.maximum(-numbers, 0)[:, None]
    j = along + np.maximum(numbers, 0)[:, None]
    inside = (along >= 0) & (i < rows) & (j < columns)
    found = input[..., np.where(inside, i, 0), np.where(inside, j, 0)]
    band = found if inside.all() else jnp.where(inside, found, padding_value)
    return band[..., 0, :] if low == high else band


@op
def set_diag(
    input: T,
    diagonal: T,
    name: Static = "set_diag",
    k: int | tuple[int, int] = 0,
    align: str = "RIGHT_LEFT",
):
    """Matrices with a diagonal, or a band of diagonals, replaced.

    `k`, `align` and the order of the rows of `diagonal` are as in `tf.linalg.diag`.

    >>> tf.linalg.set_diag([[1, 2], [3, 4]], [0, 0]).numpy()
    array([[0, 2],
           [3, 0]], dtype=int32)
    """
    _require_rank("input", input, 2)
    low, high = _band(k)
    rows, columns = input.shape[-2:]
    _require_inside(low, high, rows, columns)
    numbers, length = _diagonals(low, high, rows, columns)
    band = (length,) if low == high else (len(numbers), length)
    expected = (*input.shape[:-2], *band)
    if diagonal.shape != expected:
        raise errors.InvalidArgumentError(
            f"diagonal has shape {list(diagonal.shape)}, and must have {list(expected)} to fill "
            f"diagonals {low} to {high} of input{list(input.shape)}"
        )
    spread = _spread(diagonal, low, high, rows, columns, align)
    return jnp.where(_in_band(rows, columns, low, high), spread, input)


@op
def band_part(input: T, num_lower: int, num_upper: int):
    """Matrices with all but a band around the main diagonal set to zero.

    `num_lower` diagonals below the main one and `num_upper` above it are kept; a negative number
    keeps all of them, so that `band_part(x, -1, 0)` is the lower triangle.

    >>> tf.linalg.band_part([[1, 2], [3, 4]], -1, 0).numpy()
    array([[1, 0],
           [3, 4]], dtype=int32)
    """
    _require_rank("input", input, 2)
    rows, columns = input.shape[-2:]
    for given, size, which in ((num_lower, rows, "rows"), (num_upper, columns, "columns")):
        if given > size:
            raise errors.InvalidArgumentError(
                f"{'num_lower' if which == 'rows' else 'num_upper'}={given} is larger than the "
                f"number of {which}, {size}; -1 keeps all diagonals"
            )
    low = -rows if num_lower < 0 else -num_lower
    high = columns if num_upper < 0 else num_upper
    return jnp.where(_in_band(rows, columns, low, high), input, jnp.zeros((), input.dtype))


@op(T="number")
def tensor_diag(diagonal: T):
    """The tensor of twice the rank that has `diagonal` where the two halves of an index agree.

    >>> tf.linalg.tensor_diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    _require_rank("diagonal", diagonal, 1)
    flat = diagonal.reshape(-1)
    return jnp.diag(flat).reshape(diagonal.shape * 2)


@op(T="number")
def tensor_diag_part(input: T):
    """The values at which the two halves of an index agree, of a tensor of even rank.

    >>> tf.linalg.tensor_diag_part([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)
    """
    half = input.ndim // 2
    front, back = input.shape[:half], input.shape[half:]
    if input.ndim == 0 or front != back:
        raise errors.InvalidArgumentError(
            f"input has shape {list(input.shape)}, and must have an even rank and the same sizes "
            "in its first and second half, such as [2, 3, 2, 3]"
        )
    size = math.prod(front)
    return jnp.diagonal(input.reshape(size, size)).reshape(front)


@op(T="number")
def trace(x: T):
    """The sums of the main diagonals of matrices.

    >>> float(tf.linalg.trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    _require_rank("x", x, 2)
    return diagonal_of(x).sum(-1, dtype=x.dtype)


@op
def matrix_transpose(a: T, name: Static = "matrix_transpose", conjugate: bool = False):
    """Swaps the last two axes, and conjugates if asked to.

    >>> tf.linalg.matrix_transpose([[1, 2, 3]]).shape
    TensorShape([3, 1])
    """
    _require_rank("a", a, 2)
    return oriented(a, True, conjugate)


@op
def adjoint(matrix: T):
    """The conjugate transposes of matrices.

    >>> tf.linalg.adjoint([[1 + 1j, 2.0]]).numpy()
    array([[1.-1.j],
           [2.-0.j]])
    """
    _require_rank("matrix", matrix, 2)
    return adjoint_of(matrix)


def _require_rank(name: str, x: Array, rank: int) -> None:
    if x.ndim < rank:
        raise errors.InvalidArgumentError(
            f"{name} has shape {list(x.shape)}, rank {x.ndim}, and must have rank {rank} or more"
        )


def _band(k: Any) -> tuple[int, int]:
    """The lowest and the highest diagonal."""
    bounds = (k,) if isinstance(k, int) else tuple(k)
    if len(bounds) not in (1, 2):
        raise errors.InvalidArgumentError(
            f"k={k} must be the number of a diagonal, or the pair of the lowest and the highest"
        )
    if bounds[0] > bounds[-1]:
        raise errors.InvalidArgumentError(
            f"k={k} names the highest diagonal first: write k=({bounds[-1]}, {bounds[0]})"
        )
    return bounds[0], bounds[-1]


def _require_inside(low: int, high: int, rows: int, columns: int) -> None:
    for number in (low, high):
        if number and not -rows < number < columns:
            raise errors.InvalidArgumentError(
                f"k={number} lies outside of matrices of {rows} rows and {columns} columns, which "
                f"have the diagonals {1 - rows} to {columns - 1}"
            )


def _matrix_size(
    shape: tuple[int, ...], low: int, high: int, num_rows: int, num_cols: int
) -> tuple[int, int]:
    """The rows and columns of the matrices whose diagonals have the given shape."""
    if low != high and shape[-2] != high - low + 1:
        raise errors.InvalidArgumentError(
            f"diagonal{list(shape)} has {shape[-2]} rows, and must have one for each diagonal "
            f"from {low} to {high}: {high - low + 1}"
        )
    least_rows = shape[-1] - min(high, 0)
    least_columns = shape[-1] + max(low, 0)
    if num_rows == num_cols == -1:
        rows = columns = max(least_rows, least_columns)
    else:
        rows = least_rows if num_rows == -1 else num_rows
        columns = least_columns if num_cols == -1 else num_cols
    if rows < least_rows or columns < least_columns:
        raise errors.InvalidArgumentError(
            f"num_rows={rows}, num_cols={columns} leave no room for diagonals {low} to {high} of "
            f"length {shape[-1]}: {least_rows} rows and {least_columns} columns are needed"
        )
    if rows != least_rows and columns != least_columns:
        raise errors.InvalidArgumentError(
            f"num_rows={rows}, num_cols={columns} do not fit diagonals {low} to {high} whose "
            f"longest has length {shape[-1]}: give num_rows={least_rows} or "
            f"num_cols={least_columns}"
        )
    return rows, columns


def _diagonals(low: int, high: int, rows: int, columns: int) -> tuple[np.ndarray, int]:
    """The numbers of a band's diagonals, in the order of storage, and the longest's length."""
    numbers = np.arange(high, low - 1, -1)
    return numbers, int(_lengths(numbers, rows, columns).max())


def _lengths(numbers: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.minimum(rows + np.minimum(numbers, 0), columns - np.maximum(numbers, 0))


def _offsets(numbers: np.ndarray, rows: int, columns: int, align: str) -> np.ndarray:
    """How many values of padding stand before each diagonal."""
    if align not in _ALIGNMENTS:
        raise errors.InvalidArgumentError(
            f"align={align!r} must be one of {', '.join(_ALIGNMENTS)}"
        )
    above, below = align.split("_")
    lengths = _lengths(numbers, rows, columns)
    at_right = np.where(numbers >= 0, above == "RIGHT", below == "RIGHT")
    return np.where(at_right, lengths.max() - lengths, 0)


def _positions(rows: int, columns: int) -> tuple[Any, Any]:
    """The row and the column of every place of a matrix, not held as constants."""
    return (
        lax.broadcasted_iota(np.int32, (rows, columns), 0),
        lax.broadcasted_iota(np.int32, (rows, columns), 1),
    )


def _in_band(rows: int, columns: int, low: int, high: int) -> Any:
    i, j = _positions(rows, columns)
    return (j - i >= low) & (j - i <= high)


def _spread(diagonal: Any, low: int, high: int, rows: int, columns: int, align: str) -> Any:
    """Values for every place of the matrix, those in the band taken from their diagonals."""
    numbers, length = _diagonals(low, high, rows, columns)
    offsets = _offsets(numbers, rows, columns, align)
    if low == high:
        return _along(diagonal, low, rows, columns)
    i, j = _positions(rows, columns)
    row = jnp.clip(high - (j - i), 0, high - low)
    along = jnp.minimum(i, j) + jnp.asarray(offsets.astype(np.int32))[row]
    return diagonal[..., row, jnp.clip(along, 0, length - 1)]


def _along(diagonal: Any, number: int, rows: int, columns: int) -> Any:
    """A single diagonal, repeated in one direction: nothing to gather."""
    size = rows if number >= 0 else columns
    width = [(0, 0)] * (diagonal.ndim - 1) + [(0, size - diagonal.shape[-1])]
    values = jnp.pad(diagonal, width)
    return values[..., :, None] if number >= 0 else values[..., None, :]

"""Products and solutions with banded matrices, of which only the diagonals are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import T, Ts, op
from keratin.array._support import composite, named
from keratin.linalg._matrix import conjugate, diagonal_of, in_single, same_batch
from keratin.linalg._singular import checked, not_finite

_FORMATS = ("compact", "sequence", "matrix")


@composite
def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Any:
    """The product of a tridiagonal matrix and a matrix.

    `diagonals` holds the diagonal above the main one, the main one and that below: as rows of a
    tensor [..., 3, M] ("compact"), as three tensors [..., M] ("sequence"), or as a whole matrix
    [..., M, M] ("matrix"). The last value of the upper and the first of the lower are not used.

    >>> tf.linalg.tridiagonal_matmul([[1.0, 0.0], [2.0, 2.0], [0.0, 3.0]], [[1.0], [1.0]]).numpy()
    array([[3.],
           [5.]], dtype=float32)
    """
    return _tridiagonal_matmul(_listed(diagonals, diagonals_format), rhs, diagonals_format)


@named("tridiagonal_matmul")
@op(T="float complex")
@in_single
def _tridiagonal_matmul(diagonals: Ts, rhs: T, diagonals_format: str):
    above, main, below = _three(diagonals, diagonals_format)
    if rhs.ndim < 2:
        raise errors.InvalidArgumentError(
            f"rhs has shape {list(rhs.shape)} and must be a matrix: write rhs[:, tf.newaxis]"
        )
    _require_rows(main, rhs, rhs.shape[-2])
    down = _shifted(rhs, 1)
    up = _shifted(rhs, -1)
    return above[..., None] * up + main[..., None] * rhs + below[..., None] * down


def _shifted(matrix: Any, by: int) -> Any:
    """The rows moved down (1) or up (-1), zeros coming in."""
    zeros = jnp.zeros_like(matrix[..., :1, :])
    if by > 0:
        return jnp.concatenate([zeros, matrix[..., :-1, :]], axis=-2)
    return jnp.concatenate([matrix[..., 1:, :], zeros], axis=-2)


@composite
def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Any:
    """The X with A X = rhs for a tridiagonal A, given by its diagonals.

    `diagonals` and `diagonals_format` are as in `tf.linalg.tridiagonal_matmul`; the three tensors
    of a "sequence" may leave out the values that are not used. `rhs` is [..., M] or [..., M, K],
    or with `transpose_rhs` [..., K, M]; the result is [..., M] or [..., M, K].
    `perturb_singular` changes a singular matrix so that the result is finite; without it NaN is the
    result. Rows are always exchanged for accuracy, with
    `partial_pivoting=False` as well.

    >>> diagonals = [[1.0, 0.0], [2.0, 2.0], [0.0, 3.0]]
    >>> tf.linalg.tridiagonal_solve(diagonals, [3.0, 5.0]).numpy().round(4)
    array([1., 1.], dtype=float32)
    """
    if perturb_singular and not partial_pivoting:
        raise errors.InvalidArgumentError("perturb_singular=True needs partial_pivoting=True")
    return _tridiagonal_solve(
        _listed(diagonals, diagonals_format),
        rhs,
        diagonals_format,
        transpose_rhs,
        conjugate_rhs,
        perturb_singular,
    )


@named("tridiagonal_solve")
@op(T="float complex")
@in_single
def _tridiagonal_solve(
    diagonals: Ts,
    rhs: T,
    diagonals_format: str,
    transpose_rhs: bool,
    conjugate_rhs: bool,
    perturb_singular: bool,
):
    above, main, below = _three(diagonals, diagonals_format)
    if conjugate_rhs:
        rhs = conjugate(rhs)
    if rhs.ndim == main.ndim:
        _require_rows(main, rhs, rhs.shape[-1])
        return _solve_tridiagonal(above, main, below, rhs[..., None], perturb_singular)[..., 0]
    if transpose_rhs:
        rhs = jnp.matrix_transpose(rhs)
    _require_rows(main, rhs, rhs.shape[-2])
    return _solve_tridiagonal(above, main, below, rhs, perturb_singular)


def _solve_tridiagonal(above: Any, main: Any, below: Any, rhs: Any, perturb: bool) -> Any:
    batch = np.broadcast_shapes(main.shape[:-1], rhs.shape[:-2])
    above, main, below = (jnp.broadcast_to(x, (*batch, x.shape[-1])) for x in (above, main, below))
    rhs = jnp.broadcast_to(rhs, (*batch, *rhs.shape[-2:]))
    return lax.linalg.tridiagonal_solve(below, main, above, rhs, perturb_singular=perturb)


def _listed(diagonals: Any, diagonals_format: str) -> list[Any]:
    """The tensors in which the diagonals are stored: three, or one."""
    if diagonals_format not in _FORMATS:
        raise errors.InvalidArgumentError(
            f"diagonals_format={diagonals_format!r} must be one of {', '.join(_FORMATS)}"
        )
    if diagonals_format != "sequence":
        return [diagonals]
    if len(diagonals) != 3:
        raise errors.InvalidArgumentError(
            f"diagonals_format='sequence' takes three diagonals, the upper first; given "
            f"{len(diagonals)}"
        )
    return list(diagonals)


def _three(diagonals: Sequence[Any], diagonals_format: str) -> tuple[Any, Any, Any]:
    """The upper, the main and the lower diagonal, each as long as the main one.

    What is not used of them is zero.
    """
    if diagonals_format == "matrix":
        (matrix,) = diagonals
        if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
            raise errors.InvalidArgumentError(
                f"diagonals has shape {list(matrix.shape)}, and must be square matrices for "
                "diagonals_format='matrix'"
            )
        upper = diagonal_of(matrix[..., :-1, 1:])
        main, lower = diagonal_of(matrix), diagonal_of(matrix[..., 1:, :-1])
    elif diagonals_format == "compact":
        (stacked,) = diagonals
        if stacked.ndim < 2 or stacked.shape[-2] != 3:
            raise errors.InvalidArgumentError(
                f"diagonals has shape {list(stacked.shape)}, and must be [..., 3, M] for "
                "diagonals_format='compact': the upper, the main and the lower diagonal"
            )
        upper, main, lower = (stacked[..., row, :] for row in range(3))
    else:
        upper, main, lower = diagonals
    size = main.shape[-1]
    for name, part in (("upper", upper), ("lower", lower)):
        if part.ndim != main.ndim or part.shape[-1] not in (size, size - 1):
            raise errors.InvalidArgumentError(
                f"the {name} diagonal has shape {list(part.shape)}, and must have as many values "
                f"as the main one{list(main.shape)}, or one less"
            )
    before = [(0, 0)] * (main.ndim - 1) + [(1, 0)]
    after = [(0, 0)] * (main.ndim - 1) + [(0, 1)]
    upper = jnp.pad(upper[..., : size - 1], after)
    lower = jnp.pad(lower[..., lower.shape[-1] - (size - 1) :], before)
    return upper, main, lower


def _require_rows(main: Any, rhs: Any, rows: int) -> None:
    if rows != main.shape[-1]:
        raise errors.InvalidArgumentError(
            f"the matrix has {main.shape[-1]} rows, and rhs{list(rhs.shape)} {rows}: they must "
            "have as many"
        )


def _zero_on_diagonal(result: Any, bands: Any, *args: Any, **kwargs: Any) -> str | None:
    lower = kwargs.get("lower", args[1] if len(args) > 1 else True)
    if not not_finite(result) or np.asarray(bands)[..., 0 if lower else -1, :].all():
        return None
    return "Input matrix is not invertible: its main diagonal holds a zero"


@checked(_zero_on_diagonal)
@op(T="float complex")
@in_single
def banded_triangular_solve(bands: T, rhs: T, lower: bool = True, adjoint: bool = False):
    """The X with A X = rhs for a triangular A of few diagonals.

    The rows of `bands`, [..., K, M], are the diagonals of A from the top right to the bottom left:
    for `lower` the main one is the first row and the others are filled from the right; otherwise
    the main one is the last row and the others are filled from the left. With `adjoint` the
    conjugate transpose of A is solved. Leading axes broadcast.

    >>> tf.linalg.banded_triangular_solve([[2.0, 1.0], [0.0, 1.0]], [[2.0], [3.0]]).numpy()
    array([[1.],
           [2.]], dtype=float32)
    """
    if bands.ndim < 2 or rhs.ndim < 2:
        raise errors.InvalidArgumentError(
            f"bands{list(bands.shape)} and rhs{list(rhs.shape)} must have rank 2 or more; for a "
            "single column write rhs[:, tf.newaxis]"
        )
    count, size = bands.shape[-2:]
    if rhs.shape[-2] != size:
        raise errors.InvalidArgumentError(
            f"bands{list(bands.shape)} describes matrices of {size} rows, and rhs{list(rhs.shape)} "
            f"has {rhs.shape[-2]}: they must have as many"
        )
    bands, rhs = same_batch(bands, rhs)
    rows = [bands[..., r if lower else count - 1 - r, :] for r in range(count)]
    if adjoint:
        rows = [jnp.roll(conjugate(row), -r if lower else r, -1) for r, row in enumerate(rows)]
    return _substitute(rows, rhs, forward=lower != adjoint)


def _substitute(rows: list[Any], rhs: Any, forward: bool) -> Any:
    """Substitution: rows[r][i] is what multiplies x[i - r], or x[i + r] if not forward."""
    if not forward:
        flipped = [jnp.flip(row, -1) for row in rows]
        return jnp.flip(_substitute(flipped, jnp.flip(rhs, -2), forward=True), -2)
    place = jnp.arange(rhs.shape[-2])
    kept = [jnp.where(place >= r, row, jnp.zeros((), row.dtype)) for r, row in enumerate(rows)]
    coefficients = jnp.moveaxis(jnp.stack(kept), -1, 0)[..., None]

    def step(known: tuple[Any, ...], here: Any) -> Any:
        factors, value = here
        for r, x in enumerate(known):
            value = value - factors[r + 1] * x
        value = value / factors[0]
        return (value, *known)[: len(known)], value

    start = (jnp.zeros_like(rhs[..., 0, :]),) * (len(rows) - 1)
    found = lax.scan(step, start, (coefficients, jnp.moveaxis(rhs, -2, 0)))[1]
    return jnp.moveaxis(found, 0, -2)

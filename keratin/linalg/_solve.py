"""Inverses and solutions of systems of linear equations.

An equation with a singular matrix raises where the result is at hand; in a traced function, which
cannot look at values, the result holds NaN or infinity.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.array._support import composite, named
from keratin.linalg._decomposition import cholesky_factor, singular_vectors
from keratin.linalg._matrix import (
    adjoint_of,
    identity_like,
    in_single,
    oriented,
    real_dtype,
    require_matrix,
    require_right_hand_side,
    require_square,
    same_batch,
)
from keratin.linalg._singular import checked, not_invertible


@checked(not_invertible)
@op(T="float complex")
@in_single
def inv(input: T, adjoint: bool = False):
    """The inverses of square matrices, or with `adjoint` those of their conjugate transposes.

    A singular matrix raises, and gives NaN or infinity in a traced function.

    >>> tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy()
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    require_square("input", input)
    return inverse(oriented(input, False, adjoint))


@jax.custom_jvp
def inverse(matrix: Any) -> Any:
    """The inverse, whose derivative needs no further solution."""
    return jnp.linalg.inv(matrix)


@inverse.defjvp
def _inverse_jvp(primals: Any, tangents: Any) -> Any:
    result = inverse(primals[0])
    return result, -(result @ tangents[0] @ result)


@checked(not_invertible)
@op(T="float complex")
@in_single
def solve(matrix: T, rhs: T, adjoint: bool = False):
    """The X with matrix X = rhs, or with `adjoint` that of the conjugate transpose of `matrix`.

    The columns of `rhs` are solved for one by one. Leading axes broadcast. A singular matrix
    raises, and gives NaN or infinity in a traced function.

    >>> tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[1.0], [1.0]]).numpy()
    array([[0.5 ],
           [0.25]], dtype=float32)
    """
    require_square("matrix", matrix)
    require_right_hand_side("matrix", matrix, rhs)
    return jnp.linalg.solve(*same_batch(oriented(matrix, False, adjoint), rhs))


@op(T="float complex")
@in_single
def triangular_solve(matrix: T, rhs: T, lower: bool = True, adjoint: bool = False):
    """The X with matrix X = rhs, of triangular matrices.

    Only the lower triangle of `matrix` is read, or with `lower=False` the upper. With `adjoint` the
    conjugate transpose of that triangle is solved. Leading axes broadcast. A zero on the diagonal
    gives infinity or NaN.

    >>> tf.linalg.triangular_solve([[2.0, 0.0], [1.0, 1.0]], [[2.0], [3.0]]).numpy()
    array([[1.],
           [2.]], dtype=float32)
    """
    require_square("matrix", matrix)
    require_right_hand_side("matrix", matrix, rhs)
    return solve_triangular(matrix, rhs, lower=lower, adjoint=adjoint)


def solve_triangular(
    matrix: Any, rhs: Any, *, lower: bool, adjoint: bool = False, unit_diagonal: bool = False
) -> Any:
    """Solves by a triangle of `matrix`, leading axes broadcast."""
    matrix, rhs = same_batch(matrix, rhs)
    return lax.linalg.triangular_solve(
        matrix,
        rhs,
        left_side=True,
        lower=lower,
        transpose_a=adjoint,
        conjugate_a=adjoint,
        unit_diagonal=unit_diagonal,
    )


@op(T="float complex")
@in_single
def cholesky_solve(chol: T, rhs: T):
    """The X with A X = rhs, given the Cholesky factor of A, as from `tf.linalg.cholesky`.

    >>> tf.linalg.cholesky_solve([[2.0, 0.0], [0.0, 4.0]], [[4.0], [16.0]]).numpy()
    array([[1.],
           [1.]], dtype=float32)
    """
    require_square("chol", chol)
    require_right_hand_side("chol", chol, rhs)
    return solve_by_factor(chol, rhs)


def solve_by_factor(chol: Any, rhs: Any) -> Any:
    """Solves by the matrix whose Cholesky factor is given."""
    half = solve_triangular(chol, rhs, lower=True)
    return solve_triangular(chol, half, lower=True, adjoint=True)


@op(T="float complex")
@in_single
def lu_solve(lower_upper: T, perm: Array, rhs: T, validate_args: bool = False):
    """The X with A X = rhs, given the LU decomposition of A, as from `tf.linalg.lu`.

    Shapes are always checked, with `validate_args` or without.

    >>> tf.linalg.lu_solve(*tf.linalg.lu([[0.0, 2.0], [4.0, 0.0]]), [[2.0], [4.0]]).numpy()
    array([[1.],
           [1.]], dtype=float32)
    """
    _check_factors(lower_upper, perm)
    require_right_hand_side("lower_upper", lower_upper, rhs)
    return _solve_by_lu(lower_upper, perm, rhs)


@op(T="float complex")
@in_single
def lu_matrix_inverse(lower_upper: T, perm: Array, validate_args: bool = False):
    """The inverse of A, given its LU decomposition, as from `tf.linalg.lu`.

    Shapes are always checked, with `validate_args` or without.

    >>> tf.linalg.lu_matrix_inverse(*tf.linalg.lu([[0.0, 2.0], [4.0, 0.0]])).numpy()
    array([[0.  , 0.25],
           [0.5 , 0.  ]], dtype=float32)
    """
    _check_factors(lower_upper, perm)
    return _solve_by_lu(lower_upper, perm, identity_like(lower_upper))


@op(T="float complex")
@in_single
def lu_reconstruct(lower_upper: T, perm: Array, validate_args: bool = False):
    """The matrix A of an LU decomposition, as from `tf.linalg.lu`.

    Shapes are always checked, with `validate_args` or without.

    >>> tf.linalg.lu_reconstruct(*tf.linalg.lu([[0.0, 2.0], [4.0, 0.0]])).numpy()
    array([[0., 2.],
           [4., 0.]], dtype=float32)
    """
    _check_factors(lower_upper, perm)
    lower = jnp.tril(lower_upper, -1) + identity_like(lower_upper)
    return _rows(lower @ jnp.triu(lower_upper), jnp.argsort(perm, axis=-1))


def _solve_by_lu(lower_upper: Any, perm: Any, rhs: Any) -> Any:
    lower_upper, rhs = same_batch(lower_upper, rhs)
    half = solve_triangular(lower_upper, _rows(rhs, perm), lower=True, unit_diagonal=True)
    return solve_triangular(lower_upper, half, lower=False)


def _rows(matrix: Any, order: Any) -> Any:
    """The rows of matrices in a new order, which each matrix of a batch may have for itself."""
    if order.ndim == 1:
        return jnp.take(matrix, order, axis=-2, mode="clip")
    order = jnp.broadcast_to(order, matrix.shape[:-1])
    return jnp.take_along_axis(matrix, order[..., None], axis=-2, mode="clip")


def _check_factors(lower_upper: Any, perm: Any) -> None:
    require_square("lower_upper", lower_upper)
    if perm.shape != lower_upper.shape[:-1] or not jnp.issubdtype(perm.dtype, np.integer):
        raise errors.InvalidArgumentError(
            f"perm, of shape {list(perm.shape)} and dtype {perm.dtype}, must hold integers and "
            f"have shape {list(lower_upper.shape[:-1])} to go with "
            f"lower_upper{list(lower_upper.shape)}: give both results of tf.linalg.lu"
        )


@composite
def lstsq(
    matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Any:
    """The X of least squares: least |matrix X - rhs|^2 + l2_regularizer |X|^2.

    Of several such X, as when `matrix` has more columns than rows, it is that of least norm.
    `fast` solves the normal equations by a Cholesky decomposition, and gives NaN where the rank is
    not full. `fast=False` takes matrices of any rank, and no notice of `l2_regularizer`.

    >>> tf.linalg.lstsq([[1.0], [1.0]], [[1.0], [3.0]]).numpy().round(4)
    array([[2.]], dtype=float32)
    """
    if isinstance(l2_regularizer, (int, float)):
        l2_regularizer = np.float64(l2_regularizer)
    return _lstsq(matrix, rhs, l2_regularizer, fast)


@named("lstsq")
@op(T="float complex")
@in_single
def _lstsq(matrix: T, rhs: T, l2_regularizer: Array, fast: bool = True):
    require_matrix("matrix", matrix)
    require_right_hand_side("matrix", matrix, rhs)
    if l2_regularizer.ndim:
        raise errors.InvalidArgumentError(
            f"l2_regularizer has shape {list(l2_regularizer.shape)}, and must be a scalar"
        )
    if not fast:
        return _pseudo_inverse(matrix, None) @ rhs
    adjoint = adjoint_of(matrix)
    tall = matrix.shape[-2] >= matrix.shape[-1]
    gram = adjoint @ matrix if tall else matrix @ adjoint
    factor = cholesky_factor(gram + l2_regularizer.astype(gram.dtype) * identity_like(gram))
    return (
        solve_by_factor(factor, adjoint @ rhs) if tall else adjoint @ solve_by_factor(factor, rhs)
    )


@op(T="float complex")
@in_single
def pinv(a: T, rcond: T | None = None, validate_args: bool = False):
    """The Moore-Penrose pseudo-inverses of matrices.

    Singular values below `rcond` times the largest count as zero; `rcond` may differ from matrix to
    matrix of a batch. Its default is ten times the larger size of a matrix times the precision of
    the dtype. `validate_args` checks nothing that is not always checked.

    >>> tf.linalg.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy()
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    require_matrix("a", a)
    if rcond is None:
        rcond = 10 * max(a.shape[-2:]) * jnp.asarray(jnp.finfo(a.dtype).eps)
    return _pseudo_inverse(a, rcond.real)


def _pseudo_inverse(matrix: Any, rcond: Any) -> Any:
    if rcond is None:
        rcond = max(matrix.shape[-2:]) * jnp.finfo(matrix.dtype).eps
    return _pseudo_inverse_from(matrix, jnp.asarray(rcond, real_dtype(matrix)))


@jax.custom_jvp
def _pseudo_inverse_from(matrix: Any, rcond: Any) -> Any:
    s, u, v = singular_vectors(matrix, False)
    least = rcond[..., None] * jnp.max(s, axis=-1, keepdims=True, initial=0)
    large = s > least
    inverted = jnp.where(large, 1 / jnp.where(large, s, 1), 0).astype(matrix.dtype)
    return (v * inverted[..., None, :]) @ adjoint_of(u)


@_pseudo_inverse_from.defjvp
def _pseudo_inverse_jvp(primals: Any, tangents: Any) -> Any:
    """See Golub and Pereyra, The differentiation of pseudo-inverses, 1973: rank is constant."""
    (matrix, rcond), (change, _) = primals, tangents
    result = _pseudo_inverse_from(matrix, rcond)
    adjoint, turned = adjoint_of(result), adjoint_of(change)
    first = turned - turned @ matrix @ result
    second = turned - result @ matrix @ turned
    moved = result @ adjoint @ first + second @ adjoint @ result - result @ change @ result
    return result, moved


@op(T="float complex")
@in_single
def matrix_rank(a: T, tol: T | None = None, validate_args: bool = False):
    """The ranks of matrices: how many of their singular values are larger than `tol`.

    The default of `tol` is the largest singular value, times the larger size of a matrix, times the
    precision of the dtype. `validate_args` checks nothing that is not always checked.

    >>> int(tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    require_matrix("a", a)
    s = jnp.linalg.svd(a, compute_uv=False)
    if tol is None:
        least = jnp.finfo(a.dtype).eps * max(a.shape[-2:]) * s.max(-1, keepdims=True, initial=0)
    else:
        least = tol.real[..., None]
    return jnp.sum(s > least, axis=-1, dtype=np.int32)

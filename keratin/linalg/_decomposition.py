"""Decompositions of matrices: Cholesky, QR, LU and singular values.

A decomposition that does not exist raises where the result is at hand; in a traced function, which
cannot look at values, it gives NaN.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import DTypeArg, T, op
from keratin.linalg._matrix import (
    adjoint_of,
    diagonal_of,
    in_single,
    real_dtype,
    require_matrix,
    require_square,
    safe_reciprocal,
)
from keratin.linalg._singular import checked, has_zero_pivot, not_finite

_INT32 = np.dtype(np.int32)


class Qr(NamedTuple):
    """The result of `tf.linalg.qr`."""

    q: Any
    r: Any


class Lu(NamedTuple):
    """The result of `tf.linalg.lu`."""

    lu: Any
    p: Any


def _not_positive_definite(result: Any, *_: Any, **__: Any) -> str | None:
    if not not_finite(result):
        return None
    return (
        "Cholesky decomposition was not successful: the matrix is not positive definite, or holds "
        "values that are not finite. If it should be positive definite, add a little to its "
        "diagonal, such as 1e-6 * tf.eye(n)"
    )


@checked(_not_positive_definite)
@op(T="float complex")
@in_single
def cholesky(input: T):
    """The lower triangular matrices L with L L^H = input, for positive definite matrices.

    Only the lower triangle of `input` is read. The gradient is symmetric. A matrix that is not
    positive definite raises, and gives NaN in a traced function.

    >>> tf.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]).numpy()
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """
    require_square("input", input)
    return cholesky_factor(input)


def cholesky_factor(matrix: Any) -> Any:
    """The Cholesky factor, read from the lower triangle, with a symmetric gradient."""
    return lax.linalg.cholesky(_hermitian(matrix), symmetrize_input=False)


@jax.custom_jvp
def _hermitian(matrix: Any) -> Any:
    return hermitian_of_lower(matrix)


@_hermitian.defjvp
def _hermitian_jvp(primals: Any, tangents: Any) -> Any:
    (matrix,), (change,) = primals, tangents
    return _hermitian(matrix), (change + adjoint_of(change)) / 2


def hermitian_of_lower(matrix: Any) -> Any:
    """The Hermitian matrix of which only the lower triangle is given."""
    diagonal = diagonal_of(matrix).real.astype(matrix.dtype)
    strict = jnp.tril(matrix, -1)
    return (
        strict
        + adjoint_of(strict)
        + diagonal[..., None] * jnp.eye(matrix.shape[-1], dtype=matrix.dtype)
    )


@op(T="float complex")
@in_single
def qr(input: T, full_matrices: bool = False):
    """The matrices Q, of orthonormal columns, and R, upper triangular, with Q R = input.

    With `full_matrices`, Q is square. The diagonal of R may have either sign.

    >>> q, r = tf.linalg.qr([[3.0], [4.0]])
    >>> np.abs(r).round(5)
    array([[5.]], dtype=float32)
    """
    require_matrix("input", input)
    return Qr(*jnp.linalg.qr(input, mode="complete" if full_matrices else "reduced"))


def _without_inverse(result: Lu, *_: Any, **__: Any) -> str | None:
    if not has_zero_pivot(result.lu):
        return None
    return "Input is not invertible: U of its LU decomposition has a zero on the diagonal"


@checked(_without_inverse)
@op(T="float complex")
@in_single
def lu(input: T, output_idx_type: DTypeArg = _INT32):
    """The LU decomposition of square matrices, with rows exchanged.

    Returns `lu`, the strictly lower part of L (whose diagonal is 1) and U in one matrix, and `p`,
    the rows of `input` in their new order: L U is `tf.gather(input, p)`.

    >>> tf.linalg.lu([[0.0, 2.0], [4.0, 1.0]]).p.numpy()
    array([1, 0], dtype=int32)
    """
    require_square("input", input)
    factors, _, permutation = lax.linalg.lu(input)
    return Lu(factors, permutation.astype(output_idx_type))


@op(T="float complex")
@in_single
def svd(tensor: T, full_matrices: bool = False, compute_uv: bool = True):
    """The singular value decomposition: s, u and v with u diag(s) v^H = tensor.

    The singular values `s` come in falling order; the columns of `u` and of `v` are the singular
    vectors, each determined up to its sign, or phase. With `full_matrices` they are square. With
    `compute_uv=False` only `s` is returned.

    >>> tf.linalg.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).numpy()
    array([4., 3.], dtype=float32)
    """
    require_matrix("tensor", tensor)
    if compute_uv:
        return singular_vectors(tensor, full_matrices)
    return singular_values(tensor)


@jax.custom_jvp
def singular_values(matrix: Any) -> Any:
    """The singular values, in falling order."""
    return jnp.linalg.svd(matrix, compute_uv=False)


@singular_values.defjvp
def _singular_values_jvp(primals: Any, tangents: Any) -> Any:
    s, u, v = singular_vectors(primals[0], False)
    return s, _diagonal_change(u, tangents[0], v)


def _diagonal_change(u: Any, change: Any, v: Any) -> Any:
    """The real diagonal of u^H change v, without the rest of that matrix."""
    return jnp.einsum("...ij,...ij->...j", u.conj(), change @ v).real


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def singular_vectors(matrix: Any, full_matrices: bool) -> tuple[Any, Any, Any]:
    """The singular values, the left and the right singular vectors, all in columns."""
    u, s, vh = jnp.linalg.svd(matrix, full_matrices=full_matrices)
    return s, u, adjoint_of(vh)


@singular_vectors.defjvp
def _singular_vectors_jvp(full_matrices: bool, primals: Any, tangents: Any) -> Any:
    """See Giles, Collected matrix derivative results for forward and reverse mode AD, 2008.

    Where two singular values are equal, or one is zero, the derivative of the vectors does not
    exist, and zero is taken for the part that would be infinite.
    """
    (matrix,), (change,) = primals, tangents
    s, u, v = singular_vectors(matrix, full_matrices)
    size = s.shape[-1]
    u_thin, v_thin = u[..., :size], v[..., :size]
    inner = adjoint_of(u_thin) @ change @ v_thin
    column, row = s[..., None, :], s[..., :, None]
    gaps = safe_reciprocal((column - row) * (column + row)).astype(matrix.dtype)
    s_inverse = safe_reciprocal(s)[..., None, :].astype(matrix.dtype)
    left, right = inner * column, row * inner
    # The phases of complex vectors: u takes all of their change.
    phase = (inner - adjoint_of(inner)) / 2 * s_inverse * jnp.eye(size, dtype=matrix.dtype)
    u_turn = gaps * (left + adjoint_of(left)) + phase
    v_turn = gaps * (right + adjoint_of(right))
    u_change = _vectors_change(u, u_thin, u_turn, change @ v_thin * s_inverse)
    v_change = _vectors_change(v, v_thin, v_turn, adjoint_of(change) @ u_thin * s_inverse)
    s_change = diagonal_of(inner).real.astype(real_dtype(matrix))
    return (s, u, v), (s_change, u_change, v_change)


def _vectors_change(vectors: Any, thin: Any, turn: Any, moved: Any) -> Any:
    """The change of orthonormal columns: within their span, out of it, and of the rest of them."""
    change = thin @ turn
    rows, size = thin.shape[-2:]
    if rows > size:
        change = change + moved - thin @ (adjoint_of(thin) @ moved)
    rest = vectors[..., size:]
    if not rest.shape[-1]:
        return change
    return jnp.concatenate([change, -thin @ (adjoint_of(change) @ rest)], axis=-1)

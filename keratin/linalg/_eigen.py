"""Eigenvalues and eigenvectors."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.linalg import eigh_tridiagonal as bisect_tridiagonal

from keratin._engine import errors
from keratin._engine.op import T, freeze, op
from keratin.array._support import composite, named
from keratin.linalg._decomposition import hermitian_of_lower
from keratin.linalg._matrix import (
    adjoint_of,
    diagonal_of,
    in_single,
    require_square,
    safe_reciprocal,
)
from keratin.linalg._singular import is_at_hand


@op(T="float complex")
@in_single
def eigh(tensor: T):
    """The eigenvalues, in rising order, and eigenvectors of Hermitian matrices.

    Only the lower triangle of `tensor` is read. The eigenvectors are the columns of the second
    result, each determined up to its sign, or phase.

    >>> tf.linalg.eigh([[2.0, 0.0], [0.0, 1.0]])[0].numpy()
    array([1., 2.], dtype=float32)
    """
    require_square("tensor", tensor)
    return hermitian_eigen(hermitian_of_lower(tensor))


@op(T="float complex")
@in_single
def eigvalsh(tensor: T):
    """The eigenvalues, in rising order, of Hermitian matrices.

    Only the lower triangle of `tensor` is read.

    >>> tf.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]).numpy()
    array([1., 2.], dtype=float32)
    """
    require_square("tensor", tensor)
    return hermitian_values(hermitian_of_lower(tensor)).astype(tensor.dtype)


@jax.custom_jvp
def hermitian_values(matrix: Any) -> Any:
    """The eigenvalues of a Hermitian matrix, in rising order."""
    return jnp.linalg.eigvalsh(matrix, symmetrize_input=False)


@hermitian_values.defjvp
def _hermitian_values_jvp(primals: Any, tangents: Any) -> Any:
    w, v = _real_and_vectors(primals[0])
    return w, jnp.einsum("...ij,...ij->...j", v.conj(), tangents[0] @ v).real


@jax.custom_jvp
def _real_and_vectors(matrix: Any) -> tuple[Any, Any]:
    return tuple(jnp.linalg.eigh(matrix, symmetrize_input=False))


@_real_and_vectors.defjvp
def _real_and_vectors_jvp(primals: Any, tangents: Any) -> Any:
    """Equal eigenvalues take no part in the change of the vectors, which does not exist there."""
    w, v = _real_and_vectors(primals[0])
    inner = adjoint_of(v) @ tangents[0] @ v
    gaps = safe_reciprocal(w[..., None, :] - w[..., :, None]).astype(v.dtype)
    return (w, v), (diagonal_of(inner).real, v @ (gaps * inner))


def hermitian_eigen(matrix: Any) -> tuple[Any, Any]:
    """The eigenvalues of a Hermitian matrix, in its dtype, and the eigenvectors."""
    w, v = _real_and_vectors(matrix)
    return w.astype(matrix.dtype), v


@op(T="float complex")
@in_single
def eig(tensor: T):
    """The eigenvalues and eigenvectors of square matrices, both complex, in no fixed order.

    The eigenvectors are the columns of the second result, of length 1, each determined up to its
    phase.

    >>> tf.linalg.eig([[2.0, 0.0], [0.0, 1.0]])[0].numpy()
    array([2.+0.j, 1.+0.j], dtype=complex64)
    """
    require_square("tensor", tensor)
    return general_eigen(tensor)


@op(T="float complex")
@in_single
def eigvals(tensor: T):
    """The eigenvalues of square matrices, complex, in no fixed order.

    >>> tf.linalg.eigvals([[0.0, 1.0], [-1.0, 0.0]]).numpy()
    array([0.+1.j, 0.-1.j], dtype=complex64)
    """
    require_square("tensor", tensor)
    return general_values(tensor)


@jax.custom_jvp
def general_values(matrix: Any) -> Any:
    (w,) = lax.linalg.eig(matrix, compute_left_eigenvectors=False, compute_right_eigenvectors=False)
    return w


@general_values.defjvp
def _general_values_jvp(primals: Any, tangents: Any) -> Any:
    w, v = general_eigen(primals[0])
    return w, diagonal_of(jnp.linalg.solve(v, tangents[0].astype(v.dtype) @ v))


@jax.custom_jvp
def general_eigen(matrix: Any) -> tuple[Any, Any]:
    w, v = lax.linalg.eig(matrix, compute_left_eigenvectors=False)
    return w, v


@general_eigen.defjvp
def _general_eigen_jvp(primals: Any, tangents: Any) -> Any:
    """The vectors keep their length, and turn by no phase."""
    w, v = general_eigen(primals[0])
    inner = jnp.linalg.solve(v, tangents[0].astype(v.dtype) @ v)
    gaps = _safe_complex_reciprocal(w[..., None, :] - w[..., :, None])
    change = v @ (gaps * inner)
    stretch = jnp.sum(v.conj() * change, axis=-2, keepdims=True).real.astype(v.dtype)
    return (w, v), (diagonal_of(inner), change - v * stretch)


def _safe_complex_reciprocal(x: Any) -> Any:
    square = (x * x.conj()).real + np.asarray(1e-20, x.real.dtype)
    return x.conj() / square.astype(x.dtype)


@composite
def eigh_tridiagonal(
    alpha: Any,
    beta: Any,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """The eigenvalues, in rising order, of a Hermitian tridiagonal matrix, and its eigenvectors.

    `alpha` is the diagonal, `beta` the diagonal above it. `select` is "a" for all, "i" for the
    indices `select_range[0]` to `select_range[1]`, both included, or "v" for the eigenvalues
    above `select_range[0]` and up to `select_range[1]`, which cannot be part of a compiled
    function. `tol` is the error allowed in each eigenvalue. With `eigvals_only=False` the
    eigenvectors, in columns, are returned too.

    >>> tf.linalg.eigh_tridiagonal([0.0, 0.0, 0.0], [1.0, 1.0]).numpy().round(4) + 0.0
    array([-1.4142,  0.    ,  1.4142], dtype=float32)
    """
    if select not in ("a", "i", "v"):
        raise errors.InvalidArgumentError(
            f"select={select!r} must be 'a' for all eigenvalues, 'i' "
            "for a range of indices or 'v' for a range of values"
        )
    first: int | None = None
    last: int | None = None
    if select != "a":
        first, last = _range(select, select_range)
    if select == "v":
        first, last = _indices_within(alpha, beta, *_range(select, select_range))
    operation = _tridiagonal_values if eigvals_only else _tridiagonal_eigen
    return operation(alpha, beta, first, last, None if tol is None else float(tol))


def _range(select: str, given: Any) -> tuple[Any, Any]:
    bounds: Any = () if given is None else freeze(given)
    if len(bounds) != 2:
        raise errors.InvalidArgumentError(
            f"select={select!r} needs select_range, the lowest and the "
            f"highest {'index' if select == 'i' else 'value'}; given {given!r}"
        )
    low, high = bounds
    if low > high or (select == "v" and low == high):
        raise errors.InvalidArgumentError(
            f"select_range={given} is empty: give the lower end first"
        )
    return low, high


def _indices_within(alpha: Any, beta: Any, low: float, high: float) -> tuple[int, int]:
    values = _tridiagonal_values(alpha, beta)
    if not is_at_hand(values):
        raise errors.InvalidArgumentError(
            "how many eigenvalues select='v' finds depends on the "
            "values, so it cannot be part of a compiled function. Use select='i' there"
        )
    values = np.asarray(values)
    return int(np.sum(values <= low)), int(np.sum(values <= high)) - 1


@named("eigh_tridiagonal")
@op(T="float complex")
@in_single
def _tridiagonal_values(
    alpha: T, beta: T, first: int | None = None, last: int | None = None, tol: float | None = None
):
    _check_tridiagonal(alpha, beta)
    return _bisected(alpha.real, jnp.abs(beta), _selected(alpha, first, last), tol)


@named("eigh_tridiagonal")
@op(T="float complex")
@in_single
def _tridiagonal_eigen(
    alpha: T, beta: T, first: int | None = None, last: int | None = None, tol: float | None = None
):
    _check_tridiagonal(alpha, beta)
    start, stop = _selected(alpha, first, last)
    w, v = _real_and_vectors(_tridiagonal_matrix(alpha, beta))
    return w[start:stop], v[:, start:stop]


def _selected(alpha: Any, first: int | None, last: int | None) -> tuple[int, int]:
    """The indices of the chosen eigenvalues: from, and up to but not including."""
    size = alpha.shape[0]
    if first is None or last is None:
        return 0, size
    if first < 0 or last >= size:
        raise errors.InvalidArgumentError(
            f"select_range=({first}, {last}) leaves the indices of the eigenvalues, 0 to {size - 1}"
        )
    return first, last + 1


def _check_tridiagonal(alpha: Any, beta: Any) -> None:
    if alpha.ndim != 1 or beta.shape != (max(alpha.shape[0] - 1, 0),):
        raise errors.InvalidArgumentError(
            f"alpha{list(alpha.shape)} must be a vector, the diagonal, and beta{list(beta.shape)} "
            "a vector with one value less; use tf.vectorized_map for a batch"
        )


def _tridiagonal_matrix(alpha: Any, beta: Any) -> Any:
    beta = beta.astype(alpha.dtype)
    above = jnp.diag(beta, 1)
    return jnp.diag(alpha.real.astype(alpha.dtype)) + above + adjoint_of(above)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2, 3))
def _bisected(alpha: Any, beta: Any, chosen: tuple[int, int], tol: float | None) -> Any:
    """Chosen eigenvalues of a real symmetric tridiagonal matrix, which is not made dense."""
    start, stop = chosen
    if start >= stop:
        return alpha[:0]
    return bisect_tridiagonal(
        alpha, beta, eigvals_only=True, select="i", select_range=(start, stop - 1), tol=tol
    )


@_bisected.defjvp
def _bisected_jvp(chosen: tuple[int, int], tol: float | None, primals: Any, tangents: Any) -> Any:
    (alpha, beta), (alpha_change, beta_change) = primals, tangents
    _, v = _real_and_vectors(_tridiagonal_matrix(alpha, beta))
    v = v[:, slice(*chosen)]
    change = alpha_change @ (v * v) + 2 * (beta_change @ (v[:-1] * v[1:]))
    return _bisected(alpha, beta, chosen, tol), change

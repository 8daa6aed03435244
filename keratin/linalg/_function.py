"""Determinants, and the exponential, logarithm and square root of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import T, op
from keratin.linalg._decomposition import cholesky_factor
from keratin.linalg._matrix import (
    adjoint_of,
    diagonal_of,
    identity_like,
    in_single,
    is_complex,
    require_square,
)

_BLOCK = 32
_LARGEST_SQUARING = 40  # e^A of a norm beyond 2^40 holds no digit, not even of float64


class LogMatrixDeterminant(NamedTuple):
    """The result of `tf.linalg.slogdet`."""

    sign: Any
    log_abs_determinant: Any


@op(T="float complex")
@in_single
def det(input: T):
    """The determinants of square matrices. The gradient exists for singular ones too.

    >>> float(tf.linalg.det([[2.0, 0.0], [1.0, 3.0]]))
    6.0
    """
    require_square("input", input)
    return jnp.linalg.det(input)


@op(T="float complex")
@in_single
def slogdet(input: T):
    """The sign and the logarithm of the absolute value of determinants.

    A singular matrix has the sign 0 and the logarithm -inf. The sign of a complex determinant is a
    number of absolute value 1.

    >>> float(tf.linalg.slogdet([[2.0, 0.0], [0.0, -1.0]]).sign)
    -1.0
    """
    require_square("input", input)
    sign, logarithm = jnp.linalg.slogdet(input)
    return LogMatrixDeterminant(sign, logarithm.astype(input.dtype))


@op(T="float complex")
@in_single
def logdet(matrix: T):
    """The logarithms of the determinants of Hermitian positive definite matrices.

    It is made of the Cholesky decomposition, and is NaN where that does not exist.

    >>> round(float(tf.linalg.logdet([[4.0, 0.0], [0.0, 1.0]])), 4)
    1.3863
    """
    require_square("matrix", matrix)
    return 2 * jnp.sum(jnp.log(diagonal_of(cholesky_factor(matrix)).real), axis=-1)


@op(T="float complex")
@in_single
def expm(input: T):
    """The exponentials of square matrices: I + A + A A / 2 + ...

    >>> tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]).numpy()
    array([[1., 1.],
           [0., 1.]], dtype=float32)
    """
    require_square("input", input)
    return exponential(input)


def exponential(matrix: Any) -> Any:
    """Scaling and squaring of a Pade approximant.

    See Higham, The scaling and squaring method for the matrix exponential revisited, 2005.
    """
    single = jnp.finfo(matrix.dtype).bits == 32
    degree, largest_norm = (7, 3.9257) if single else (13, 5.3719)
    norm = lax.stop_gradient(jnp.abs(matrix).sum(-2).max(-1, initial=0))
    squarings = jnp.ceil(jnp.log2(norm / largest_norm))
    squarings = jnp.clip(jnp.nan_to_num(squarings), 0, _LARGEST_SQUARING).astype(np.int32)
    scale = jnp.exp2(-squarings.astype(norm.dtype)).astype(matrix.dtype)
    result = _exponential_by_pade(matrix * scale[..., None, None], degree)
    most = jnp.max(squarings, initial=0)

    def square(i: Any, x: Any) -> Any:
        unfinished = (i < squarings)[..., None, None]
        return lax.cond(i < most, lambda x: jnp.where(unfinished, x @ x, x), lambda x: x, x)

    return lax.fori_loop(0, _LARGEST_SQUARING, square, result)


def _exponential_by_pade(matrix: Any, degree: int) -> Any:
    terms = [
        math.factorial(2 * degree - k) * math.comb(degree, k) / math.factorial(2 * degree)
        for k in range(degree + 1)
    ]
    factors = [term * math.factorial(degree) for term in terms]
    factors = [factor / factors[0] for factor in factors]
    power = identity_like(matrix)
    square = matrix @ matrix
    even = factors[0] * power
    odd = factors[1] * power
    for k in range(2, degree, 2):
        power = power @ square if k > 2 else square
        even = even + factors[k] * power
        odd = odd + factors[k + 1] * power
    odd = matrix @ odd
    return jnp.linalg.solve(even - odd, even + odd)


@op(T="complex")
def logm(input: T):
    """The principal logarithms of complex square matrices: the X with expm(X) = input.

    A real matrix may have a complex logarithm: cast it to complex64 or complex128 first.

    >>> tf.linalg.logm(np.diag([np.e, 1.0]).astype("complex64")).numpy().round(4)
    array([[1.+0.j, 0.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    require_square("input", input)
    return logarithm(input) if input.size else input


@jax.custom_jvp
def logarithm(matrix: Any) -> Any:
    return _on_platform(_logarithm_by_schur, "logm", matrix)


@logarithm.defjvp
def _logarithm_jvp(primals: Any, tangents: Any) -> Any:
    (matrix,), (change,) = primals, tangents
    result = logarithm(matrix)

    def inverse_change(x: Any) -> Any:
        return jax.jvp(exponential, (result,), (x,))[1]

    return result, _solved_change(logarithm, matrix, inverse_change, change)


@op(T="float complex")
@in_single
def sqrtm(input: T):
    """The principal square roots of square matrices: the X with X X = input.

    A real matrix with a negative eigenvalue has no real square root, and gives NaN: cast it to
    complex64 or complex128 first.

    >>> tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]).numpy()
    array([[2., 0.],
           [0., 3.]], dtype=float32)
    """
    require_square("input", input)
    return square_root(input) if input.size else input


@jax.custom_jvp
def square_root(matrix: Any) -> Any:
    root = _on_platform(_square_root_by_schur, "sqrtm", matrix)
    if is_complex(matrix):
        return root
    # Rounding turns an eigenvalue of zero into a small negative one, whose root is larger.
    small = 4 * np.sqrt(jnp.finfo(matrix.dtype).eps) * jnp.abs(root).max(initial=0)
    real = jnp.all(jnp.abs(root.imag) <= small, axis=(-2, -1), keepdims=True)
    return jnp.where(real, root.real, jnp.nan).astype(matrix.dtype)


@square_root.defjvp
def _square_root_jvp(primals: Any, tangents: Any) -> Any:
    (matrix,), (change,) = primals, tangents
    root = square_root(matrix)
    return root, _solved_change(square_root, matrix, lambda x: root @ x + x @ root, change)


def _solved_change(
    function: Callable[[Any], Any], matrix: Any, inverse_change: Callable[[Any], Any], change: Any
) -> Any:
    """The derivative of a function of matrices in the direction `change`.

    It is what the derivative of the inverse function turns into `change`; and it is the upper right
    block of the function of [[matrix, change], [0, matrix]]: see Higham, Functions of matrices,
    2008, section 3.2.
    """

    def derivative(matrix: Any, direction: Any) -> Any:
        wide = np.promote_types(matrix.dtype, np.float64)
        size = jnp.abs(direction).max(initial=0)
        scale = jnp.where(size > 0, jnp.abs(matrix).max(initial=0) / size, 1).astype(matrix.dtype)
        block = jnp.block([[matrix, direction * scale], [jnp.zeros_like(matrix), matrix]])
        count = matrix.shape[-1]
        found = function(block.astype(wide))[..., :count, count:]
        return found.astype(matrix.dtype) / scale

    return lax.custom_linear_solve(
        inverse_change,
        change,
        solve=lambda _, x: derivative(matrix, x),
        transpose_solve=lambda _, x: derivative(jnp.matrix_transpose(matrix), x),
    )


def _on_platform(on_cpu: Callable[[Any], Any], name: str, matrix: Any) -> Any:
    """A complex function of matrices, by SciPy's of that name where there is no Schur form."""
    dtype = matrix.dtype if is_complex(matrix) else np.result_type(matrix.dtype, np.complex64)

    def called(x: Any) -> Any:
        shape = jax.ShapeDtypeStruct(x.shape, dtype)
        return jax.pure_callback(_on_host(name, dtype), shape, x, vmap_method="expand_dims")

    return lax.platform_dependent(matrix, cpu=lambda x: on_cpu(x).astype(dtype), default=called)


def _on_host(name: str, dtype: Any) -> Callable[[Any], Any]:
    """SciPy's function of one matrix, made one of a batch."""

    def batched(matrices: Any) -> Any:
        import scipy.linalg

        function = getattr(scipy.linalg, name)
        matrices = np.asarray(matrices, np.complex128)
        flat = matrices.reshape(-1, *matrices.shape[-2:])
        found = [np.asarray(function(matrix)) for matrix in flat]
        return np.array(found, dtype).reshape(matrices.shape)

    return batched


def _triangular_form(matrix: Any) -> tuple[Any, Any]:
    """The complex Schur form: T, upper triangular, and U, unitary, with U T U^H = matrix.

    A real matrix takes less time by its real form, whose blocks of two on the diagonal, one for
    each pair of complex eigenvalues, are then made triangular all at once.
    """
    form, vectors = lax.linalg.schur(matrix)
    if is_complex(matrix):
        return form, vectors
    first, second = diagonal_of(form)[..., :-1], diagonal_of(form)[..., 1:]
    above, below = diagonal_of(form[..., :-1, 1:]), diagonal_of(form[..., 1:, :-1])
    half = (first - second) / 2
    dtype = np.result_type(form.dtype, np.complex64)
    # An eigenvalue of the block, less its lower right value: (it, below) is an eigenvector.
    upper = half + jnp.sqrt((half * half + above * below).astype(dtype))
    length = jnp.sqrt(jnp.abs(upper) ** 2 + below**2)
    is_block = below != 0
    length = jnp.where(is_block, length, 1)
    cosine = jnp.where(is_block, upper / length, 1)
    sine = jnp.where(is_block, below / length, 0).astype(dtype)
    ones = jnp.ones((*form.shape[:-2], 1), dtype)
    ends = jnp.concatenate([cosine.conj(), ones], -1) * jnp.concatenate([ones, cosine], -1)
    turn = _diagonals(ends, 0) + _diagonals(sine, 1) - _diagonals(sine, -1)
    return jnp.triu(turn @ form @ adjoint_of(turn)), vectors @ adjoint_of(turn)


def _diagonals(values: Any, k: int) -> Any:
    """Matrices that are zero but for one diagonal."""
    size = values.shape[-1] + abs(k)
    padded = jnp.pad(values, [(0, 0)] * (values.ndim - 1) + [(max(-k, 0), max(k, 0))])
    return padded[..., :, None] * jnp.eye(size, k=k, dtype=values.dtype)


def _square_root_by_schur(matrix: Any) -> Any:
    triangular, vectors = _triangular_form(matrix)
    return vectors @ _square_root_of_triangular(triangular) @ adjoint_of(vectors)


def _square_root_of_triangular(matrix: Any) -> Any:
    """The root of an upper triangular matrix, block by block, from the main diagonal outwards.

    See Deadman, Higham and Ralha, Blocked Schur algorithms for computing the matrix square root,
    2013.
    """
    size = matrix.shape[-1]
    count = -(-size // _BLOCK)
    if count == 1:
        return _root_by_columns(matrix)
    padded = jnp.pad(matrix, [(0, 0)] * (matrix.ndim - 2) + [(0, count * _BLOCK - size)] * 2)
    starts = _BLOCK * np.arange(count)
    blocks = jnp.stack([_block(padded, i, i, _BLOCK) for i in starts])
    root = jnp.zeros_like(padded)
    for start, block in zip(starts, _root_by_columns(blocks), strict=True):
        root = _with_block(root, block, start, start)
    pairs = [(i, j) for j in range(count) for i in reversed(range(j))]
    rows, columns = (jnp.asarray(starts[list(index)]) for index in zip(*pairs, strict=True))

    def fill(step: Any, root: Any) -> Any:
        i, j = rows[step], columns[step]
        across = lax.dynamic_slice_in_dim(root, i, _BLOCK, axis=-2)
        down = lax.dynamic_slice_in_dim(root, j, _BLOCK, axis=-1)
        # The block sought is still zero in `root`, and so takes no part in this product.
        rest = _block(padded, i, j, _BLOCK) - across @ down
        left, right = (_block(root, place, place, _BLOCK) for place in (i, j))
        return _with_block(root, _sylvester(left, right, rest), i, j)

    return lax.fori_loop(0, len(pairs), fill, root)[..., :size, :size]


def _block(matrix: Any, row: Any, column: Any, size: int) -> Any:
    band = lax.dynamic_slice_in_dim(matrix, row, size, axis=-2)
    return lax.dynamic_slice_in_dim(band, column, size, axis=-1)


def _with_block(matrix: Any, block: Any, row: Any, column: Any) -> Any:
    start = [0] * (matrix.ndim - 2) + [row, column]
    return lax.dynamic_update_slice(matrix, block, [jnp.asarray(at, np.int64) for at in start])


def _root_by_columns(matrix: Any) -> Any:
    """One column of the root after the other: each is a triangular solve by those before it."""
    size = matrix.shape[-1]
    place = jnp.arange(size)
    # Adding zero makes -0 a 0, or roots of negative numbers would have either sign.
    roots = jnp.sqrt(diagonal_of(matrix) + 0)

    def column(j: Any, root: Any) -> Any:
        shift = lax.dynamic_index_in_dim(roots, j, axis=-1)
        values = jnp.where(place < j, lax.dynamic_index_in_dim(matrix, j, -1, keepdims=False), 0)
        found = _solve_shifted(root, shift, values)
        return jnp.where((place == j) & (place < j)[:, None], found[..., None], root)

    identity = jnp.eye(size, dtype=matrix.dtype)
    return lax.fori_loop(1, size, column, roots[..., None] * identity)


def _sylvester(left: Any, right: Any, rest: Any) -> Any:
    """The X with left X + X right = rest, of upper triangular matrices, by columns."""

    def column(j: Any, x: Any) -> Any:
        factors = lax.dynamic_index_in_dim(right, j, -1, keepdims=False)
        # Later columns of x are still zero.
        values = lax.dynamic_index_in_dim(rest, j, -1, keepdims=False)
        values = values - (x @ factors[..., None])[..., 0]
        shift = lax.dynamic_index_in_dim(factors, j, axis=-1)
        found = _solve_shifted(left, shift, values)
        return lax.dynamic_update_index_in_dim(x, found, j, axis=-1)

    return lax.fori_loop(0, rest.shape[-1], column, jnp.zeros_like(rest))


def _solve_shifted(matrix: Any, shift: Any, values: Any) -> Any:
    """Solves by an upper triangular matrix with a number added to its diagonal.

    A sum of zero, as of two eigenvalues that are zero, is taken for 1.
    """
    identity = jnp.eye(matrix.shape[-1], dtype=bool)
    sums = matrix + shift[..., None]
    system = jnp.where(identity, jnp.where(sums == 0, 1, sums), matrix)
    found = lax.linalg.triangular_solve(system, values[..., None], left_side=True, lower=False)
    return found[..., 0]


def _logarithm_by_schur(matrix: Any) -> Any:
    # Taking roots over and over costs digits.
    triangular, vectors = _triangular_form(matrix.astype(np.complex128))
    return vectors @ _logarithm_of_triangular(triangular) @ adjoint_of(vectors)


def _logarithm_of_triangular(matrix: Any) -> Any:
    """Inverse scaling and squaring: roots are taken until the matrix is close to the identity.

    See Higham, Functions of matrices, 2008, section 11.5.
    """
    identity = jnp.eye(matrix.shape[-1], dtype=matrix.dtype)

    def far(state: Any) -> Any:
        count, x = state
        distance = jnp.abs(x - identity).sum(-2).max(initial=0)
        return (distance > 0.25) & (count < 60)

    count, root = lax.while_loop(
        far, lambda state: (state[0] + 1, _square_root_of_triangular(state[1])), (0, matrix)
    )
    rest = root - identity
    points, weights = np.polynomial.legendre.leggauss(8)
    result = jnp.zeros_like(matrix)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        result += weight * lax.linalg.triangular_solve(
            identity + point * rest, rest, left_side=True, lower=False
        )
    # The diagonal is known more exactly.
    result = result * jnp.exp2(jnp.asarray(count, np.float64))
    exact = jnp.log(diagonal_of(matrix) + 0)
    return jnp.where(identity != 0, exact[..., None], result)

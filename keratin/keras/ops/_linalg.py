"""Linear algebra. What `tf.linalg` has is its; results are arranged as NumPy arranges them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin import array, linalg, math
from keratin._engine.forward import ForwardAccumulator
from keratin._engine.op import Array, T, op
from keratin._engine.operators import operators
from keratin.array._support import named
from keratin.keras._core.settings import settings
from keratin.keras.ops import _operations, _promotion
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_floating, as_tensor, require


def _matrices(name: str, value: Any) -> Any:
    """The tensor of matrices, of floating or complex numbers."""
    x = as_floating(value)
    require(
        len(x.shape) >= 2,
        f"{name} has shape {list(x.shape)}; matrices are needed, a tensor of two or more axes",
    )
    return x


def _squares(name: str, value: Any) -> Any:
    x = _matrices(name, value)
    require(
        x.shape[-1] == x.shape[-2],
        f"{name} has shape {list(x.shape)}; its matrices must be square",
    )
    return x


# Decompositions


@operation
def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangular factor of positive definite matrices: L with L L^T = x.

    `upper` gives its transpose, U with U^T U = x. A matrix that is not positive definite raises,
    and gives NaN in a compiled function.

    >>> keras.ops.cholesky([[4.0, 2.0], [2.0, 5.0]]).numpy()
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """
    factor = linalg.cholesky(_squares("x", x))
    return linalg.adjoint(factor) if upper else factor


@operation
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of the matrices whose factors, as of `cholesky`, are given.

    >>> keras.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]]).numpy()
    array([[0.25  , 0.    ],
           [0.    , 0.0625]], dtype=float32)
    """
    factor = _squares("x", x)
    return _cholesky_inverse(linalg.adjoint(factor) if upper else factor)


@op(T="float complex")
def _cholesky_inverse(factor: T) -> Array:
    identity = jnp.broadcast_to(jnp.eye(factor.shape[-1], dtype=factor.dtype), factor.shape)
    inverse = lax.linalg.triangular_solve(factor, identity, left_side=True, lower=True)
    return jnp.conj(jnp.swapaxes(inverse, -1, -2)) @ inverse


@operation
def eig(x: Any) -> Any:
    """The eigenvalues and eigenvectors of square matrices, both complex, in no fixed order.

    The eigenvectors are the columns of the second result.

    >>> values, vectors = keras.ops.eig([[2.0, 0.0], [0.0, 1.0]])
    >>> values.numpy()
    array([2.+0.j, 1.+0.j], dtype=complex64)
    """
    return tuple(linalg.eig(_squares("x", x)))


@operation
def eigh(x: Any) -> Any:
    """The eigenvalues, in rising order, and eigenvectors of symmetric (or Hermitian) matrices.

    The eigenvectors are the columns of the second result.

    >>> values, vectors = keras.ops.eigh([[2.0, 0.0], [0.0, 1.0]])
    >>> values.numpy()
    array([1., 2.], dtype=float32)
    """
    x = _squares("x", x)
    values, vectors = linalg.eigh(x)
    return (values if x.dtype.is_floating else math.real(values)), vectors


@operation
def lu_factor(x: Any) -> Any:
    """The factors L and U of matrices in one, and which row was exchanged with each row.

    L has ones on its diagonal, which are left out.

    >>> factors, pivots = keras.ops.lu_factor([[0.0, 2.0], [4.0, 1.0]])
    >>> pivots.numpy()
    array([1, 1], dtype=int32)
    """
    return _lu_factor(_matrices("x", x))


@op(T="float complex")
def _lu_factor(x: T) -> tuple[Array, Array]:
    factors, pivots, _ = lax.linalg.lu(x)
    return factors, pivots


@operation
def qr(x: Any, mode: str = "reduced") -> Any:
    """Orthogonal matrices Q and upper triangular ones R with Q R = x.

    With the mode "complete" Q is square.

    >>> q, r = keras.ops.qr([[3.0], [4.0]])
    >>> np.abs(r).round(5)
    array([[5.]], dtype=float32)
    """
    require(
        mode in ("reduced", "complete"), f"mode must be 'reduced' or 'complete'; given {mode!r}"
    )
    return tuple(linalg.qr(_matrices("x", x), full_matrices=mode == "complete"))


@operation
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The singular value decomposition: U, S and V^H with (U * S) V^H = x.

    Singular values come in falling order. Without `compute_uv` there are only these.

    >>> keras.ops.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).numpy()
    array([4., 3.], dtype=float32)
    """
    x = _matrices("x", x)
    if not compute_uv:
        return linalg.svd(x, compute_uv=False)
    s, u, v = linalg.svd(x, full_matrices=bool(full_matrices))
    return u, s, linalg.adjoint(v)


# Numbers of matrices


@operation
def det(x: Any) -> Any:
    """The determinants of square matrices.

    >>> float(keras.ops.det([[1.0, 2.0], [3.0, 4.0]]))
    -2.0
    """
    return linalg.det(_squares("x", x))


@operation
def logdet(x: Any) -> Any:
    """The logarithms of the absolute values of determinants.

    >>> float(keras.ops.logdet([[2.0, 0.0], [0.0, 0.5]]))
    0.0
    """
    return linalg.slogdet(_squares("x", x))[1]


@operation
def matrix_rank(x: Any, tol: Any = None) -> Any:
    """How many singular values of matrices are greater than `tol`.

    >>> int(keras.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    return linalg.matrix_rank(_matrices("x", x), tol)


_ORDERS_OF_MATRICES = (None, "fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2)


@operation
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors along one axis, or of matrices in two; by default of all elements.

    `ord` is as in `numpy.linalg.norm`: any number or infinity of vectors, and "fro", "nuc", 1, -1,
    2, -2 or infinity of matrices.

    >>> float(keras.ops.norm([3.0, 4.0]))
    5.0
    """
    x = as_tensor(x)
    if x.dtype.kind in ("bool", "int", "uint"):
        x = operators.cast(x, settings.floatx)
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    count = 1 if isinstance(axes, int) else len(x.shape) if axes is None else len(axes)
    if ord is not None:
        require(count in (1, 2), f"ord={ord!r} is for one axis or two; given axis={axis!r}")
        allowed = _ORDERS_OF_MATRICES if count == 2 else (None,)
        require(
            ord in allowed if count == 2 else not isinstance(ord, str),
            f"ord={ord!r} is no norm of {'matrices' if count == 2 else 'vectors'}; expected "
            + ("'fro', 'nuc', 1, -1, 2, -2, inf or -inf" if count == 2 else "a number"),
        )
    return _vector_or_matrix_norm(x, ord, axes, bool(keepdims))


@named("norm")
@op(T="float complex")
def _vector_or_matrix_norm(x: T, ord: Any, axis: Any, keepdims: bool) -> Array:
    return jnp.linalg.norm(x, ord, axis, keepdims).astype(jnp.zeros((), x.dtype).real.dtype)


# Inverses and equations


@operation
def inv(x: Any) -> Any:
    """The inverses of square matrices. A singular one raises, or gives infinity when compiled.

    >>> keras.ops.inv([[2.0, 0.0], [0.0, 4.0]]).numpy()
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    return linalg.inv(_squares("x", x))


@operation
def pinv(x: Any, rcond: Any = None) -> Any:
    """The pseudo-inverses of matrices.

    Singular values are taken for zero that are at most `rcond` times the largest.

    >>> keras.ops.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy()
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    return linalg.pinv(_matrices("x", x), rcond)


def _equation(a: Any, b: Any) -> tuple[Any, Any, bool]:
    """Matrices and right-hand sides of one dtype, and whether each of these is one vector."""
    a, b = _promotion.promote(as_floating(a), as_floating(b))
    a = _squares("a", a)
    require(len(b.shape) >= 1, "b is a scalar; vectors or matrices are needed")
    is_vector = len(b.shape) == 1 or len(b.shape) == len(a.shape) - 1
    b = array.expand_dims(b, -1) if is_vector else b
    require(
        a.shape[-1] == b.shape[-2],
        f"a{list(a.shape)} has {a.shape[-1]} columns, and b{list(b.shape)} {b.shape[-2]} rows: "
        "they must have as many",
    )
    return a, b, is_vector


@operation
def solve(a: Any, b: Any) -> Any:
    """The solution x of the equations a x = b; b holds vectors, or matrices of them as columns.

    >>> keras.ops.solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]).numpy()
    array([0.5 , 0.25], dtype=float32)
    """
    a, b, is_vector = _equation(a, b)
    x = linalg.solve(a, b)
    return array.squeeze(x, -1) if is_vector else x


@operation
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The solution x of the equations a x = b, of which only one triangle of a is read.

    >>> keras.ops.solve_triangular([[2.0, 0.0], [1.0, 1.0]], [2.0, 3.0], lower=True).numpy()
    array([1., 2.], dtype=float32)
    """
    a, b, is_vector = _equation(a, b)
    x = linalg.triangular_solve(a, b, bool(lower))
    return array.squeeze(x, -1) if is_vector else x


@operation
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x for which a x is nearest to b; of all such x the shortest.

    `a` is one matrix, `b` a vector or a matrix of them as columns. Singular values of a are taken
    for zero that are at most `rcond` times the largest.

    >>> keras.ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).numpy().round(4)
    array([2.], dtype=float32)
    """
    a, b = _promotion.promote(as_floating(a), as_floating(b))
    require(
        len(a.shape) == 2 and len(b.shape) in (1, 2) and a.shape[0] == b.shape[0],
        f"a has shape {list(a.shape)} and b {list(b.shape)}; expected a matrix, and a vector or "
        "matrix of as many rows",
    )
    return _least_squares(a, b, None if rcond is None else float(rcond))


@named("lstsq")
@op(T="float complex")
def _least_squares(a: T, b: T, rcond: float | None) -> Array:
    return jnp.linalg.lstsq(a, b, rcond)[0]


# Derivatives


@_operations.operation
def jvp(
    fun: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    has_aux: bool = False,
) -> Any:
    """The result of a function, and its derivative in the direction of the tangents.

    `primals` are the arguments, `tangents` a direction for each. With `has_aux` the function also
    returns something that is not differentiated, which comes third.

    >>> x = np.array([2.0, 3.0], "float32")
    >>> y, change = keras.ops.jvp(lambda x: x**2, [x], [np.ones(2, "float32")])
    >>> change.numpy()
    array([4., 6.], dtype=float32)
    """
    for name, value in (("primals", primals), ("tangents", tangents)):
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                f"keras.ops.jvp: {name} must be a list or tuple, one for each argument of the "
                f"function; given {type(value).__name__}"
            )
    arguments = [array.identity(as_floating(value)) for value in primals]
    directions = [as_tensor(value) for value in tangents]
    with ForwardAccumulator(arguments, directions) as accumulator:
        result = fun(*arguments)
    outputs, extra = result if has_aux else (result, None)
    changes = jax.tree.map(
        lambda leaf: _change(accumulator, leaf), outputs, is_leaf=lambda leaf: hasattr(leaf, "ndim")
    )
    return (outputs, changes, extra) if has_aux else (outputs, changes)


def _change(accumulator: ForwardAccumulator, output: Any) -> Any:
    found = accumulator.jvp(output)
    return array.zeros_like(output) if found is None else found

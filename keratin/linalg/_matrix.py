"""What the ops of this namespace share: plain functions of arrays, and checks of shapes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors


def conjugate(x: Any) -> Any:
    """The complex conjugate, and nothing at all of a real array."""
    return jnp.conj(x) if is_complex(x) else x


def is_complex(x: Any) -> bool:
    return bool(jnp.issubdtype(x.dtype, jnp.complexfloating))


def real_dtype(x: Any) -> np.dtype:
    """The dtype of the absolute values of `x`."""
    return jnp.finfo(x.dtype).dtype


def oriented(matrix: Any, transpose: bool, adjoint: bool) -> Any:
    """The matrix, its transpose or its adjoint."""
    if adjoint:
        return adjoint_of(matrix)
    return jnp.matrix_transpose(matrix) if transpose else matrix


def adjoint_of(matrix: Any) -> Any:
    return jnp.matrix_transpose(conjugate(matrix))


def diagonal_of(matrix: Any) -> Any:
    return jnp.diagonal(matrix, axis1=-2, axis2=-1)


def identity_like(matrix: Any) -> Any:
    """One identity matrix of the dtype and the number of rows of `matrix`."""
    return jnp.eye(matrix.shape[-2], dtype=matrix.dtype)


def safe_reciprocal(x: Any) -> Any:
    """1 / x, and 0 where x is 0: what gradients of repeated eigenvalues need."""
    return x / (x * x + jnp.asarray(1e-20, x.dtype))


def with_batch(matrix: Any, batch: tuple[int, ...]) -> Any:
    """The matrix with its leading axes broadcast."""
    return jnp.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))


def same_batch(*matrices: Any) -> list[Any]:
    """The matrices with their leading axes broadcast to each other's."""
    batch = np.broadcast_shapes(*(matrix.shape[:-2] for matrix in matrices))
    return [with_batch(matrix, batch) for matrix in matrices]


def in_single(body: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a body that knows no 16 bit floats compute them in 32, and round its results."""

    @functools.wraps(body)
    def wide(**arguments: Any) -> Any:
        halves = [x.dtype for x in jax.tree.leaves(arguments) if _is_half(x)]
        if not halves:
            return body(**arguments)
        widened = jax.tree.map(lambda x: x.astype(np.float32) if _is_half(x) else x, arguments)
        return jax.tree.map(
            lambda x: x.astype(halves[0]) if x.dtype == np.float32 else x, body(**widened)
        )

    return wide


def _is_half(x: Any) -> bool:
    return getattr(x, "dtype", None) in (np.float16, jnp.bfloat16)


def require_matrix(name: str, x: Any) -> None:
    if x.ndim < 2:
        raise errors.InvalidArgumentError(
            f"{name} has shape {list(x.shape)}, rank {x.ndim}, and matrices have rank 2 or more"
        )


def require_square(name: str, x: Any) -> None:
    require_matrix(name, x)
    if x.shape[-1] != x.shape[-2]:
        raise errors.InvalidArgumentError(
            f"{name} has shape {list(x.shape)}: its matrices have {x.shape[-2]} rows and "
            f"{x.shape[-1]} columns, and must be square"
        )


def require_broadcastable(a_name: str, a: Any, b_name: str, b: Any) -> None:
    """Leading axes of two stacks of matrices must be equal, or 1."""
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise errors.InvalidArgumentError(
            f"the leading axes of {a_name}{list(a.shape)} and {b_name}{list(b.shape)}, "
            f"{list(a.shape[:-2])} and {list(b.shape[:-2])}, cannot be broadcast: each pair of "
            "sizes must be equal, or one of them 1"
        ) from None


def require_right_hand_side(matrix_name: str, matrix: Any, rhs: Any) -> None:
    """`rhs` must be matrices with as many rows as `matrix` has."""
    if rhs.ndim < 2:
        raise errors.InvalidArgumentError(
            f"rhs has shape {list(rhs.shape)}, rank {rhs.ndim}, and must be a matrix whose columns "
            "are solved for: for one column write rhs[:, tf.newaxis]"
        )
    if rhs.shape[-2] != matrix.shape[-2]:
        raise errors.InvalidArgumentError(
            f"{matrix_name}{list(matrix.shape)} has {matrix.shape[-2]} rows and "
            f"rhs{list(rhs.shape)} {rhs.shape[-2]}: they must have as many"
        )
    require_broadcastable(matrix_name, matrix, "rhs", rhs)

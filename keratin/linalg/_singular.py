"""Errors of ops whose result may not exist, such as the inverse of a singular matrix.

XLA gives NaN or infinity then. Where the result is at hand, it is looked at and an error raised; a
traced function has no values to look at, and keeps what XLA gives.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.tensor import Tensor, is_traced

Function = Callable[..., Any]


def checked(find_problem: Callable[..., str | None]) -> Callable[[Function], Function]:
    """Makes an op raise what `find_problem(result, *args, **kwargs)` says of its result, if any."""

    def decorate(operation: Any) -> Function:
        @functools.wraps(operation)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = operation(*args, **kwargs)
            if is_at_hand(result):
                problem = find_problem(result, *args, **kwargs)
                if problem:
                    raise errors.InvalidArgumentError(
                        f"tf.linalg.{operation.spec.name}: {problem}. At {errors.user_location()}."
                    )
            return result

        return call

    return decorate


def not_invertible(result: Tensor, *args: Any, **kwargs: Any) -> str | None:
    """The problem of a solution by the matrix in the first argument, if that is singular."""
    if not not_finite(result):
        return None
    matrix = np.asarray(args[0] if args else kwargs.get("input", kwargs.get("matrix")))
    factors = lax.linalg.lu(jnp.asarray(matrix.astype(result.dtype.as_numpy_dtype)))[0]
    pivots = np.abs(np.asarray(factors).diagonal(0, -2, -1))
    if (pivots > 0).all():
        return None
    return (
        f"Input matrix is not invertible: the matrix, of shape {list(matrix.shape)}, is singular. "
        "tf.linalg.pinv and tf.linalg.lstsq(..., fast=False) take singular matrices"
    )


def is_at_hand(result: Any) -> bool:
    """Whether an op's result holds values, and is neither traced nor symbolic."""
    first = result[0] if isinstance(result, tuple) else result
    return type(first) is Tensor and not is_traced(first._value)


def not_finite(result: Tensor) -> bool:
    return _holds(_some_not_finite, result)


def has_zero_pivot(factors: Tensor) -> bool:
    """Whether the diagonal of U in an LU decomposition holds a zero."""
    return _holds(_some_pivot_zero, factors)


def _some_not_finite(library: Any, x: Any) -> Any:
    return ~library.isfinite(x).all()


def _some_pivot_zero(library: Any, x: Any) -> Any:
    return ~x.diagonal(0, -2, -1).all()


def _holds(predicate: Function, tensor: Tensor) -> bool:
    array = tensor._value
    if isinstance(array, np.ndarray) or next(iter(array.devices())).platform == "cpu":
        return bool(predicate(np, np.asarray(array)))  # no copy
    return bool(_compiled(predicate)(array))


@functools.cache
def _compiled(predicate: Function) -> Function:
    return jax.jit(functools.partial(predicate, jnp))

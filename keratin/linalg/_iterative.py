"""Solutions by iteration, which know a matrix only by its products with vectors."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.loop import while_loop
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import convert_to_tensor
from keratin.array._support import composite
from keratin.linalg._matrix import conjugate


class CGState(NamedTuple):
    """The state of `tf.linalg.experimental.conjugate_gradient`: where it stopped.

    `i` is the number of steps, `x` the solution, `r` the residual, `p` the next direction and
    `gamma` the squared length of the residual, as the preconditioner measures it.
    """

    i: Any
    x: Any
    r: Any
    p: Any
    gamma: Any


@composite
def conjugate_gradient(
    operator: Any,
    rhs: Any,
    preconditioner: Any = None,
    x: Any = None,
    tol: float = 1e-5,
    max_iter: int = 20,
    name: str | None = "conjugate_gradient",
) -> CGState:
    """Solves A x = rhs for a Hermitian positive definite A by the method of conjugate gradients.

    `operator` is A: a `tf.linalg.LinearOperator`, or any object with a method `matvec`. The
    iteration starts at `x`, or at zero, and stops after `max_iter` steps or when the residuals
    are smaller than `tol` times what they were. `preconditioner` is an operator close to the
    inverse of A. `rhs` may hold a batch of vectors.

    >>> matrix = tf.constant([[4.0, 1.0], [1.0, 3.0]])
    >>> operator = tf.linalg.LinearOperatorFullMatrix(
    ...     matrix, is_self_adjoint=True, is_positive_definite=True)
    >>> state = tf.linalg.experimental.conjugate_gradient(operator, tf.constant([6.0, 7.0]))
    >>> state.x.numpy().round(4)
    array([1., 2.], dtype=float32)
    """
    _check_operator("operator", operator)
    if preconditioner is not None:
        _check_operator("preconditioner", preconditioner)
    rhs = convert_to_tensor(rhs, dtype=getattr(operator, "dtype", None))
    if x is None:
        x, r = _nothing(rhs), rhs
    else:
        x = convert_to_tensor(x, dtype=rhs.dtype)
        x, r = _residual(x, rhs, operator.matvec(x))

    def improved(r: Any) -> Any:
        return r if preconditioner is None else preconditioner.matvec(r)

    def unfinished(i: Any, x: Any, r: Any, p: Any, gamma: Any) -> Any:
        return _exceeds(r, limit)

    def step(i: Any, x: Any, r: Any, p: Any, gamma: Any) -> Any:
        x, r = _advance(x, r, p, gamma, operator.matvec(p))
        p, gamma = _turn(r, improved(r), p, gamma)
        return i + 1, x, r, p, gamma

    limit = _scaled_length(r, float(tol))
    p = improved(r)
    start = (convert_to_tensor(np.int32(0)), x, r, p, _product(r, p))
    return CGState(*while_loop(unfinished, step, start, maximum_iterations=int(max_iter)))


def _check_operator(name: str, operator: Any) -> None:
    if not hasattr(operator, "matvec"):
        raise TypeError(
            f"{name} is a {type(operator).__name__}, "
            "and must have a method matvec: wrap a matrix in tf.linalg.LinearOperatorFullMatrix("
            "matrix, is_self_adjoint=True, is_positive_definite=True)"
        )
    for attribute in ("is_self_adjoint", "is_positive_definite"):
        if not getattr(operator, attribute, True):
            raise errors.InvalidArgumentError(
                "conjugate gradients take self-adjoint, positive definite "
                f"operators only, and {name}.{attribute} is {getattr(operator, attribute)}: if "
                f"it is, say so by {attribute}=True where it is made"
            )


def _dot(a: Any, b: Any) -> Any:
    return jnp.sum(conjugate(a) * b, axis=-1)


def _length(x: Any) -> Any:
    return jnp.sqrt(_dot(x, x).real)


@op(T="float complex")
def _nothing(rhs: T):
    return jnp.zeros_like(rhs)


@op(T="float complex")
def _residual(x: T, rhs: T, product: T):
    r = rhs - product
    return jnp.broadcast_to(x, r.shape), r


@op(T="float complex")
def _scaled_length(r: T, tol: float):
    return _length(r) * np.asarray(tol, r.real.dtype)


@op(T="float complex")
def _product(r: T, p: T):
    return _dot(r, p)


@op
def _exceeds(r: Array, limit: Array):
    return jnp.any(_length(r) > limit)


@op(T="float complex")
def _advance(x: T, r: T, p: T, gamma: T, product: T):
    """A step along `p`, as long as makes the error least."""
    alpha = (gamma / _dot(p, product))[..., None]
    return x + alpha * p, r - alpha * product


@op(T="float complex")
def _turn(r: T, improved: T, p: T, gamma: T):
    """The next direction, conjugate to those before."""
    following = _dot(r, improved)
    return improved + (following / gamma)[..., None] * p, following

"""Products of arrays, with NumPy's promotion."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin import array as tensors
from keratin import linalg, math
from keratin._engine import errors
from keratin._engine.op import Array, Static, T
from keratin._engine.promotion import promote, promoted
from keratin.experimental.numpy._elementwise import multiply


@promoted(T="number")
def matmul(x1: T, x2: T) -> Array:
    """The product of matrices; vectors count as a row on the left, a column on the right.

    >>> tf.experimental.numpy.matmul([[1, 2]], [3, 4]).numpy()
    array([11])
    """
    rows = x2.shape[-2:-1] or x2.shape
    if x1.shape[-1:] != rows:
        raise errors.InvalidArgumentError(
            f"x1 of shape {x1.shape} has {(x1.shape or ('no',))[-1]} columns, and x2 of shape "
            f"{x2.shape} has {(rows or ('no',))[0]} rows: they must be equal. Transpose one of them"
        )
    return jnp.matmul(x1, x2)


@promoted(T="number")
def dot(a: T, b: T) -> Array:
    """The sum of products over the last axis of a, and the second last of b, or its only one.

    >>> tf.experimental.numpy.dot([1, 2], [3, 4]).numpy()
    np.int64(11)
    """
    return jnp.dot(a, b)


@promoted(T="number")
def inner(a: T, b: T) -> Array:
    """The sum of products over the last axes of both.

    >>> tf.experimental.numpy.inner([[1, 2]], [3, 4]).numpy()
    array([11])
    """
    return jnp.inner(a, b)


def outer(a: Any, b: Any) -> Any:
    """All products of an element of a and one of b.

    >>> tf.experimental.numpy.outer([1, 2], [3, 4]).numpy()
    array([[3, 4],
           [6, 8]])
    """
    a, b = promote(a, b)
    return multiply(tensors.reshape(a, [-1, 1]), tensors.reshape(b, [1, -1]))


@promoted(T="number")
def vdot(a: T, b: T) -> Array:
    """The sum of products of all elements, those of a conjugated.

    >>> tf.experimental.numpy.vdot([[1, 2]], [[3, 4]]).numpy()
    np.int64(11)
    """
    return jnp.vdot(a, b)


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product.

    >>> tf.experimental.numpy.kron([1, 10], [1, 2]).numpy()
    array([ 1,  2, 10, 20])
    """
    a, b = promote(a, b)
    first, second = a.shape.as_list(), b.shape.as_list()
    rank = max(len(first), len(second))
    first = [1] * (rank - len(first)) + first
    second = [1] * (rank - len(second)) + second
    spread = [size for pair in zip(first, [1] * rank, strict=True) for size in pair]
    repeated = [size for pair in zip([1] * rank, second, strict=True) for size in pair]
    product = multiply(tensors.reshape(a, spread), tensors.reshape(b, repeated))
    return tensors.reshape(product, [m * n for m, n in zip(first, second, strict=True)])


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over chosen axes: the last `axes` of a and first of b, or two lists.

    >>> tf.experimental.numpy.tensordot([[1, 2]], [[3], [4]], 1).numpy()
    array([[11]])
    """
    a, b = promote(a, b)
    return linalg.tensordot(a, b, axes)


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sums of products by Einstein's notation.

    Of the keywords `optimize` and `casting` ("same_kind" or "safe") are taken, and change nothing.

    >>> tf.experimental.numpy.einsum("ij,j->i", [[1, 2]], [3, 4]).numpy()
    array([11])
    """
    casting = kwargs.pop("casting", "safe")
    kwargs.pop("optimize", None)
    if kwargs or casting not in ("same_kind", "safe"):
        raise ValueError(f"einsum takes optimize and casting='safe'; given {casting=}, {kwargs}.")
    return linalg.einsum(subscripts, *promote(*operands))


@promoted(T="number")
def cross(
    a: T, b: T, axisa: Static = -1, axisb: Static = -1, axisc: Static = -1, axis: Static = None
) -> Array:
    """The cross product of vectors of 2 or 3 elements.

    >>> tf.experimental.numpy.cross([1, 0, 0], [0, 1, 0]).numpy()
    array([0, 0, 1])
    """
    return jnp.cross(a, b, axisa, axisb, axisc, axis)


def polyval(p: Any, x: Any) -> Any:
    """The value at x of the polynomial of coefficients p, highest power first.

    >>> tf.experimental.numpy.polyval([1, 2, 3], 10).numpy()
    np.int64(123)
    """
    p, x = promote(p, x)
    coefficients = tensors.unstack(tensors.reshape(p, [-1]))
    return math.polyval(coefficients, x)

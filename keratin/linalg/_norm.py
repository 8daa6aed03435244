"""Norms of vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import T, Ts, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite, named
from keratin.linalg._decomposition import singular_values
from keratin.linalg._matrix import conjugate, in_single
from keratin.math._elementwise import modulus
from keratin.math._root import quotient, sqrt
from keratin.math._shape import normalize_axis

Axes = int | tuple[int, ...] | None
Order = str | float


_MATRIX_ORDERS = ("euclidean", "fro", 1, 2, np.inf)


@op(T="number")
@in_single
def norm(tensor: T, ord: Order = "euclidean", axis: Axes = None, keepdims: bool | None = None):
    """The norm of vectors, or of matrices where `axis` is a pair.

    With `axis=None` the whole tensor is one vector. `ord` is "euclidean", any positive number p,
    for (sum |x|^p)^(1/p), or `np.inf`, for the largest |x|. Of matrices it is "euclidean" (or
    "fro"), 1, for the largest sum of a column, 2, for the largest singular value, or `np.inf`, for
    the largest sum of a row. The euclidean norm of complex numbers is complex, with no imaginary
    part. Its gradient at zero is NaN, or zero if the incoming one is.

    >>> float(tf.norm([3.0, 4.0]))
    5.0
    """
    return _norm(tensor, ord, axis, bool(keepdims))


@op(T="float complex")
@in_single
def normalize(tensor: T, ord: Order = "euclidean", axis: Axes = None):
    """The tensor divided by its norm along `axis`, and the norm, with its axes kept; see `tf.norm`.

    >>> tf.linalg.normalize([3.0, 4.0])[0].numpy()
    array([0.6, 0.8], dtype=float32)
    """
    size = _norm(tensor, ord, axis, True).astype(tensor.dtype)
    return quotient(tensor, jnp.broadcast_to(size, tensor.shape)), size


def _norm(x: Any, order: Order, axis: Axes, keepdims: bool) -> Any:
    of_matrices = isinstance(axis, tuple)
    axes = _checked_axes(axis, x.ndim)
    _check_order(order, of_matrices, x.dtype)
    if order in ("fro", "euclidean") or (order == 2 and not of_matrices):
        return sqrt(jnp.sum(x * conjugate(x), axis=axes, keepdims=keepdims, dtype=x.dtype))
    if of_matrices and order == 2:
        last = jnp.moveaxis(x, axes, (-2, -1))
        largest = jnp.max(singular_values(last), axis=-1, initial=0)
        return jnp.expand_dims(largest, axes) if keepdims else largest
    size = modulus(x)
    if of_matrices:
        summed, compared = axes if order == 1 else axes[::-1]
        sums = jnp.sum(size, axis=summed, keepdims=True, dtype=size.dtype)
        largest = jnp.max(sums, axis=compared, keepdims=True)
        return largest if keepdims else jnp.squeeze(largest, axes)
    if order == np.inf:
        least = None if x.size else 0
        return jnp.max(size, axis=axes, keepdims=keepdims, initial=least)
    if order == 1:
        return jnp.sum(size, axis=axes, keepdims=keepdims, dtype=size.dtype)
    assert not isinstance(order, str)  # vectors have the norms of numbers alone
    powers = size**order
    return jnp.sum(powers, axis=axes, keepdims=keepdims, dtype=powers.dtype) ** (1.0 / order)


def _checked_axes(axis: Axes, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    if isinstance(axis, int):
        return (normalize_axis(axis, rank),)
    axes = tuple(normalize_axis(each, rank) for each in axis)
    if len(axes) != 2 or axes[0] == axes[1]:
        raise errors.InvalidArgumentError(
            f"axis={axis} must be None, for a single vector, an integer, for vectors, or a pair of "
            "different integers, for matrices"
        )
    return axes


def _check_order(order: Order, of_matrices: bool, dtype: Any) -> None:
    if of_matrices and order not in _MATRIX_ORDERS:
        raise errors.InvalidArgumentError(
            f"ord={order!r} is no norm of matrices: use 'euclidean', 'fro', 1, 2 or np.inf"
        )
    if order != "euclidean" and not of_matrices and (isinstance(order, str) or order <= 0):
        raise errors.InvalidArgumentError(
            f"ord={order!r} is no norm of vectors: use 'euclidean', a number above 0 or np.inf; "
            "norms of matrices need a pair as axis, such as axis=[-2, -1]"
        )
    if order not in (1, np.inf) and not jnp.issubdtype(dtype, np.inexact):
        raise errors.InvalidArgumentError(
            f"integers of dtype {dtype} have no norm of order {order!r} among them: write "
            "tf.cast(x, tf.float32)"
        )


@composite
def global_norm(t_list: Sequence[Any], name: str | None = None) -> Tensor:
    """The euclidean norm of all values of all tensors of a list, in which None counts as zero.

    >>> float(tf.linalg.global_norm([[3.0], None, [[4.0]]]))
    5.0
    """
    if isinstance(t_list, (str, bytes)) or not isinstance(t_list, Sequence):
        raise TypeError(
            f"t_list must be a list of tensors; given {type(t_list).__name__}. For one "
            "tensor write tf.norm(x)"
        )
    parts = [getattr(part, "values", part) for part in t_list if part is not None]
    return _global_norm(parts) if parts else convert_to_tensor(np.float32(0))


@named("global_norm")
@op(T="float")
def _global_norm(tensors: Ts):
    # Sums of half floats overflow soon.
    wide = [x.astype(np.promote_types(x.dtype, np.float32)) for x in tensors]
    total = sum(jnp.sum(jnp.square(x)) for x in wide)
    return sqrt(total).astype(tensors[0].dtype)

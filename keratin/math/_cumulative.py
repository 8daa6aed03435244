"""Running sums, products and log-sum-exps along an axis."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import T, op
from keratin.math._arithmetic import quotient_or_zero
from keratin.math._shape import normalize_axis


def _scan(running, x, axis, exclusive, reverse, start):
    """`running` along an axis; an exclusive scan begins with `start` and leaves out the last."""
    if not exclusive or x.shape[axis] == 0:
        return running(x, axis=axis, reverse=reverse)
    kept = slice(1, None) if reverse else slice(None, -1)
    total = running(x[(slice(None),) * axis + (kept,)], axis=axis, reverse=reverse)
    first = jnp.full((*x.shape[:axis], 1, *x.shape[axis + 1 :]), start, x.dtype)
    return jnp.concatenate([total, first] if reverse else [first, total], axis=axis)


@op(T="number")
def cumsum(x: T, axis: int = 0, exclusive: bool = False, reverse: bool = False):
    """The running sum along an axis.

    Element i of it is the sum of the elements up to i; `exclusive` leaves out element i itself,
    `reverse` sums from the end.

    >>> tf.cumsum([1, 2, 3]).numpy(), tf.cumsum([1, 2, 3], exclusive=True).numpy()
    (array([1, 3, 6], dtype=int32), array([0, 1, 3], dtype=int32))
    """
    axis = normalize_axis(axis, x.ndim)
    return _scan(lax.cumsum, x, axis, bool(exclusive), bool(reverse), 0)


@partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def _cumprod(x, axis, exclusive, reverse):
    return _scan(lax.cumprod, x, axis, exclusive, reverse, 1)


@_cumprod.defjvp
def _cumprod_jvp(axis, exclusive, reverse, primals, tangents):
    # The share of a factor in a product is taken as the product divided by the factor, so a factor
    # of zero has the gradient of its own place alone, or none, as in TensorFlow.
    (x,), (x_dot,) = primals, tangents
    out = _cumprod(x, axis, exclusive, reverse)
    share = quotient_or_zero(x_dot, x)
    return out, out * _scan(lax.cumsum, share, axis, exclusive, reverse, 0)


@op(T="number")
def cumprod(x: T, axis: int = 0, exclusive: bool = False, reverse: bool = False):
    """The running product along an axis.

    Element i of it is the product of the elements up to i; `exclusive` leaves out element i itself,
    `reverse` multiplies from the end. The gradient of an element that is zero counts as zero.

    >>> tf.math.cumprod([1, 2, 3]).numpy(), tf.math.cumprod([1, 2, 3], reverse=True).numpy()
    (array([1, 2, 6], dtype=int32), array([6, 6, 3], dtype=int32))
    """
    return _cumprod(x, normalize_axis(axis, x.ndim), bool(exclusive), bool(reverse))


@op(T="float")
def cumulative_logsumexp(x: T, axis: int = 0, exclusive: bool = False, reverse: bool = False):
    """The logarithm of the running sum of exp(x), without overflow.

    >>> tf.math.cumulative_logsumexp([0.0, 0.0, 100.0]).numpy()
    array([  0.       ,   0.6931472, 100.       ], dtype=float32)
    """
    axis = normalize_axis(axis, x.ndim)
    return _scan(lax.cumlogsumexp, x, axis, bool(exclusive), bool(reverse), -np.inf)

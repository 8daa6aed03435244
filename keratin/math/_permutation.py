"""Permutations given as lists of indices."""

from __future__ import annotations

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import T, op


@op(T="int")
def invert_permutation(x: T):
    """The permutation that undoes x: element x[i] of it is i.

    >>> tf.math.invert_permutation([2, 0, 1]).numpy()
    array([1, 2, 0], dtype=int32)
    """
    if x.ndim != 1:
        raise errors.InvalidArgumentError(
            f"x has shape {list(x.shape)}; a list of the numbers 0 to n - 1 is expected."
        )
    return jnp.zeros_like(x).at[x].set(jnp.arange(len(x), dtype=x.dtype))

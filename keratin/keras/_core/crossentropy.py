"""Cross-entropies as functions of arrays, which the ops and the losses of that name share.

Probabilities are kept `epsilon` away from 0 and 1; half precision is computed in float32.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax


def wide(x: jax.Array) -> jax.Array:
    """At least float32: in half precision 1 - epsilon is 1, and sums lose digits."""
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x


def binary(target: jax.Array, output: jax.Array, from_logits: bool, epsilon: float) -> jax.Array:
    """The cross-entropy of each element between two probabilities, or a probability and a logit."""
    dtype = output.dtype
    target, output = wide(target), wide(output)
    if from_logits:
        yes, no = jax.nn.log_sigmoid(output), jax.nn.log_sigmoid(-output)
    else:
        output = jnp.clip(output, epsilon, 1.0 - epsilon)
        yes, no = jnp.log(output), jnp.log(1.0 - output)
    return (-target * yes - (1.0 - target) * no).astype(dtype)


def categorical(
    target: jax.Array, output: jax.Array, from_logits: bool, axis: int, epsilon: float
) -> jax.Array:
    """The cross-entropy along `axis` between two distributions, or one and logits."""
    dtype = output.dtype
    target, output = wide(target), wide(output)
    if from_logits:
        log_probabilities = jax.nn.log_softmax(output, axis)
    else:
        log_probabilities = jnp.log(normalized(output, axis, epsilon))
    return -jnp.sum(target * log_probabilities, axis).astype(dtype)


def normalized(output: jax.Array, axis: int, epsilon: float) -> jax.Array:
    """Positive numbers made to add up to 1 along `axis`, none of them 0 or 1."""
    return jnp.clip(output / jnp.sum(output, axis, keepdims=True), epsilon, 1.0 - epsilon)


def sparse(
    target: jax.Array, output: jax.Array, from_logits: bool, axis: int, epsilon: float
) -> jax.Array:
    """The cross-entropy along `axis` of classes; 0 for what is no class."""
    dtype = output.dtype
    output = wide(output)
    axis = axis % output.ndim
    target = jnp.expand_dims(target, axis)
    is_target = lax.broadcasted_iota(target.dtype, output.shape, axis) == target
    # The logarithm of the one element that counts, and not of all classes.
    chosen = jnp.sum(jnp.where(is_target, output, 0), axis)
    if from_logits:
        costs = jax.nn.logsumexp(output, axis) - chosen
    else:
        costs = -jnp.log(jnp.clip(chosen / jnp.sum(output, axis), epsilon, 1.0 - epsilon))
    return jnp.where(jnp.any(is_target, axis), costs, 0).astype(dtype)

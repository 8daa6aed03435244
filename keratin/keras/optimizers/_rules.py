"""The arithmetic that optimizers share: update rules, clipping, decay, averages.

An update rule is a pure function of the arrays of one variable: its gradient, its value, its slots,
the learning rate and the step. Each is one op, so that an optimizer adds one node a variable.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.op import Array, Arrays, op
from keratin._engine.tensor import Tensor


def update_rule(body: Callable[..., Any]) -> Callable[..., Any]:
    """Make an op of an update rule, which gives new values: of the variable, then of the slots.

    The body sees all arrays in the dtype of the variable, and those of a variable of 16 bits in
    float32: rates such as 0.999 and 1e-7 have no meaning in so few bits.
    """

    @functools.wraps(body)
    def rule(**given: Any) -> Any:
        kept = given["variable"].dtype
        dtype = jnp.dtype(jnp.float32) if kept.itemsize < 4 else kept
        wide = {name: _as(value, dtype, name) for name, value in given.items()}
        results = body(**wide)
        if isinstance(results, tuple):
            return [result.astype(kept) for result in results]
        return results.astype(kept)

    return op(rule)


def _as(value: Any, dtype: Any, name: str) -> Any:
    return value.astype(dtype) if hasattr(value, "astype") and name != "indices" else value


def _wide(array: Any) -> Any:
    return array.astype(jnp.float32) if array.dtype.itemsize < 4 else array


# Clipping


def check_clips(owner: str, clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
    """Raise unless at most one kind of clipping is asked for."""
    given = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    used = {name: value for name, value in given.items() if value is not None}
    if len(used) > 1:
        listed = ", ".join(f"{name}={value}" for name, value in used.items())
        raise ValueError(f"{owner}: give one of clipnorm, clipvalue, global_clipnorm; not {listed}")


@op
def clipped_by_norm(gradient: Array, limit: float) -> Any:
    """The gradient, scaled down to a norm of at most `limit`."""
    wide = _wide(gradient)
    norm = jnp.sqrt(jnp.sum(jnp.square(wide)))
    return (wide * limit / jnp.maximum(norm, limit)).astype(gradient.dtype)


@op
def clipped_by_global_norm(gradients: Arrays, limit: float) -> Any:
    """The gradients, scaled down together to a norm of at most `limit`; NaN if that is infinite."""
    norm = jnp.sqrt(jnp.sum(jnp.stack([_square_sum(each) for each in gradients])))
    scale = limit * jnp.minimum(1 / norm, 1 / limit) + (norm - norm)
    return [
        (_wide(each) * scale.astype(_wide(each).dtype)).astype(each.dtype) for each in gradients
    ]


def _square_sum(array: Any) -> Any:
    return jnp.sum(jnp.square(_wide(array))).astype(jnp.float32)


@op
def clipped_by_value(gradient: Array, limit: float) -> Any:
    """The gradient, each element cut off at plus and minus `limit`."""
    return jnp.clip(gradient, -limit, limit)


@op
def all_finite(gradients: Arrays) -> Any:
    """Whether no gradient holds an infinity or a NaN."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(each)) for each in gradients]))


# Rows


@op
def _dense(values: Array, indices: Array, variable: Array) -> Any:
    return jnp.zeros(variable.shape, values.dtype).at[indices].add(values)


def dense(gradient: Any, variable: Any) -> Tensor:
    """A gradient of some rows as one of the whole variable."""
    if isinstance(gradient, IndexedSlices):
        full: Tensor = _dense(gradient.values, gradient.indices, variable)
        return full
    return gradient


def summed_rows(values: Any, indices: Any, num_rows: int) -> tuple[Any, Any]:
    """Arrays of rows and their indices, each index once; what is left over points past the end."""
    count = indices.shape[0]
    unique, inverse = jnp.unique(indices, return_inverse=True, size=count, fill_value=num_rows)
    return jnp.zeros_like(values).at[inverse.reshape(-1)].add(values), unique


# Steps around the update


@op
def _unscaled(gradient: Array, scale: Array) -> Any:
    """The gradient of a loss that was multiplied by `scale`."""
    return gradient / scale.astype(gradient.dtype)


@op
def accumulated(gradient: Array, total: Array) -> Any:
    """The sum of the gradients so far."""
    return total + gradient.astype(total.dtype)


@op
def mean_of(gradient: Array, total: Array, steps: int) -> Any:
    """The mean of the gradients of so many steps."""
    return (total + gradient.astype(total.dtype)) / steps


@update_rule
def decayed(variable: Array, weight_decay: Array, rate: Array) -> Any:
    """The variable, pulled towards zero."""
    return variable - variable * weight_decay * rate


@update_rule
def averaged(average: Array, variable: Array, step: Array, momentum: float) -> Any:
    """The moving average of a variable; at the first step the variable itself."""
    share = jnp.where(step != 0, momentum, 0.0).astype(variable.dtype)
    return share * average + (1 - share) * variable


@op
def overwritten(variable: Array, average: Array, step: Array, frequency: int) -> Any:
    """The average at every `frequency`th step, at the others the variable."""
    return jnp.where((step + 1) % frequency == 0, average, variable)


@op
def slowed(rate: Array, decay: Array, step: Array) -> Any:
    """The learning rate under the `decay` of Keras 1 and 2."""
    return rate / (1 + decay.astype(rate.dtype) * step.astype(rate.dtype))


@op
def steps_done(step: Array, every: int) -> Any:
    """How many updates so many steps of accumulation have made."""
    return step // every


@op
def ends_round(step: Array, every: int) -> Any:
    """Whether a step of accumulation is one that updates."""
    return (step + 1) % every == 0


# Variables whose "gradient" is their next value


@op
def taken(gradient: Array, total: Array, variable: Array, step: Array, every: int) -> Any:
    """The greatest "gradient" of the round at its end, before that the value as it was."""
    ends = (step + 1) % every == 0
    return jnp.where(ends, jnp.maximum(gradient.astype(variable.dtype), total), variable)


@op
def greatest(gradient: Array, total: Array, step: Array, every: int) -> Any:
    """The greatest "gradient" of the round so far; zeros once it has ended."""
    ends = (step + 1) % every == 0
    return jnp.where(ends, jnp.zeros_like(total), jnp.maximum(gradient.astype(total.dtype), total))


def unscaled(gradient: Any, scale: Any) -> Any:
    """A gradient, dense or of some rows, divided by the scale of the loss."""
    if isinstance(gradient, IndexedSlices):
        values = _unscaled(gradient.values, scale)
        return IndexedSlices(values, gradient.indices, gradient.dense_shape)
    return _unscaled(gradient, scale)

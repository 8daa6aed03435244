"""Schedules that lower the learning rate along a cosine."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin.keras.optimizers.schedules._schedule import (
    LearningRateSchedule,
    as_rate,
    check_positive,
)


def _fall(fraction: Any, alpha: Any) -> Any:
    """From 1 down to alpha along half a cosine."""
    return (1 - alpha) * 0.5 * (1 + jnp.cos(np.pi * fraction)) + alpha


@op
def _cosine(rate: Array, step: Array, steps: Array, alpha: Array) -> Any:
    dtype = rate.dtype
    step, steps, alpha = [each.astype(dtype) for each in (step, steps, alpha)]
    return rate * _fall(jnp.minimum(step, steps) / steps, alpha)


@op
def _warm_cosine(
    rate: Array, step: Array, steps: Array, alpha: Array, target: Array, warm_steps: Array
) -> Any:
    dtype = rate.dtype
    given = (step, steps, alpha, target, warm_steps)
    step, steps, alpha, target, warm_steps = [each.astype(dtype) for each in given]
    step = jnp.minimum(step, steps + warm_steps)
    # No division by zero in the branch that is not taken.
    rising = rate + (target - rate) * step / jnp.maximum(warm_steps, 1)
    falling = target * _fall((step - warm_steps) / steps, alpha)
    return jnp.where(step < warm_steps, rising, falling)


@op
def _restarts(
    rate: Array, step: Array, steps: Array, t_mul: Array, m_mul: Array, alpha: Array
) -> Any:
    given = (step, steps, t_mul, m_mul, alpha)
    step, steps, t_mul, m_mul, alpha = [each.astype(rate.dtype) for each in given]
    fraction = step / steps
    even = t_mul == 1
    growth = jnp.where(even, 2 * jnp.ones_like(t_mul), t_mul)
    number = jnp.floor(jnp.log(1 - fraction * (1 - growth)) / jnp.log(growth))
    begun = (1 - jnp.power(growth, number)) / (1 - growth)
    within = (fraction - begun) / jnp.power(growth, number)
    number = jnp.where(even, jnp.floor(fraction), number)
    within = jnp.where(even, fraction - number, within)
    height = 0.5 * jnp.power(m_mul, number) * (1 + jnp.cos(np.pi * within))
    return rate * ((1 - alpha) * height + alpha)


class CosineDecay(LearningRateSchedule):
    """The rate brought down to its `alpha`th part along a cosine, in `decay_steps` steps.

    With a `warmup_target` it first rises there in a straight line, in `warmup_steps` steps.

    >>> schedule = keras.optimizers.schedules.CosineDecay(
    ...     0.0, 100, warmup_target=0.1, warmup_steps=10)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 60, 110)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        alpha: Any = 0.0,
        name: str = "CosineDecay",
        warmup_target: Any = None,
        warmup_steps: Any = 0,
    ):
        check_positive(self, "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = as_rate(self.initial_learning_rate)
        if self.warmup_target is None:
            return _cosine(rate, step, self.decay_steps, self.alpha)
        target = as_rate(self.warmup_target)
        return _warm_cosine(rate, step, self.decay_steps, self.alpha, target, self.warmup_steps)


class CosineDecayRestarts(LearningRateSchedule):
    """A cosine that starts anew each time it has come down.

    Each period is `t_mul` times as long as the one before and starts `m_mul` times as high.

    >>> schedule = keras.optimizers.schedules.CosineDecayRestarts(0.1, 10, t_mul=1.0, m_mul=0.5)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 15)]
    [0.1, 0.05, 0.05, 0.025]
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        first_decay_steps: Any,
        t_mul: Any = 2.0,
        m_mul: Any = 1.0,
        alpha: Any = 0.0,
        name: str = "SGDRDecay",
    ):
        check_positive(self, "first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = as_rate(self.initial_learning_rate)
        steps = self.first_decay_steps
        return _restarts(rate, step, steps, self.t_mul, self.m_mul, self.alpha)

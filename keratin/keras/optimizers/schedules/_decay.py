"""Schedules that lower the learning rate by a power, a polynomial, a hyperbola, or in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, Arrays, op
from keratin.keras.optimizers.schedules._schedule import (
    LearningRateSchedule,
    as_rate,
    check_positive,
)


@op
def _exponential(rate: Array, step: Array, steps: Array, factor: Array, staircase: bool) -> Any:
    passed = _passed(rate, step, steps, staircase)
    return rate * jnp.power(factor.astype(rate.dtype), passed)


@op
def _hyperbolic(rate: Array, step: Array, steps: Array, factor: Array, staircase: bool) -> Any:
    passed = _passed(rate, step, steps, staircase)
    return rate / (1 + factor.astype(rate.dtype) * passed)


def _passed(rate: Any, step: Any, steps: Any, staircase: bool) -> Any:
    """How often the decay has been gone through."""
    passed = step.astype(rate.dtype) / steps.astype(rate.dtype)
    return jnp.floor(passed) if staircase else passed


@op
def _polynomial(
    rate: Array, step: Array, steps: Array, end: Array, power: Array, cycle: bool
) -> Any:
    dtype = rate.dtype
    step, steps, end, power = [each.astype(dtype) for each in (step, steps, end, power)]
    if cycle:
        steps = steps * jnp.where(step == 0, jnp.ones_like(step), jnp.ceil(step / steps))
    else:
        step = jnp.minimum(step, steps)
    return (rate - end) * jnp.power(1 - step / steps, power) + end


@op
def _piecewise(step: Array, boundaries: Arrays, values: Arrays) -> Any:
    limits = jnp.stack([limit.astype(step.dtype) for limit in boundaries])
    rates = jnp.stack([value.astype(values[0].dtype) for value in values])
    return rates[jnp.sum(step > limits)]


class ExponentialDecay(LearningRateSchedule):
    """The rate multiplied by `decay_rate` every `decay_steps` steps.

    It falls smoothly, or with `staircase` at multiples of `decay_steps`.

    >>> schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.5, staircase=True)
    >>> [float(schedule(step)) for step in (0, 99, 100)]
    [0.10000000149011612, 0.10000000149011612, 0.05000000074505806]
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        check_positive(self, "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = as_rate(self.initial_learning_rate)
        return _exponential(rate, step, self.decay_steps, self.decay_rate, bool(self.staircase))


class InverseTimeDecay(LearningRateSchedule):
    """The rate divided by `1 + decay_rate * step / decay_steps`.

    >>> schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    >>> schedule(2).numpy()
    np.float32(0.05)
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        check_positive(self, "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = as_rate(self.initial_learning_rate)
        return _hyperbolic(rate, step, self.decay_steps, self.decay_rate, bool(self.staircase))


class PolynomialDecay(LearningRateSchedule):
    """The rate brought down to `end_learning_rate` in `decay_steps` steps, as a polynomial.

    With `cycle` the decay starts anew, over a multiple of `decay_steps`, each time it has ended.

    >>> schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 10, end_learning_rate=0.0)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 20)]
    [0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        end_learning_rate: Any = 0.0001,
        power: Any = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        check_positive(self, "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = as_rate(self.initial_learning_rate)
        end = self.end_learning_rate
        return _polynomial(rate, step, self.decay_steps, end, self.power, bool(self.cycle))


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to and including step `boundaries[0]`, then `values[1]`, and so on.

    >>> schedule = keras.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
    >>> [round(float(schedule(step)), 3) for step in (10, 11, 20, 21)]
    [0.1, 0.01, 0.01, 0.001]
    """

    def __init__(
        self, boundaries: Sequence[Any], values: Sequence[Any], name: str = "PiecewiseConstant"
    ):
        if not boundaries or len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay: values has one entry more than boundaries, which has one "
                f"or more; given {len(boundaries)} boundaries and {len(values)} values"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        values = [as_rate(value) for value in self.values]
        return _piecewise(step, list(self.boundaries), values)

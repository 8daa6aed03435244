"""Optimizers that divide by the size that gradients have had: Adagrad, Adadelta, RMSprop."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.op import Array
from keratin.keras.initializers import Constant
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import summed_rows, update_rule


@update_rule
def _adagrad(gradient: Array, variable: Array, total: Array, rate: Array, epsilon: float) -> Any:
    total = total + jnp.square(gradient)
    return variable - rate * gradient / jnp.sqrt(total + epsilon), total


@update_rule
def _adagrad_rows(
    values: Array, indices: Array, variable: Array, total: Array, rate: Array, epsilon: float
) -> Any:
    rows, where = summed_rows(values, indices, variable.shape[0])
    total = total.at[where].add(jnp.square(rows), mode="drop")
    size = jnp.sqrt(total.at[where].get(mode="fill", fill_value=1) + epsilon)
    return variable.at[where].add(-rate * rows / size, mode="drop"), total


@update_rule
def _adadelta(
    gradient: Array,
    variable: Array,
    total: Array,
    moved: Array,
    rate: Array,
    rho: float,
    epsilon: float,
) -> Any:
    total = rho * total + (1 - rho) * jnp.square(gradient)
    step = -jnp.sqrt(moved + epsilon) * gradient / jnp.sqrt(total + epsilon)
    moved = rho * moved + (1 - rho) * jnp.square(step)
    return variable + rate * step, total, moved


@update_rule
def _rmsprop(
    gradient: Array,
    variable: Array,
    velocity: Array,
    mean: Array | None,
    speed: Array | None,
    rate: Array,
    rho: float,
    momentum: float,
    epsilon: float,
) -> Any:
    velocity = rho * velocity + (1 - rho) * jnp.square(gradient)
    spread = velocity
    changed = [velocity]
    if mean is not None:
        mean = rho * mean + (1 - rho) * gradient
        spread = velocity - jnp.square(mean)
        changed.append(mean)
    step = rate * gradient / jnp.sqrt(spread + epsilon)
    if speed is not None:
        step = momentum * speed + step
        changed.append(step)
    return (variable - step, *changed)


class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of their squares so far.

    >>> w = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.0)
    >>> optimizer.apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)
    array([0.9], dtype=float32)

    Args:
        initial_accumulator_value: What the sums begin with.
        epsilon: What is added to the sums; None: `keras.config.epsilon()`.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = default_epsilon(epsilon)

    def build(self, var_list: Any) -> None:
        """Create a sum of squares for each variable."""
        if self.built:
            return
        super().build(var_list)
        first = Constant(self.initial_accumulator_value)
        self._accumulators = self.add_optimizer_variables(var_list, "accumulator", first)

    def _takes_rows(self, variable: Any) -> bool:
        return self._rows_are_plain()

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        total = self._accumulators[self._get_variable_index(variable)]
        if isinstance(gradient, IndexedSlices):
            rows = (gradient.values, gradient.indices)
            changed = _adagrad_rows(*rows, variable, total, learning_rate, float(self.epsilon))
        else:
            changed = _adagrad(gradient, variable, total, learning_rate, float(self.epsilon))
        self._assign_all((variable, total), changed)


class Adadelta(Optimizer):
    """Gradients divided by their recent size and multiplied by that of the recent changes.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.Adadelta(1.0).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(4)
    array([0.9986], dtype=float32)

    Args:
        rho: The share of the former mean in the new one.
        epsilon: What is added to the means; None: `keras.config.epsilon()`.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.rho = rho
        self.epsilon = default_epsilon(epsilon)

    def build(self, var_list: Any) -> None:
        """Create means of squared gradients and squared changes for each variable."""
        if self.built:
            return
        super().build(var_list)
        self._accumulated_grads, self._accumulated_delta_vars = self.add_optimizer_variables(
            var_list, ["accumulated_grad", "accumulated_delta_var"]
        )

    def update_step(self, grad: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._accumulated_grads[place], self._accumulated_delta_vars[place])
        options = (float(self.rho), float(self.epsilon))
        changed = _adadelta(grad, variable, *slots, learning_rate, *options)
        self._assign_all((variable, *slots), changed)


class RMSprop(Optimizer):
    """Gradients divided by the root of the recent mean of their squares.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.RMSprop(0.1, rho=0.75).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)
    array([0.8], dtype=float32)

    Args:
        rho: The share of the former mean in the new one.
        momentum: The share of the last change in the next one.
        epsilon: What is added to the mean; None: `keras.config.epsilon()`.
        centered: Whether to divide by the spread of gradients, their mean taken off.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.rho = rho
        self.momentum = momentum
        self.epsilon = default_epsilon(epsilon)
        self.centered = centered

    def build(self, var_list: Any) -> None:
        """Create a mean of squares for each variable, a momentum and a mean where asked for."""
        if self.built:
            return
        super().build(var_list)
        self._velocities = self.add_optimizer_variables(var_list, "velocity")
        self._momentums = []
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(var_list, "momentum")
        self._average_gradients = []
        if self.centered:
            self._average_gradients = self.add_optimizer_variables(var_list, "average_gradient")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        mean = self._average_gradients[place] if self.centered else None
        speed = self._momentums[place] if self.momentum > 0 else None
        slots = (self._velocities[place], mean, speed)
        options = (float(self.rho), float(self.momentum), float(self.epsilon))
        changed = _rmsprop(gradient, variable, *slots, learning_rate, *options)
        self._assign_all((variable, *[slot for slot in slots if slot is not None]), changed)

"""Adam and what is near to it: AdamW, Adamax."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import update_rule


@update_rule
def adam(
    gradient: Array,
    variable: Array,
    momentum: Array,
    velocity: Array,
    greatest: Array | None,
    rate: Array,
    step: Array,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Adam's rule; `step` counts from 0, `greatest` is the greatest velocity so far or None."""
    step = step + 1
    rate = rate * jnp.sqrt(1 - jnp.power(beta_2, step)) / (1 - jnp.power(beta_1, step))
    momentum = momentum + (gradient - momentum) * (1 - beta_1)
    velocity = velocity + (jnp.square(gradient) - velocity) * (1 - beta_2)
    if greatest is None:
        return variable - momentum * rate / (jnp.sqrt(velocity) + epsilon), momentum, velocity
    greatest = jnp.maximum(greatest, velocity)
    changed = variable - momentum * rate / (jnp.sqrt(greatest) + epsilon)
    return changed, momentum, velocity, greatest


@update_rule
def _adamax(
    gradient: Array,
    variable: Array,
    momentum: Array,
    norm: Array,
    rate: Array,
    step: Array,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    share = 1 - jnp.power(beta_1, step + 1)
    momentum = momentum + (gradient - momentum) * (1 - beta_1)
    norm = jnp.maximum(beta_2 * norm, jnp.abs(gradient))
    return variable - rate * momentum / (share * (norm + epsilon)), momentum, norm


class Adam(Optimizer):
    """The recent mean of the gradients, divided by the root of that of their squares.

    >>> w = keras.Variable([1.0, 1.0])
    >>> keras.optimizers.Adam(0.1).apply([tf.constant([5.0, -0.01])], [w])
    >>> w.numpy().round(3)
    array([0.9, 1.1], dtype=float32)

    Args:
        beta_1: The share of the former mean of gradients in the new one.
        beta_2: The share of the former mean of squares in the new one.
        epsilon: What is added to the root; None: `keras.config.epsilon()`.
        amsgrad: Whether to divide by the greatest mean of squares so far.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = default_epsilon(epsilon)
        self.amsgrad = amsgrad

    def build(self, var_list: Any) -> None:
        """Create the two means for each variable, with `amsgrad` the greatest as well."""
        if self.built:
            return
        super().build(var_list)
        self._momentums, self._velocities = self.add_optimizer_variables(
            var_list, ["momentum", "velocity"]
        )
        if self.amsgrad:
            self._velocity_hats = self.add_optimizer_variables(var_list, "velocity_hat")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        greatest = self._velocity_hats[place] if self.amsgrad else None
        slots = (self._momentums[place], self._velocities[place], greatest)
        options = (float(self.beta_1), float(self.beta_2), float(self.epsilon))
        changed = adam(gradient, variable, *slots, learning_rate, self.iterations, *options)
        self._assign_all((variable, *[slot for slot in slots if slot is not None]), changed)


class AdamW(Adam):
    """Adam with weight decay.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.AdamW(0.1, weight_decay=0.5).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)  # 1 - 0.1 * 0.5, then - 0.1
    array([0.85], dtype=float32)

    Args:
        weight_decay: The share of each weight, times the learning rate, that a step takes off it.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Adam`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError(
                "AdamW: weight_decay is a number; given None. Use keras.optimizers.Adam for none"
            )
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
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


class Adamax(Optimizer):
    """The recent mean of the gradients, divided by the greatest of their recent sizes.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.Adamax(0.1).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)
    array([0.9], dtype=float32)

    Args:
        beta_1: The share of the former mean of gradients in the new one.
        beta_2: What the greatest size shrinks by at each step.
        epsilon: What is added to the size; None: `keras.config.epsilon()`.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = default_epsilon(epsilon)

    def build(self, var_list: Any) -> None:
        """Create the mean and the size for each variable."""
        if self.built:
            return
        super().build(var_list)
        self._m, self._u = self.add_optimizer_variables(var_list, ["momentum", "norm"])

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._m[place], self._u[place])
        options = (float(self.beta_1), float(self.beta_2), float(self.epsilon))
        changed = _adamax(gradient, variable, *slots, learning_rate, self.iterations, *options)
        self._assign_all((variable, *slots), changed)

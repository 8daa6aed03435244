"""LAMB: Adam with steps as large as the weights are, layer by layer."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import update_rule


def _norm(x: Any) -> Any:
    return jnp.sqrt(jnp.sum(jnp.square(x)))


@update_rule
def _lamb(
    gradient: Array,
    variable: Array,
    momentum: Array,
    velocity: Array,
    rate: Array,
    step: Array,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    step = step + 1
    momentum = momentum + (gradient - momentum) * (1 - beta_1)
    velocity = velocity + (jnp.square(gradient) - velocity) * (1 - beta_2)
    size = jnp.sqrt(velocity / (1 - jnp.power(beta_2, step))) + epsilon
    change = momentum / (1 - jnp.power(beta_1, step)) / size
    weight_norm, change_norm = _norm(variable), _norm(change)
    known = (weight_norm > 0) & (change_norm > 0)
    ratio = jnp.where(known, weight_norm / jnp.where(known, change_norm, 1), 1)
    return variable - ratio * rate * change, momentum, velocity


class Lamb(Optimizer):
    """Adam's step, scaled for each variable to the norm of the variable.

    >>> w = keras.Variable([3.0, 4.0])
    >>> keras.optimizers.Lamb(0.1).apply([tf.constant([1.0, 0.0])], [w])
    >>> w.numpy().round(3)  # the step has the norm 0.1 * 5
    array([2.5, 4. ], dtype=float32)

    Args:
        beta_1: The share of the former mean of gradients in the new one.
        beta_2: The share of the former mean of squares in the new one.
        epsilon: What is added to the root; None: `keras.config.epsilon()`.
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
        """Create the two means for each variable."""
        if self.built:
            return
        super().build(var_list)
        self._momentums, self._velocities = self.add_optimizer_variables(
            var_list, ["momentum", "velocity"]
        )

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._momentums[place], self._velocities[place])
        options = (float(self.beta_1), float(self.beta_2), float(self.epsilon))
        changed = _lamb(gradient, variable, *slots, learning_rate, self.iterations, *options)
        self._assign_all((variable, *slots), changed)

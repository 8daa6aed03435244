"""Nadam: Adam that looks one step ahead."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import update_rule


def _share(beta_1: float, step: Any) -> Any:
    """The share of the former mean at a step, which counts from 1."""
    return beta_1 * (1 - 0.5 * jnp.power(0.96, step))


@update_rule
def _next_product(variable: Array, step: Array, beta_1: float) -> Any:
    return variable * _share(beta_1, step + 1)


@update_rule
def _nadam(
    gradient: Array,
    variable: Array,
    momentum: Array,
    velocity: Array,
    product: Array,
    rate: Array,
    step: Array,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    step = step + 1
    share, next_share = _share(beta_1, step), _share(beta_1, step + 1)
    momentum = momentum + (gradient - momentum) * (1 - beta_1)
    velocity = velocity + (jnp.square(gradient) - velocity) * (1 - beta_2)
    ahead = next_share * momentum / (1 - product * next_share)
    ahead = ahead + (1 - share) * gradient / (1 - product)
    size = jnp.sqrt(velocity / (1 - jnp.power(beta_2, step))) + epsilon
    return variable - ahead * rate / size, momentum, velocity


class Nadam(Optimizer):
    """Adam with Nesterov's momentum.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.Nadam(0.1).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)
    array([0.894], dtype=float32)

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
        """Create the two means for each variable, and the product of the shares so far."""
        if self.built:
            return
        var_list = list(var_list)
        super().build(var_list)
        self._momentums, self._velocities = self.add_optimizer_variables(
            var_list, ["momentum", "velocity"]
        )
        dtype = var_list[0].dtype if var_list else None
        # Of 16 bits it could not tell 1 from the shares of later steps.
        dtype = "float32" if dtype is None or dtype.size < 4 else dtype
        self._u_product = self.add_variable((), "ones", dtype=dtype, name="u_product")

    def _before_steps(self) -> None:
        product = _next_product(self._u_product, self.iterations, float(self.beta_1))
        self.assign(self._u_product, product)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._momentums[place], self._velocities[place])
        given = (self._u_product, learning_rate, self.iterations)
        options = (float(self.beta_1), float(self.beta_2), float(self.epsilon))
        changed = _nadam(gradient, variable, *slots, *given, *options)
        self._assign_all((variable, *slots), changed)

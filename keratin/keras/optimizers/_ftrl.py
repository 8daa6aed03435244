"""FTRL: follow the regularized leader."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.initializers import Constant
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._rules import update_rule


@update_rule
def _ftrl(
    gradient: Array,
    variable: Array,
    total: Array,
    linear: Array,
    rate: Array,
    power: float,
    l1: float,
    l2: float,
    shrinkage: float,
    beta: float,
) -> Any:
    l2 = l2 + beta / (2 * rate)
    new_total = total + jnp.square(gradient)
    growth = (jnp.power(new_total, -power) - jnp.power(total, -power)) / rate
    linear = linear + gradient + 2 * shrinkage * variable - growth * variable
    quadratic = jnp.power(new_total, -power) / rate + 2 * l2
    return (jnp.clip(linear, -l1, l1) - linear) / quadratic, new_total, linear


class Ftrl(Optimizer):
    """The weights that would have been best so far, drawn to zero by L1 and L2 regularization.

    >>> w = keras.Variable([0.0])
    >>> optimizer = keras.optimizers.Ftrl(0.1, l1_regularization_strength=1.0)
    >>> optimizer.apply([tf.constant([0.5])], [w])
    >>> w.numpy()
    array([0.], dtype=float32)

    Args:
        learning_rate_power: The power of the sum of squares that gradients are multiplied by.
        initial_accumulator_value: What the sums begin with.
        l1_regularization_strength: How much of a weight L1 regularization takes off.
        l2_regularization_strength: How strongly L2 regularization holds weights back.
        l2_shrinkage_regularization_strength: How much of a weight is added to its gradient.
        beta: A share of L2 regularization that is divided by the learning rate.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        if learning_rate_power > 0:
            raise ValueError(f"Ftrl: learning_rate_power is 0 or less; given {learning_rate_power}")
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"Ftrl: {name} is 0 or more; given {getattr(self, name)}")

    def build(self, var_list: Any) -> None:
        """Create a sum of squares and a linear term for each variable."""
        if self.built:
            return
        super().build(var_list)
        first = Constant(self.initial_accumulator_value)
        self._accumulators, self._linears = self.add_optimizer_variables(
            var_list, ["accumulator", "linear"], [first, "zeros"]
        )

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._accumulators[place], self._linears[place])
        options = (
            float(self.learning_rate_power),
            float(self.l1_regularization_strength),
            float(self.l2_regularization_strength),
            float(self.l2_shrinkage_regularization_strength),
            float(self.beta),
        )
        changed = _ftrl(gradient, variable, *slots, learning_rate, *options)
        self._assign_all((variable, *slots), changed)

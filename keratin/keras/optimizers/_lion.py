"""Lion: steps of one size, by the sign of the momentum."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._rules import update_rule


@update_rule
def _lion(
    gradient: Array, variable: Array, momentum: Array, rate: Array, beta_1: float, beta_2: float
) -> Any:
    direction = jnp.sign(momentum * beta_1 + gradient * (1 - beta_1))
    return variable - rate * direction, momentum * beta_2 + gradient * (1 - beta_2)


class Lion(Optimizer):
    """Steps of the learning rate, up or down by the sign of a mean of gradients.

    >>> w = keras.Variable([1.0, 1.0])
    >>> keras.optimizers.Lion(0.1).apply([tf.constant([5.0, -0.01])], [w])
    >>> w.numpy().round(3)
    array([0.9, 1.1], dtype=float32)

    Args:
        beta_1: The share of the former gradients in the direction of a step.
        beta_2: The share of the former gradients in what is kept of them.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"Lion: beta_1 is greater than 0 and at most 1; given {beta_1}. With 0 the "
                "gradient alone would give the sign"
            )

    def build(self, var_list: Any) -> None:
        """Create a momentum for each variable."""
        if self.built:
            return
        super().build(var_list)
        self._momentums = self.add_optimizer_variables(var_list, "momentum")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        momentum = self._momentums[self._get_variable_index(variable)]
        options = (float(self.beta_1), float(self.beta_2))
        changed = _lion(gradient, variable, momentum, learning_rate, *options)
        self._assign_all((variable, momentum), changed)

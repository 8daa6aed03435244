"""AdamW without a schedule: the weights are a running mean that needs none."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import update_rule


@update_rule
def _schedule_free(
    gradient: Array,
    variable: Array,
    lead: Array,
    velocity: Array,
    rate: Array,
    step: Array,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    warmup_steps: float,
) -> Any:
    step = step + 1
    if warmup_steps > 0:
        rate = rate * jnp.minimum(step / warmup_steps, 1)
    velocity = velocity + (jnp.square(gradient) - velocity) * (1 - beta_2)
    size = jnp.sqrt(velocity / (1 - jnp.power(beta_2, step))) + epsilon
    new_lead = lead - rate * gradient / size
    mean = (variable - (1 - beta_1) * lead) / beta_1
    mean = (1 - 1 / step) * mean + new_lead / step
    return (1 - beta_1) * new_lead + beta_1 * mean, new_lead, velocity


class ScheduleFreeAdamW(Optimizer):
    """AdamW whose weights stand between a sequence that runs ahead and its mean.

    >>> w = keras.Variable([1.0])
    >>> keras.optimizers.ScheduleFreeAdamW(0.1).apply([tf.constant([5.0])], [w])
    >>> w.numpy().round(3)
    array([0.9], dtype=float32)

    Args:
        beta_1: The share of the mean in the weights.
        beta_2: The share of the former mean of squares in the new one.
        epsilon: What is added to the root; None: `keras.config.epsilon()`.
        warmup_steps: In how many steps the learning rate rises to its value.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-8,
        warmup_steps: int = 0,
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
        self.warmup_steps = warmup_steps

    def build(self, var_list: Any) -> None:
        """Create the sequence that runs ahead and the mean of squares for each variable."""
        if self.built:
            return
        var_list = list(var_list)
        super().build(var_list)
        leads = [lambda *_, _v=v, **__: _v.numpy() for v in var_list]
        self._momentums, self._velocities = [], []
        for variable, lead in zip(var_list, leads, strict=True):
            momentum, velocity = self.add_optimizer_variables(
                [variable], ["momentum", "velocity"], [lead, "zeros"]
            )
            self._momentums += momentum
            self._velocities += velocity

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        slots = (self._momentums[place], self._velocities[place])
        given = (learning_rate, self.iterations, float(self.beta_1), float(self.beta_2))
        options = (float(self.epsilon), float(self.warmup_steps))
        changed = _schedule_free(gradient, variable, *slots, *given, *options)
        self._assign_all((variable, *slots), changed)

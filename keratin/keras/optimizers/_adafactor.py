"""Adafactor: the mean of squared gradients kept as a row and a column."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._rules import update_rule
from keratin.keras.optimizers._variables import takes_gradient


def _size(x: Any) -> Any:
    return jnp.sqrt(jnp.mean(jnp.square(x)))


def _step(
    gradient: Any,
    variable: Any,
    square: Any,
    rate: Any,
    step: Any,
    epsilon: float,
    threshold: float,
) -> Any:
    """The variable after a step in units of its own size, no unit longer than the threshold."""
    slowed = jnp.minimum(rate, 1 / jnp.sqrt(step))
    rate = jnp.maximum(epsilon, _size(variable)) * slowed
    unit = gradient / jnp.sqrt(square)
    return variable - rate * unit / jnp.maximum(1, _size(unit) / threshold)


@update_rule
def _factored(
    gradient: Array,
    variable: Array,
    row: Array,
    column: Array,
    square: Array,
    rate: Array,
    step: Array,
    decay: float,
    epsilons: tuple[float, float],
    threshold: float,
) -> Any:
    step = step + 1
    share = 1 - jnp.power(step, decay)
    new = jnp.square(gradient) + epsilons[0]
    row = share * row + (1 - share) * jnp.mean(new, -1)
    column = share * column + (1 - share) * jnp.mean(new, -2)
    of_mean = row / jnp.mean(row, -1, keepdims=True)
    square = of_mean[..., None] * column[..., None, :]
    changed = _step(gradient, variable, square, rate, step, epsilons[1], threshold)
    return changed, row, column, square


@update_rule
def _full(
    gradient: Array,
    variable: Array,
    square: Array,
    rate: Array,
    step: Array,
    decay: float,
    epsilons: tuple[float, float],
    threshold: float,
) -> Any:
    step = step + 1
    share = 1 - jnp.power(step, decay)
    square = share * square + (1 - share) * (jnp.square(gradient) + epsilons[0])
    return _step(gradient, variable, square, rate, step, epsilons[1], threshold), square


class Adafactor(Optimizer):
    """Gradients divided by the root of a mean of squares that is kept as its rows and columns.

    >>> w = keras.Variable([[1.0, 1.0]])
    >>> keras.optimizers.Adafactor(0.1).apply([tf.constant([[5.0, 5.0]])], [w])
    >>> w.numpy().round(3)
    array([[0.9, 0.9]], dtype=float32)

    Args:
        beta_2_decay: The power of the step by which new squares count less and less.
        epsilon_1: What is added to squares.
        epsilon_2: The least size of a variable that steps are measured in.
        clip_threshold: The greatest size of a step, in units of the learning rate.
        relative_step: Whether the learning rate is at most the inverse root of the step.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, var_list: Any) -> None:
        """Create a row, a column and a mean of squares for each variable."""
        if self.built:
            return
        super().build(var_list)
        self._r: list[Any] = []
        self._c: list[Any] = []
        self._v: list[Any] = []
        for variable in var_list:
            direct = takes_gradient(variable)
            row, column = (None, None) if direct else self._row_and_column(variable)
            self._r.append(row)
            self._c.append(column)
            square = None if direct else self.add_variable_from_reference(variable, "velocity")
            self._v.append(square)

    def _row_and_column(self, variable: Any) -> Any:
        name = str(variable.name).replace("/", "_").replace(":", "_")
        shape = tuple(variable.shape)
        if len(shape) < 2:  # nothing to factor; files of Keras have a number in their places
            return [self.add_variable((), dtype="int32", name=name) for _ in range(2)]
        shapes = (shape[:-1], shape[:-2] + shape[-1:])
        return [self.add_variable(each, dtype=variable.dtype, name=name) for each in shapes]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        square = self._v[place]
        options = (
            float(self.beta_2_decay),
            (float(self.epsilon_1), float(self.epsilon_2)),
            float(self.clip_threshold),
        )
        given = (learning_rate, self.iterations)
        if len(variable.shape) < 2:
            changed = _full(gradient, variable, square, *given, *options)
            self._assign_all((variable, square), changed)
        else:
            slots = (self._r[place], self._c[place], square)
            changed = _factored(gradient, variable, *slots, *given, *options)
            self._assign_all((variable, *slots), changed)

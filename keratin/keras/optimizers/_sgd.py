"""Gradient descent."""

from __future__ import annotations

from typing import Any

from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.op import Array
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._rules import update_rule


@update_rule
def _descend(gradient: Array, variable: Array, rate: Array) -> Any:
    return variable - gradient * rate


@update_rule
def _descend_rows(values: Array, indices: Array, variable: Array, rate: Array) -> Any:
    return variable.at[indices].add(-values * rate)


@update_rule
def _roll(
    gradient: Array, variable: Array, speed: Array, rate: Array, momentum: float, nesterov: bool
) -> Any:
    speed = speed * momentum - gradient * rate
    step = speed * momentum - gradient * rate if nesterov else speed
    return variable + step, speed


class SGD(Optimizer):
    """Gradient descent, `w -= learning_rate * gradient`, with momentum if asked for.

    >>> w = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.apply([tf.constant([1.0])], [w])
    >>> w.numpy().round(3)  # 1 - 0.1, then - 0.19
    array([0.71], dtype=float32)

    Args:
        momentum: The share of the last change in the next one.
        nesterov: Whether to look one step ahead.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = momentum
        self.nesterov = nesterov
        if not 0 <= momentum <= 1:
            raise ValueError(f"SGD: momentum lies in [0, 1]; given {momentum}")

    def build(self, variables: Any) -> None:
        """Create a momentum for each variable, if there is momentum."""
        if self.built:
            return
        super().build(variables)
        self.momentums = []
        if self.momentum:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def _takes_rows(self, variable: Any) -> bool:
        return not self.momentum and self._rows_are_plain()

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        if isinstance(gradient, IndexedSlices):
            rows, indices = gradient.values, gradient.indices
            self.assign(variable, _descend_rows(rows, indices, variable, learning_rate))
        elif not self.momentum:
            self.assign(variable, _descend(gradient, variable, learning_rate))
        else:
            speed = self.momentums[self._get_variable_index(variable)]
            options = (float(self.momentum), bool(self.nesterov))
            changed = _roll(gradient, variable, speed, learning_rate, *options)
            self._assign_all((variable, speed), changed)

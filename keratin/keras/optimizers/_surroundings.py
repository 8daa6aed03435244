"""What is done to gradients and weights around the update: clipping, decay, moving averages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from keratin.keras.optimizers import _rules as rules
from keratin.keras.optimizers._variables import name_of


class Surroundings:
    """The steps around the update. Mixed into `Optimizer`, never used alone."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    weight_decay: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    iterations: Any
    gradient_accumulation_steps: int | None
    _iterations: Any
    _averages: list[Any]
    _totals: list[Any]
    _trainable_variables: list[Any]
    _rate_of_step: Callable[[], Any]
    _check_known: Callable[[Any], None]
    _get_variable_index: Callable[[Any], int]
    _excluded: frozenset[int] = frozenset()
    _excluded_names: re.Pattern[str] | None = None

    def _clip_gradients(self, grads: list[Any]) -> list[Any]:
        if self.clipnorm and self.clipnorm > 0:
            return [rules.clipped_by_norm(each, float(self.clipnorm)) for each in grads]
        if self.global_clipnorm and self.global_clipnorm > 0:
            return list(rules.clipped_by_global_norm(grads, float(self.global_clipnorm)))
        if self.clipvalue and self.clipvalue > 0:
            return [rules.clipped_by_value(each, float(self.clipvalue)) for each in grads]
        return grads

    def _take_gradient(self, gradient: Any, variable: Any) -> None:
        """Give a variable its "gradient" as value; of several steps the greatest."""
        steps = self.gradient_accumulation_steps
        if not steps:
            variable.assign(gradient)
            return
        total = self._totals[self._get_variable_index(variable)]
        variable.assign(rules.taken(gradient, total, variable, self._iterations, steps))
        total.assign(rules.greatest(gradient, total, self._iterations, steps))

    def exclude_from_weight_decay(
        self, var_list: Sequence[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Have weight decay leave variables alone: these, or those whose paths match a pattern.

        >>> optimizer = keras.optimizers.AdamW()
        >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
        """
        self._excluded = frozenset([id(variable) for variable in var_list or ()])
        self._excluded_names = re.compile("|".join(var_names)) if var_names else None

    def _use_weight_decay(self, variable: Any) -> bool:
        pattern = self._excluded_names
        named = pattern is not None and pattern.search(name_of(variable)) is not None
        return id(variable) not in self._excluded and not named

    def _weight_decay_of(self, variable: Any) -> float | None:
        """The weight decay of a variable."""
        return self.weight_decay

    def _apply_weight_decay(self, variables: Sequence[Any], rate: Any = None) -> None:
        rate = self._rate_of_step() if rate is None else rate
        for variable in variables:
            decay = self._weight_decay_of(variable)
            if decay and self._use_weight_decay(variable):
                variable.assign(rules.decayed(variable, decay, rate))

    def _update_averages(self) -> None:
        pairs = [
            (variable, average)
            for variable, average in zip(self._trainable_variables, self._averages, strict=True)
            if average is not None
        ]
        step, every = self.iterations, self.ema_overwrite_frequency
        for variable, average in pairs:
            average.assign(rules.averaged(average, variable, step, float(self.ema_momentum)))
            if every:
                variable.assign(rules.overwritten(variable, average, step, every))

    def finalize_variable_values(self, var_list: Any) -> None:
        """Replace variables by their moving averages, if the optimizer keeps those.

        >>> optimizer = keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
        >>> w = keras.Variable([4.0])
        >>> for _ in range(2):
        ...     optimizer.apply([tf.constant([1.0])], [w])
        >>> optimizer.finalize_variable_values([w])
        >>> w.numpy()
        array([2.5], dtype=float32)
        """
        if not self.use_ema:
            return
        variables = list(var_list)
        self._check_known(variables)
        for variable in variables:
            average = self._averages[self._get_variable_index(variable)]
            if average is not None:
                variable.assign(average)

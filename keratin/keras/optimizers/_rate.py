"""The learning rate of an optimizer: a variable, a schedule, or a function of the user's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.settings import settings
from keratin.keras.optimizers import _rules as rules
from keratin.keras.optimizers.schedules._schedule import LearningRateSchedule


class LearningRate:
    """What an optimizer does with its learning rate. Mixed into `Optimizer`, never used alone."""

    _variables: list[Any]
    _iterations: Any
    _scalar: Callable[..., Any]
    _initial_decay: float
    _learning_rate: Any = None
    _given_rate: Any = None

    def _made_rate(self, value: Any) -> Any:
        """What is kept of a learning rate: a schedule, a function or a variable."""
        if isinstance(value, Mapping):
            value = deserialize_keras_object(value)
        if isinstance(value, EngineVariable) or callable(value):
            return value
        if not _is_number(value):
            raise ValueError(
                f"{type(self).__name__}: learning_rate is a number, a schedule of "
                "keras.optimizers.schedules, or a function that returns a number; given "
                f"{value!r}"
            )
        if hasattr(value, "__float__") and not is_traced(value) and float(value) < 0:
            raise ValueError(
                f"{type(self).__name__}: a learning rate is not negative; given {value!r}. To "
                "climb instead of descend, negate the loss"
            )
        return self._scalar(float(value), "learning_rate", settings.floatx)

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a variable, or what the schedule gives at this step."""
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        former = self._learning_rate
        if callable(value) or isinstance(value, EngineVariable) or former is None:
            self._variables = [each for each in self._variables if each is not former]
            self._learning_rate = self._made_rate(value)
        elif isinstance(former, EngineVariable):
            former.assign(_rate_value(value, former))
        else:
            raise TypeError(
                f"{type(self).__name__}: the learning rate comes from {former!r}, which a number "
                "cannot be assigned to. Create the optimizer with a number as learning_rate to "
                "change it later, or assign another schedule"
            )

    def _get_current_learning_rate(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        if not callable(rate) or isinstance(rate, EngineVariable):
            return rate
        return rate(self._iterations) if _takes_step(rate) else rate()

    def _rate_of_step(self) -> Any:
        """The learning rate, lowered by the `decay` of Keras 1 and 2."""
        given = self._given_rate
        rate = self._get_current_learning_rate() if given is None else given
        if self._initial_decay:
            return rules.slowed(rate, self._initial_decay, self._iterations)
        return rate

    def _asks_for_rate(self) -> bool:
        """Whether the learning rate is a function of the user's.

        An eager step asks it anew each time, while a program keeps what it was traced with.
        """
        rate = self._learning_rate
        return callable(rate) and not isinstance(rate, (EngineVariable, LearningRateSchedule))

    def _asked_rate(self) -> Tensor:
        """What the function gives now."""
        return convert_to_tensor(self._get_current_learning_rate(), dtype_hint=settings.floatx)

    def _rate_config(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, EngineVariable):
            return float(rate.numpy())
        return serialize_keras_object(rate)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (Real, np.number)):
        return True
    return hasattr(value, "dtype") and tuple(getattr(value, "shape", (1,))) == ()


def _rate_value(value: Any, rate: Any) -> Any:
    if isinstance(value, Tensor) and is_traced(value._value):
        return value
    if not _is_number(value):
        raise ValueError(f"A learning rate is a number; given {value!r}")
    return np.asarray(value, rate.dtype.numpy_dtype)


def _takes_step(rate: Callable[..., Any]) -> bool:
    """Whether a function of the user's wants the number of steps."""
    try:
        parameters = inspect.signature(rate).parameters.values()
    except (ValueError, TypeError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in positional and p.default is p.empty for p in parameters)

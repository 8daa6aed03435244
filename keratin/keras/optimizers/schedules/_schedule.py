"""The base of learning rate schedules."""

from __future__ import annotations

from typing import Any

from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.keras._core.config import Configurable
from keratin.keras._core.settings import settings


class LearningRateSchedule(Configurable):
    """A learning rate as a function of the number of steps taken; overwrite `__call__`.

    >>> class Halving(keras.optimizers.schedules.LearningRateSchedule):
    ...     def __init__(self, start):
    ...         self.start = start
    ...     def __call__(self, step):
    ...         return self.start * 0.5 ** tf.cast(step, "float32")
    >>> Halving(0.1)(1).numpy(), Halving(0.1).get_config()
    (np.float32(0.05), {'start': 0.1})
    """

    _public_module: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("keratin."):
            cls._public_module = "keras.optimizers.schedules"

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        raise NotImplementedError(
            f"{type(self).__name__}: a schedule has a method __call__(self, step) that returns "
            "the learning rate at that step; write one"
        )


def as_rate(value: Any) -> Tensor:
    """A learning rate as a tensor; a Python number in the default float type."""
    if isinstance(value, (Tensor, Variable)) or hasattr(value, "dtype"):
        return convert_to_tensor(value)
    return convert_to_tensor(value, dtype=settings.floatx)


def check_positive(owner: object, name: str, value: Any) -> None:
    """Refuse a number of steps that is not positive."""
    if not isinstance(value, (Tensor, Variable)) and value <= 0:
        raise ValueError(f"{type(owner).__name__}: {name} must be greater than 0; given {value}")

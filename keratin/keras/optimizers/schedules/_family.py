"""Learning rate schedules as configs, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin.keras._core.family import Family
from keratin.keras.optimizers.schedules._schedule import LearningRateSchedule

FAMILY = Family(
    "learning rate schedule", "keratin.keras.optimizers.schedules", LearningRateSchedule
)


def serialize(learning_rate_schedule: Any) -> Any:
    """The config of a schedule.

    >>> schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 100)
    >>> keras.optimizers.schedules.serialize(schedule)["class_name"]
    'PolynomialDecay'
    """
    return FAMILY.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The schedule of a config.

    >>> config = keras.optimizers.schedules.serialize(
    ...     keras.optimizers.schedules.CosineDecay(0.1, 100))
    >>> keras.optimizers.schedules.deserialize(config).decay_steps
    100
    """
    return FAMILY.deserialize(config, custom_objects)

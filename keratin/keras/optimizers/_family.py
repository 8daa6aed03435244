"""Optimizers by name, config or class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin.keras._core.family import Family
from keratin.keras.optimizers._optimizer import Optimizer

FAMILY = Family("optimizer", "keratin.keras.optimizers", Optimizer)


def get(identifier: Any) -> Any:
    """The optimizer that a name, config, class or instance stands for; None stays None.

    >>> type(keras.optimizers.get("adam")).__name__
    'Adam'
    """
    found = FAMILY.get(identifier)
    if found is None or isinstance(found, Optimizer):
        return found
    raise ValueError(
        f"This is no optimizer: {identifier!r}. Give its name, such as 'adam', an object such as "
        "keras.optimizers.Adam(0.001), or a config"
    )


def serialize(optimizer: Any) -> Any:
    """The config of an optimizer.

    >>> keras.optimizers.serialize(keras.optimizers.SGD(0.5))["config"]["learning_rate"]
    0.5
    """
    return FAMILY.serialize(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimizer of a config.

    >>> config = keras.optimizers.serialize(keras.optimizers.SGD(0.5, momentum=0.9))
    >>> keras.optimizers.deserialize(config).momentum
    0.9
    """
    return FAMILY.deserialize(config, custom_objects)

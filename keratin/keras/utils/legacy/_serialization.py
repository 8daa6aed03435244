"""Objects as {"class_name": ..., "config": ...}, and functions as their names."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from keratin._engine import errors
from keratin.keras._core import custom_objects as registry
from keratin.keras._core import serialization


def serialize_keras_object(instance: Any) -> Any:
    """An object as Keras 2 wrote it: class name and config, or the name of a function.

    >>> keras.utils.legacy.serialize_keras_object(keras.initializers.Zeros())
    {'class_name': 'Zeros', 'config': {}}
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        config = {key: _plain(value) for key, value in instance.get_config().items()}
        return {"class_name": registry.get_registered_name(type(instance)), "config": config}
    if hasattr(instance, "__name__"):
        return registry.get_registered_name(instance)
    raise ValueError(
        f"A {type(instance).__name__} cannot be written: {instance!r} has no get_config() and is "
        "no function."
    )


def _plain(value: Any) -> Any:
    """A value of a config: what is an object or a function still, as Keras 2 wrote it."""
    is_object = hasattr(value, "get_config") or inspect.isfunction(value)
    return serialize_keras_object(value) if is_object else value


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """What `serialize_keras_object` described: an object of a config, a class or function of a
    name.

    >>> config = {"class_name": "Zeros", "config": {}}
    >>> type(keras.utils.legacy.deserialize_keras_object(config)).__name__
    'Zeros'
    """
    if identifier is None or inspect.isfunction(identifier):
        return identifier
    if isinstance(identifier, Mapping):
        return serialization.deserialize_keras_object(
            identifier, custom_objects, module_objects=module_objects
        )
    if isinstance(identifier, str):
        found = registry.get_registered_object(identifier, custom_objects, module_objects)
        if found is None:
            raise ValueError(
                f"There is no {printable_module_name} {identifier!r}."
                f"{errors.nearest(identifier, [*(module_objects or {}), *(custom_objects or {})])} "
                "If it is yours, give it as custom_objects."
            )
        return found() if isinstance(found, type) else found
    raise ValueError(
        f"The {printable_module_name} is given by a config, a name or a function; given "
        f"{identifier!r} of type {type(identifier).__name__}."
    )

"""Losses by name, and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin.keras._core.family import Family
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras.losses._loss import Loss

# Spellings of Keras 1 and 2, and those of Keras 3 that it does not export.
_ALIASES = {
    "bce": "binary_crossentropy",
    "BCE": "binary_crossentropy",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
}

family = Family("loss", "keratin.keras.losses", Loss, _ALIASES)


def get(identifier: Any) -> Any:
    """The loss of a name, config, function, class or object; None stays None.

    The name of a function gives the function, that of a class an object.

    >>> keras.losses.get("mse").__name__, keras.losses.get("MeanSquaredError").name
    ('mean_squared_error', 'mean_squared_error')
    """
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return family.get(identifier)


def serialize(loss: Any) -> Any:
    """The config of a loss.

    >>> keras.losses.serialize(keras.losses.Huber(delta=2.0))["config"]["delta"]
    2.0
    """
    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The loss of a config or name; `custom_objects` are yours, by the names in the config.

    >>> config = keras.losses.serialize(keras.losses.mean_squared_error)
    >>> keras.losses.deserialize(config) is keras.losses.mean_squared_error
    True
    """
    if isinstance(name, Mapping) and name.get("class_name") == "function":
        name = name["config"]
    return family.deserialize(name, custom_objects)

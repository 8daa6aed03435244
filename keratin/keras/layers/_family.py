"""Layers for configs, and configs for layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin._engine import errors
from keratin.keras._core import custom_objects as registry
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.layers.layer import Layer


def serialize(layer: Any) -> Any:
    """The config of a layer, with its class.

    >>> keras.layers.serialize(keras.layers.Dense(3, name="out"))["class_name"]
    'Dense'
    """
    return serialize_keras_object(layer)


@errors.trimmed
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The layer of a config; those of former versions of Keras too.

    >>> config = keras.layers.serialize(keras.layers.Dense(3))
    >>> keras.layers.deserialize(config).units
    3
    """
    with registry.CustomObjectScope(custom_objects):
        layer = deserialize_keras_object(config)
    if not isinstance(layer, Layer):
        raise ValueError(
            "keras.layers.deserialize: this is not the config of a layer, which has a class_name "
            f"and a config; given {config!r}"
        )
    return layer

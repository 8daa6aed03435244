"""How activations are found by name, and written into configs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from keratin.keras import layers
from keratin.keras._core import custom_objects
from keratin.keras._core.family import Family
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras.activations._functions import linear

# Layers that are activations; Keras 2 took their names as well.
_LAYERS = ("ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU")


class _Activations(Family):
    """Functions, and by class name the layers that are nothing but an activation."""

    def find(self, name: str) -> Any:
        found = super().find(name)
        if found is None and name in _LAYERS:
            found = getattr(layers, name, None)
        return found

    def get(self, identifier: Any) -> Any:
        return linear if identifier is None else super().get(identifier)

    def serialize(self, member: Any) -> Any:
        if member is not None and member is self._known_function(member):
            return member.__name__
        found = serialize_keras_object(member)
        if isinstance(found, dict) and found["class_name"] == "function" and _of_ops(member):
            found["module"] = member.__module__
        return found

    def _known_function(self, member: Any) -> Any:
        """The activation that a function is or stands for, as tf.nn.relu for relu; or None."""
        name = getattr(member, "__name__", None)
        known = self._known().get(str(name))
        if known is None or custom_objects.get_registered_name(member) != name:
            return None
        own = getattr(importlib.import_module(self.package), known)
        return member if own is member or (_of_ops(member) and name in _SAME) else None

    def deserialize(self, config: Any, custom: Mapping[str, Any] | None = None) -> Any:
        if isinstance(config, Mapping) and str(config.get("module")).startswith("keratin."):
            found = _op_named(config)
            if found is not None:
                return found
        return super().deserialize(config, custom)


# Functions of tf.nn and tf.math that are activations of the same name, with the same defaults.
_SAME = (
    *("elu", "gelu", "leaky_relu", "log_sigmoid", "log_softmax", "relu", "relu6", "selu"),
    *("sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"),
)


def _of_ops(function: Any) -> bool:
    module = str(getattr(function, "__module__", ""))
    return module.startswith(("keratin.nn.", "keratin.math."))


def _op_named(config: Mapping[str, Any]) -> Any:
    """A function of tf.nn or tf.math that is no activation of Keras, such as tf.nn.crelu."""
    name = str(config.get("config"))
    for namespace in ("keratin.nn", "keratin.math"):
        found = getattr(importlib.import_module(namespace), name, None)
        if callable(found) and not name.startswith("_"):
            return found
    return None


family = _Activations("activation", "keratin.keras.activations", None)


def get(identifier: Any) -> Any:
    """The activation of a name, config, function or layer; None gives `linear`.

    >>> keras.activations.get("relu")([-1.0, 2.0]).numpy()
    array([0., 2.], dtype=float32)
    """
    return family.get(identifier)


def serialize(activation: Any) -> Any:
    """The name of an activation of Keras; a config of other functions and of layers.

    >>> keras.activations.serialize(keras.activations.relu)
    'relu'
    """
    return family.serialize(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The activation of a name or config.

    >>> keras.activations.deserialize("tanh").__name__
    'tanh'
    """
    return family.deserialize(config, custom_objects)

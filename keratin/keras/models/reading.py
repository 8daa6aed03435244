"""Models of their configs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keratin.keras._core.serialization import deserialize_keras_object
from keratin.keras.models.model import Model
from keratin.keras.saving import _former_config


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that `model.to_json()` described, with new weights; in Keras 1 and 2 as well.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.models.model_from_json(model.to_json()).count_params()
    8
    """
    try:
        config = json.loads(json_string)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"model_from_json: this is not JSON: {error}. Give what model.to_json() returned; a "
            "file is read by keras.models.load_model"
        ) from None
    except RecursionError:
        raise ValueError("model_from_json: the config is nested too deep") from None
    return _model_of(config, "model_from_json", custom_objects)


def model_from_config(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The model of a config with its class, as `keras.saving.serialize_keras_object` gives it.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> config = keras.saving.serialize_keras_object(model)
    >>> keras.models.model_from_config(config).count_params()
    8
    """
    return _model_of(config, "model_from_config", custom_objects)


def _model_of(config: Any, name: str, custom_objects: Mapping[str, Any] | None) -> Any:
    if isinstance(config, list):
        raise ValueError(
            f"{name}: a config is a dictionary; given a list. For a list of layer configs use "
            "keras.Sequential.from_config"
        )
    version = config.get("keras_version") if isinstance(config, Mapping) else None
    if isinstance(version, str) and version.startswith(("1.", "2.")):
        config = _former_config.architecture(config, version)
    model = deserialize_keras_object(config, custom_objects)
    if not isinstance(model, Model):
        raise ValueError(
            f"{name}: this is not the config of a model, which has a class_name and a config; "
            f"given {str(config)[:200]}"
        )
    return model

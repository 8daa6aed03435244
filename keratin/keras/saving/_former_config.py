"""Configs of Keras 1 and 2, and of .h5 files of Keras 3, as those that are read everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin.keras import initializers, losses, metrics, optimizers
from keratin.keras._core.serialization import deserialize_keras_object
from keratin.keras.saving._errors import FileError

# Classes that had other names.
_RENAMED = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "Deconvolution2D": "Conv2DTranspose",
    "DenseFeaturesV2": "DenseFeatures",
    "GRUV2": "GRU",
    "LSTMV2": "LSTM",
    "LayerNormalizationV2": "LayerNormalization",
    "SeparableConvolution2D": "SeparableConv2D",
}
_DEPTH = 100


def architecture(config: Any, version: str) -> dict[str, Any]:
    """The config of a model as Keras 3 has it."""
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise FileError("model_config is not the config of a model")
    is_former = not version.startswith("3")
    return _entry(config, is_former, 0)


def _entry(entry: Mapping[str, Any], is_former: bool, depth: int) -> dict[str, Any]:
    """The config of a layer or model, and of those within it."""
    if depth > _DEPTH:
        raise FileError(f"model_config is nested deeper than {_DEPTH}")
    kind, config = entry["class_name"], entry.get("config")
    found = {**entry, "class_name": _RENAMED.get(kind, kind)}
    if isinstance(config, list):  # a Sequential before Keras 2.3
        config = {"layers": config}
    if not isinstance(config, Mapping):
        raise FileError(f"The config of {kind!r} is not a dictionary")
    plain = {key: _value(value, is_former, depth) for key, value in config.items()}
    if isinstance(plain.get("layers"), list) and kind == "Model":
        found["class_name"] = "Functional"
    if is_former and found["class_name"] == "Functional":
        for key in ("input_layers", "output_layers"):
            plain[key] = _single(plain.get(key))
    if is_former:
        plain = _without_absent(kind, plain)
    found["config"] = plain
    return found


def _value(value: Any, is_former: bool, depth: int) -> Any:
    if depth > _DEPTH:
        raise FileError(f"model_config is nested deeper than {_DEPTH}")
    if isinstance(value, list):
        return [_value(item, is_former, depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("class_name"), str) and "config" in value:
        if value["class_name"] in ("Policy", "PolicyV1"):
            return value["config"]["name"]
        if is_former and value["class_name"] in _INITIALIZERS:
            return _initializer(value)
        if isinstance(value["config"], (Mapping, list)):
            return _entry(value, is_former, depth + 1)
        return value
    return {key: _value(item, is_former, depth + 1) for key, item in value.items()}


_INITIALIZERS = frozenset(name for name in dir(initializers) if name[:1].isupper())


def _initializer(value: Mapping[str, Any]) -> dict[str, Any]:
    """Initializers of TensorFlow had a dtype, and other names for a normal distribution."""
    config = {key: item for key, item in (value["config"] or {}).items() if key != "dtype"}
    if config.get("distribution") == "normal":
        config["distribution"] = "truncated_normal"
    return {**value, "config": config}


def _single(places: Any) -> Any:
    """One place in a list was what a model of one input or output had."""
    if isinstance(places, list) and len(places) == 1 and isinstance(places[0], list):
        return places[0]
    return places


def _without_absent(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """Without arguments that said what is so anyway."""
    for key, usual in (("ragged", False), ("sparse", False), ("time_major", False)):
        if kind != "InputLayer" and key in config and config[key] == usual:
            del config[key]
    for key in ("trainable_weights", "input_dtype"):
        config.pop(key, None)
    return config


# The options of compile


def compile_options(config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` that training_config stands for."""
    found = {
        "optimizer": optimizers.deserialize(_optimizer(config["optimizer_config"])),
        "loss": _nested(config.get("loss"), _loss),
        "metrics": _flattened(_nested(config.get("metrics"), _metric)),
        "weighted_metrics": _flattened(_nested(config.get("weighted_metrics"), _metric)),
        "loss_weights": config.get("loss_weights"),
    }
    for key in ("run_eagerly", "steps_per_execution"):
        if config.get(key) is not None:
            found[key] = config[key]
    return found


def _optimizer(config: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in config["config"].items() if key != "jit_compile"}
    return {**config, "config": inner}


def _nested(value: Any, read: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str) or (isinstance(value, Mapping) and "class_name" in value):
        return read(value)
    if isinstance(value, Mapping):
        return {key: _nested(item, read) for key, item in value.items()}
    return [_nested(item, read) for item in value]


def _loss(value: Any) -> Any:
    if isinstance(value, Mapping):
        config = dict(value["config"]) if isinstance(value["config"], Mapping) else value["config"]
        if isinstance(config, dict) and config.get("reduction") == "auto":
            config["reduction"] = "sum_over_batch_size"
        return losses.deserialize({**value, "config": config})
    return value


def _metric(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value["class_name"] == "MeanMetricWrapper":
            config = value["config"]
            return metrics.MeanMetricWrapper(_function(config["fn"]), name=config.get("name"))
        if value["class_name"] == "function":
            return deserialize_keras_object(value)
        return metrics.deserialize(value)
    return value


def _function(value: Any) -> Any:
    return metrics.get(value) if isinstance(value, str) else deserialize_keras_object(value)


def _flattened(value: Any) -> Any:
    """Keras 2 wrote a list of one list for a model of one output."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        return value[0]
    return value

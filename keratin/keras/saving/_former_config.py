"""Configs of Keras 1 and 2, and of .h5 files of Keras 3, as those that are read everywhere."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from keratin.keras import initializers, layers, losses, metrics, optimizers
from keratin.keras._core.config import constructor
from keratin.keras._core.serialization import deserialize_keras_object
from keratin.keras.activations._functions import former_hard_sigmoid
from keratin.keras.saving import _former_graph
from keratin.keras.saving._errors import FileError

# Classes that had other names.
_RENAMED = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "Deconvolution2D": "Conv2DTranspose",
    "DenseFeaturesV2": "DenseFeatures",
    "GRUV2": "GRU",
    "LSTMV2": "LSTM",
    "LayerNormalizationV2": "LayerNormalization",
    "Model": "Functional",
    "SeparableConvolution2D": "SeparableConv2D",
    "ThresholdedReLU": "ReLU",
    "TimeDistributedDense": "Dense",
}
# Arguments that are gone, with the values that say what is so anyway; None: any value.
_GONE: dict[str, tuple[Any, ...] | None] = {
    "consume_less": None,
    "forget_bias_init": None,  # of a bias that the file has
    "groups": (1,),
    "input_dtype": None,
    "key_shape": None,
    "mode": (0,),
    "optional": (False,),
    "query_shape": None,
    "ragged": (False,),
    "rng_type": None,
    "softmax_robust_masking": (False,),
    "sparse": (False,),
    "time_major": (False,),
    "trainable_weights": None,
    "value_shape": None,
    "zero_output_for_mask": (False,),
}
_DEPTH = 100


def architecture(config: Any, version: str) -> dict[str, Any]:
    """The config of a model as Keras 3 has it."""
    if not isinstance(config, Mapping) or not isinstance(config.get("class_name"), str):
        raise FileError("model_config is not the config of a model")
    return _entry(config, _generation(version), 0)


def _generation(version: str) -> int:
    """1, 2 or 3."""
    return int(version[:1]) if version[:1] in ("1", "2") else 3 if version[:1] == "3" else 2


def _entry(entry: Mapping[str, Any], generation: int, depth: int) -> dict[str, Any]:
    """The config of a layer or model, and of those within it."""
    if depth > _DEPTH:
        raise FileError(f"model_config is nested deeper than {_DEPTH}")
    kind, config = entry["class_name"], entry.get("config")
    found = {**entry, "class_name": _RENAMED.get(kind, kind)}
    if isinstance(config, list):  # a Sequential before Keras 2.3
        config = {"layers": config}
    if not isinstance(config, Mapping):
        raise FileError(f"The config of {kind!r} is not a dictionary")
    if generation < 3 and "input_layers" in config:
        config = _former_graph.converted(config)
    plain = {key: _value(value, generation, depth) for key, value in config.items()}
    if kind == "Model" and not isinstance(plain.get("layers"), list):
        found["class_name"] = kind
    if generation < 3:
        plain = _of_layer(kind, found["class_name"], plain, generation)
        if kind == "MultiHeadAttention":  # which is built for its query alone there
            found.pop("build_config", None)
        options = found.get("compile_config")
        if isinstance(options, Mapping) and isinstance(options.get("optimizer"), Mapping):
            found["compile_config"] = {**options, "optimizer": _optimizer(options["optimizer"])}
    found["config"] = plain
    if kind == "Merge" and generation == 1:
        found |= _former_graph.merge(plain)
    return found


def _value(value: Any, generation: int, depth: int) -> Any:
    if depth > _DEPTH:
        raise FileError(f"model_config is nested deeper than {_DEPTH}")
    if isinstance(value, list):
        return [_value(item, generation, depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("class_name"), str) and "config" in value:
        if value["class_name"] in ("Policy", "PolicyV1"):
            return _text(value["config"], "name")
        if value["class_name"].startswith("__"):  # a tensor, a slice
            return value
        if generation < 3 and value["class_name"] in _INITIALIZERS:
            return _initializer(value)
        if isinstance(value["config"], (Mapping, list)):
            return _entry(value, generation, depth + 1)
        return value
    if generation == 1 and isinstance(value.get("name"), str) and value["name"] in _OF_KERAS_1:
        return _of_keras_1(value)
    return {key: _value(item, generation, depth + 1) for key, item in value.items()}


def _text(value: Any, key: str) -> str:
    if not isinstance(value, Mapping) or not isinstance(value.get(key), str):
        raise FileError(f"model_config has {value!r} where a dictionary with {key!r} is expected")
    return value[key]


_INITIALIZERS = frozenset(name for name in dir(initializers) if name[:1].isupper())


def _initializer(value: Mapping[str, Any]) -> dict[str, Any]:
    """Initializers of TensorFlow had a dtype, and other names for a normal distribution."""
    config = value["config"] or {}
    if not isinstance(config, Mapping):
        raise FileError(f"The config of {value['class_name']!r} is not a dictionary")
    config = {key: item for key, item in config.items() if key != "dtype"}
    if config.get("distribution") == "normal":
        config["distribution"] = "truncated_normal"
    return {**value, "config": config}


# What Keras 1 wrote with its name among its arguments.
_OF_KERAS_1 = ("WeightRegularizer", "ActivityRegularizer", "MaxNorm", "NonNeg", "UnitNorm")


def _of_keras_1(value: Mapping[str, Any]) -> dict[str, Any]:
    """Regularizers and constraints."""
    config = {key: item for key, item in value.items() if key != "name"}
    name = "L1L2" if value["name"].endswith("Regularizer") else value["name"]
    if "m" in config:
        config["max_value"] = config.pop("m")
    return {"class_name": name, "config": config}


def _of_layer(former: str, kind: str, config: dict[str, Any], generation: int) -> dict[str, Any]:
    """The arguments of a layer, by what they say today."""
    known = _arguments(kind)
    found = {key: value for key, value in config.items() if not _is_gone(key, value, known)}
    for key in ("activation", "recurrent_activation", "inner_activation"):
        if found.get(key) == "hard_sigmoid":
            found[key] = former_hard_sigmoid
    if kind == "GRU" and "reset_after" not in found:
        found["reset_after"] = former == "CuDNNGRU"
    if former == "ThresholdedReLU":
        found["threshold"] = found.pop("theta", 1.0)
    if kind == "SeparableConv2D" or kind == "SeparableConv1D":
        found = {
            key: value
            for key, value in found.items()
            if not key.startswith("kernel_") or key == "kernel_size"
        }
    if generation == 1:
        found = _of_layer_1(kind, found)
    return found


def _of_layer_1(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    if "batch_input_shape" in config or kind != "Embedding":
        config.pop("input_length", None)
    if kind != "Embedding":
        config.pop("input_dim", None)
    elif config.get("dropout") == 0:
        del config["dropout"]
    if kind == "BatchNormalization" and config.get("axis") == -1:
        config.pop("input_shape", None)
    return config


def _is_gone(key: str, value: Any, known: frozenset[str]) -> bool:
    if key in known:
        return False
    if key in _GONE:
        usual = _GONE[key]
        return (
            value is None or usual is None or any(value is each or value == each for each in usual)
        )
    return value is None and key not in _KEPT


# What layers take beside the arguments of their constructors, None included.
_KEPT = ("batch_input_shape", "name", "dtype", "activation")


@functools.cache
def _arguments(kind: str) -> frozenset[str]:
    cls = getattr(layers, kind, None)
    return frozenset(constructor(cls).parameters) if isinstance(cls, type) else frozenset()


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


# Arguments of optimizers that are gone.
_OF_OPTIMIZERS = ("dynamic", "is_legacy_optimizer", "jit_compile")


def _optimizer(config: Any) -> dict[str, Any]:
    if not isinstance(config, Mapping) or not isinstance(config.get("config"), Mapping):
        raise FileError("optimizer_config is not the config of an optimizer")
    kind = str(config.get("class_name"))
    if kind.startswith("Custom>") and hasattr(optimizers, kind.removeprefix("Custom>")):
        kind = kind.removeprefix("Custom>")  # as TensorFlow 2.11 to 2.15 wrote their own
    inner = {key: value for key, value in config["config"].items() if key not in _OF_OPTIMIZERS}
    for key in ("schedule_decay", "decay") if kind == "Nadam" else ():
        if inner.get(key) == _SCHEDULE_DECAY:
            del inner[key]
    if isinstance(inner.get("inner_optimizer"), Mapping):
        inner["inner_optimizer"] = _optimizer(inner["inner_optimizer"])
        kind = "LossScaleOptimizer"
    return {**config, "class_name": kind, "config": inner}


# How fast the momentum of Nadam grew, which is fixed today.
_SCHEDULE_DECAY = 0.004


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
        if isinstance(config, dict):
            if config.get("reduction") == "auto":
                config["reduction"] = "sum_over_batch_size"
            if value["class_name"] != "LossFunctionWrapper":
                config.pop("fn", None)
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

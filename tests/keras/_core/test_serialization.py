import json

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real

PLAIN = [
    None,
    True,
    3,
    2.5,
    "text",
    [1, [2]],
    (1, (2, 3)),
    {"a": (1,), "b": None},
    b"bytes",
    slice(1, None, 2),
    Ellipsis,
]


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_plain_values_come_back_and_are_written_as_keras_writes_them(value):
    config = keras.saving.serialize_keras_object(value)
    assert keras.saving.deserialize_keras_object(config) == value
    if not isinstance(value, (bytes, type(Ellipsis), slice)):
        assert config == real.saving.serialize_keras_object(value)


def test_arrays_and_tensors():
    for value in (np.arange(3.0), tf.constant([1, 2])):
        config = keras.saving.serialize_keras_object(value)
        json.dumps(config)
        back = keras.saving.deserialize_keras_object(config)
        assert type(back) is type(value)
        np.testing.assert_array_equal(back, value)


@pytest.mark.parametrize(
    ("package", "name", "arguments"),
    [
        ("layers", "Dense", {"units": 3, "activation": "relu", "kernel_regularizer": "l2"}),
        ("initializers", "RandomNormal", {"stddev": 0.1}),
        ("losses", "MeanSquaredError", {}),
        ("regularizers", "L1", {}),
        ("constraints", "MaxNorm", {}),
    ],
)
def test_objects_are_written_as_keras_writes_them(package, name, arguments):
    extra = {"name": "x"} if package in ("layers", "losses") else {}
    ours, theirs = (
        json.loads(
            json.dumps(
                space.saving.serialize_keras_object(
                    getattr(getattr(space, package), name)(**arguments, **extra)
                )
            )
        )
        for space in (keras, real)
    )
    assert {k: ours[k] for k in ("module", "class_name", "registered_name")} == {
        k: theirs[k] for k in ("module", "class_name", "registered_name")
    }
    assert {k: v for k, v in ours["config"].items() if v is not None} == {
        k: v for k, v in theirs["config"].items() if v is not None
    }
    again = keras.saving.deserialize_keras_object(theirs)
    assert type(again).__name__ == name


def test_a_lambda_is_refused_both_ways():
    with pytest.raises(ValueError, match="A lambda has no name"):
        keras.saving.serialize_keras_object(lambda x: x)
    with pytest.raises(ValueError, match="never run"):
        keras.saving.deserialize_keras_object({"class_name": "__lambda__", "config": {"value": ""}})


@pytest.mark.parametrize(
    "config",
    [
        {"module": "os", "class_name": "system", "config": {}, "registered_name": None},
        {"module": "builtins", "class_name": "function", "config": "eval"},
        {"module": "keratin.keras.utils", "class_name": "get_file", "config": {}},
        {"module": "keras.layers", "class_name": "__class__", "config": {}},
    ],
)
def test_a_config_names_known_classes_only(config):
    with pytest.raises(TypeError, match="is not known"):
        keras.saving.deserialize_keras_object(config)


def test_what_has_no_config_is_named():
    with pytest.raises(TypeError, match="A object cannot be put into a config"):
        keras.saving.serialize_keras_object(object())

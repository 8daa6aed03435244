"""Objects that stand at several places of a config."""

import json

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real

X = np.linspace(-1, 1, 12).reshape(3, 4)


def model_of(keras):
    deep = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)], name="deep")
    inputs = keras.Input((4,))
    middle = keras.Model(inputs, deep(inputs) * 2.0, name="middle")
    inputs = keras.Input((4,))
    return keras.Model(inputs, deep(middle(inputs)) + deep(inputs))


def ids(config):
    """The numbers of the layers in a config."""
    if isinstance(config, list):
        return [number for item in config for number in ids(item)]
    if not isinstance(config, dict):
        return []
    number = config.get("shared_object_id")
    own = [] if number is None else [(config["class_name"], number)]
    return own + [number for item in config.values() for number in ids(item)]


@pytest.mark.parametrize("ending", ["keras", "h5", "json"])
def test_a_layer_of_a_model_and_of_one_within_it_stays_one(ending, tmp_path):
    model = model_of(keras)
    if ending == "json":
        found = keras.models.model_from_json(model.to_json())
        found.set_weights(model.get_weights())
    else:
        model.save(tmp_path / f"m.{ending}")
        found = keras.models.load_model(tmp_path / f"m.{ending}")
    assert len(found.weights) == len(model.weights) == 2
    np.testing.assert_array_equal(found(X), model(X))


def test_entries_of_one_layer_have_one_number():
    model = model_of(keras)
    found = ids(json.loads(model.to_json()))
    kinds = {"Sequential", "InputLayer", "Dense"}
    assert {kind for kind, _ in found} == kinds
    assert len(found) == 2 * len({number for _, number in found}) == 2 * len(kinds)
    assert len(real.models.model_from_json(model.to_json()).weights) == 4  # Keras makes two of it


def test_what_stands_once_has_no_number():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(4)])
    assert ids(json.loads(model.to_json())) == []


@pytest.mark.parametrize("number", [None, [1], {"a": 1}, "x", 1e400])
def test_numbers_that_are_none_are_passed_over(number):
    config = keras.saving.serialize_keras_object(keras.layers.Dense(4))
    config["shared_object_id"] = number
    first, second = keras.saving.deserialize_keras_object([config, config])
    assert first is not second


def test_a_number_does_not_make_one_class_of_another():
    configs = [
        keras.saving.serialize_keras_object(layer) | {"shared_object_id": 1}
        for layer in (keras.layers.Dense(4), keras.layers.ReLU())
    ]
    given = [*configs, configs[1]]
    first, second, third = keras.saving.deserialize_keras_object(given)
    assert isinstance(first, keras.layers.Dense)
    assert isinstance(second, keras.layers.ReLU)
    assert third is second

"""Activations by name, and in configs."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras import activations
from tests.harness.real_keras import real

NAMES = [
    name
    for name in dir(real.activations)
    if name[0] != "_" and name not in ("get", "serialize", "deserialize")
]


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    found = activations.get(name)
    assert found is getattr(activations, name)
    assert activations.serialize(found) == real.activations.serialize(real.activations.get(name))
    assert activations.deserialize(activations.serialize(found)) is found


def test_get():
    assert activations.get(None) is activations.linear and activations.get(abs) is abs
    layer = keras.layers.LeakyReLU()
    assert activations.get(layer) is layer
    assert isinstance(activations.get(keras.layers.LeakyReLU), keras.layers.LeakyReLU)
    assert isinstance(activations.get("LeakyReLU"), keras.layers.LeakyReLU)
    config = {"module": "builtins", "class_name": "function", "config": "relu"}
    assert activations.get(config) is activations.relu


def test_layers_in_configs():
    config = activations.serialize(keras.layers.LeakyReLU(negative_slope=0.25))
    assert config["class_name"] == "LeakyReLU"
    assert activations.deserialize(config).negative_slope == 0.25


def test_functions_of_tf_nn(tf):
    assert activations.serialize(tf.nn.relu) == "relu"
    assert activations.serialize(tf.math.sigmoid) == "sigmoid"
    config = activations.serialize(tf.nn.crelu)
    assert activations.deserialize(config) is tf.nn.crelu


def test_functions_of_ones_own():
    @keras.saving.register_keras_serializable("test_family")
    def twice(x):
        return 2 * x

    config = activations.serialize(twice)
    assert config["registered_name"] == "test_family>twice"
    assert activations.deserialize(config) is twice

    def relu(x):  # named as an activation of Keras, and another one
        return np.maximum(x, 1)

    assert activations.serialize(relu) != "relu"
    assert activations.deserialize("mine", {"mine": relu}) is relu


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown activation: 'rellu'\. Did you mean 'relu'"):
        activations.get("rellu")
    with pytest.raises(ValueError, match="This is no activation: 3"):
        activations.get(3)

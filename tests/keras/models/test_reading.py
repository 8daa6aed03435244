import json

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real


def make(package):
    inputs = package.Input((4,), name="in")
    hidden = package.layers.Dense(3, activation="relu", name="hidden")(inputs)
    return package.Model(inputs, package.layers.Dense(2, name="out")(hidden), name="both")


def test_models_come_back_from_json():
    x = np.ones((1, 4), "float32")
    model = make(keras)
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(x), model(x))


def test_json_of_keras_is_read_and_ours_by_keras():
    theirs = make(real)
    ours = keras.models.model_from_json(theirs.to_json())
    assert [layer.name for layer in ours.layers] == ["in", "hidden", "out"]
    again = real.models.model_from_json(make(keras).to_json())
    assert again.count_params() == theirs.count_params() == ours.count_params()


def test_models_of_configs():
    config = keras.saving.serialize_keras_object(make(keras))
    assert keras.models.model_from_config(config).name == "both"


def test_layers_of_users():
    class Twice(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 2

    text = keras.Sequential([keras.Input((2,)), Twice()]).to_json()
    again = keras.models.model_from_json(text, custom_objects={"Twice": Twice})
    np.testing.assert_array_equal(again(np.ones((1, 2))), [[2.0, 2.0]])
    with pytest.raises(TypeError, match="'Twice' is not known"):
        keras.models.model_from_json(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is not JSON: .* a file is read by keras"),
        (json.dumps([]), "given a list. For a list of layer configs"),
        (json.dumps({"layers": []}), "not the config of a model"),
        (json.dumps({"class_name": "Dense", "config": {"units": 1}}), "not the config of a model"),
    ],
)
def test_mistakes_are_named(text, said):
    with pytest.raises(ValueError, match=said):
        keras.models.model_from_json(text)

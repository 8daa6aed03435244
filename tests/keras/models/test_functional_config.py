import json

import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import close
from tests.harness.real_keras import real

X = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
V = np.random.default_rng(1).normal(size=(2, 4)).astype("float32")


def images(k):
    x = k.Input((6, 6, 3), name="x")
    h = k.layers.Conv2D(4, 3, padding="same", name="c1")(x)
    h = k.layers.BatchNormalization(name="n1")(h)
    h = k.layers.Activation("relu", name="r1")(h)
    side = k.layers.Conv2D(4, 1, name="side")(x)
    h = k.layers.Add(name="sum")([h, side])
    h = k.layers.Concatenate(name="cat")([h, x])
    h = k.layers.GlobalAveragePooling2D(name="pool")(h)
    return k.Model(x, k.layers.Dense(2, activation="softmax", name="out")(h), name="images")


def shared(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(3, name="shared")
    return k.Model({"a": a, "b": b}, [dense(a), dense(b)], name="shared_model")


def ops(k):
    x = k.Input((4,), name="x")
    h = k.ops.relu(x) + 1.0
    h = k.ops.concatenate([h, x * 2.0], axis=-1)
    h = k.ops.reshape(h, (-1, 2, 4))
    h = k.ops.mean(h, axis=1, keepdims=True)[:, 0, :3]
    h = k.ops.where(h > 0.1, h, 0.0)
    return k.Model(x, k.ops.softmax(h, axis=-1), name="ops")


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(3, name="d")], name="inner")
    x = k.Input((4,), name="x")
    y = k.Input((4,), name="y")
    return k.Model([x, y], k.layers.Subtract(name="s")([inner(x), inner(y)]), name="nested")


def masked(k):
    x = k.Input((4,), name="x", dtype="int32")
    h = k.layers.Embedding(9, 3, mask_zero=True, name="e")(x)
    return k.Model(x, k.layers.MultiHeadAttention(2, 3, name="m")(h, h), name="masked")


MODELS = [
    (images, X),
    (shared, {"a": V, "b": V}),
    (ops, V),
    (nested, [V, V]),
    (masked, np.array([[1, 2, 0, 0], [3, 4, 5, 0]], "int32")),
]


def _same(ours, theirs, inputs):
    # Layers that a config has built are so before a model within takes them into its name.
    found, expected = ([w.path.split("/")[-2:] for w in m.weights] for m in (ours, theirs))
    assert found == expected
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    close(ours(inputs), theirs(inputs))


@pytest.mark.parametrize(("make", "inputs"), MODELS)
def test_a_config_makes_the_same_model(make, inputs):
    model = make(keras)
    config = json.loads(json.dumps(model.get_config()))
    again = keras.Model.from_config(config)
    assert again.name == model.name
    again.set_weights(model.get_weights())
    close(again(inputs), [np.asarray(leaf) for leaf in _leaves(model(inputs))])
    assert json.loads(json.dumps(again.get_config())) == config


def _leaves(outputs):
    return outputs if isinstance(outputs, list) else [outputs]


@pytest.mark.parametrize(("make", "inputs"), MODELS)
def test_a_config_of_keras_makes_the_same_model(make, inputs):
    theirs = make(real)
    saved = json.loads(json.dumps(real.saving.serialize_keras_object(theirs)))
    ours = keras.saving.deserialize_keras_object(saved)
    _same(ours, theirs, inputs)


@pytest.mark.parametrize(("make", "inputs"), MODELS)
def test_keras_makes_the_same_model_of_our_config(make, inputs):
    ours = make(keras)
    saved = json.loads(json.dumps(keras.saving.serialize_keras_object(ours)))
    theirs = real.saving.deserialize_keras_object(saved)
    _same(ours, theirs, inputs)


def test_configs_of_keras_2():
    def tensor(name):
        return [[name, 0, 0, {}]]

    config = {
        "name": "old",
        "layers": [
            {
                "class_name": "InputLayer",
                "name": "x",
                "config": {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"},
                "inbound_nodes": [],
            },
            {
                "class_name": "Dense",
                "name": "d",
                "config": {"name": "d", "units": 3},
                "inbound_nodes": [tensor("x")],
            },
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    model = keras.Model.from_config(config)
    assert model.output_shape in ((None, 3), [(None, 3)]) and model.get_layer("d").units == 3


def test_mistakes_are_named():
    config = shared(keras).get_config()
    config["layers"] = [layer for layer in config["layers"] if layer["name"] != "b"]
    with pytest.raises(ValueError, match="'shared' takes the output of 'b', which is not among"):
        keras.Model.from_config(config)


class Custom(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


def test_models_of_a_class_are_made_by_their_arguments():
    model = Custom(3, name="mine")
    config = model.get_config()
    again = Custom.from_config(config)
    assert again.name == "mine" and again.dense.units == 3
    with pytest.raises(TypeError, match="cannot be made of the config"):
        Custom.from_config({"size": 3})

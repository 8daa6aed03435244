"""The parts of models in checkpoints."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras


def keys(model, tmp_path):
    path = tf.train.Checkpoint(model).write(tmp_path / "c")
    names = [name for name, _ in tf.train.list_variables(path)]
    return [n.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE") for n in names if "/" in n]


def test_a_functional_model_numbers_its_operations(tmp_path):
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(3, use_bias=False)(inputs) + 1.0
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    assert keys(model, tmp_path) == [
        "_operations/1/_kernel", "_operations/3/_kernel", "_operations/3/bias",
    ]  # fmt: skip


@pytest.mark.parametrize("start", [[keras.Input((2,))], []], ids=["input", "none"])
def test_a_sequential_counts_its_input(tmp_path, start):
    model = keras.Sequential([*start, keras.layers.Dense(1, use_bias=False)])
    model.build((None, 2))
    assert keys(model, tmp_path) == ["_functional/_operations/1/_kernel"]


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(2, use_bias=False) for _ in range(2)]
        self.named = {"head": keras.layers.Dense(1, use_bias=False)}
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.named["head"](self.drop(x))


def test_a_subclassed_model_has_its_lists_and_dictionaries_saved(tmp_path):
    model, x = Net(), np.ones((1, 2), "float32")
    model(x)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, np.ones((1, 1)), verbose=0)
    found = keys(model, tmp_path)
    assert found[:4] == [
        "blocks/0/_kernel", "blocks/1/_kernel", "drop/seed_generator/state", "named/head/_kernel",
    ]  # fmt: skip
    assert all(name.startswith("optimizer/") for name in found[4:])
    other = Net()
    status = tf.train.Checkpoint(other).read(tmp_path / "c")
    np.testing.assert_array_equal(other(x), model(x))
    status.assert_existing_objects_matched()


def test_names_of_keras_2():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.ReLU(),
                              keras.layers.Dense(1)])  # fmt: skip
    find = model._checkpoint_child
    first, relu, last = model.layers
    assert (find("layer-0"), find("layer-1"), find("layer-2")) == (first, relu, last)
    assert (find("layer_with_weights-0"), find("layer_with_weights-1")) == (first, last)
    for name in ("layer-3", "layer_with_weights-2", "layer-x", "layers-1", "layer-" + "9" * 50):
        assert find(name) is None


def test_layers_with_weights_are_counted_when_all_before_are_built():
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
    assert model._checkpoint_child("layer_with_weights-0") is None
    model.layers[1].build((None, 3))
    assert model._checkpoint_child("layer_with_weights-0") is None
    model.layers[0].build((None, 2))
    assert model._checkpoint_child("layer_with_weights-1") is model.layers[1]


def test_a_model_within_a_model(tmp_path):
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False)])
    model = keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1, use_bias=False)])
    assert keys(model, tmp_path) == [
        "_functional/_operations/1/_functional/_operations/1/_kernel",
        "_functional/_operations/2/_kernel",
    ]

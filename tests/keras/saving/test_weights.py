"""The comparison of a model with a file of weights, and what is loaded."""

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real


def model_of(*units, keras=keras):
    layers = [keras.layers.Dense(size, name=f"d{size}") for size in units]
    return keras.Sequential([keras.Input((3,)), *layers])


def saved(model, folder):
    model.save_weights(folder / "w.weights.h5")
    return folder / "w.weights.h5"


def test_all_differences_are_told_and_nothing_is_loaded(tmp_path):
    path = saved(model_of(3, 2), tmp_path)
    model = model_of(3, 4, 5)
    before = model.get_weights()
    with pytest.raises(ValueError, match="4 variables of the file and of the model") as caught:
        model.load_weights(path)
    for row in (
        "layers/dense_1/vars/0  kernel (3, 4) float32  (3, 2) float32",
        "layers/dense_1/vars/1  bias (4,) float32      (2,) float32",
        "layers/dense_2/vars/0  kernel (4, 5) float32  nothing",
        "layers/dense_2/vars/1  bias (5,) float32      nothing",
    ):
        assert row in str(caught.value)
    for one, other in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(one, other)


def test_what_the_model_lacks_is_told(tmp_path):
    path = saved(model_of(3, 2), tmp_path)
    with pytest.raises(ValueError, match=r"layers/dense_1/vars/0 +nothing +a variable"):
        model_of(3).load_weights(path)


def test_what_fits_is_loaded_if_asked_for(tmp_path):
    first, second = model_of(3, 2), model_of(3, 4)
    path = saved(first, tmp_path)
    with pytest.warns(UserWarning, match="2 variables were not loaded"):
        second.load_weights(path, skip_mismatch=True)
    assert np.array_equal(second.layers[0].kernel, first.layers[0].kernel)


@pytest.mark.parametrize("writer", [keras, real])
def test_layers_are_found_by_name(writer, tmp_path):
    first = model_of(3, 2, keras=writer)
    path = saved(first, tmp_path)
    second = model_of(4, 3)
    with pytest.raises(ValueError, match=r"kernel \(4, 3\) float32 +\(3, 3\) float32"):
        second.load_weights(path, by_name=True)
    third = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="d3")])
    third.load_weights(path, by_name=True)
    assert np.array_equal(third.layers[0].kernel, np.asarray(first.layers[0].kernel))


def test_layers_that_load_themselves_are_asked(tmp_path):
    class Own(keras.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(2,), initializer="ones")

        def save_own_variables(self, store):
            store["mine"] = self.w.numpy() * 2

        def load_own_variables(self, store):
            self.w.assign(store["mine"])

        def call(self, inputs):
            return inputs

    model = keras.Sequential([keras.Input((3,)), Own()])
    path = saved(model, tmp_path)
    model.load_weights(path)
    assert model.layers[0].w.numpy().tolist() == [2.0, 2.0]
    path = saved(model_of(3), tmp_path)
    with pytest.raises(ValueError, match="cannot load its variables: 'mine'"):
        Own.load_own_variables.__globals__["keras"].Sequential(
            [keras.Input((3,)), keras.layers.Dense(3), Own()]
        ).load_weights(path)


def test_state_that_keras_leaves_out_is_kept(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5, seed=3)])
    model.layers[0].seed_generator.next()
    path = saved(model, tmp_path)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.5, seed=4)])
    other.load_weights(path)
    assert other.layers[0].seed_generator.state.numpy().tolist() == [3, 1]

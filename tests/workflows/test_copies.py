"""Copies of trained models go on by themselves."""

import copy

import numpy as np
import pytest

from keratin import keras

X, Y = np.ones((8, 3), "float32"), np.ones((8, 2), "float32")


def sequential():
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()]
    )


def functional():
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(2)(x) + 1.0)


@pytest.mark.parametrize("make", [sequential, functional])
def test_a_copy_is_trained_alone(make):
    model = make()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    before = model.predict(X, verbose=0)
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin.predict(X, verbose=0), before)
    twin.fit(X, Y, verbose=0)
    assert not np.allclose(twin.predict(X, verbose=0), before)
    np.testing.assert_array_equal(model.predict(X, verbose=0), before)
    assert int(twin.optimizer.iterations) == int(model.optimizer.iterations) + 1

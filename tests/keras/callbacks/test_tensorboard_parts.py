import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks._tensorboard_parts import (
    activations,
    gradients,
    weight_as_images,
    write_program,
)

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
Y = np.ones((4, 1), np.float32)


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((3,))
    x = keras.layers.Dense(2, name="first", activation="tanh")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Dropout(0.5, name="drop")(x)
    model = keras.Model(inputs, keras.layers.Dense(1, name="second")(x))
    model.compile("sgd", "mse")
    return model


def test_gradients_are_those_of_the_loss(tf):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((Y - model(X)) ** 2)
    expected = tape.gradient(loss, model.trainable_variables)
    found = gradients(model, (X, Y))
    assert [w.path for w, _ in found] == [v.path for v in model.trainable_variables]
    for (_, gradient), wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-5)


def test_neither_changes_the_model(model):
    before = [np.array(v) for v in model.variables]
    assert len(gradients(model, (X, Y))) == len(model.trainable_variables)
    found = dict(activations(model, (X, Y)))
    for a, b in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert list(found) == ["first", "norm", "drop", "second"]
    np.testing.assert_allclose(found["second"], model(X), rtol=1e-5)
    np.testing.assert_allclose(found["first"], model.get_layer("first")(X), rtol=1e-5)


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((5,), (1, 5, 1, 1)),
        ((1, 5), (1, 5, 1, 1)),
        ((3, 5), (1, 3, 5, 1)),
        ((5, 3), (1, 3, 5, 1)),
        ((3, 4, 7), (7, 3, 4, 1)),
        ((3, 3, 2, 4), (3, 3, 2, 4)),
        ((3, 3, 2, 7), None),
        ((2, 3, 3, 2, 7), None),
        ((), None),
    ],
)
def test_weights_as_pictures_of_the_shapes_of_keras(shape, expected):
    found = weight_as_images(np.zeros(shape))
    assert (None if found is None else found.shape) == expected


def test_a_model_that_was_not_trained_has_no_program(model):
    assert not write_program(None, model)

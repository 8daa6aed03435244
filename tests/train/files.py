"""Fixtures, and objects to save, for the tests of tf.train."""

from pathlib import Path

import numpy as np

import keratin as tf
from keratin import keras

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = np.load(FIXTURES / "expected.npz")
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


class Box(tf.Module):
    """A module without parts; tests give it some."""

    def __init__(self, **parts):
        super().__init__(name="box")
        for name, part in parts.items():
            setattr(self, name, part)


def data():
    """The rows that the models of the fixtures were trained on."""
    x = np.linspace(-1, 1, 16, dtype="float32").reshape(8, 2)
    return x, x.sum(axis=1, keepdims=True) ** 2


def model_of_fixtures(optimizer, build=True):
    """The model of the fixtures, not trained."""
    start = [keras.Input((2,))] if build else []
    model = keras.Sequential(
        [
            *start,
            keras.layers.Dense(3, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    return model

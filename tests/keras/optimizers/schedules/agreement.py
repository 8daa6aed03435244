"""Schedules beside those of Keras."""

import numpy as np

from keratin import keras
from tests.harness.real_keras import real

STEPS = (0, 1, 4, 5, 6, 9, 10, 11, 20, 33, 57, 100)


def check(name, arguments):
    ours = getattr(keras.optimizers.schedules, name)(**arguments)
    theirs = getattr(real.optimizers.schedules, name)(**arguments)
    found = [ours(step).numpy() for step in STEPS]
    expected = [float(theirs(step)) for step in STEPS]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)
    assert {value.dtype for value in found} == {np.dtype("float32")}
    config = keras.optimizers.schedules.serialize(ours)
    assert config == real.optimizers.schedules.serialize(theirs)
    again = keras.optimizers.schedules.deserialize(config)
    assert again.get_config() == ours.get_config()
    for step in (np.int32(7), np.float32(7)):
        np.testing.assert_allclose(ours(step).numpy(), float(theirs(step)), rtol=1e-5)

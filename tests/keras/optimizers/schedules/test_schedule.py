import numpy as np
import pytest

import keratin as tf
from keratin import keras


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5 ** tf.cast(step, "float32")


def test_schedule_of_the_user():
    optimizer = keras.optimizers.SGD(Halving(1.0))
    weight = keras.Variable([0.0])
    for _ in range(3):
        optimizer.apply([np.ones(1, "float32")], [weight])
    assert weight.numpy() == -1.75 and optimizer.learning_rate.numpy() == 0.125
    config = optimizer.get_config()
    again = keras.optimizers.SGD.from_config(config, custom_objects={"Halving": Halving})
    assert again.learning_rate.numpy() == 1.0


def test_schedule_without_call():
    with pytest.raises(NotImplementedError, match=r"has a method __call__\(self, step\)"):
        keras.optimizers.schedules.LearningRateSchedule()(0)


def test_rates_that_are_variables():
    rate = tf.Variable(1.0)
    schedule = keras.optimizers.schedules.ExponentialDecay(rate, 1, 0.5)
    assert schedule(1).numpy() == 0.5
    rate.assign(2.0)
    assert schedule(1).numpy() == 1.0

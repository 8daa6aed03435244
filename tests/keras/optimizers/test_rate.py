import numpy as np
import pytest

import keratin as tf
from keratin import keras

ONE = [np.ones(1, "float32")]


def change(optimizer, steps=1):
    """By how much each step changes a weight."""
    known = optimizer._trainable_variables
    weight = known[0] if known else keras.Variable([0.0])
    found = []
    for _ in range(steps):
        before = weight.numpy()[0]
        optimizer.apply(ONE, [weight])
        found.append(round(float(before - weight.numpy()[0]), 5))
    return found


@pytest.mark.parametrize(
    "rate", [1, np.float32(1), np.array(1.0), tf.constant(1.0), tf.Variable(1.0)]
)
def test_numbers_of_all_kinds(rate):
    assert change(keras.optimizers.SGD(rate)) == [1.0]


def test_variable_of_the_user():
    rate = tf.Variable(1.0)
    optimizer = keras.optimizers.SGD(rate)
    assert change(optimizer) == [1.0]
    rate.assign(0.5)
    assert change(optimizer) == [0.5]


def test_functions_are_asked_at_each_eager_step():
    rates = iter([0.5, 0.25])
    assert change(keras.optimizers.SGD(lambda: next(rates)), 2) == [0.5, 0.25]
    assert change(keras.optimizers.SGD(lambda step: 1.0 / (float(step) + 1)), 2) == [1.0, 0.5]


def test_assigning_a_rate_compiles_nothing_anew():
    optimizer = keras.optimizers.SGD(1.0)
    change(optimizer)
    programs = dict(optimizer._programs)
    optimizer.learning_rate = 0.5
    optimizer.lr = optimizer.lr * 0.5
    assert change(optimizer) == [0.25]
    optimizer.learning_rate.assign(0.125)
    assert change(optimizer) == [0.125]
    assert optimizer._programs == programs and programs
    assert optimizer.lr is optimizer.learning_rate


def test_schedule_in_place_of_a_number():
    optimizer = keras.optimizers.SGD(1.0)
    change(optimizer)
    optimizer.learning_rate = keras.optimizers.schedules.InverseTimeDecay(1.0, 1, 1.0)
    assert change(optimizer, 2) == [0.5, 0.33333]
    assert [v.name for v in optimizer.variables] == ["iteration"]
    with pytest.raises(TypeError, match="assign another schedule"):
        optimizer.learning_rate = 0.5
    optimizer.learning_rate = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 1.0)
    assert change(optimizer) == [1.0]


def test_decay_of_keras_2():
    optimizer = keras.optimizers.SGD(lr=1.0, decay=1.0)
    assert change(optimizer, 3) == [1.0, 0.5, 0.33333]
    assert float(optimizer.lr) == 1.0
    assert keras.optimizers.SGD.from_config(optimizer.get_config()).get_config()["decay"] == 1.0


def test_what_is_no_rate():
    for wrong in (True, "fast?", [0.1], np.zeros(2)):
        with pytest.raises(ValueError, match="learning_rate is a number, a schedule of"):
            keras.optimizers.SGD(wrong, name="sgd")
    with pytest.raises(ValueError, match="A learning rate is a number; given 'fast'"):
        keras.optimizers.SGD().learning_rate = "fast"


@keras.saving.register_keras_serializable("tests")
def registered_rate():
    return 0.125


def test_config_of_a_function():
    config = keras.optimizers.SGD(registered_rate).get_config()
    assert change(keras.optimizers.SGD.from_config(config)) == [0.125]

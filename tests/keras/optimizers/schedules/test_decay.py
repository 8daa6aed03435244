import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.optimizers.schedules.agreement import check

schedules = keras.optimizers.schedules

ROWS = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 2, "staircase": True},
    ),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10}),
    (
        "PolynomialDecay",
        {
            "initial_learning_rate": 0.1,
            "decay_steps": 10,
            "end_learning_rate": 0.01,
            "power": 2.0,
            "cycle": True,
        },
    ),
    ("PiecewiseConstantDecay", {"boundaries": [5, 10, 33], "values": [0.4, 0.3, 0.2, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [5], "values": [1.0, 0.5], "name": "steps"}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)


def test_within_a_function():
    schedule = schedules.ExponentialDecay(1.0, 1, 0.5)
    assert tf.function(schedule)(tf.constant(3)).numpy() == 0.125


def test_rate_of_another_dtype():
    rate = tf.constant(1.0, "float64")
    assert schedules.ExponentialDecay(rate, 1, 0.5)(2).dtype == "float64"
    assert schedules.PolynomialDecay(1, 4)(2).numpy() == np.float32(0.50005)


def test_arguments_that_make_no_sense():
    for make in (schedules.ExponentialDecay, schedules.InverseTimeDecay):
        with pytest.raises(ValueError, match="decay_steps must be greater than 0; given 0"):
            make(0.1, 0, 0.5)
    with pytest.raises(ValueError, match="PolynomialDecay: decay_steps must be greater than 0"):
        schedules.PolynomialDecay(0.1, -1)
    with pytest.raises(ValueError, match="given 2 boundaries and 2 values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    with pytest.raises(TypeError, match="Did you mean 'decay_rate'"):
        schedules.ExponentialDecay(0.1, 5, decay_rates=0.5)

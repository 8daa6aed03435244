"""The parts of optimizers in checkpoints."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras


def built(optimizer):
    optimizer.build([keras.Variable(np.ones((2, 2), "float32"), name="w")])
    return optimizer


def test_the_names_are_those_of_keras():
    optimizer = built(keras.optimizers.Adam(0.1, amsgrad=True))
    assert list(optimizer._checkpoint_children())[:4] == [
        "_variables", "_trainable_variables", "_iterations", "_learning_rate",
    ]  # fmt: skip
    parts = tf.train.TrackableView.children(optimizer)
    assert set(parts) == {
        "_variables", "_trainable_variables", "_iterations", "_learning_rate", "_momentums",
        "_velocities", "_velocity_hats",
    }  # fmt: skip
    assert parts["_variables"][0] is optimizer.iterations


CASES = [
    ("Adam", {}, {"m": "_momentums", "v": "_velocities"}),
    ("Adam", {"amsgrad": True}, {"vhat": "_velocity_hats"}),
    ("Adamax", {}, {"m": "_m", "v": "_u"}),
    ("SGD", {"momentum": 0.9}, {"momentum": "momentums"}),
    (
        "RMSprop",
        {"momentum": 0.9, "centered": True},
        {"rms": "_velocities", "momentum": "_momentums", "mg": "_average_gradients"},
    ),
    ("Adagrad", {}, {"accumulator": "_accumulators"}),
    ("Adadelta", {}, {"accum_grad": "_accumulated_grads", "accum_var": "_accumulated_delta_vars"}),
    ("Ftrl", {}, {"accumulator": "_accumulators", "linear": "_linears"}),
]


@pytest.mark.parametrize(("name", "options", "slots"), CASES)
def test_slots_of_keras_2(name, options, slots):
    optimizer = built(getattr(keras.optimizers, name)(**options))
    variable = optimizer._trainable_variables[0]
    for slot, attribute in slots.items():
        assert optimizer._checkpoint_slot(variable, slot) is vars(optimizer)[attribute][0]
    assert optimizer._checkpoint_slot(variable, "other") is None
    assert optimizer._checkpoint_slot(keras.Variable([1.0]), next(iter(slots))) is None


def test_names_of_keras_2():
    optimizer = keras.optimizers.SGD(0.1)
    assert optimizer._checkpoint_child("iter") is optimizer.iterations
    assert optimizer._checkpoint_child("learning_rate") is optimizer._learning_rate
    assert optimizer._checkpoint_child("decay") is None
    assert optimizer._checkpoint_skips({"_variables", "_index_dict"}) == {"_variables"}
    assert optimizer._checkpoint_skips({"_variables"}) == set()


@pytest.mark.parametrize(
    "name", ["Lamb", "Nadam", "Lion", "Adafactor", "Muon", "LossScaleOptimizer"]
)
def test_every_kind_comes_back(name, tmp_path):
    def make():
        if name == "LossScaleOptimizer":
            return built(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)))
        return built(getattr(keras.optimizers, name)(0.1))

    optimizer, other = make(), make()
    for number, variable in enumerate(optimizer.variables):
        variable.assign(tf.cast(tf.fill(variable.shape, number + 1), variable.dtype))
    path = tf.train.Checkpoint(o=optimizer).write(tmp_path / "c")
    tf.train.Checkpoint(o=other).read(path).assert_consumed()
    for one, two in zip(optimizer.variables, other.variables, strict=True):
        np.testing.assert_array_equal(one, two)

"""Eager steps are one compiled program, with the bits of a step inside of tf.function."""

import gc
import weakref

import jax
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.optimizers.agreement import gradients, variables

ROWS = [
    ("SGD", {"momentum": 0.9, "gradient_accumulation_steps": 2}),
    ("Adam", {"use_ema": True, "clipnorm": 1.0, "weight_decay": 0.1}),
    ("Adafactor", {}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS)
def test_same_bits_eagerly_in_a_function_and_stateless(name, arguments):
    results = []
    given = gradients(4)
    for how in ("eager", "function", "stateless"):
        optimizer = getattr(keras.optimizers, name)(**arguments)
        weights = variables(keras)

        def step(*each, optimizer=optimizer, weights=weights):
            optimizer.apply_gradients(zip(each, weights, strict=True))

        if how == "function":
            step = tf.function(step)
        if how == "stateless":
            optimizer.build(weights)
            own, values = list(optimizer.variables), list(weights)
            for each in given:
                values, own = optimizer.stateless_apply(own, each, values)
            assert int(optimizer.iterations) == 0
            results.append([np.asarray(v) for v in (*values, *own)])
            continue
        for each in given:
            step(*[tf.constant(array) for array in each])
        results.append([v.numpy() for v in (*weights, *optimizer.variables)])
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_a_step_is_one_dispatch():
    optimizer = keras.optimizers.Adam(clipnorm=1.0, weight_decay=0.1, use_ema=True)
    weights = variables(keras)
    given = [tf.constant(array) for array in gradients(1)[0]]
    for _ in range(2):
        optimizer.apply_gradients(zip(given, weights, strict=True))
    (program,) = optimizer._programs.values()
    (concrete,) = program._concrete.values()
    calls = []
    compiled = concrete._compiled
    concrete._compiled = lambda *arrays: calls.append(len(arrays)) or compiled(*arrays)
    with jax.log_compiles(False):
        optimizer.apply_gradients(zip(given, weights, strict=True))
    # Two gradients, two weights, three slots for each, step and rate.
    assert calls == [2 + 2 + 6 + 2]


def test_arrays_that_others_hold_stay():
    weight = keras.Variable(np.ones(4000, "float32"))
    optimizer = keras.optimizers.SGD(1.0, momentum=0.5)
    before = weight.value
    for _ in range(3):
        held = weight.value
        optimizer.apply([np.ones(4000, "float32")], [weight])
        assert held.numpy().shape == (4000,)
        held_slot = optimizer.variables[2].value
    optimizer.apply([np.ones(4000, "float32")], [weight])
    assert before.numpy()[0] == 1.0 and held_slot.numpy()[0] == -1.75


def test_numbers_changed_later_count():
    optimizer = keras.optimizers.SGD(1.0)
    weight = keras.Variable([0.0])
    one = [np.ones(1, "float32")]
    optimizer.apply(one, [weight])
    optimizer.clipvalue = 0.25
    optimizer.apply(one, [weight])
    assert weight.numpy() == -1.25


def test_other_sets_of_variables():
    optimizer = keras.optimizers.SGD(1.0)
    first, second = keras.Variable([0.0]), keras.Variable([0.0])
    optimizer.build([first, second])
    one = tf.constant([1.0])
    optimizer.apply_gradients([(one, second)])
    optimizer.apply_gradients([(one, second), (one, first)])
    assert second.numpy() == -2.0 and first.numpy() == -1.0


class Counts(keras.optimizers.SGD):
    """Python code that a trace cannot take along."""

    seen = 0

    def update_step(self, gradient, variable, learning_rate):
        self.seen += 1
        super().update_step(gradient, variable, learning_rate)


class Decides(keras.optimizers.SGD):
    def update_step(self, gradient, variable, learning_rate):
        if tf.reduce_sum(gradient) > 0:
            super().update_step(gradient, variable, learning_rate)


def test_side_effects_run_each_time():
    optimizer = Counts(1.0)
    weight = keras.Variable([0.0])
    for _ in range(3):
        optimizer.apply([np.ones(1, "float32")], [weight])
    assert optimizer.seen >= 3 and weight.numpy() == -3.0


def test_python_decisions_run_op_by_op():
    optimizer = Decides(1.0)
    weight = keras.Variable([0.0])
    with pytest.warns(UserWarning, match=r"Decides.update_step asks for values in Python"):
        optimizer.apply([np.ones(1, "float32")], [weight])
    optimizer.apply([-np.ones(1, "float32")], [weight])
    assert weight.numpy() == -1.0 and int(optimizer.iterations) == 2


def test_optimizers_are_let_go():
    optimizer = keras.optimizers.Adam()
    weight = keras.Variable([0.0])
    optimizer.apply([np.ones(1, "float32")], [weight])
    gone = [weakref.ref(optimizer), weakref.ref(weight)]
    del optimizer, weight
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


def test_within_a_function_that_builds_it():
    optimizer = keras.optimizers.ScheduleFreeAdamW(0.1)
    weight = keras.Variable([3.0])

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = weight * x
        optimizer.apply_gradients([(tape.gradient(loss, weight), weight)])
        return loss

    step(tf.constant([1.0]))
    np.testing.assert_allclose(weight.numpy(), [2.9], rtol=1e-6)
    step(tf.constant([1.0]))
    assert int(optimizer.iterations) == 2

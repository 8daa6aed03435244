import jax
import numpy as np
import pytest

import keratin as tf
from keratin.keras.training.step import Step

BATCH = (jax.ShapeDtypeStruct((4, 2), np.float32), None)


def test_what_is_read_and_written():
    w, total = tf.Variable([1.0, 2.0]), tf.Variable(0.0)

    def step(batch):
        x, nothing = batch
        assert nothing is None
        value = tf.reduce_sum(x * w)
        total.assign_add(value)
        return {"value": value, "name": "text"}

    traced = Step(step, BATCH, "step")
    assert traced.carried == [total] if False else traced.carried[0] is total
    assert traced.fixed[0] is w
    assert traced.num_outputs == 1
    assert float(total) == 0.0
    x = np.ones((4, 2), np.float32)
    outputs, new = traced.run([], [x], [np.float32(5.0)], [np.array([1.0, 2.0], np.float32)])
    assert float(outputs[0]) == 12.0
    assert float(new[0]) == 17.0
    assert traced.rebuild(outputs, float) == {"value": 12.0, "name": "text"}


def test_large_constants_are_inputs():
    small, large = tf.constant(np.ones(3, "float32")), tf.constant(np.ones((50, 2), "float32"))
    traced = Step(lambda batch: tf.reduce_sum(large) + tf.reduce_sum(small), (), "step")
    assert [c.shape for c in traced.constants] == [(50, 2)]
    assert float(traced.run(traced.constants, [], [], [])[0][0]) == 103.0


def test_variables_that_are_made_in_the_step():
    made = []

    def step(batch):
        if not made:
            made.append(tf.Variable(2.0))
        made[0].assign_add(1.0)
        return {}

    traced = Step(step, BATCH, "step")
    assert traced.carried[0] is made[0]
    assert float(made[0]) == 2.0


def test_variables_made_of_computed_values():
    made = []

    def step(batch):
        if not made:
            made.append(tf.Variable(tf.reduce_sum(batch[0]) + 1.0))
        made[0].assign_add(1.0)
        return {}

    traced = Step(step, BATCH, "step")
    assert traced.carried[0] is made[0]


def test_a_variable_keeps_its_shape():
    v = tf.Variable([1.0], shape=tf.TensorShape(None))

    def step(batch):
        v.assign([1.0, 2.0])
        return {}

    with pytest.raises(ValueError, match="keeps the shapes of variables"):
        Step(step, BATCH, "step")

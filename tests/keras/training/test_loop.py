import jax
import numpy as np
import pytest

import keratin as tf
from keratin.keras.training.loop import Loop
from keratin.keras.training.step import Step

X = np.arange(24, dtype=np.float32).reshape(12, 2)


def loop_of(total, results=None, batch_size=4, shuffled=False):
    def step(batch):
        total.assign_add(tf.reduce_sum(batch))
        return {"sum": tf.reduce_sum(batch)}

    rows = 12 if batch_size is None else batch_size
    traced = Step(step, jax.ShapeDtypeStruct((rows, 2), np.float32), "step")
    return Loop(traced, X, batch_size, shuffled, results)


def test_any_stretch_of_steps():
    total = tf.Variable(0.0)
    loop = loop_of(total)
    outputs = loop.run([X], None, 0, 0, 3)
    assert float(total) == X.sum()
    assert loop.rebuild(outputs, float) == {"sum": X[8:].sum()}
    outputs = loop.run([X], None, 0, 1, 2)
    assert loop.rebuild(outputs, float) == {"sum": X[4:8].sum()}
    assert float(total) == X.sum() + X[4:8].sum()


def test_a_first_row_and_an_order():
    total = tf.Variable(0.0)
    loop = loop_of(total, shuffled=True)
    order = np.array([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], np.int32)
    outputs = loop.run([X], order, 0, 0, 1)
    assert loop.rebuild(outputs, float) == {"sum": X[8:].sum()}
    outputs = loop.run([X], order, 4, 1, 2)
    assert loop.rebuild(outputs, float) == {"sum": X[:4].sum()}


def test_data_that_is_one_batch():
    total = tf.Variable(1.0)
    loop = loop_of(total, batch_size=None)
    loop.run([X], None, 0, 0, 1)
    assert float(total) == 1.0 + X.sum()


def test_results_are_of_the_state_after_the_last_step():
    total, factor = tf.Variable(0.0), tf.Variable(2.0)
    results = Step(lambda _: {"double": total * factor}, (), "results")
    loop = loop_of(total, results)
    outputs = loop.run([X], None, 0, 0, 3)
    assert loop.rebuild(outputs, float) == {"double": 2 * X.sum()}


def test_values_that_others_hold_are_not_destroyed():
    total = tf.Variable(0.0)
    held = total.value()
    other = tf.Variable(3.0)
    other.assign(total)
    loop = loop_of(total)
    for _ in range(2):
        loop.run([X], None, 0, 0, 3)
    assert float(held) == float(other) == 0.0
    assert float(total) == 2 * X.sum()


def test_it_ends_where_a_watched_value_is_not_finite():
    total = tf.Variable(0.0)
    x = X.copy()
    x[5, 1] = np.nan
    traced = loop_of(total).step
    loop = Loop(traced, x, 4, False, watched=total)
    assert int(loop.run([x], None, 0, 0, 3)[-1]) == 2
    total.assign(0.0)
    assert int(loop.run([X], None, 0, 0, 3)[-1]) == 3
    assert float(total) == X.sum()


def test_it_compiles_once():
    loop = loop_of(tf.Variable(0.0))
    assert not loop.is_compiled
    loop.compile()
    first = loop._compiled
    loop.compile()
    loop.run([X], None, 0, 0, 1)
    assert loop._compiled is first


def test_a_program_that_may_fail_destroys_nothing():
    total = tf.Variable(1.0)

    def fail(value):
        if value > 0:
            raise RuntimeError("no good")
        return value

    def step(batch):
        total.assign_add(1.0)
        return {"x": tf.py_function(fail, [tf.reduce_sum(batch)], tf.float32)}

    loop = Loop(Step(step, jax.ShapeDtypeStruct((4, 2), np.float32), "step"), X, 4, False)
    with pytest.raises(Exception, match="no good"):
        loop.run([X], None, 0, 0, 3)
    assert float(total) == 1.0


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="convolutions are slow in loops on CPU")
@pytest.mark.parametrize("bad_row", [None, 5])
def test_steps_with_convolutions_are_dispatched_one_by_one(bad_row):
    total = tf.Variable(0.0)
    kernel = tf.ones((1, 1, 1))

    def step(batch):
        total.assign_add(tf.reduce_sum(tf.nn.conv1d(batch[..., None], kernel, 1, "SAME")))
        return {"total": total}

    data = X.copy()
    if bad_row is not None:
        data[bad_row] = np.nan
    traced = Step(step, jax.ShapeDtypeStruct((4, 2), np.float32), "step")
    loop = Loop(traced, data, 4, False, watched=total if bad_row is not None else None)
    assert loop.goes_by_steps
    outputs = loop.run([data], None, 0, 0, 3)
    if bad_row is None:
        assert loop.rebuild(outputs, float) == {"total": X.sum()}
    else:
        assert int(outputs[-1]) == 2  # the second batch was the last

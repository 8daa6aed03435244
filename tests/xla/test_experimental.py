"""tf.xla.experimental."""

import pytest


def test_compile_runs_a_computation(tf):
    compile = tf.xla.experimental.compile
    assert [x.numpy() for x in compile(lambda x, y: x * y, [2.0, tf.constant(3.0)])] == [6.0]
    found = compile(lambda x: {"a": x, "b": [x + 1]}, [tf.constant(1)])
    assert found["b"][0].numpy() == 2
    assert [x.numpy() for x in compile(lambda: tf.constant(1))] == [1]


def test_inputs_are_a_list(tf):
    with pytest.raises(TypeError, match="list of the arguments"):
        tf.xla.experimental.compile(lambda x: x, tf.constant([1.0]))


def test_a_scope_changes_nothing(tf):
    with tf.xla.experimental.jit_scope(compile_ops=False):
        assert (tf.constant(1) + 1).numpy() == 2

"""Scopes of tracing, and which variables are alive."""

import gc
import threading

import pytest


def test_variables_are_forgotten_with_their_last_user(tf):
    from keratin._engine import state

    v = tf.Variable(1.0)
    assert any(other is v for other in state.live_variables())
    count = len(state.live_variables())
    del v
    gc.collect()
    assert len(state.live_variables()) < count + 1


def test_threads_trace_and_record_apart(tf):
    found = []

    def work():
        found.append(tf.executing_eagerly())
        with tf.GradientTape() as tape:
            v = tf.Variable(3.0)
            y = v * v
        found.append(tape.gradient(y, v).numpy())

    @tf.function
    def f(x):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return x

    with tf.GradientTape() as tape:
        f(tf.constant(1.0))
    assert found == [True, 6.0]
    assert tape.watched_variables() == ()


def test_a_failing_trace_leaves_no_scope(tf):
    @tf.function
    def f(x):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        f(tf.constant(1.0))
    assert tf.executing_eagerly()
    assert (tf.constant(1) + 1).numpy() == 2

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


class Listener:
    """Notes what it is told."""

    def __init__(self, state, puts_off):
        self.told = []
        self.state, self.puts_off = state, puts_off

    def created(self, variable):
        self.told.append("created")
        if self.puts_off:
            self.state.put_off(variable)

    def used(self):
        self.told.append("used")

    def attached(self, owner):
        self.told.append(type(owner).__name__)


@pytest.fixture
def listener(monkeypatch):
    from keratin._engine import state

    listener = Listener(state, puts_off=True)
    monkeypatch.setattr(state, "waiting", [listener])
    return listener


def test_those_who_wait_are_told(tf, listener):
    class Box(tf.Module):
        pass

    box = Box(name="box")
    listener.told.clear()
    v = tf.Variable([1.0, 2.0])
    assert (v.shape, v.dtype, v.name) == ((2,), tf.float32, "Variable:0")
    box.v = v
    assert listener.told == ["created", "Box"]
    assert v.numpy().tolist() == [1.0, 2.0]
    assert (v + 1.0).numpy().tolist() == [2.0, 3.0]
    assert listener.told == ["created", "Box", "used"]


def test_a_value_that_is_put_off_is_there_for_ops_functions_and_tapes(tf, listener):
    assert (tf.Variable(2.0) * 3.0).numpy() == 6.0
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    assert tf.function(lambda: v * w)().numpy() == 6.0
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x).numpy() == 4.0
    assert tf.Variable(1.0).assign(5.0).numpy() == 5.0
    assert listener.told.count("used") == 5


def test_nobody_is_told_of_what_was_not_put_off(tf, monkeypatch):
    from keratin._engine import state

    monkeypatch.setattr(state, "waiting", [])
    with pytest.raises(AttributeError, match="_array"):
        state.first_use(tf.Variable(1.0))

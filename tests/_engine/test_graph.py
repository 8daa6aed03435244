"""Questions about where code runs, and what orders effects."""

import pytest


def test_inside_and_outside(tf):
    seen = []

    @tf.function
    def f(x):
        seen.append((tf.executing_eagerly(), tf.inside_function(), tf.is_symbolic_tensor(x)))
        with tf.init_scope():
            seen.append(tf.executing_eagerly())
            seen.append((tf.constant(2) * 3).numpy())
        seen.append(tf.get_static_value(x))
        return x

    f(tf.constant(1.0))
    assert seen == [(False, True, True), True, 6, None]
    assert tf.executing_eagerly()


def test_small_things(tf):
    with tf.control_dependencies([tf.constant(1)]):
        pass
    assert tf.group(tf.constant(1)) is None
    assert [t.numpy() for t in tf.tuple([tf.constant(1), 2])] == [1, 2]
    assert tf.is_tensor(tf.Variable(1))
    assert not tf.is_tensor(1)
    assert tf.timestamp().numpy() > 1.7e9
    assert tf.newaxis is None
    assert tf.get_static_value(tf.constant(3)) == 3
    with pytest.raises(ValueError, match="only name"):
        tf.group(nme="x")
    with pytest.raises(ValueError, match="empty"):
        tf.tuple([])


def test_a_critical_section_returns_and_excludes(tf):
    section = tf.CriticalSection(name="s")
    assert section.execute(lambda: section.execute(lambda: 3)) == 3

"""Python called from programs, and printing."""

import sys

import numpy as np
import pytest


def test_py_function_eager_and_compiled(tf):
    def python(x):
        return tf.constant(np.sort(x.numpy())) * 2.0

    f = tf.function(lambda x: tf.py_function(python, [x], tf.float32))
    x = tf.constant([3.0, 1.0])
    assert tf.py_function(python, [x], tf.float32).numpy().tolist() == [2.0, 6.0]
    assert f(x).numpy().tolist() == [2.0, 6.0]


def test_gradients_flow_through_py_function(tf):
    f = tf.function(lambda x: tf.py_function(lambda v: v * v * v, [x], tf.float32) * 2.0)
    x = tf.constant([2.0, 3.0])
    for function in (f, lambda x: tf.py_function(lambda v: v * v * v, [x], tf.float32) * 2.0):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        assert tape.gradient(y, x).numpy().tolist() == [24.0, 54.0]


def test_numpy_function(tf):
    f = tf.function(
        lambda x: tf.numpy_function(lambda v: (v + 1, v.sum()), [x], [tf.float32, tf.float32])
    )
    a, b = f(tf.constant([1.0, 2.0]))
    assert (a.numpy().tolist(), b.numpy()) == ([2.0, 3.0], 3.0)


def test_side_effects_happen_at_each_call(tf):
    seen = []

    @tf.function
    def f(x):
        tf.numpy_function(lambda v: seen.append(float(v)), [x], [])
        return x

    for value in (1.0, 2.0):
        f(tf.constant(value))
    assert seen[-2:] == [1.0, 2.0]


def test_an_exception_in_python_arrives_as_it_was(tf):
    def fails(x):
        if x.numpy() > 0:
            raise KeyError("my own")
        return x

    f = tf.function(lambda x: tf.py_function(fails, [x], tf.float32))
    with pytest.raises(KeyError, match="my own"):
        f(tf.constant(1.0))
    assert f(tf.constant(-1.0)).numpy() == -1.0


def test_misuse_is_answered_with_a_remedy(tf):
    x = tf.constant(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Make both"):
        tf.py_function(lambda v: v, [x], tf.int32)
    with pytest.raises(ValueError, match="names 2 results"):
        tf.py_function(lambda v: v, [x], [tf.float32, tf.float32])
    with pytest.raises(ValueError, match="func is missing"):
        tf.numpy_function(None, [x], tf.float32)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((lambda tf: ("a", tf.constant([1, 2]))), "a [1 2]\n"),
        ((lambda tf: (tf.constant([[1.0, 2.5], [3.0, 4.0]]),)), "[[1 2.5]\n [3 4]]\n"),
        ((lambda tf: (tf.range(10),)), "[0 1 2 ... 7 8 9]\n"),
        ((lambda tf: (tf.constant(True), tf.constant("s"), None)), "1 s None\n"),
        ((lambda tf: ({"k": tf.constant(1)}, [tf.constant(2), "t"])), "{'k': 1} [2, 't']\n"),
        ((lambda tf: (tf.constant(["a", "b"]), tf.constant(1e-7))), '["a" "b"] 1e-07\n'),
    ],
)
def test_prints_as_tensorflow_does(tf, capsys, arguments, expected):
    tf.print(*arguments(tf))
    assert capsys.readouterr().err == expected


def test_prints_from_programs_in_order(tf, capsys):
    @tf.function
    def f(x):
        for i in tf.range(3):
            tf.print("step", i, x, sep="|", output_stream=sys.stdout)

    f(tf.constant(0.5))
    assert capsys.readouterr().out == "step|0|0.5\nstep|1|0.5\nstep|2|0.5\n"


def test_prints_to_a_file(tf, tmp_path):
    path = tmp_path / "log.txt"
    tf.print("x", tf.constant(1), output_stream=f"file://{path}", end="!")
    assert path.read_text() == "x 1!"
    with pytest.raises(ValueError, match="file://path"):
        tf.print("x", output_stream="nowhere")


def test_a_failing_check_is_raised_once_and_logged_nowhere(tf, capfd):
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        return x

    with pytest.raises(tf.errors.InvalidArgumentError, match="x > 0 does not hold"):
        f(tf.constant([-1.0]))
    assert capfd.readouterr().err == ""
    assert (tf.constant(1.0) + 1.0).numpy() == 2.0


def test_a_leaked_tensor_cannot_be_printed(tf):
    kept = []

    @tf.function
    def f(x):
        kept.append(x * 2)
        return x

    f(tf.constant(1.0))
    with pytest.raises(TypeError, match="side effect"):
        tf.print(kept[0])

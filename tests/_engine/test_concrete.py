"""Concrete functions: the programs of single signatures."""

import re

import pytest


def test_concrete_functions(tf):
    @tf.function
    def f(x, n):
        return x * n

    concrete = f.get_concrete_function(tf.TensorSpec([2], tf.float32), 3)
    assert concrete(tf.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    assert concrete.structured_outputs == tf.TensorSpec([2], tf.float32)
    with pytest.raises(TypeError, match="was traced for"):
        concrete(tf.constant([1.0, 2.0, 3.0]))


def test_captured_tensors_are_inputs_with_gradients(tf):
    scale = tf.constant(3.0)

    @tf.function
    def f(x):
        return x * scale * scale

    with tf.GradientTape() as tape:
        tape.watch(scale)
        y = f(tf.constant(2.0))
    assert y.numpy() == 18.0
    assert tape.gradient(y, scale).numpy() == 12.0
    concrete = f.get_concrete_function(tf.TensorSpec([], tf.float32))
    assert any(t is scale for t in concrete.captured_inputs)


def test_a_common_subexpression_is_computed_once(tf):
    @tf.function
    def f(a, b, c):
        d = a * b + c
        e = a * b * c
        return d, e

    x = tf.constant([1.0, 2.0])
    text = f.graph_text(x, x, x)
    before, after = re.split("# f: simplified", text.split("# f: as compiled")[0])
    assert len(re.findall(r"= mul ", before)) == 3  # a*b, a*b again, (a*b)*c
    assert len(re.findall(r"= mul ", after)) == 2
    assert "HloModule" in text


def test_a_failing_program_loses_no_variable(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        v.assign_add(1.0)
        return v * x

    with pytest.raises(tf.errors.InvalidArgumentError):
        f(tf.constant(-1.0))
    assert v.numpy() in (1.0, 2.0)
    assert f(tf.constant(1.0)).numpy() in (2.0, 3.0)


def test_sizes_that_are_asked_for_as_unknown_stay_unknown(tf):
    @tf.function
    def f(x, n=2):
        return {"y": x["a"] * n}

    spec = tf.TensorSpec([None, 2], tf.float32, name="given")
    concrete = f.get_concrete_function({"a": spec}, n=3)
    args, _ = concrete.structured_input_signature
    assert args[0]["a"] == spec
    for size in (1, 4):
        assert concrete(tf.ones([size, 2]))["y"].shape == [size, 2]
    with pytest.raises(TypeError, match=r"traced for TensorSpec\(shape=\(None, 2\)"):
        concrete(tf.ones([4, 3]))

import copy

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core.host_random import weights_spared
from keratin.keras._core.variable import autocast


def test_made_by_name_function_or_value():
    assert keras.Variable("ones", shape=(2,)).numpy().tolist() == [1, 1]
    assert keras.Variable(lambda shape, dtype: tf.fill(shape, 2.0), shape=(2,)).numpy()[0] == 2
    assert keras.Variable([1, 2], dtype="int32").dtype == "int32"
    assert isinstance(keras.Variable(1.0), tf.Variable)


def test_the_value_is_an_attribute_and_a_method():
    v = keras.Variable([1.0, 2.0])
    kept = v.value
    v.assign([3.0, 4.0])
    np.testing.assert_array_equal(kept, [1, 2])
    np.testing.assert_array_equal(v.value(), [3, 4])
    with tf.GradientTape() as tape:
        y = v.value * 2
    np.testing.assert_array_equal(tape.gradient(y, v), [2, 2])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"initializer": "zeros"}, "needs shape"),
        ({}, "give an initializer"),
        ({"initializer": [1.0], "shape": (2,)}, r"has shape \(1,\), but shape=\(2,\)"),
        ({"initializer": 1.0, "name": "a/b"}, "no slash"),
    ],
)
def test_mistakes_are_named(arguments, said):
    with pytest.raises(ValueError, match=said):
        keras.Variable(**arguments)


def test_ops_read_it_in_another_dtype_while_autocast_is_on():
    v, fixed = keras.Variable([1.0]), keras.Variable([1.0], autocast=False)
    with autocast("bfloat16"):
        assert (v * 2).dtype == "bfloat16" and (fixed * 2).dtype == "float32"
        assert (keras.Variable([1], dtype="int32") * 2).dtype == "int32"
    assert (v * 2).dtype == "float32"


def test_trainable_can_be_set():
    v = keras.Variable(1.0)
    v.trainable = False
    with tf.GradientTape() as tape:
        y = v * v
    with pytest.warns(UserWarning, match="not trainable"):
        assert tape.gradient(y, v) is None


def test_printed():
    assert repr(keras.Variable([1.0], name="w")) == (
        "<Variable path=w, shape=(1,), dtype=float32, value=array([1.], dtype=float32)>"
    )


def test_values_are_drawn_when_they_are_read_if_a_file_is_to_give_them():
    drawn = []

    def initializer(shape, dtype):
        drawn.append(shape)
        return np.full(shape, 3.0)

    with weights_spared():
        first, second = [keras.Variable(initializer, shape=(2,), name="v") for _ in range(2)]
        huge = keras.Variable("zeros", shape=(10**7, 10**7))
    assert (first.shape, huge.shape, huge.dtype.name) == ((2,), (10**7, 10**7), "float32")
    first.assign([1.0, 2.0])
    assert first.numpy().tolist() == [1.0, 2.0]
    drawn.clear()
    assert copy.deepcopy(second).numpy().tolist() == [3.0, 3.0] == (second * 1.0).numpy().tolist()
    assert (drawn, type(second)) == ([(2,)], keras.Variable)


def test_inference_draws_no_values():
    with weights_spared():
        layer = keras.layers.Dense(10**9)
        layer.build((None, 10**6))
    assert layer.compute_output_spec(keras.Input((10**6,))).shape == (None, 10**9)
    assert layer.kernel._is_awaited


def test_what_has_no_value_yet_is_not_taken_by_functions():
    with weights_spared():
        huge = keras.Variable("zeros", shape=(10**7, 10**7))
        small = keras.Variable("ones", shape=(2,))

    @tf.function
    def double(x):
        return x * 2

    assert double(tf.constant(1.0)).numpy() == 2.0 and huge._is_awaited
    assert small.numpy().tolist() == [1.0, 1.0]
    tripled = tf.function(lambda: small * 3)
    small.assign([2.0, 2.0])
    assert tripled().numpy().tolist() == [6.0, 6.0]
    small.assign([3.0, 3.0])
    assert tripled().numpy().tolist() == [9.0, 9.0]

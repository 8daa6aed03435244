import jax
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core.abstract import infer
from keratin.keras._core.symbolic import KerasTensor


def shape(function, *shapes):
    result = infer(function, tuple(KerasTensor(s) for s in shapes), {}, KerasTensor)
    return tf.nest.map_structure(lambda t: tuple(t.shape), result)


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        (lambda x: x * 2, (None, 3), (None, 3)),
        (lambda x: tf.reduce_sum(x, 0), (None, 3), (3,)),
        (lambda x: tf.concat([x, x], 0), (None, 3), (None, 3)),
        (lambda x: tf.reshape(x, [-1]), (None, 3), (None,)),
        (lambda x: x @ tf.zeros((3, 2000)), (None, 3), (None, 2000)),
        (lambda x: x[:, 1:], (None, None, 2), (None, None, 2)),
        (lambda x: x[::2], (None, 3), (None, 3)),
        (lambda x: tf.reshape(x, [tf.shape(x)[0], 2, 2]), (None, 4), (None, 2, 2)),
        (lambda x: tf.zeros([tf.shape(x)[1], 2]), (None, None), (None, 2)),
        (lambda x: x, (2, 3), (2, 3)),
    ],
)
def test_sizes(function, given, expected):
    assert shape(function, given) == expected


def test_structures_keep_their_form_and_what_is_no_tensor():
    result = infer(
        lambda x: {"a": (x, None), "b": "text"}, (KerasTensor((None, 2)),), {}, KerasTensor
    )
    assert result["a"][0].shape == (None, 2)
    assert result["a"][1] is None and result["b"] == "text"


def test_variables_keep_their_values():
    v = tf.Variable(1.0)
    shape(lambda x: v.assign_add(tf.reduce_sum(x)), (None, 2))
    assert v.numpy() == 1.0


def test_a_rank_that_depends_on_a_size_is_refused():
    with pytest.raises(ValueError, match="number of dimensions"):
        shape(lambda x: tf.zeros([1] * (x.shape[1] % 5 + 1)), (None, None))


def test_nothing_is_computed():
    calls = []

    class Counting(keras.layers.Layer):
        def call(self, x):
            calls.append(isinstance(x._value, jax.core.Tracer))
            return x

    Counting()(keras.Input((3,)))
    assert calls and all(calls)


def test_tensors_made_of_sizes_alone_stay_numbers():
    x = keras.Input((None, 2))
    size = tf.shape(x)[1]
    model = keras.Model(x, tf.zeros([size, 3]) + 1)
    assert model.output_shape == (None, 3)
    np.testing.assert_array_equal(model(np.zeros((1, 4, 2))), np.ones((4, 3)))

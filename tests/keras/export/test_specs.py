"""What models are called with."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras.export._specs import signature_of, specs_of

layers = keras.layers


def test_specs_of_all_kinds(tf):
    given = {
        "a": keras.InputSpec(shape=(None, 3), dtype="int32"),
        "b": [tf.TensorSpec([2]), keras.Input((4,), name="c")],
        "d": (np.zeros((5, 1), "float32"), tf.zeros([5])),
    }
    found = specs_of(given, "here")
    assert found["a"] == tf.TensorSpec([None, 3], tf.int32)
    assert found["b"] == [tf.TensorSpec([2]), tf.TensorSpec([None, 4], name="c")]
    assert found["d"] == (tf.TensorSpec([None, 1]), tf.TensorSpec([None]))
    with pytest.raises(ValueError, match=r"here: an InputSpec needs its shape and its dtype"):
        specs_of([keras.InputSpec(ndim=2)], "here")
    with pytest.raises(TypeError, match=r"here: input_signature takes .*given 'text'"):
        specs_of("text", "here")


def test_models_know_what_they_are_called_with(tf):
    row = keras.Sequential([keras.Input((3,), name="x"), layers.Dense(1)])
    assert signature_of(row) == [tf.TensorSpec([None, 3], name="x")]
    late = keras.Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match="is not built, so its inputs are not known"):
        signature_of(late)
    late(np.zeros((2, 3)))
    (spec,) = signature_of(late)
    assert spec.shape.as_list() == [None, 3]
    a, b = keras.Input((3,), name="a", batch_size=7), keras.Input((2,), name="b", dtype="int32")
    graph = keras.Model({"a": a, "b": b}, layers.Dense(1)(a))
    expected = {
        "a": tf.TensorSpec([None, 3], name="a"),
        "b": tf.TensorSpec([None, 2], tf.int32, "b"),
    }
    assert signature_of(graph) == [expected]


def test_models_given_by_their_call(tf):
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, first, second=None):
            return self.dense(first) + tf.cast(second, tf.float32)

    model = Two()
    model(np.zeros((2, 3), "float32"), np.zeros((2, 1), "int32"))
    assert signature_of(model) == [tf.TensorSpec([None, 3]), tf.TensorSpec([None, 1], tf.int32)]
    model = Two()
    model.built = True
    with pytest.raises(ValueError, match=r"built without being called.*Call it once on data"):
        signature_of(model)

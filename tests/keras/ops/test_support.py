"""What the ops of Keras share: nodes in graphs, errors, dtypes of arguments."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras.ops import _support
from tests.keras.ops.parity import refused


def test_an_op_is_one_node_of_the_name_that_keras_has():
    inputs = keras.Input((4, 2))
    calls = {
        "LayerNorm": keras.ops.layer_normalization(inputs),
        "DotProductAttention": keras.ops.dot_product_attention(*[inputs[:, :, None]] * 3),
        "Silu": keras.ops.swish(inputs),
        "Switch": keras.ops.switch(0, [lambda x: x, lambda x: -x], inputs),
    }
    for name, output in calls.items():
        node = output._keras_history[0]
        assert node.operation_name == name
        assert output.shape[:2] == (None, 4)


def test_symbols_are_found_in_structures_and_keywords():
    inputs = keras.Input((4,))
    real, imaginary = keras.ops.fft((inputs, inputs))
    assert real.shape == imaginary.shape == (None, 4)
    assert keras.ops.logsumexp(x=inputs, axis=1).shape == (None,)


def test_errors_name_the_op_and_the_line():
    message = refused(keras.ops.glu, np.ones((2, 3), "float32"))
    assert message.startswith("keras.ops.glu: ") or "keras.activations.glu" in message
    message = refused(keras.ops.extract_sequences, np.ones(3), 2, sequence_strides=1)
    assert "keras.ops.extract_sequences" in message and "sequence_stride" in message
    assert "missing" in refused(keras.ops.top_k, np.ones(3))


def test_errors_of_the_users_functions_are_left_alone():
    def broken(_):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match=r"^mine$"):
        keras.ops.map(broken, np.ones(3, "float32"))


def test_integers_and_truths_become_floats_where_floats_are_needed(tf):
    assert _support.as_floating([1, 2]).dtype == "float32"
    assert _support.as_floating(True).dtype == "float32"
    assert _support.as_numeric([True]).dtype == "int32"
    half = tf.constant([1.0], "float16")
    assert _support.as_floating(half) is half
    variable = tf.Variable([1.0])
    assert _support.as_tensor(variable) is variable


def test_shapes_that_can_be_broadcast():
    assert _support.spreads_to((3, 1), (2, 3, 4))
    assert not _support.spreads_to((2, 3), (3,))
    assert not _support.spreads_to((2,), (3,))

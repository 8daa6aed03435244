"""The process and symbolic functions in `keras.backend`."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras import backend as K


@pytest.fixture(autouse=True)
def _fresh():
    K.clear_session()
    yield
    K.clear_session()


def test_names():
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b")] == [1, 2, 1]
    K.reset_uids()
    assert K.get_uid("a") == 1
    assert keras.layers.Dense(1).name == "dense" and keras.layers.Dense(1).name == "dense_1"
    K.clear_session()
    assert keras.layers.Dense(1).name == "dense"


def test_learning_phase():
    assert K.learning_phase() == 0
    K.set_learning_phase(1)
    assert K.learning_phase() == 1 and K.in_train_phase(lambda: "train", "test") == "train"
    with K.learning_phase_scope(0):
        assert K.learning_phase() == 0 and K.in_test_phase("test", "train") == "test"
    assert K.learning_phase() == 1
    K.clear_session()
    assert K.learning_phase() == 0
    with pytest.raises(ValueError, match="the phase is 0 or 1; given 2"):
        K.set_learning_phase(2)


def test_the_learning_phase_of_a_tensor(tf):
    chosen = K.in_train_phase(tf.constant(1.0), lambda: tf.constant(2.0), tf.constant(False))
    assert chosen.numpy() == 2.0


def test_the_learning_phase_within_a_layer(tf):
    class Phase(keras.layers.Layer):
        def call(self, x, training=None):
            return K.in_train_phase(lambda: x + 1, lambda: x + 2)

    layer = Phase()
    assert layer(tf.zeros(1), training=True).numpy() == [1.0]
    assert layer(tf.zeros(1), training=False).numpy() == [2.0]


def test_function():
    x, y = keras.Input((2,)), keras.Input((2,))
    add = K.function([x, y], [x + y, x * y])
    found = add([np.ones((1, 2)), np.full((1, 2), 3.0)])
    assert [f.tolist() for f in found] == [[[4, 4]], [[3, 3]]]
    assert all(isinstance(f, np.ndarray) for f in found)
    assert K.function(x, x * 2)(np.ones((1, 2))).tolist() == [[2, 2]]


def test_function_with_a_learning_phase():
    x = keras.Input((100,))
    function = K.function([x, K.learning_phase()], [keras.layers.Dropout(0.5)(x)])
    ones = np.ones((1, 100))
    assert function([ones, 0])[0].tolist() == ones.tolist()
    assert set(function([ones, 1])[0].ravel()) == {0.0, 2.0}


def test_function_refuses():
    x = keras.Input((2,))
    with pytest.raises(NotImplementedError, match="updates are not part"):
        K.function([x], [x], updates=[1])
    with pytest.raises(TypeError, match="has no argument 'updats'"):
        K.function([x], [x], updats=[1])


def test_gradients(tf):
    x = keras.Input((2,))
    dense = keras.layers.Dense(3, use_bias=False)
    hidden = dense(x)
    loss = tf.reduce_sum(hidden * hidden * tf.reduce_sum(x))
    by_hidden, by_x, by_kernel = K.gradients(loss, [hidden, x, dense.kernel])
    value = np.float32([[1, 2]])
    found = K.function([x], [by_hidden, by_x, by_kernel])([value])
    kernel = dense.kernel.numpy()
    h = value @ kernel
    assert np.allclose(found[0], 2 * h * value.sum(), atol=1e-4)
    with tf.GradientTape() as tape:
        source = tf.constant(value)
        tape.watch(source)
        out = dense(source)
        direct = tf.reduce_sum(out * out * tf.reduce_sum(source))
    expected = tape.gradient(direct, [source, dense.kernel])
    # By x alone: by_x is the gradient where `hidden` is held fixed, as it was a source as well.
    assert np.allclose(found[1], np.full((1, 2), (h * h).sum()), atol=1e-4)
    (alone,) = K.gradients(loss, x)
    assert np.allclose(K.function([x], [alone])([value])[0], expected[0], atol=1e-4)
    (of_kernel,) = K.gradients(loss, [dense.kernel])
    assert np.allclose(K.function([x], [of_kernel])([value])[0], expected[1], atol=1e-4)


def test_gradients_of_values(tf):
    with pytest.raises(RuntimeError, match=r"with tf\.GradientTape"):
        K.gradients(tf.constant(1.0), [tf.constant(1.0)])


def test_sessions():
    with pytest.raises(NotImplementedError, match=r"get_value\(x\) or x.numpy"):
        K.get_session()
    with pytest.raises(NotImplementedError, match="Leave the call out"):
        K.set_session(None)
    K.manual_variable_initialization(False)
    with pytest.raises(NotImplementedError, match="from the start"):
        K.manual_variable_initialization(True)

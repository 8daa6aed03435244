import jax
import jax.numpy as jnp
import numpy as np

import keratin as tf
from keratin import keras
from keratin.keras.layers._recurrent import forgets_little, fraction, on_arrays


def test_activations_of_the_package_are_functions_of_arrays():
    assert on_arrays(keras.activations.tanh) is jnp.tanh
    assert on_arrays(keras.activations.sigmoid) is jax.nn.sigmoid
    softmax = on_arrays(keras.activations.softmax)
    np.testing.assert_allclose(softmax(jnp.zeros((1, 2))), [[0.5, 0.5]])
    assert on_arrays(keras.activations.softmax) is softmax  # one kernel, not one a call
    assert on_arrays(lambda x: x) is None
    assert on_arrays(keras.layers.PReLU()) is None


def test_a_tape_does_not_see_what_happens_inside():
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        value = on_arrays(keras.activations.elu)(x._value)
    assert isinstance(value, jax.Array)
    assert tape.gradient(x * 1.0, x) is None


def test_rates_are_kept_within_bounds():
    assert [fraction(rate) for rate in (-1, 0.3, 2)] == [0.0, 0.3, 1.0]


def test_the_gate_of_forgetting_starts_open():
    values = forgets_little(keras.initializers.Constant(2.0), 2)((8,), dtype="float32")
    assert values.tolist() == [2, 2, 1, 1, 2, 2, 2, 2]

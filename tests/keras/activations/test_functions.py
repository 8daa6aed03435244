"""Activations, compared with Keras: values, gradients, dtypes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keratin.keras import activations
from tests.harness.real_keras import real

X = np.float32([[-4, -2.5, -0.7, 0.3, 0.6, 1.5], [2.1, 4.3, 6.5, -6.2, 0.1, 8.4]])
CASES = {
    **{
        name: (name, {})
        for name in dir(real.activations)
        if name[0] != "_"
        and name not in ("get", "serialize", "deserialize", "threshold", "sparsemax")
    },
    "relu slope": ("relu", {"negative_slope": 0.1}),
    "relu max": ("relu", {"max_value": 2.0}),
    "relu 6": ("relu", {"max_value": 6}),
    "relu threshold": ("relu", {"threshold": 1.0}),
    "relu all": ("relu", {"negative_slope": 0.1, "max_value": 3.0, "threshold": 1.0}),
    "relu below": ("relu", {"negative_slope": 0.3, "threshold": -1.0}),
    "leaky": ("leaky_relu", {"negative_slope": 0.3}),
    "elu alpha": ("elu", {"alpha": 0.3}),
    "celu alpha": ("celu", {"alpha": 0.3}),
    "gelu approximate": ("gelu", {"approximate": True}),
    "glu axis": ("glu", {"axis": 0}),
    "softmax axis": ("softmax", {"axis": 0}),
    "softmax axes": ("softmax", {"axis": (0, 1)}),
    "log_softmax axis": ("log_softmax", {"axis": 0}),
    "hard_shrink": ("hard_shrink", {"threshold": 1.0}),
    "soft_shrink": ("soft_shrink", {"threshold": 1.0}),
    "squareplus b": ("squareplus", {"b": 2}),
    "threshold": ("threshold", {"threshold": 1.0, "default_value": -2.0}),
}


@pytest.mark.parametrize("name,arguments", CASES.values(), ids=CASES)
def test_values_and_gradients(tf, name, arguments):
    ours, theirs = getattr(activations, name), getattr(real.activations, name)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = ours(x, **arguments)
        total = tf.reduce_sum(
            y * np.linspace(1, 2, int(tf.size(y)), dtype="float32").reshape(y.shape)
        )
    expected = np.asarray(theirs(jnp.asarray(X), **arguments))
    assert y.numpy().dtype == expected.dtype and y.shape == expected.shape
    assert np.allclose(y, expected, rtol=1e-5, atol=1e-5)
    weights = np.linspace(1, 2, expected.size, dtype="float32").reshape(expected.shape)
    slope = jax.grad(lambda x: (theirs(x, **arguments) * weights).sum())(jnp.asarray(X))
    assert np.allclose(tape.gradient(total, x), slope, rtol=1e-5, atol=1e-5)


def test_sparsemax_is_a_projection():
    # Keras 3.15 is wrong where more than one probability is left: they do not sum up to 1.
    for axis in (0, 1, -1):
        y = activations.sparsemax(X / 4, axis=axis).numpy()
        assert np.allclose(y.sum(axis), 1, atol=1e-6) and (y >= 0).all()
    assert np.allclose(activations.sparsemax([0.5, 0.4, -1.0]), [0.55, 0.45, 0], atol=1e-6)
    one = np.float32([[5, 1, 0], [0, 9, 3]])
    assert np.allclose(activations.sparsemax(one), real.activations.sparsemax(one))


def test_integers_become_floats():
    for name in ("sigmoid", "softmax", "elu", "hard_sigmoid", "mish", "tanh"):
        assert getattr(activations, name)(np.array([[1, 2]])).dtype == "float32"
    assert activations.relu(np.array([-1, 2])).numpy().tolist() == [0, 2]


def test_half_precision_stays(tf):
    for dtype in ("float16", "bfloat16"):
        x = tf.cast(X, dtype)
        assert activations.relu(x, max_value=2).dtype == activations.celu(x).dtype == dtype


def test_nan_gets_through():
    x = np.float32([np.nan])
    for name in ("relu", "hard_sigmoid", "hard_shrink", "sparse_plus", "soft_shrink", "leaky_relu"):
        assert np.isnan(getattr(activations, name)(x)).all(), name
    assert np.isnan(activations.relu(x, 0.1, 6.0, 1.0)).all()


def test_softmax_of_everything():
    assert np.allclose(activations.softmax(X, axis=None).numpy().sum(), 1, atol=1e-6)


def test_old_names_of_the_slope():
    x = np.float32([-1])
    assert activations.relu(x, alpha=0.5).numpy() == activations.leaky_relu(x, alpha=0.5) == -0.5


def test_in_a_functional_model(tf):
    from keratin import keras

    x = keras.Input((6,))
    y = keras.Function(x, activations.relu(activations.softmax(x), max_value=0.5))
    expected = np.minimum(activations.softmax(X), 0.5)
    assert np.allclose(y(X), expected, atol=1e-6)


def test_errors():
    with pytest.raises(ValueError, match=r"size 3 along axis -1, which cannot be halved"):
        activations.glu(np.ones((2, 3), "float32"))
    with pytest.raises(TypeError, match=r"'treshold'\. Did you mean 'threshold'"):
        activations.relu(1.0, treshold=1)

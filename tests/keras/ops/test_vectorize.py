"""Functions of numbers or vectors as ones of tensors."""

import jax.numpy as jnp
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.ops.agreement import floats, same

A, B = floats(2, 3), floats(3, seed=1)


def test_elements_are_broadcast(tf):
    ours = keras.ops.vectorize(lambda x, y: keras.ops.maximum(x, y) * 2)(tf.constant(A), B)
    theirs = real.ops.vectorize(lambda x, y: jnp.maximum(x, y) * 2)(A, B)
    same(ours, theirs)


def test_signatures_give_vectors(tf):
    ours = keras.ops.vectorize(keras.ops.dot, signature="(n),(n)->()")(A, B)
    theirs = real.ops.vectorize(jnp.dot, signature="(n),(n)->()")(A, B)
    same(ours, theirs)
    pair = keras.ops.vectorize(lambda x: (x, x[:1] * 2), signature="(n)->(n),(m)")(A)
    assert [part.shape for part in pair] == [(2, 3), (2, 1)]


def test_excluded_arguments_are_given_whole(tf):
    def power(x, degree, factor=1.0):
        assert degree == 2
        return x**degree * factor

    ours = keras.ops.vectorize(power, excluded={1, "factor"})(A, 2, factor=3.0)
    same(ours, A**2 * 3)


def test_gradients_pass_through(tf):
    x = tf.constant(A)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.ops.vectorize(lambda v: v * v)(x)
    same(tape.gradient(y, x), 2 * A)


def test_what_cannot_be_vectorized_is_refused():
    with pytest.raises(ValueError, match=r"has to be callable; given 3"):
        keras.ops.vectorize(3)
    with pytest.raises(ValueError, match=r"'n->n' is not a signature"):
        keras.ops.vectorize(abs, signature="n->n")
    with pytest.raises(TypeError, match=r"has 2 arguments, but 1 were given"):
        keras.ops.vectorize(keras.ops.dot, signature="(n),(n)->()")(A)
    with pytest.raises(TypeError, match=r"the keyword 'y' is not vectorized"):
        keras.ops.vectorize(keras.ops.add)(A, y=B)

"""Isotonic regression."""

import numpy as np

from tests.harness.parity import case, f16, f32, f64, i8, i32, parity


def regress(tf, x, **options):
    return tuple(tf.nn.isotonic_regression(x, **options))


CASES = [
    case("decreasing", regress, f32(3, 6)),
    case("increasing", lambda tf, x: regress(tf, x, decreasing=False), f32(3, 6)),
    case("axis", lambda tf, x: regress(tf, x, axis=0), f32(4, 2)),
    case("rank_3", lambda tf, x: regress(tf, x), f32(2, 2, 4), grad=[]),
    # TensorFlow's gradient by a vector is a matrix.
    case("vector", regress, np.array([1, 3, 2, 2, 5, 0], np.float32), grad=[]),
    case("ties", regress, np.array([[2, 2, 1, 1, 2]], np.float32)),
    case("f64", regress, f64(1, 7)),
    case("half", regress, f16(1, 5)),
    case("int", regress, i32(5)),
    case("int8", regress, i8(5)),
]
test_parity = parity("nn_isotonic", CASES)


def test_empty(tf):
    output, segments = tf.nn.isotonic_regression(np.zeros((2, 0), np.float32))
    assert output.shape == segments.shape == (2, 0)


def test_any_axis_of_any_rank(tf):
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        moved, _ = tf.nn.isotonic_regression(tf.transpose(x, [0, 2, 1]))
        inner, _ = tf.nn.isotonic_regression(x, axis=1)
        squares = [moved * moved, inner * inner]
    np.testing.assert_array_equal(inner.numpy(), moved.numpy().transpose(0, 2, 1))
    slopes = [tape.gradient(y, x).numpy() for y in squares]
    np.testing.assert_allclose(*slopes, rtol=1e-6)

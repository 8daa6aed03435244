"""Gradients against finite differences."""

import numpy as np
import pytest

from tests.harness.parity import c128, case, f32, f64, parity

CASES = [
    case(
        "real",
        lambda tf, x, y: tf.test.compute_gradient(lambda a, b: a * b * b, [x, y]),
        f64(2, 3),
        f64(3),
        grad=[],
        rtol=1e-6,
        traced=False,
    ),
    case(
        "float32",
        lambda tf, x: tf.test.compute_gradient(tf.square, [x], delta=0.125),
        f32(3),
        grad=[],
        rtol=1e-5,
        traced=False,
    ),
    case(
        "complex",
        lambda tf, x: tf.test.compute_gradient(lambda a: a * a * (1 + 2j), [x]),
        c128(2),
        grad=[],
        rtol=1e-6,
        traced=False,
    ),
    case(
        "real_to_complex",
        lambda tf, x: tf.test.compute_gradient(lambda a: tf.cast(a, tf.complex128) * (1 + 2j), [x]),
        f64(2),
        grad=[],
        rtol=1e-6,
        traced=False,
    ),
]

test_parity = parity("test_gradient", CASES)


def test_an_argument_without_influence_has_a_gradient_of_zeros(tf):
    exact, differences = tf.test.compute_gradient(lambda a, b: a * 2, [[1.0, 2.0], [3.0]])
    np.testing.assert_array_equal(exact[1], np.zeros([2, 1]))
    np.testing.assert_array_equal(differences[1], np.zeros([2, 1]))


def test_what_has_no_gradient_is_refused(tf):
    with pytest.raises(ValueError, match="argument 0 is int32"):
        tf.test.compute_gradient(tf.square, [[1]])
    with pytest.raises(ValueError, match="list of the arguments"):
        tf.test.compute_gradient(tf.square, tf.constant([1.0]))

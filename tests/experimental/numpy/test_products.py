"""tf.experimental.numpy: products."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, f64, i32, parity

CASES = [
    case("matmul", lambda tf, a, b: tf.experimental.numpy.matmul(a, b), f32(2, 3), f32(3, 2)),
    case("matmul_mixed", lambda tf, a, b: tf.experimental.numpy.matmul(a, b), i32(2, 3), f32(3, 2)),
    case("matmul_vector", lambda tf, a, b: tf.experimental.numpy.matmul(a, b), f32(2, 3), f32(3)),
    case(
        "matmul_batch", lambda tf, a, b: tf.experimental.numpy.matmul(a, b), f32(2, 1, 3), f32(3, 2)
    ),
    case("dot", lambda tf, a, b: tf.experimental.numpy.dot(a, b), f32(2, 3), f32(3)),
    case("dot_3d", lambda tf, a, b: tf.experimental.numpy.dot(a, b), f32(2, 3), f32(2, 3, 2)),
    case("dot_scalar", lambda tf, a: tf.experimental.numpy.dot(a, 2.0), f32(2)),
    case("inner", lambda tf, a, b: tf.experimental.numpy.inner(a, b), f32(2, 3), f64(2, 3)),
    case("outer", lambda tf, a, b: tf.experimental.numpy.outer(a, b), f32(2, 2), f32(3)),
    case("vdot", lambda tf, a, b: tf.experimental.numpy.vdot(a, b), c64(2, 2), c64(2, 2)),
    case("kron", lambda tf, a, b: tf.experimental.numpy.kron(a, b), f32(2, 3), f32(3)),
    case("kron_batch", lambda tf, a, b: tf.experimental.numpy.kron(a, b), f32(2, 1, 2), i32(2, 2)),
    case(
        "tensordot", lambda tf, a, b: tf.experimental.numpy.tensordot(a, b, 1), f32(2, 3), i32(3, 2)
    ),
    case(
        "tensordot_axes",
        lambda tf, a, b: tf.experimental.numpy.tensordot(a, b, [[0, 1], [1, 0]]),
        f32(2, 3),
        f32(3, 2),
    ),
    case(
        "einsum",
        lambda tf, a, b: tf.experimental.numpy.einsum("ij,kj->ik", a, b),
        f32(2, 3),
        i32(1, 3),
    ),
    case("cross", lambda tf, a, b: tf.experimental.numpy.cross(a, b), f32(2, 3), f32(3)),
    case("cross_2d", lambda tf, a, b: tf.experimental.numpy.cross(a, b), f32(2, 2), f32(2, 2)),
    case(
        "cross_axes",
        lambda tf, a, b: tf.experimental.numpy.cross(a, b, axis=0),
        f32(3, 2),
        f32(3, 2),
    ),
    case("polyval", lambda tf, p, x: tf.experimental.numpy.polyval(p, x), f32(3), f32(2, 2)),
]

test_parity = parity("experimental_numpy_products", CASES)


def test_products_of_small_integers_keep_their_dtype_as_in_numpy(tf):
    a = np.array([[1, 2], [3, 4]], np.int8)
    found = tf.experimental.numpy.matmul(a, a)
    assert found.dtype == tf.int8
    np.testing.assert_array_equal(found.numpy(), a @ a)


def test_einsum_refuses_unknown_options(tf):
    with pytest.raises(ValueError, match="casting"):
        tf.experimental.numpy.einsum("i->i", [1], casting="unsafe")

"""Norms of vectors and matrices."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f16, f32, f64, i32, parity

AT_0 = np.array([[0, 0], [1, 2]], np.float32)


def vector_norms():
    for order in ("euclidean", 1, 2, 3, 0.5, np.inf):
        yield case(
            f"vector_{order}", lambda tf, x, order=order: tf.norm(x, ord=order, axis=1), f32(2, 3)
        )
        yield case(f"all_{order}", lambda tf, x, order=order: tf.norm(x, ord=order), f64(2, 3))


def matrix_norms():
    for order in ("euclidean", "fro", 1, 2, np.inf):
        yield case(
            f"matrix_{order}",
            lambda tf, x, order=order: tf.norm(x, ord=order, axis=[0, 1]),
            f64(3, 4),
        )
        yield case(
            f"matrices_{order}",
            lambda tf, x, order=order: tf.norm(x, ord=order, axis=[-1, 0], keepdims=True),
            f64(3, 2, 4),
        )


CASES = [
    *vector_norms(),
    *matrix_norms(),
    case("keepdims", lambda tf, x: tf.norm(x, axis=-2, keepdims=True), f32(2, 3)),
    case("keepdims_all", lambda tf, x: tf.norm(x, keepdims=True), f32(2, 3)),
    case("scalar", lambda tf, x: tf.norm(x), f32()),
    case("empty", lambda tf, x: tf.norm(x), f32(0), grad=[]),
    case("zero", lambda tf, x: tf.norm(x), np.zeros(2, "f")),
    case("zero_not_chosen", lambda tf, x: tf.where(x[:, 0] > 0, tf.norm(x, axis=1), 0), AT_0),
    case("norm_of_zero", lambda tf, x: tf.linalg.normalize(x, axis=1)[1] * x, AT_0, grad=[]),
    case("zero_1", lambda tf, x: tf.norm(x, ord=1, axis=1), AT_0),
    case("int_1", lambda tf, x: tf.norm(x, ord=1), i32(2, 3)),
    case("int_inf", lambda tf, x: tf.norm(x, ord=np.inf, axis=0), i32(2, 3)),
    case("half", lambda tf, x: tf.norm(x, axis=0), f16(2, 3)),
    case("complex", lambda tf, x: tf.norm(x), c64(2, 3)),
    case("complex_1", lambda tf, x: tf.norm(x, ord=1, axis=0), c128(2, 3)),
    case("complex_2_matrix", lambda tf, x: tf.norm(x, ord=2, axis=[0, 1]), c128(2, 3)),
    case("normalize", lambda tf, x: tf.linalg.normalize(x), f32(2, 3)),
    case("normalize_axis", lambda tf, x: tf.linalg.normalize(x, axis=1), f64(2, 3)),
    case("normalize_1", lambda tf, x: tf.linalg.normalize(x, ord=1, axis=0), f32(2, 3)),
    case("normalize_matrix", lambda tf, x: tf.linalg.normalize(x, axis=[0, 1]), f32(2, 3)),
    case("normalize_complex", lambda tf, x: tf.linalg.normalize(x, ord=1), c128(2)),
    case("global_norm", lambda tf, x, y: tf.linalg.global_norm([x, None, y]), f32(2, 3), f32(4)),
    case("global_norm_half", lambda tf, x: tf.linalg.global_norm([x]), f16(4)),
    case("global_norm_float64", lambda tf, x: tf.linalg.global_norm((x,)), f64(4)),
    case("global_norm_none", lambda tf: tf.linalg.global_norm([None])),
]

test_parity = parity("linalg_norm", CASES)

MATRIX = np.ones((2, 3), "f")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.norm(MATRIX, ord=0), "ord=0 is no norm of vectors"),
        (lambda tf: tf.norm(MATRIX, ord="fro", axis=0), "need a pair as axis"),
        (lambda tf: tf.norm(MATRIX, ord=3, axis=[0, 1]), "no norm of matrices"),
        (lambda tf: tf.norm(MATRIX, ord="nuc", axis=[0, 1]), "no norm of matrices"),
        (lambda tf: tf.norm(MATRIX, axis=[1]), "a pair of different integers"),
        (lambda tf: tf.norm(MATRIX, axis=[0, -2]), "a pair of different integers"),
        (lambda tf: tf.norm(MATRIX, axis=2), "out of range"),
        (lambda tf: tf.norm([3, 4]), "tf.cast(x, tf.float32)"),
        (lambda tf: tf.linalg.global_norm([tf.constant([1])]), "tf.cast"),
        (lambda tf: tf.linalg.global_norm([tf.ones(1), tf.ones(1, tf.float64)]), "tf.cast"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_global_norm_takes_a_list(tf):
    with pytest.raises(TypeError, match=r"tf.norm\(x\)"):
        tf.linalg.global_norm(tf.constant([1.0]))


def test_global_norm_of_indexed_slices(tf):
    slices = tf.IndexedSlices([[3.0], [4.0]], [2, 0], [3, 1])
    assert float(tf.linalg.global_norm([slices])) == 5.0


def test_largest_of_nothing(tf):
    np.testing.assert_array_equal(tf.norm(tf.zeros([0, 2]), ord=np.inf, axis=0), [0.0, 0.0])


def test_public_names_are_one_object(tf):
    assert tf.norm is tf.linalg.norm
    assert tf.linalg.l2_normalize is tf.math.l2_normalize

"""Decompositions of matrices. Vectors are compared where their sign or phase has no say."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity


def positive(tf, x):
    """A well-conditioned positive definite matrix made of any matrix."""
    return tf.matmul(x, x, adjoint_b=True) + 2 * tf.eye(x.shape[-2], dtype=x.dtype)


def projected(tf, u):
    """The projection onto each column: what does not depend on the columns' phases."""
    return tf.einsum("...ik,...jk->...kij", u, tf.math.conj(u))


def svd_invariants(tf, x, full_matrices=False):
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    size = s.shape[-1]
    joint = tf.einsum("...ik,...jk->...kij", u[..., :size], tf.math.conj(v[..., :size]))
    return s, projected(tf, u), projected(tf, v), joint


def qr_invariants(tf, x, full_matrices=False):
    q, r = tf.linalg.qr(x, full_matrices=full_matrices)
    return tf.math.abs(r), projected(tf, q), tf.matmul(q, r)


def factors(tf, x):
    result = tf.linalg.qr(x)
    return type(result)._fields == ("q", "r") and (tf.matmul(result.q, result.r),)


CASES = [
    case("cholesky", lambda tf, x: tf.linalg.cholesky(positive(tf, x)), f32(3, 3)),
    case("cholesky_float64", lambda tf, x: tf.linalg.cholesky(positive(tf, x)), f64(3, 3)),
    case("cholesky_batch", lambda tf, x: tf.linalg.cholesky(positive(tf, x)), f32(2, 3, 3)),
    case("cholesky_complex", lambda tf, x: tf.linalg.cholesky(positive(tf, x)), c128(3, 3)),
    case(
        "cholesky_reads_lower",
        lambda tf, x: tf.linalg.cholesky(tf.linalg.band_part(positive(tf, x), -1, 0)),
        f32(3, 3),
    ),
    case(
        "cholesky_symmetric_gradient",
        lambda tf, x: tf.linalg.cholesky(x),
        np.array([[4, 7, 8], [2, 5, 9], [1, 3, 6]], "f"),
        vectorize=False,
    ),
    case("cholesky_empty", lambda tf, x: tf.linalg.cholesky(x), f32(0, 0), grad=[]),
    case("qr", qr_invariants, f32(3, 3)),
    case("qr_tall", qr_invariants, f32(4, 2)),
    case("qr_wide", qr_invariants, f32(2, 4)),
    case("qr_full_wide", lambda tf, x: qr_invariants(tf, x, True), f32(2, 4)),
    case("qr_full_tall", lambda tf, x: qr_invariants(tf, x, True), f64(4, 3), grad=[]),
    case("qr_float64_batch", qr_invariants, f64(2, 3, 2)),
    case("qr_complex", qr_invariants, c128(3, 2)),
    case("qr_fields", factors, f32(3, 2)),
    case(
        "lu",
        lambda tf, x: tf.linalg.lu(x),
        np.array([[0, 1, 0.5], [0, 0.25, 2], [3, 0, 1]], "f"),
        grad=[],
    ),
    case("lu_batch", lambda tf, x: tf.linalg.lu(x), f64(2, 3, 3), grad=[]),
    case("lu_complex", lambda tf, x: tf.linalg.lu(x), c64(3, 3), grad=[], vectorize=False),
    case("lu_int64", lambda tf, x: tf.linalg.lu(x, output_idx_type=tf.int64), f32(3, 3), grad=[]),
    case("svd", svd_invariants, f32(3, 3)),
    case("svd_float64_tall", svd_invariants, f64(4, 2)),
    case("svd_float64_wide", svd_invariants, f64(2, 4)),
    case("svd_batch", svd_invariants, f64(2, 3, 2)),
    case("svd_full", lambda tf, x: svd_invariants(tf, x, True), f64(2, 3)),
    case("svd_full_tall", lambda tf, x: svd_invariants(tf, x, True), f64(3, 2)),
    case(
        "svd_full_no_gradient",
        lambda tf, x: tf.linalg.svd(x, full_matrices=True)[0],
        f64(4, 2),
        grad=[],
    ),
    case("svd_complex", svd_invariants, c128(3, 2)),
    case("svd_values", lambda tf, x: tf.linalg.svd(x, compute_uv=False), f32(3, 4)),
    case("svd_values_batch", lambda tf, x: tf.linalg.svd(x, compute_uv=False), f32(2, 3, 2)),
    case("svd_values_complex", lambda tf, x: tf.linalg.svd(x, compute_uv=False), c128(3, 2)),
    case("svd_repeated", lambda tf, x: tf.linalg.svd(x)[0], np.eye(3, dtype="f"), vectorize=False),
    case("svd_empty", lambda tf, x: tf.linalg.svd(x), f32(0, 3), grad=[], vectorize=False),
]

test_parity = parity("linalg_decomposition", CASES)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.linalg.cholesky(-np.eye(2, dtype="f")), "is not positive definite"),
        (lambda tf: tf.linalg.cholesky(np.eye(2, dtype="f") * np.nan), "not finite"),
        (lambda tf: tf.linalg.cholesky(np.ones((2, 3), "f")), "2 rows and 3 columns, and must be"),
        (lambda tf: tf.linalg.lu(np.zeros((2, 2), "f")), "Input is not invertible"),
        (lambda tf: tf.linalg.lu(np.ones((2, 3), "f")), "must be square"),
        (lambda tf: tf.linalg.qr(np.ones(3, "f")), "rank 2 or more"),
        (lambda tf: tf.linalg.svd(np.ones(3, "f")), "rank 2 or more"),
        (lambda tf: tf.linalg.svd(tf.constant([[1, 2]])), "tf.cast"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_failed_cholesky_is_nan_in_a_traced_function(tf):
    traced = tf.function(tf.linalg.cholesky)
    assert np.isnan(traced(tf.constant([[-1.0]]))).all()


def test_gradient_of_full_vectors_against_differences(tf):
    """Projections onto the rest of the columns, where TensorFlow has no gradient."""
    matrix = np.asarray(f64(5, 2))
    weights = np.asarray(f64(5, 5, seed=1))

    def value(x):
        u = tf.linalg.svd(x, full_matrices=True)[1][:, 2:]
        return tf.reduce_sum(tf.matmul(u, u, transpose_b=True) * weights)

    x = tf.constant(matrix)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = value(x)
    found = tape.gradient(y, x).numpy()
    step = 1e-6
    for place in np.ndindex(*matrix.shape):
        change = np.zeros_like(matrix)
        change[place] = step
        slope = (value(tf.constant(matrix + change)) - value(tf.constant(matrix - change))) / (
            2 * step
        )
        assert abs(float(slope) - found[place]) < 1e-6


def test_half_is_computed_in_single(tf):
    result = tf.linalg.svd(tf.constant([[3.0, 0.0], [0.0, 4.0]], tf.float16), compute_uv=False)
    assert result.dtype == tf.float16
    np.testing.assert_array_equal(result, [4.0, 3.0])

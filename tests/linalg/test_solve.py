"""Inverses and solutions of systems of linear equations."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity

EYE = np.eye(3)


def well(tf, x):
    """Far from singular, whatever `x` is."""
    return x + tf.constant(4 * EYE.astype(x.dtype.as_numpy_dtype))


def factor(tf, x):
    return tf.linalg.cholesky(well(tf, tf.matmul(x, x, adjoint_b=True)))


# An LU decomposition as tf.linalg.lu gives it, and a batch of two.
FACTORS = np.array([[4, 1, 0.5], [0.25, 2, 1], [0.5, 0.125, 3]])
PERM = np.array([2, 0, 1], np.int32)
PERMS = np.array([[2, 0, 1], [0, 2, 1]], np.int32)
TALL = np.array([[1, 2], [2, 4.0], [3, 6]])  # of rank 1

CASES = [
    case("inv", lambda tf, x: tf.linalg.inv(well(tf, x)), f32(3, 3)),
    case("inv_float64_batch", lambda tf, x: tf.linalg.inv(well(tf, x)), f64(2, 3, 3)),
    case("inv_adjoint", lambda tf, x: tf.linalg.inv(well(tf, x), adjoint=True), f32(3, 3)),
    case("inv_complex", lambda tf, x: tf.linalg.inv(well(tf, x), adjoint=True), c128(3, 3)),
    case("inv_empty", lambda tf, x: tf.linalg.inv(x), f32(0, 0), grad=[]),
    case("solve", lambda tf, a, b: tf.linalg.solve(well(tf, a), b), f32(3, 3), f32(3, 2)),
    case("solve_float64", lambda tf, a, b: tf.linalg.solve(well(tf, a), b), f64(3, 3), f64(3, 1)),
    case(
        "solve_batch", lambda tf, a, b: tf.linalg.solve(well(tf, a), b), f32(2, 3, 3), f32(2, 3, 2)
    ),
    case(
        "solve_adjoint",
        lambda tf, a, b: tf.linalg.solve(well(tf, a), b, adjoint=True),
        c128(3, 3),
        c128(3, 2),
    ),
    case(
        "triangular_solve",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b),
        f32(3, 3),
        f32(3, 2),
    ),
    case(
        "triangular_solve_upper",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b, lower=False),
        f64(3, 3),
        f64(3, 2),
    ),
    case(
        "triangular_solve_adjoint",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b, adjoint=True),
        c64(3, 3),
        c64(3, 2),
    ),
    case(
        "triangular_solve_upper_adjoint",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b, lower=False, adjoint=True),
        c128(3, 3),
        c128(3, 2),
    ),
    case(
        "triangular_solve_broadcast",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b),
        f32(3, 3),
        f32(2, 3, 2),
    ),
    case(
        "triangular_solve_broadcast_matrix",
        lambda tf, a, b: tf.linalg.triangular_solve(well(tf, a), b),
        f32(2, 3, 3),
        f32(3, 2),
    ),
    case(
        "cholesky_solve",
        lambda tf, a, b: tf.linalg.cholesky_solve(factor(tf, a), b),
        f32(3, 3),
        f32(3, 2),
    ),
    case(
        "cholesky_solve_complex",
        lambda tf, a, b: tf.linalg.cholesky_solve(factor(tf, a), b),
        c128(3, 3),
        c128(3, 1),
    ),
    case(
        "cholesky_solve_broadcast",
        lambda tf, a, b: tf.linalg.cholesky_solve(factor(tf, a), b),
        f64(2, 3, 3),
        f64(3, 2),
    ),
    case(
        "lu_solve",
        lambda tf, lu, p, b: tf.linalg.lu_solve(lu, p, b),
        FACTORS.astype("f"),
        PERM,
        f32(3, 2),
        vectorize=[0, 2],
    ),
    case(
        "lu_solve_batch",
        lambda tf, lu, p, b: tf.linalg.lu_solve(lu, p, b, validate_args=True),
        np.stack([FACTORS, FACTORS.T]),
        PERMS,
        f64(2, 3, 2),
        vectorize=[0, 2],
    ),
    case(
        "lu_solve_broadcast",
        lambda tf, lu, p, b: tf.linalg.lu_solve(lu, p, b),
        np.stack([FACTORS, FACTORS.T]),
        PERMS,
        f64(3, 2),
        vectorize=[0, 2],
    ),
    case(
        "lu_matrix_inverse",
        lambda tf, lu, p: tf.linalg.lu_matrix_inverse(lu, p),
        FACTORS,
        PERM,
        vectorize=[0],
    ),
    case(
        "lu_matrix_inverse_batch",
        lambda tf, lu, p: tf.linalg.lu_matrix_inverse(lu, p),
        np.stack([FACTORS, FACTORS.T]),
        PERMS,
        vectorize=[0],
    ),
    case(
        "lu_reconstruct",
        lambda tf, lu, p: tf.linalg.lu_reconstruct(lu, p),
        FACTORS.astype("f"),
        PERM,
        vectorize=[0],
    ),
    case(
        "lu_reconstruct_batch",
        lambda tf, lu, p: tf.linalg.lu_reconstruct(lu, p),
        np.stack([FACTORS, FACTORS.T]),
        PERMS,
        vectorize=[0],
    ),
    case("lstsq_tall", lambda tf, a, b: tf.linalg.lstsq(a, b), f64(4, 2), f64(4, 2)),
    case("lstsq_wide", lambda tf, a, b: tf.linalg.lstsq(a, b), f64(2, 4), f64(2, 1)),
    case(
        "lstsq_regularized",
        lambda tf, a, b: tf.linalg.lstsq(a, b, l2_regularizer=0.3),
        f32(4, 2),
        f32(4, 2),
    ),
    case(
        "lstsq_regularized_wide",
        lambda tf, a, b: tf.linalg.lstsq(a, b, 0.3),
        f64(2, 2, 3),
        f64(2, 2, 1),
    ),
    case(
        "lstsq_complex",
        lambda tf, a, b: tf.linalg.lstsq(a, b),
        c128(3, 2),
        c128(3, 1),
    ),
    case(
        "lstsq_slow",
        lambda tf, a, b: tf.linalg.lstsq(a, b, fast=False),
        f64(4, 2),
        f64(4, 2),
        grad=[],
    ),
    case(
        "lstsq_slow_rank_one",
        lambda tf, a, b: tf.linalg.lstsq(a, b, fast=False, l2_regularizer=9.0),
        TALL,
        f64(3, 1),
        grad=[],
    ),
    case("pinv", lambda tf, a: tf.linalg.pinv(a), f64(3, 2)),
    case("pinv_wide", lambda tf, a: tf.linalg.pinv(a), f64(2, 3)),
    case("pinv_float32_batch", lambda tf, a: tf.linalg.pinv(a), f32(2, 3, 2), rtol=1e-4),
    case("pinv_rank_one", lambda tf, a: tf.linalg.pinv(a), TALL, grad=[]),
    case(
        "pinv_rcond",
        lambda tf, a, rcond: tf.linalg.pinv(a, rcond),
        np.stack([np.diag([1.0, 0.2]), np.diag([1.0, 0.2])]),
        np.array([0.1, 0.3]),
        grad=[],
        vectorize=[0],
    ),
    case("matrix_rank", lambda tf, a: tf.linalg.matrix_rank(a), TALL),
    case("matrix_rank_batch", lambda tf, a: tf.linalg.matrix_rank(a), f32(2, 3, 4)),
    case(
        "matrix_rank_tol",
        lambda tf, a: tf.linalg.matrix_rank(a, tol=0.3),
        np.diag([1.0, 0.2]).astype("f"),
    ),
]

test_parity = parity("linalg_solve", CASES)

SINGULAR = np.array([[1, 2], [2, 4]], "f")
COLUMN = np.ones((2, 1), "f")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda tf: tf.linalg.inv(SINGULAR),
            "not invertible: the matrix, of shape [2, 2], is sing",
        ),
        (lambda tf: tf.linalg.inv(input=SINGULAR), "tf.linalg.pinv"),
        (lambda tf: tf.linalg.inv([[1, 2], [2, 4]]), "not invertible"),
        (lambda tf: tf.linalg.inv(np.full((2, 2), np.nan, "f")), "not invertible"),
        (
            lambda tf: tf.linalg.solve(np.stack([EYE[:2, :2].astype("f"), SINGULAR]), COLUMN),
            "not inv",
        ),
        (lambda tf: tf.linalg.inv(np.ones((2, 3), "f")), "must be square"),
        (lambda tf: tf.linalg.solve(EYE, np.ones(3)), "rhs[:, tf.newaxis]"),
        (lambda tf: tf.linalg.solve(EYE, np.ones((2, 1))), "has 3 rows and rhs[2, 1] 2"),
        (lambda tf: tf.linalg.solve(np.ones((2, 3, 3)), np.ones((4, 3, 1))), "cannot be broadcast"),
        (lambda tf: tf.linalg.solve(tf.ones((2, 2), tf.float64), tf.ones((2, 1))), "tf.cast"),
        (lambda tf: tf.linalg.triangular_solve(EYE, np.ones(3)), "rhs[:, tf.newaxis]"),
        (lambda tf: tf.linalg.cholesky_solve(EYE, np.ones(3)), "rhs[:, tf.newaxis]"),
        (
            lambda tf: tf.linalg.lu_solve(EYE, [0, 1], np.ones((3, 1))),
            "both results of tf.linalg.lu",
        ),
        (lambda tf: tf.linalg.lstsq(EYE, np.ones((2, 1))), "has 3 rows"),
        (lambda tf: tf.linalg.lstsq(EYE, np.ones((3, 1)), [1.0, 2.0]), "must be a scalar"),
        (lambda tf: tf.linalg.pinv(np.ones(3)), "rank 2 or more"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_values_that_are_not_finite_pass_through_a_regular_matrix(tf):
    assert not np.isfinite(tf.linalg.solve(EYE, np.full((3, 1), np.inf))).any()


def test_singular_is_not_finite_in_a_traced_function(tf):
    traced = tf.function(lambda x: tf.linalg.inv(x))
    assert not np.isfinite(traced(tf.constant(SINGULAR))).all()


def test_solve_broadcasts(tf):
    found = tf.linalg.solve(np.stack([EYE, 2 * EYE]), np.ones((3, 1)))
    np.testing.assert_array_equal(found[:, 0, 0], [1.0, 0.5])


@pytest.mark.parametrize("shape", [(3, 2), (2, 3)])
def test_gradient_of_slow_lstsq_is_that_of_fast(tf, shape):
    a, b = np.asarray(f64(*shape)), np.asarray(f64(shape[0], 2, seed=1))
    sources = [tf.constant(a), tf.constant(b)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        slow, fast = (tf.linalg.lstsq(*sources, fast=fast) for fast in (False, True))
    for ours, theirs in zip(
        tape.gradient(slow, sources), tape.gradient(fast, sources), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8)


def test_regularizer_may_be_a_tensor_of_another_dtype(tf):
    a, b = np.ones((2, 1), "f"), np.ones((2, 1), "f")
    found = tf.linalg.lstsq(a, b, l2_regularizer=tf.constant(2.0, tf.float64))
    np.testing.assert_allclose(found, [[0.5]])

"""Eigenvalues and eigenvectors, compared where phases and order have no say."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity


def projected(tf, u):
    return tf.einsum("...ik,...jk->...kij", u, tf.math.conj(u))


def hermitian(tf, x):
    w, v = tf.linalg.eigh(x)
    return w, projected(tf, v)


def general(tf, x):
    """What the order of the eigenvalues does not change: symmetric functions of the pairs."""
    w, v = tf.linalg.eig(x)
    projections = projected(tf, v)
    return [
        tf.reduce_sum(power[..., None, None] * projections, axis=-3) for power in (w, w * w, w**3)
    ]


def power_sums(tf, w):
    return [tf.reduce_sum(w**n, axis=-1) for n in range(1, 4)]


EYE = np.eye(3, dtype="f")
SPREAD = np.array([[4, 1, 0.5], [0.25, 2, 1], [0.75, 0.5, -1]])

CASES = [
    case("eigh", hermitian, f32(3, 3)),
    case("eigh_float64", hermitian, f64(2, 3, 3)),
    case("eigh_complex", hermitian, c64(3, 3)),
    case("eigh_complex128", hermitian, c128(3, 3)),
    case("eigh_repeated", lambda tf, x: tf.linalg.eigh(x)[0], EYE, vectorize=False),
    case("eigvalsh", lambda tf, x: tf.linalg.eigvalsh(x), f32(3, 3)),
    case("eigvalsh_batch", lambda tf, x: tf.linalg.eigvalsh(x), f64(2, 3, 3)),
    case("eigvalsh_complex", lambda tf, x: tf.linalg.eigvalsh(x), c128(3, 3)),
    case(
        "eigvalsh_repeated",
        lambda tf, x: tf.linalg.eigvalsh(x),
        np.eye(2, dtype="f"),
        vectorize=False,
    ),
    case("eig", general, SPREAD.astype("f"), vectorize=False),
    case("eig_float64", general, SPREAD, vectorize=False),
    case("eig_complex", general, c128(3, 3)),
    case(
        "eig_complex64_values",
        lambda tf, x: power_sums(tf, tf.linalg.eig(x)[0]),
        c64(3, 3),
        rtol=5e-5,
    ),
    case("eigvals", lambda tf, x: power_sums(tf, tf.linalg.eigvals(x)), f64(3, 3)),
    case("eigvals_batch", lambda tf, x: power_sums(tf, tf.linalg.eigvals(x)), f64(2, 3, 3)),
    case("eigvals_complex", lambda tf, x: power_sums(tf, tf.eigvals(x)), c128(3, 3)),
    case("eigvals_root", lambda tf, x: tf.eig(x)[0].shape, f32(3, 3)),
    case(
        "eigh_tridiagonal",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b),
        f32(4),
        f32(3),
        grad=[],
    ),
    case(
        "tridiagonal_float64",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b),
        f64(4),
        f64(3),
        grad=[],
    ),
    case(
        "tridiagonal_indices",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b, select="i", select_range=(1, 2)),
        f64(4),
        f64(3),
        grad=[],
    ),
    case(
        "tridiagonal_values",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b, select="v", select_range=(-0.5, 3.0)),
        f64(4),
        f64(3),
        grad=[],
        traced=False,
        rtol=1e-6,
    ),
    case(
        "tridiagonal_none",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b, select="v", select_range=(90.0, 91.0)),
        f32(4),
        f32(3),
        grad=[],
        traced=False,
    ),
    case(
        "tridiagonal_complex",
        lambda tf, a, b: tf.linalg.eigh_tridiagonal(a, b),
        c64(4),
        c64(3),
        grad=[],
    ),
]

test_parity = parity("linalg_eigen", CASES)


def dense(a, b):
    return np.diag(a.real).astype(b.dtype) + np.diag(b, 1) + np.diag(b.conj(), -1)


@pytest.mark.parametrize("make", [f64, c128])
def test_eigenvectors_of_tridiagonal(tf, make):
    a, b = np.asarray(make(5)), np.asarray(make(4, seed=1))
    w, v = tf.linalg.eigh_tridiagonal(a, b, eigvals_only=False)
    np.testing.assert_allclose(dense(a, b) @ v.numpy(), v.numpy() * w.numpy(), atol=1e-12)
    chosen = tf.linalg.eigh_tridiagonal(a, b, eigvals_only=False, select="i", select_range=[1, 2])
    np.testing.assert_array_equal(chosen[0], w[1:3])
    assert chosen[1].shape == (5, 2)


def test_gradient_of_tridiagonal_values_is_that_of_the_dense_matrix(tf):
    a, b = tf.constant(np.asarray(f64(5))), tf.constant(np.asarray(f64(4)))
    weights = np.arange(1.0, 6.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        values = tf.reduce_sum(tf.linalg.eigh_tridiagonal(a, b) * weights)
        matrix = tf.linalg.diag(a) + tf.linalg.diag(b, k=-1)
        expected = tf.reduce_sum(tf.linalg.eigvalsh(matrix) * weights)
    for ours, theirs in zip(
        tape.gradient(values, [a, b]), tape.gradient(expected, [a, b]), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.linalg.eigh(np.ones((2, 3), "f")), "must be square"),
        (lambda tf: tf.linalg.eig(np.ones(3, "f")), "rank 2 or more"),
        (lambda tf: tf.linalg.eigh_tridiagonal([1.0, 2.0], [1.0], select="x"), "'i' for a range"),
        (
            lambda tf: tf.linalg.eigh_tridiagonal([1.0, 2.0], [1.0], select="i"),
            "needs select_range",
        ),
        (
            lambda tf: tf.linalg.eigh_tridiagonal([1.0], [], select="v", select_range=(2.0, 1.0)),
            "is empty",
        ),
        (
            lambda tf: tf.linalg.eigh_tridiagonal(
                [1.0, 2.0], [1.0], select="i", select_range=(0, 2)
            ),
            "leaves the indices of the eigenvalues, 0 to 1",
        ),
        (lambda tf: tf.linalg.eigh_tridiagonal([1.0, 2.0], [1.0, 2.0]), "one value less"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_a_range_of_values_cannot_be_traced(tf):
    traced = tf.function(
        lambda a: tf.linalg.eigh_tridiagonal(a, [1.0], select="v", select_range=(0.0, 1.0))
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="select='i'"):
        traced(tf.constant([1.0, 2.0]))

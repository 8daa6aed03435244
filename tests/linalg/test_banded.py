"""Products and solutions with banded matrices."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity

SHIFT = np.array([[0.0], [5.0], [0.0]])


def dominant(tf, diagonals):
    """Diagonals in compact format, with a main one that is large."""
    return diagonals + tf.constant(SHIFT.astype(diagonals.dtype.as_numpy_dtype))


def solve(**options):
    return lambda tf, a, b: tf.linalg.tridiagonal_solve(dominant(tf, a), b, **options)


def bands(tf, x, row):
    place = np.zeros(x.shape.as_list())
    place[..., row, :] = 5.0
    return x + tf.constant(place.astype(x.dtype.as_numpy_dtype))


def banded(row, **options):
    return lambda tf, a, b: tf.linalg.banded_triangular_solve(bands(tf, a, row), b, **options)


MATRIX = np.array([[5, 1, 9, 9], [2, 6, 1, 9], [9, 1, 5, 2], [9, 9, 3, 6.0]])

CASES = [
    case("matmul", lambda tf, a, b: tf.linalg.tridiagonal_matmul(a, b), f32(3, 4), f32(4, 2)),
    case(
        "matmul_batch",
        lambda tf, a, b: tf.linalg.tridiagonal_matmul(a, b),
        f64(2, 3, 4),
        f64(2, 4, 2),
    ),
    case(
        "matmul_complex", lambda tf, a, b: tf.linalg.tridiagonal_matmul(a, b), c64(3, 4), c64(4, 2)
    ),
    case(
        "matmul_matrix",
        lambda tf, a, b: tf.linalg.tridiagonal_matmul(a, b, diagonals_format="matrix"),
        MATRIX,
        f64(4, 2),
    ),
    case(
        "matmul_sequence",
        lambda tf, a, b, c, x: tf.linalg.tridiagonal_matmul(
            [a, b, c], x, diagonals_format="sequence"
        ),
        f32(4),
        f32(4),
        f32(4),
        f32(4, 2),
    ),
    case("solve", solve(), f32(3, 4), f32(4, 2)),
    case("solve_vector", solve(), f64(3, 4), f64(4)),
    case("solve_batch", solve(), f64(2, 3, 4), f64(2, 4, 2)),
    case("solve_vectors", solve(), f64(2, 3, 4), f64(2, 4)),
    case("solve_two", solve(), f64(3, 2), f64(2, 2)),
    case("solve_complex", solve(conjugate_rhs=True), c128(3, 4), c128(4, 2), grad=[]),
    case("solve_complex64", solve(), c64(3, 4), c64(4, 2), grad=[]),
    case("solve_transposed", solve(transpose_rhs=True), f64(3, 4), f64(2, 4)),
    case(
        "solve_adjoint_rhs",
        solve(transpose_rhs=True, conjugate_rhs=True),
        c128(3, 4),
        c128(2, 4),
        grad=[],
    ),
    case("solve_not_pivoted", solve(partial_pivoting=False), f64(3, 4), f64(4, 2)),
    case(
        "solve_pivots",
        lambda tf, a, b: tf.linalg.tridiagonal_solve(a, b),
        np.array([[1, 2, 3, 0], [0, 1, 0, 2], [0, 2, 1, 1.0]]),
        f64(4, 1),
        vectorize=[1],
    ),
    case(
        "solve_matrix",
        lambda tf, a, b: tf.linalg.tridiagonal_solve(a, b, diagonals_format="matrix"),
        MATRIX,
        f64(4, 2),
        vectorize=[1],
    ),
    case(
        "solve_sequence",
        lambda tf, a, b, c, x: tf.linalg.tridiagonal_solve(
            [a, b, c], x, diagonals_format="sequence"
        ),
        f64(3),
        np.array([5, 6, 7, 8.0]),
        f64(3),
        f64(4),
    ),
    case(
        "solve_sequence_padded",
        lambda tf, a, b, c, x: tf.linalg.tridiagonal_solve(
            (a, b, c), x, diagonals_format="sequence"
        ),
        f64(4),
        np.array([5, 6, 7, 8.0]),
        f64(4),
        f64(4, 2),
    ),
    case("banded_lower", banded(0), f32(2, 4), f32(4, 2)),
    case("banded_lower_three", banded(0), f64(3, 4), f64(4, 2)),
    case("banded_lower_adjoint", banded(0, adjoint=True), c128(3, 4), c128(4, 2)),
    case("banded_upper", banded(-1, lower=False), f64(3, 4), f64(4, 2)),
    case("banded_upper_adjoint", banded(-1, lower=False, adjoint=True), c128(3, 4), c128(4, 2)),
    case("banded_diagonal", banded(0), f64(1, 4), f64(4, 2)),
    case("banded_batch", banded(0), f64(2, 2, 4), f64(2, 4, 2)),
    case("banded_broadcast", banded(0), f64(2, 4), f64(2, 4, 2)),
]

test_parity = parity("linalg_banded", CASES)

THREE = np.ones((3, 4), "f")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda tf: tf.linalg.tridiagonal_matmul(THREE, THREE.T, diagonals_format="x"),
            "one of compact",
        ),
        (lambda tf: tf.linalg.tridiagonal_matmul(THREE, np.ones(4, "f")), "rhs[:, tf.newaxis]"),
        (lambda tf: tf.linalg.tridiagonal_matmul(THREE, THREE), "has 4 rows, and rhs[3, 4] 3"),
        (lambda tf: tf.linalg.tridiagonal_matmul(THREE[:2], THREE.T), "must be [..., 3, M]"),
        (
            lambda tf: tf.linalg.tridiagonal_solve(THREE, np.ones(3, "f")),
            "has 4 rows, and rhs[3] 3",
        ),
        (
            lambda tf: tf.linalg.tridiagonal_solve(THREE, THREE.T, diagonals_format="matrix"),
            "square matrices",
        ),
        (
            lambda tf: tf.linalg.tridiagonal_solve(
                [THREE[0, :2], THREE[0], THREE[0]], THREE.T, diagonals_format="sequence"
            ),
            "upper diagonal has shape [2]",
        ),
        (
            lambda tf: tf.linalg.tridiagonal_solve(
                [THREE[0], THREE[0]], THREE.T, diagonals_format="sequence"
            ),
            "takes three diagonals",
        ),
        (
            lambda tf: tf.linalg.tridiagonal_solve(
                THREE, THREE.T, perturb_singular=True, partial_pivoting=False
            ),
            "needs partial_pivoting=True",
        ),
        (lambda tf: tf.linalg.banded_triangular_solve(THREE * 0, THREE.T), "holds a zero"),
        (lambda tf: tf.linalg.banded_triangular_solve(THREE, np.ones(4, "f")), "tf.newaxis"),
        (
            lambda tf: tf.linalg.banded_triangular_solve(THREE, THREE),
            "describes matrices of 4 rows",
        ),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_nan_passes_through_a_regular_band(tf):
    found = tf.linalg.banded_triangular_solve(THREE, np.full((4, 1), np.nan, "f"))
    assert np.isnan(found).all()


def test_singular_is_perturbed_when_asked(tf):
    zeros = np.zeros((3, 3), "f")
    column = np.ones((3, 1), "f")
    assert np.isnan(tf.linalg.tridiagonal_solve(zeros, column)).all()
    perturbed = tf.linalg.tridiagonal_solve(zeros, column, perturb_singular=True)
    assert np.isfinite(perturbed).all()


def test_one_equation(tf):
    found = tf.linalg.tridiagonal_solve([[1.0], [2.0], [1.0]], [3.0])
    np.testing.assert_array_equal(found, [1.5])


def test_complex_gradient_against_differences(tf):
    """TensorFlow leaves out a conjugate here."""
    a, b, weights = (np.asarray(c128(*shape, seed=1)) for shape in ((3, 4), (4, 2), (4, 2)))
    a = a + SHIFT
    sources = [tf.constant(a), tf.constant(b)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = tf.linalg.tridiagonal_solve(*sources)
    found = tape.gradient(y, sources, output_gradients=tf.constant(weights))
    for position, given in enumerate((a, b)):

        def value(x, position=position):
            arguments = [x, b] if position == 0 else [a, x]
            return np.vdot(weights, tf.linalg.tridiagonal_solve(*arguments)).real

        for place in np.ndindex(*given.shape):
            expected = 0
            for direction in (1, 1j):
                step = np.zeros_like(given)
                step[place] = 1e-6 * direction
                expected += direction * (value(given + step) - value(given - step)) / 2e-6
            assert abs(expected - found[position].numpy()[place]) < 1e-6

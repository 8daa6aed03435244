"""Linear operators of one structure each."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, i32, parity
from tests.linalg.operators import definite, regular, regular_complex, rows

PERMUTATIONS = np.array([[2, 0, 3, 1], [0, 1, 3, 2]], np.int32)

CASES = [
    *rows(
        "full",
        lambda L, m: L.LinearOperatorFullMatrix(m),
        regular(4, 4),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "full_batch",
        lambda L, m: L.LinearOperatorFullMatrix(m),
        regular(2, 4, 4),
        groups="products solutions trace",
    ),
    *rows(
        "full_definite",
        lambda L, m: L.LinearOperatorFullMatrix(m, is_self_adjoint=True, is_positive_definite=True),
        definite(2, 4, 4),
        groups="products solutions eigvals cholesky cond",
    ),
    *rows(
        "full_complex",
        lambda L, m: L.LinearOperatorFullMatrix(m),
        regular_complex(4, 4),
        x=c64(4, 2),
        groups="products trace",
    ),
    # TensorFlow's gradients of complex determinants and tridiagonal systems lack a conjugation.
    *rows(
        "full_complex",
        lambda L, m: L.LinearOperatorFullMatrix(m),
        regular_complex(4, 4),
        x=c64(4, 2),
        groups="solutions",
        grad=[],
    ),
    *rows(
        "tril",
        lambda L, m: L.LinearOperatorLowerTriangular(m),
        regular(4, 4),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "tril_batch",
        lambda L, m: L.LinearOperatorLowerTriangular(m),
        regular(2, 4, 4),
        groups="products solutions",
    ),
    *rows(
        "perm",
        lambda L: L.LinearOperatorPermutation(PERMUTATIONS[0]),
        groups="products solutions trace cond",
    ),
    *rows(
        "perm_batch",
        lambda L: L.LinearOperatorPermutation(PERMUTATIONS),
        groups="products solutions trace",
    ),
    *rows(
        "householder",
        lambda L, v: L.LinearOperatorHouseholder(v),
        f32(4),
        groups="products solutions trace eigvals cond",
        vectorize=True,
    ),
    *rows(
        "householder_batch",
        lambda L, v: L.LinearOperatorHouseholder(v),
        f32(2, 4),
        groups="products solutions trace eigvals",
    ),
    *rows(
        "tridiag",
        lambda L, d: L.LinearOperatorTridiag(d),
        regular(3, 4, 4)[:, 0],
        groups="products trace",
    ),
    *rows(
        "tridiag_matrix",
        lambda L, m: L.LinearOperatorTridiag(L.band_part(m, 1, 1), diagonals_format="matrix"),
        regular(4, 4),
        groups="products solutions trace",
    ),
    *rows(
        "tridiag_sequence",
        lambda L, a, b, c: L.LinearOperatorTridiag([a, b, c], diagonals_format="sequence"),
        f32(4),
        f32(4, low=4.0, high=6.0),
        f32(4),
        groups="products solutions trace",
    ),
    *rows(
        "tridiag_batch",
        lambda L, d: L.LinearOperatorTridiag(d),
        np.asarray(f32(2, 3, 4)) + np.array([[0], [5], [0]], np.float32),
        x=f32(2, 4, 2),
        groups="products solutions trace",
    ),
    *rows(
        "tridiag_complex",
        lambda L, d: L.LinearOperatorTridiag(d),
        np.asarray(c64(3, 4)) + np.array([[0], [5], [0]], np.complex64),
        x=c64(4, 2),
        groups="products solutions",
        grad=[],
    ),
    case(
        "full_rectangular",
        lambda tf, m, x: [
            tf.linalg.LinearOperatorFullMatrix(m).matmul(x),
            tf.linalg.LinearOperatorFullMatrix(m).diag_part(),
            tf.linalg.LinearOperatorFullMatrix(m).trace(),
            tf.linalg.LinearOperatorFullMatrix(m).adjoint().to_dense(),
        ],
        f32(2, 3),
        f32(3, 2),
    ),
    case(
        "broadcast",
        lambda tf, m, x: [
            tf.linalg.LinearOperatorFullMatrix(m).matmul(x),
            tf.linalg.LinearOperatorFullMatrix(m).solve(x),
            tf.linalg.LinearOperatorLowerTriangular(m).solve(x),
            tf.linalg.LinearOperatorHouseholder(m[:, 0]).solve(x),
            tf.linalg.LinearOperatorPermutation([1, 0, 2]).matmul(x),
        ],
        regular(2, 3, 3),
        f32(4, 1, 3, 2),
        grad=[1],
    ),
]

test_parity = parity("linalg_operator_simple", CASES)


def test_properties(tf):
    tridiag = tf.linalg.LinearOperatorTridiag(np.ones([3, 4], np.float32))
    assert tridiag.diagonals.shape == (3, 4)
    assert tridiag.diagonals_format == "compact"
    perm = tf.linalg.LinearOperatorPermutation([1, 0], dtype=tf.float64)
    assert perm.perm.numpy().tolist() == [1, 0]
    assert perm.dtype == perm.to_dense().dtype == tf.float64
    assert tf.linalg.LinearOperatorHouseholder([1.0, 1.0]).reflection_axis.shape == (2,)
    assert tf.linalg.LinearOperatorLowerTriangular([[1.0]]).tril.shape == (1, 1)
    assert tf.linalg.LinearOperatorFullMatrix([[1.0]]).matrix.shape == (1, 1)


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (ValueError, lambda L: L.LinearOperatorTridiag([[1.0]], diagonals_format="some")),
        (ValueError, lambda L: L.LinearOperatorHouseholder([1.0], is_positive_definite=True)),
        (ValueError, lambda L: L.LinearOperatorLowerTriangular([[1.0]], is_square=False)),
        (ValueError, lambda L: L.LinearOperatorFullMatrix([1.0])),
        (TypeError, lambda L: L.LinearOperatorPermutation([1.0, 0.0])),
    ],
)
def test_what_is_refused(tf, error, make):
    with pytest.raises(error, match=r"must|never|square"):
        make(tf.linalg)


def test_a_slice_of_the_batch(tf):
    sequence = [np.full([2, 4], value, np.float32) for value in (1, 2, 3)]
    operator = tf.linalg.LinearOperatorTridiag(sequence, diagonals_format="sequence")
    np.testing.assert_array_equal(operator[1].to_dense(), operator.to_dense()[1])
    assert operator[:1].shape == (1, 4, 4)


def test_int_input_is_not_differentiable_but_works(tf):
    operator = tf.linalg.LinearOperatorPermutation(np.asarray(i32(1, low=0, high=1)))
    assert operator.matvec([5.0]).numpy() == 5.0

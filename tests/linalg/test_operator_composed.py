"""Linear operators made of others."""

import pytest

from tests.harness.parity import c64, case, f32, parity
from tests.linalg.operators import definite, positive, regular, regular_complex, rows

CASES = [
    *rows(
        "adjoint",
        lambda L, m: L.LinearOperatorAdjoint(L.LinearOperatorFullMatrix(m)),
        regular_complex(4, 4),
        x=c64(4, 2),
        groups="products trace",
    ),
    *rows(
        "adjoint_batch",
        lambda L, m: L.LinearOperatorAdjoint(L.LinearOperatorLowerTriangular(m)),
        regular(2, 4, 4),
        groups="products solutions trace",
    ),
    *rows(
        "inversion",
        lambda L, m: L.LinearOperatorInversion(L.LinearOperatorFullMatrix(m)),
        regular(4, 4),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "inversion_definite",
        lambda L, m: L.LinearOperatorInversion(
            L.LinearOperatorFullMatrix(m, is_self_adjoint=True, is_positive_definite=True)
        ),
        definite(2, 4, 4),
        groups="products solutions",
    ),
    *rows(
        "composition",
        lambda L, m, d: L.LinearOperatorComposition(
            [L.LinearOperatorFullMatrix(m), L.LinearOperatorDiag(d)]
        ),
        regular(4, 4),
        positive(4),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "composition_batch",
        lambda L, m, d: L.LinearOperatorFullMatrix(m) @ L.LinearOperatorDiag(d),
        regular(2, 4, 4),
        positive(4),
        groups="products solutions trace",
    ),
    case(
        "composition_rectangular",
        lambda tf, a, b, x: (
            tf.linalg.LinearOperatorFullMatrix(a) @ tf.linalg.LinearOperatorFullMatrix(b)
        ).matmul(x),
        f32(3, 2),
        f32(2, 3),
        f32(3, 1),
    ),
]

test_parity = parity("linalg_operator_composed", CASES)


def test_wrappers_take_each_other_off(tf):
    full = tf.linalg.LinearOperatorFullMatrix([[2.0, 1.0], [0.0, 3.0]])
    assert full.adjoint().adjoint() is full
    assert full.H.operator is full
    assert full.inverse().inverse() is full
    assert full.adjoint().name == "LinearOperatorFullMatrix_adjoint"
    assert full.inverse().name == "LinearOperatorFullMatrix_inv"
    assert (full @ full).operators == [full, full]
    assert (full @ full).name == "LinearOperatorFullMatrix_o_LinearOperatorFullMatrix"


def test_what_is_refused(tf):
    L = tf.linalg
    wide = L.LinearOperatorFullMatrix([[1.0, 2.0]])
    with pytest.raises(ValueError, match="non square"):
        wide.inverse()
    with pytest.raises(ValueError, match="non-singular"):
        L.LinearOperatorInversion(L.LinearOperatorZeros(2))
    with pytest.raises(ValueError, match="says True"):
        L.LinearOperatorAdjoint(L.LinearOperatorIdentity(2), is_self_adjoint=False)
    with pytest.raises(ValueError, match="cannot be multiplied"):
        L.LinearOperatorComposition([wide, wide])
    with pytest.raises(ValueError, match="rows"):
        wide @ wide
    with pytest.raises(TypeError, match="share one dtype"):
        L.LinearOperatorComposition([L.LinearOperatorIdentity(2, dtype=tf.float64), wide.H])


def test_assertions_reach_the_operators_within(tf):
    L = tf.linalg
    singular = L.LinearOperatorDiag([1.0, 0.0])
    for operator in (
        L.LinearOperatorAdjoint(singular),
        L.LinearOperatorInversion(singular),
        L.LinearOperatorComposition([singular, singular]),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match="zeros on its diagonal"):
            operator.assert_non_singular()
    L.LinearOperatorAdjoint(L.LinearOperatorDiag([1.0])).assert_positive_definite()
    L.LinearOperatorInversion(L.LinearOperatorDiag([1.0])).assert_self_adjoint()


def test_the_determinant_of_a_product_of_rectangular_factors(tf):
    wide = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    product = tf.linalg.LinearOperatorComposition([wide, wide.adjoint()])
    expected = tf.linalg.det(product.to_dense())
    assert abs(float(product.determinant() - expected)) < 1e-4
    assert abs(float(product.log_abs_determinant() - tf.math.log(expected))) < 1e-5

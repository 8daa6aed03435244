"""Linear operators of structured products."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, f64, parity
from tests.linalg.operators import definite, positive, regular, rows


def kron(L, a, b, **hints):
    return L.LinearOperatorKronecker(
        [L.LinearOperatorFullMatrix(a, **hints), L.LinearOperatorFullMatrix(b, **hints)]
    )


def update(L, d, u, v=None, diag=None, **hints):
    base = L.LinearOperatorDiag(d, is_positive_definite=True)
    return L.LinearOperatorLowRankUpdate(base, u, diag, v, **hints)


CASES = [
    *rows(
        "kronecker",
        kron,
        regular(2, 2),
        regular(2, 2, seed=1),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "kronecker_definite",
        lambda L, a, b: kron(L, a, b, is_self_adjoint=True, is_positive_definite=True),
        definite(2, 2),
        definite(3, 2, 2, seed=1),
        groups="solutions eigvals",
    ),
    *rows(
        "kronecker_batch",
        kron,
        regular(3, 2, 2),
        regular(2, 2, seed=1),
        groups="products solutions trace",
    ),
    *rows(
        "kronecker_three",
        lambda L, a, d: L.LinearOperatorKronecker(
            [
                L.LinearOperatorFullMatrix(a),
                L.LinearOperatorDiag(d),
                L.LinearOperatorLowerTriangular(a),
            ]
        ),
        regular(2, 2),
        positive(3),
        x=f32(12, 2),
        groups="products solutions trace",
    ),
    case(
        "kronecker_rectangular",
        lambda tf, a, b, x: [
            kron(tf.linalg, a, b).matmul(x),
            kron(tf.linalg, a, b).to_dense(),
            kron(tf.linalg, a, b).matmul(a[0, 0] * tf.ones([6, 1]), adjoint=True),
        ],
        f32(2, 3),
        f32(3, 1),
        f32(3, 2),
    ),
    *rows(
        "update",
        update,
        positive(4),
        f32(4, 2),
        groups="products solutions trace eigvals cholesky",
        vectorize=True,
    ),
    *rows(
        "update_double",
        update,
        positive(4).astype(np.float64),
        f64(4, 2),
        x=f64(4, 2),
        groups="cond",
    ),
    *rows(
        "update_batch",
        update,
        positive(4),
        f32(3, 4, 2),
        groups="products solutions trace",
    ),
    *rows(
        "update_diag",
        lambda L, d, u, s: update(L, d, u, None, s, is_diag_update_positive=True),
        positive(4),
        f32(4, 2),
        positive(2),
        groups="products solutions trace",
    ),
    *rows(
        "update_of_both",
        lambda L, d, u, v, s: update(L, d, u, v, s),
        positive(4),
        f32(4, 1, low=0.1, high=1.0),
        f32(4, 1, low=0.1, high=1.0),
        positive(1),
        groups="products solutions trace cond",
    ),
]

test_parity = parity("linalg_operator_structured", CASES)


def test_kronecker_keeps_its_structure(tf):
    diag = tf.linalg.LinearOperatorDiag([1.0, 2.0], is_positive_definite=True)
    product = tf.linalg.LinearOperatorKronecker([diag, diag])
    assert product.operators == [diag, diag]
    assert type(product.cholesky()) is type(product.inverse()) is type(product)
    assert product.is_positive_definite and product.is_self_adjoint and product.is_non_singular
    assert product.name == "LinearOperatorDiag_x_LinearOperatorDiag"


def test_hints_of_an_update(tf):
    base = tf.linalg.LinearOperatorDiag([1.0, 2.0, 3.0], is_positive_definite=True)
    same = tf.linalg.LinearOperatorLowRankUpdate(base, tf.ones([3, 1]))
    assert same.is_self_adjoint and same.is_positive_definite and same.is_diag_update_positive
    assert same.diag_update is None
    assert same.v is same.u
    assert same.base_operator is base
    other = tf.linalg.LinearOperatorLowRankUpdate(base, tf.ones([3, 1]), [2.0], tf.zeros([3, 1]))
    assert other.is_self_adjoint is None
    assert other.diag_operator.diag is other.diag_update


def test_dimensions_that_do_not_fit_are_refused(tf):
    base = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    with pytest.raises(ValueError, match=r"u must be \[\.\.\., 2, K\]"):
        tf.linalg.LinearOperatorLowRankUpdate(base, tf.ones([3, 1]))
    with pytest.raises(ValueError, match="at least one"):
        tf.linalg.LinearOperatorKronecker([])


def test_assertions(tf):
    one = tf.linalg.LinearOperatorDiag([1.0, 0.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="zeros on its diagonal"):
        tf.linalg.LinearOperatorKronecker([one, one]).assert_non_singular()


def test_a_slice_of_the_batch(tf):
    full = tf.linalg.LinearOperatorFullMatrix(regular(3, 2, 2))
    kronecker = tf.linalg.LinearOperatorKronecker([full, tf.linalg.LinearOperatorDiag([1.0, 2.0])])
    assert kronecker[1:].shape == (2, 4, 4)
    updated = tf.linalg.LinearOperatorLowRankUpdate(full, tf.ones([2, 1]))
    assert updated[0].shape == (2, 2)
    assert bool(tf.reduce_all(updated[0].to_dense() == updated.to_dense()[0]))

"""Linear operators of a diagonal at most."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, parity
from tests.linalg.operators import positive, rows

ALL = "products solutions trace eigvals"

CASES = [
    *rows("identity", lambda L: L.LinearOperatorIdentity(4), groups=ALL + " cond cholesky"),
    *rows("identity_batch", lambda L: L.LinearOperatorIdentity(4, batch_shape=[2]), groups=ALL),
    *rows(
        "scaled",
        lambda L, m: L.LinearOperatorScaledIdentity(4, m, is_positive_definite=True),
        positive(),
        groups=ALL + " cholesky",
        vectorize=True,
    ),
    case(
        "scaled_cond",
        lambda tf, m: tf.linalg.LinearOperatorScaledIdentity(4, m).cond(),
        np.array([-2.0, 0.0], np.float32),
        grad=[],
    ),
    *rows("scaled_batch", lambda L, m: L.LinearOperatorScaledIdentity(4, m), f32(2), groups=ALL),
    *rows("zeros", lambda L: L.LinearOperatorZeros(4), groups="products trace eigvals"),
    *rows(
        "diag",
        lambda L, d: L.LinearOperatorDiag(d, is_positive_definite=True),
        positive(4),
        groups=ALL + " cond cholesky",
        vectorize=True,
    ),
    *rows("diag_batch", lambda L, d: L.LinearOperatorDiag(d), f32(2, 1, 4), groups=ALL + " cond"),
    *rows(
        "diag_complex",
        lambda L, d: L.LinearOperatorDiag(d),
        c64(4),
        x=c64(4, 2),
        groups="products solutions trace",
    ),
    case(
        "zeros_rectangular",
        lambda tf, x: tf.linalg.LinearOperatorZeros(
            3, 4, batch_shape=[2], is_self_adjoint=False, is_square=False
        ).matmul(x),
        f32(4, 2),
    ),
    case(
        "zeros_determinant",
        lambda tf: [
            tf.linalg.LinearOperatorZeros(2).determinant(),
            tf.linalg.LinearOperatorZeros(2).log_abs_determinant(),
        ],
    ),
    case(
        "products_of_operators",
        lambda tf, d, t: [
            (left @ right).to_dense()
            for left, right in [
                (tf.linalg.LinearOperatorDiag(d), tf.linalg.LinearOperatorDiag(d)),
                (tf.linalg.LinearOperatorDiag(d), tf.linalg.LinearOperatorScaledIdentity(3, d[0])),
                (tf.linalg.LinearOperatorScaledIdentity(3, d[0]), tf.linalg.LinearOperatorDiag(d)),
                (tf.linalg.LinearOperatorDiag(d), tf.linalg.LinearOperatorLowerTriangular(t)),
                (tf.linalg.LinearOperatorLowerTriangular(t), tf.linalg.LinearOperatorDiag(d)),
                (tf.linalg.LinearOperatorIdentity(3), tf.linalg.LinearOperatorDiag(d)),
                (tf.linalg.LinearOperatorZeros(3), tf.linalg.LinearOperatorDiag(d)),
            ]
        ],
        f32(3),
        f32(3, 3),
    ),
]

test_parity = parity("linalg_operator_diagonal", CASES)


def test_products_keep_their_structure(tf):
    diag = tf.linalg.LinearOperatorDiag([1.0, 2.0], is_positive_definite=True)
    identity = tf.linalg.LinearOperatorIdentity(2)
    scaled = tf.linalg.LinearOperatorScaledIdentity(2, 3.0)
    zeros = tf.linalg.LinearOperatorZeros(2)
    assert diag @ identity is diag
    assert identity @ diag is diag
    assert type(diag @ diag) is type(diag)
    assert (diag @ diag).is_positive_definite
    assert type(scaled @ scaled) is type(scaled)
    assert type(zeros @ diag) is type(diag @ zeros) is type(zeros)
    assert identity.inverse() is identity


def test_a_batch_is_not_lost_in_a_product_with_the_identity(tf):
    batch = tf.linalg.LinearOperatorIdentity(2, batch_shape=[3])
    assert (batch @ tf.linalg.LinearOperatorDiag([1.0, 2.0])).shape == (3, 2, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda L: L.LinearOperatorIdentity(-1),
        lambda L: L.LinearOperatorIdentity(2, is_self_adjoint=False),
        lambda L: L.LinearOperatorIdentity(2, is_positive_definite=False),
        lambda L: L.LinearOperatorScaledIdentity(2, 1.0, is_self_adjoint=False),
        lambda L: L.LinearOperatorZeros(2, is_non_singular=True),
        lambda L: L.LinearOperatorZeros(2, 3),
        lambda L: L.LinearOperatorDiag([1.0], is_square=False),
        lambda L: L.LinearOperatorDiag([1.0], is_self_adjoint=False),
        lambda L: L.LinearOperatorDiag(1.0),
        lambda L: L.LinearOperatorDiag([1.0], is_positive_definite=True, is_non_singular=False),
    ],
)
def test_hints_that_contradict_are_refused(tf, make):
    with pytest.raises(ValueError, match=r"always|square|never|dimension|must be|rows"):
        make(tf.linalg)


def test_sizes_are_integers(tf):
    with pytest.raises(TypeError, match="integer"):
        tf.linalg.LinearOperatorIdentity(2.0)


def test_assertions(tf):
    L, error = tf.linalg, tf.errors.InvalidArgumentError
    L.LinearOperatorDiag([1.0, 2.0]).assert_positive_definite()
    L.LinearOperatorDiag([1.0, -2.0]).assert_non_singular()
    L.LinearOperatorZeros(2).assert_self_adjoint()
    with pytest.raises(error, match="zeros on its diagonal"):
        L.LinearOperatorDiag([1.0, 0.0]).assert_non_singular()
    with pytest.raises(error, match="not positive definite"):
        L.LinearOperatorDiag([1.0, -1.0]).assert_positive_definite()
    with pytest.raises(error, match="adjoint"):
        L.LinearOperatorDiag(np.array([1j])).assert_self_adjoint()
    with pytest.raises(error, match="multiplier is zero"):
        L.LinearOperatorScaledIdentity(2, 0.0).assert_non_singular()
    with pytest.raises(error, match="singular"):
        L.LinearOperatorZeros(2).assert_non_singular()

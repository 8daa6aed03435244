"""Linear operators made of blocks."""

import pytest

from tests.harness.parity import case, f32, parity
from tests.linalg.operators import definite, positive, regular, rows


def blocks(L, m, d, **hints):
    return L.LinearOperatorBlockDiag(
        [L.LinearOperatorFullMatrix(m, **hints), L.LinearOperatorDiag(d, **hints)]
    )


def lower(L, m, b, d):
    return L.LinearOperatorBlockLowerTriangular(
        [
            [L.LinearOperatorFullMatrix(m)],
            [L.LinearOperatorFullMatrix(b), L.LinearOperatorDiag(d)],
        ]
    )


CASES = [
    *rows(
        "diag",
        blocks,
        regular(2, 2),
        positive(2),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "diag_definite",
        lambda L, m, d: blocks(L, m, d, is_self_adjoint=True, is_positive_definite=True),
        definite(2, 2),
        positive(2),
        groups="products solutions eigvals cholesky",
    ),
    *rows("diag_batch", blocks, regular(3, 2, 2), positive(2), groups="products solutions trace"),
    *rows(
        "lower",
        lower,
        regular(2, 2),
        f32(2, 2),
        positive(2),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "lower_batch",
        lower,
        regular(3, 2, 2),
        f32(2, 2),
        positive(2),
        groups="products solutions trace",
    ),
    case(
        "lists",
        lambda tf, m, b, d, x, y: [
            method([x, y], adjoint=adjoint)
            for operator in (blocks(tf.linalg, m, d), lower(tf.linalg, m, b, d))
            for method in (operator.matmul, operator.solve)
            for adjoint in (False, True)
        ],
        regular(2, 2),
        f32(2, 2),
        positive(2),
        f32(2, 3),
        f32(2, 3),
    ),
    case(
        "lists_of_vectors",
        lambda tf, m, b, d, x, y: [
            lower(tf.linalg, m, b, d).matvec([x, y]),
            lower(tf.linalg, m, b, d).solvevec([x, y]),
            blocks(tf.linalg, m, d).matvec([x, y]),
        ],
        regular(2, 2),
        f32(2, 2),
        positive(2),
        f32(2),
        f32(2),
    ),
    case(
        "rectangular",
        lambda tf, m, b, x: tf.linalg.LinearOperatorBlockDiag(
            [tf.linalg.LinearOperatorFullMatrix(m), tf.linalg.LinearOperatorFullMatrix(b)],
            is_square=None,
        ).matmul(x),
        f32(2, 3),
        f32(1, 2),
        f32(5, 2),
    ),
    case(
        "product",
        lambda tf, m, d: (blocks(tf.linalg, m, d) @ blocks(tf.linalg, m, d)).to_dense(),
        regular(2, 2),
        positive(2),
    ),
]

test_parity = parity("linalg_operator_blocks", CASES)


def test_structure_is_kept(tf):
    operator = blocks(tf.linalg, definite(2, 2), positive(2), is_positive_definite=True)
    assert operator.name == "LinearOperatorFullMatrix_ds_LinearOperatorDiag"
    assert type(operator @ operator) is type(operator.inverse()) is type(operator)
    triangular = lower(tf.linalg, regular(2, 2), regular(2, 2), positive(2))
    assert type(triangular.inverse()) is type(triangular)
    assert len(triangular.operators[1]) == 2


def test_plain_lists_are_matrices_unless_they_fit_the_blocks(tf):
    operator = blocks(tf.linalg, regular(2, 2), positive(2))
    assert operator.matmul([[1.0], [2.0], [3.0], [4.0]]).shape == (4, 1)
    parts = operator.matmul([[[1.0], [2.0]], [[3.0], [4.0]]])
    assert [part.shape for part in parts] == [(2, 1), (2, 1)]


def test_what_is_refused(tf):
    L = tf.linalg
    operator = blocks(L, regular(2, 2), positive(2))
    with pytest.raises(ValueError, match=r"\[2, 2\] rows.*\[2, 3\]"):
        operator.matmul([tf.ones([2, 1]), tf.ones([3, 1])])
    one = L.LinearOperatorIdentity(1)
    with pytest.raises(ValueError, match=r"i \+ 1 operators"):
        L.LinearOperatorBlockLowerTriangular([[one], [one]])
    with pytest.raises(ValueError, match=r"block \(1, 0\) must have shape \[1, 1\]"):
        L.LinearOperatorBlockLowerTriangular([[one], [L.LinearOperatorIdentity(2), one]])


def test_assertions(tf):
    L, error = tf.linalg, tf.errors.InvalidArgumentError
    bad = L.LinearOperatorDiag([-1.0, 0.0])
    operator = L.LinearOperatorBlockDiag([L.LinearOperatorIdentity(2), bad])
    with pytest.raises(error, match="zeros"):
        operator.assert_non_singular()
    with pytest.raises(error, match="positive definite"):
        operator.assert_positive_definite()
    operator.assert_self_adjoint()


def test_a_slice_of_the_batch(tf):
    operator = lower(tf.linalg, regular(3, 2, 2), regular(2, 2), positive(2))
    assert operator[0].shape == (4, 4)
    assert bool(tf.reduce_all(operator[1].to_dense() == operator.to_dense()[1]))

"""The method of conjugate gradients."""

import numpy as np
import pytest

from tests.harness.parity import c128, case, f32, f64, parity

GIVEN = {"is_self_adjoint": True, "is_positive_definite": True}


def operator(tf, x):
    matrix = tf.matmul(x, x, adjoint_b=True) + tf.eye(3, dtype=x.dtype)
    return tf.linalg.LinearOperatorFullMatrix(matrix, **GIVEN)


def solve(tf, matrix, rhs, **options):
    return tf.linalg.experimental.conjugate_gradient(operator(tf, matrix), rhs, **options)


def preconditioned(tf, x, rhs, start):
    diagonal = tf.linalg.LinearOperatorDiag(tf.constant([0.5, 1.0, 2.0], x.dtype), **GIVEN)
    return solve(tf, x, rhs, x=start, preconditioner=diagonal, max_iter=2)


CASES = [
    case("two_steps", lambda tf, x, b: solve(tf, x, b, max_iter=2), f64(3, 3), f64(3), grad=[]),
    case("float32", lambda tf, x, b: solve(tf, x, b, max_iter=1), f32(3, 3), f32(3), grad=[]),
    case("converged", lambda tf, x, b: solve(tf, x, b)[:2], f64(3, 3), f64(3), grad=[]),
    case("tol", lambda tf, x, b: solve(tf, x, b, tol=0.5).i, f64(3, 3), f64(3)),
    case("preconditioned", preconditioned, f64(3, 3), f64(3), f64(3), grad=[]),
    case("batch", lambda tf, x, b: solve(tf, x, b, max_iter=2), f64(2, 3, 3), f64(2, 3), grad=[]),
]

test_parity = parity("linalg_iterative", CASES)


class Doubling:
    """All that is asked of an operator."""

    def matvec(self, x):
        return 2.0 * x


def test_any_object_with_matvec_will_do(tf):
    state = tf.linalg.experimental.conjugate_gradient(Doubling(), tf.constant([2.0, 4.0]))
    np.testing.assert_allclose(state.x, [1.0, 2.0])
    assert int(state.i) == 1


def test_complex_system(tf):
    """TensorFlow compares complex numbers here, and fails."""
    x, rhs = tf.constant(np.asarray(c128(3, 3))), tf.constant(np.asarray(c128(3)))
    found = solve(tf, x, rhs, tol=1e-13).x
    np.testing.assert_allclose(found, operator(tf, x).solvevec(rhs), rtol=1e-9)


@pytest.mark.parametrize("traced", [False, True])
def test_solution_can_be_differentiated(tf, traced):
    x, rhs = tf.constant(np.asarray(f64(3, 3))), tf.constant(np.asarray(f64(3)))

    def by_iteration(x, rhs):
        return tf.reduce_sum(solve(tf, x, rhs, tol=1e-14).x ** 2)

    def exactly(x, rhs):
        return tf.reduce_sum(operator(tf, x).solvevec(rhs) ** 2)

    by_iteration = tf.function(by_iteration) if traced else by_iteration
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, rhs])
        values = [function(x, rhs) for function in (by_iteration, exactly)]
    ours, expected = (tape.gradient(value, [x, rhs]) for value in values)
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_messages(tf):
    indefinite = tf.linalg.LinearOperatorFullMatrix(np.eye(2, dtype="f"))
    with pytest.raises(ValueError, match="is_self_adjoint=True where it is made"):
        tf.linalg.experimental.conjugate_gradient(indefinite, [1.0, 2.0])
    with pytest.raises(TypeError, match="LinearOperatorFullMatrix"):
        tf.linalg.experimental.conjugate_gradient(np.eye(2), [1.0, 2.0])

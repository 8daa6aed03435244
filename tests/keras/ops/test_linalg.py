"""Linear algebra as NumPy arranges it."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("linalg")
top = table()
SQUARE = floats(2, 3, 3)
POSITIVE = (SQUARE @ SQUARE.transpose(0, 2, 1) + np.eye(3)).astype("float32")
UPPER = np.linalg.cholesky(POSITIVE[0]).T.copy()
WIDE, TALL = floats(3, 5), floats(5, 3)

ROWS = [
    row("cholesky", POSITIVE),
    row("cholesky", POSITIVE[0], upper=True, symbolic=False),
    row("cholesky_inverse", np.linalg.cholesky(POSITIVE[0]), symbolic=False),
    row("cholesky_inverse", UPPER, upper=True, gradient=False, symbolic=False),
    row("det", SQUARE),
    row("inv", SQUARE),
    row("eigh", POSITIVE, gradient=False),
    row("lu_factor", SQUARE, gradient=False),
    row("lu_factor", WIDE, gradient=False, symbolic=False),
    row("qr", TALL, symbolic=False),
    row("qr", TALL, mode="complete", gradient=False, symbolic=False),
    row("svd", WIDE, gradient=False, symbolic=False),
    row("svd", TALL, full_matrices=False, gradient=False, symbolic=False),
    row("svd", SQUARE, compute_uv=False),
    row("solve", SQUARE, floats(2, 3, 2)),
    row("solve", SQUARE[0], floats(3), symbolic=False),
    row("solve_triangular", SQUARE, floats(2, 3, 2)),
    row("solve_triangular", SQUARE[0], floats(3), lower=True, symbolic=False),
    row("lstsq", TALL, floats(5), symbolic=False, gradient=False),
    row("lstsq", WIDE, floats(3, 2), symbolic=False, gradient=False),
    row("matrix_rank", np.ones((2, 3, 3), "float32"), gradient=False),
    row("pinv", WIDE, symbolic=False),
    row("pinv", WIDE, 0.5, gradient=False, symbolic=False),
    top("logdet", POSITIVE),
    *[row("norm", SQUARE, ord, axis=(1, 2), gradient=False) for ord in ("fro", "nuc", 1, -2)],
    *[row("norm", SQUARE, ord, axis=1, gradient=False) for ord in (None, 3, 0, -np.inf)],
    row("norm", SQUARE),
    row("norm", SQUARE, 1, axis=-1, keepdims=True),
    row("norm", np.array([3, 4], "int32"), symbolic=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_eigenvectors_are_those_of_the_matrix():
    values, vectors = (part.numpy() for part in keras.ops.eig(SQUARE))
    np.testing.assert_allclose(SQUARE @ vectors, vectors * values[:, None], atol=1e-5)
    assert values.dtype == np.complex64


def test_jvp_gives_the_derivative_in_a_direction():
    x, direction = floats(3), floats(3, seed=1)
    y, change = keras.ops.jvp(lambda x: {"cubes": x**3}, [x], [direction])
    np.testing.assert_allclose(y["cubes"], x**3, 1e-5)
    np.testing.assert_allclose(change["cubes"], 3 * x**2 * direction, 1e-5)
    _, constant, extra = keras.ops.linalg.jvp(
        lambda x: (keras.ops.zeros(2), "extra"), (x,), (direction,), has_aux=True
    )
    assert extra == "extra" and not constant.numpy().any()


def test_vectors_of_a_batch_are_solved_for():
    found = keras.ops.solve(SQUARE, floats(2, 3))
    np.testing.assert_allclose(np.einsum("bij,bj->bi", SQUARE, found), floats(2, 3), atol=1e-4)


def test_errors_say_what_is_expected():
    ops = keras.ops
    assert "must be square" in refused(ops.inv, WIDE)
    assert "matrices are needed" in refused(ops.det, WIDE[0])
    assert "'reduced' or 'complete'" in refused(ops.qr, TALL, mode="full")
    assert "positive definite" in refused(ops.cholesky, -POSITIVE)
    assert "they must have as many" in refused(ops.solve, SQUARE, floats(2, 4, 2))
    assert "no norm of vectors" in refused(ops.norm, WIDE, "fro", axis=1)
    assert "no norm of matrices" in refused(ops.norm, WIDE, 3)
    assert "as many rows" in refused(ops.lstsq, TALL, floats(4))
    assert "primals must be a list" in refused(ops.jvp, lambda x: x, WIDE, [WIDE])

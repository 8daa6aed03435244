"""What the ops of linear algebra share."""

import jax.numpy as jnp
import numpy as np
import pytest


@pytest.fixture
def matrix():
    from keratin.linalg import _matrix

    return _matrix


def test_orientations(matrix):
    x = jnp.asarray([[1 + 1j, 2], [3, 4]])
    assert matrix.oriented(x, False, False) is x
    np.testing.assert_array_equal(matrix.oriented(x, True, False), np.asarray(x).T)
    np.testing.assert_array_equal(matrix.oriented(x, False, True), np.asarray(x).conj().T)
    real = jnp.ones((2, 2), np.int32)
    assert matrix.conjugate(real) is real


def test_safe_reciprocal(matrix):
    found = matrix.safe_reciprocal(jnp.asarray([0.0, 2.0, -4.0], np.float32))
    np.testing.assert_array_equal(found, np.array([0, 0.5, -0.25], np.float32))


def test_batches_are_broadcast(matrix):
    first, second = matrix.same_batch(jnp.ones((3, 1, 2, 2)), jnp.ones((4, 2, 5)))
    assert first.shape == (3, 4, 2, 2)
    assert second.shape == (3, 4, 2, 5)


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_halves_are_computed_in_single(matrix, name):
    seen = []

    @matrix.in_single
    def body(x, others, flag):
        seen.append((x.dtype, others[0].dtype, flag))
        return x + 1, jnp.zeros(2, np.int32)

    half = jnp.ones(2, name)
    result, count = body(x=half, others=[half], flag=True)
    assert seen == [(np.float32, np.float32, True)]
    assert result.dtype == half.dtype
    assert count.dtype == np.int32
    assert (
        body(x=jnp.ones(2), others=[half[:0].astype("float64")], flag=False)[0].dtype == "float64"
    )


def test_shapes_are_required(tf, matrix):
    square, wide = jnp.ones((2, 3, 3)), jnp.ones((2, 3))
    matrix.require_square("a", square)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a has shape .3., rank 1"):
        matrix.require_matrix("a", jnp.ones(3))
    with pytest.raises(tf.errors.InvalidArgumentError, match="2 rows and 3 columns"):
        matrix.require_square("a", wide)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have as many"):
        matrix.require_right_hand_side("a", square, jnp.ones((2, 1)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\] and \[4\]"):
        matrix.require_right_hand_side("a", square, jnp.ones((4, 3, 1)))

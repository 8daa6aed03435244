"""Errors of ops whose result may not exist."""

import numpy as np
import pytest

SINGULAR = np.array([[1, 2], [2, 4]], "f")


def test_the_message_names_the_op_and_the_line(tf):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.linalg.inv(SINGULAR)
    message = str(caught.value)
    assert message.startswith("tf.linalg.inv: Input matrix is not invertible")
    assert "test_singular.py" in message


@pytest.mark.parametrize("name", ["cholesky", "inv", "lu"])
def test_one_bad_matrix_of_a_batch_is_found(tf, name):
    batch = np.stack([np.eye(2, dtype="f"), -SINGULAR])
    with pytest.raises(tf.errors.InvalidArgumentError):
        getattr(tf.linalg, name)(batch)
    getattr(tf.linalg, name)(batch[:1])


def test_nothing_is_looked_at_in_compiled_code(tf):
    @tf.function
    def traced(x):
        return tf.linalg.inv(x), tf.linalg.cholesky(-x), tf.linalg.lu(x).lu

    inverse, factor, _ = traced(tf.constant(SINGULAR))
    assert not np.isfinite(inverse).all()
    assert np.isnan(factor).any()
    mapped = tf.vectorized_map(
        tf.linalg.inv, tf.constant(np.stack([SINGULAR, np.eye(2)]), "float32")
    )
    assert not np.isfinite(mapped[0]).all()
    np.testing.assert_array_equal(mapped[1], np.eye(2))


def test_gradients_are_recorded(tf):
    x = tf.constant([[2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.inv(x)
    np.testing.assert_allclose(tape.gradient(y, x), [[-0.25]])


def test_checked_ops_look_like_ops(tf):
    assert tf.linalg.inv.__name__ == "inv"
    assert "singular" in tf.linalg.inv.__doc__
    assert tf.linalg.inv.spec.name == "inv"


def test_values_on_any_device(tf):
    """What runs where values are not in the host's memory."""
    from keratin.linalg import _singular

    for predicate, bad in (
        (_singular._some_not_finite, np.array([1.0, np.inf])),
        (_singular._some_pivot_zero, np.diag([1.0, 0.0])),
    ):
        assert bool(_singular._compiled(predicate)(bad)) is True
        assert bool(_singular._compiled(predicate)(np.eye(2))) is False

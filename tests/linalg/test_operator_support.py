"""What linear operators share."""

import pytest


@pytest.fixture
def support(tf):
    from keratin.linalg import _operator_support

    return _operator_support


def test_batches_are_broadcast_in_front_of_the_matrix(tf, support):
    left, right = support.same_batch(tf.ones([2, 1, 3, 3]), tf.ones([4, 3, 5]))
    assert left.shape == (2, 4, 3, 3)
    assert right.shape == (2, 4, 3, 5)
    vector = tf.ones([3])
    assert support.broadcast_batch(vector, [], 1) is vector


def test_hints_of_several(support):
    assert support.all_true([True, True]) is True
    assert support.all_true([True, None]) is None
    assert support.all_true([True, False]) is None


def test_a_variable_stays_one(tf, support):
    v = tf.Variable([1.0])
    assert support.operand(v, "v") is v
    assert isinstance(support.operand([1.0], "v"), tf.Tensor)
    with pytest.raises(ValueError, match=r"v must have at least 2 dimension"):
        support.operand(v, "v", 2)

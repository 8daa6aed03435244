"""Every operator of Python on tensors and on variables is one op."""

import operator

import numpy as np
import pytest

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
]


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_binary(tf, function):
    x, y = np.array([1.5, 2.0, -3.0], "f"), np.array([2.0, 2.0, 1.5], "f")
    if function is operator.pow:
        x = np.abs(x)
    expected = function(x, y)
    for a, b in ((tf.constant(x), tf.constant(y)), (tf.Variable(x), y), (x, tf.Variable(y))):
        np.testing.assert_allclose(function(a, b).numpy(), expected, rtol=1e-6)


def test_logical_and_bitwise(tf):
    p, q = np.array([True, False, True]), np.array([True, True, False])
    i, j = np.array([6, 3, -1]), np.array([3, 5, 2])
    for function in (operator.and_, operator.or_, operator.xor):
        assert (function(tf.constant(p), tf.constant(q)).numpy() == function(p, q)).all()
        assert (function(tf.constant(i), j).numpy() == function(i, j)).all()
    assert (~tf.constant(p)).numpy().tolist() == (~p).tolist()
    assert (~tf.constant(i)).numpy().tolist() == (~i).tolist()


def test_unary_and_divmod(tf):
    x = tf.constant([-1.5, 2.0])
    assert (-x).numpy().tolist() == [1.5, -2.0]
    assert (+x) is x
    assert abs(x).numpy().tolist() == [1.5, 2.0]
    quotient, rest = divmod(tf.constant([7, -7]), 2)
    assert (quotient.numpy().tolist(), rest.numpy().tolist()) == ([3, -4], [1, 1])


def test_mixed_dtypes_say_which_cast_to_write(tf):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.constant(1) + tf.constant(1.0)
    assert "x is int32, y is float32" in str(caught.value)
    assert "tf.cast(y, tf.int32)" in str(caught.value)
    assert "test_operators.py, line" in str(caught.value)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a tensor of dtype int32"):
        tf.constant([1, 2]) + 1.5
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not fit the dtype uint8"):
        tf.constant([1], tf.uint8) + 300

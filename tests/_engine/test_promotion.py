"""Promotion of dtypes."""

import inspect

import numpy as np
import pytest


@pytest.fixture
def promotion():
    from keratin._engine import promotion

    return promotion


def test_python_numbers_take_the_dtype_of_tensors_of_their_kind(tf, promotion):
    f = tf.constant([1.0])
    assert promotion.result_type(f, 1) == np.float32
    assert promotion.result_type(f, 1.5) == np.float32
    assert promotion.result_type(f, 1j) == np.complex64
    assert promotion.result_type(f, [1, 2.5]) == np.float32
    assert promotion.result_type(f, np.float64(1)) == np.float64


def test_python_numbers_alone_have_the_defaults_of_the_rules(promotion):
    assert promotion.result_type(1) == np.int64
    assert promotion.result_type(1, rules=promotion.LATTICE) == np.int32
    assert promotion.result_type(1, 1.5, rules=promotion.LATTICE) == np.float32
    assert promotion.result_type(1, 2j, rules=promotion.NUMPY_32) == np.complex64
    assert promotion.result_type(True) == np.bool_


def test_promote_gives_tensors_of_one_dtype(tf, promotion):
    x, y = promotion.promote(tf.constant([1]), [[0.5, 1.0]])
    assert x.dtype == y.dtype == tf.float64
    assert y.shape == (1, 2)


def test_what_an_op_does_not_take_is_widened(tf, promotion):
    (x,) = promotion.promote(tf.constant([1]), accepted=("float",))
    assert x.dtype == tf.float64
    (x,) = promotion.promote(tf.constant([1]), accepted=("float",), rules=promotion.LATTICE)
    assert x.dtype == tf.float32
    (x,) = promotion.promote(tf.constant([1], tf.uint8), accepted=("int", "float"))
    assert x.dtype == tf.int16


def test_lists_of_tensors_are_cast_and_differentiated(tf, promotion):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        (x,) = promotion.promote([v, tf.constant(1)])
        y = x[0] * 3
    assert x.dtype == tf.float64
    assert tape.gradient(y, v).numpy() == 3


def test_promoting_an_op_casts_and_renames(tf, promotion):
    from keratin import math

    add = promotion.promoting(math.add, "x1 x2", name="add", rules=promotion.LATTICE)
    assert str(inspect.signature(add)).replace("'", "") == "(x1: T, x2: T)"
    assert add.__doc__ == math.add.__doc__
    result = add(x2=tf.constant([1]), x1=tf.constant([0.5]))
    assert result.dtype == tf.float32
    with pytest.raises(TypeError, match="x3"):
        add(1, 2, x3=2)


def test_a_promoting_op_of_a_sequence(tf, promotion):
    from keratin import array

    concat = promotion.promoting(array.concat)
    joined = concat([tf.constant([1]), tf.constant([0.5])], 0)
    assert joined.dtype == tf.float64


def test_promotion_within_a_compiled_function_and_with_variables(tf, promotion):
    from keratin import math

    add = promotion.promoting(math.add)
    v = tf.Variable([1, 2])
    compiled = tf.function(lambda x: add(v, x))
    assert compiled(tf.constant(0.5)).dtype == tf.float64


def test_what_does_not_promote(tf, promotion):
    with pytest.raises(TypeError, match=r"bool_and_string|do not promote .* tf\.cast"):
        promotion.result_type(tf.float16, tf.bfloat16)

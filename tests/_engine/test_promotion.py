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


def test_the_dtype_for_the_op_may_be_chosen(tf, promotion):
    from keratin import math

    def at_least_int32(dtype, rules):
        return np.dtype(np.int32) if dtype.kind in "biu" and dtype.itemsize < 4 else dtype

    add = promotion.promoting(math.add, rules=promotion.LATTICE, target=at_least_int32)
    assert add(tf.constant([1], tf.int8), tf.constant([1], tf.int8)).dtype == tf.int32
    assert add(tf.constant([1], tf.int64), 1).dtype == tf.int64


def test_other_functions_may_stand_in_for_kinds_of_dtypes(tf, promotion):
    from keratin import math

    add = promotion.promoting(math.add, "x1 x2", instead={"bool": math.logical_or})
    assert add(tf.constant([True]), tf.constant([True])).numpy().tolist() == [True]
    assert add(tf.constant([True]), tf.constant([1])).numpy().tolist() == [2]


def test_rules_may_be_those_of_the_moment(tf, promotion):
    from keratin import math

    rules = [promotion.LATTICE]
    sin = promotion.promoting(math.sin, rules=lambda: rules[0])
    assert sin(1).dtype == tf.float32
    rules[0] = promotion.NUMPY
    assert sin(1).dtype == tf.float64


def test_a_promoting_op_of_a_promoting_op_has_its_own_rules(tf, promotion):
    from keratin import math

    numpy_sin = promotion.promoting(math.sin, rules=promotion.NUMPY)
    sin = promotion.promoting(numpy_sin, rules=promotion.LATTICE)
    assert sin(1).dtype == tf.float32


def test_numbers_are_left_to_the_op_where_they_fit(tf, promotion):
    from keratin import math

    seen = []

    def noted(x: "T", y: "T"):  # noqa: F821
        seen.append((x, y))
        return math.add(x, y)

    noted.spec = math.add.spec
    add = promotion.promoting(noted, rules=promotion.LATTICE)
    x = tf.constant([1.0])
    assert add(x, 2).numpy().tolist() == add(2.0, x).numpy().tolist() == [3.0]
    assert seen[0][1] == 2
    assert seen[1][0] == 2.0
    add(tf.constant([1], tf.int8), tf.constant([2], tf.int16))
    assert seen[2][0].dtype == tf.int16


def test_a_promoting_op_gives_itself_to_symbolic_values(promotion):
    from keratin import math

    class Symbol:
        def __keratin_op__(self, function, args):
            return function, args

    add = promotion.promoting(math.add, "x1 x2", rules=promotion.LATTICE)
    symbol = Symbol()
    assert add(1, symbol) == (add, (1, symbol))


def test_arguments_of_promoting_ops_are_bound_by_name(tf, promotion):
    from keratin import math

    total = promotion.promoting(math.reduce_sum, "x axis keepdims", name="sum")
    x = tf.ones([2, 2])
    assert total(x, keepdims=True).shape == (1, 1)
    assert total(axis=0, x=x).shape == (2,)
    for call, message in [
        (lambda: total(x, axes=0), "axis"),
        (lambda: total(x, 0, axis=0), "two values for the argument 'axis'"),
        (lambda: total(axis=0), "missing the argument 'x'"),
        (lambda: total(x, 0, True, 1), r"takes 3 arguments \(x, axis, keepdims\), but 4"),
    ]:
        with pytest.raises(TypeError, match=message):
            call()

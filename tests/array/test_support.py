"""What the array ops share: axes, values the host knows, arguments made ready."""

import numpy as np
import pytest


def test_axes_count_from_either_end(tf):
    from keratin.array._support import normalize_axes, normalize_axis

    assert [normalize_axis(axis, 3) for axis in (0, 2, -1, -3)] == [0, 2, 2, 0]
    assert normalize_axes((0, -1), 3) == (0, 2)
    assert normalize_axes(-1, 3) == (2,)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"axis=3 .* from -3 to 2"):
        normalize_axis(3, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="scalar has no axes"):
        normalize_axis(0, 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="one integer; given True"):
        normalize_axis(True, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="names an axis twice"):
        normalize_axes((0, -3), 3)


def test_dimensions_of_every_form_of_a_shape(tf):
    from keratin.array._support import dimensions

    forms = [[2, 3], (2, 3), np.array([2, 3]), tf.constant([2, 3]), tf.TensorShape([2, 3])]
    forms += [[tf.constant(2), np.int64(3)]]
    assert all(dimensions(form) == (2, 3) for form in forms)
    assert dimensions(4) == dimensions(tf.constant(4)) == (4,)
    assert dimensions([]) == ()


def test_host_values(tf):
    from keratin.array._support import host_value

    for value in ([1, 2], np.array([1, 2]), tf.constant([1, 2]), tf.Variable([1, 2])):
        assert host_value(value).tolist() == [1, 2]
    assert host_value([[1], [2, 3]]) is None
    found = []
    tf.function(lambda x: found.append(host_value(x)))(tf.constant([1, 2]))
    assert found == [None]


def test_indices_stay_on_the_host_unless_they_hold_tensors(tf):
    from keratin.array._support import on_host

    values = np.array([1, 2])
    tensor = on_host(values)
    values[0] = 9
    assert isinstance(tensor._value, np.ndarray)
    assert tensor.numpy().tolist() == [1, 2]
    assert on_host([1, 2]).dtype == tf.int32
    mixed = [tf.constant(1), 2]
    assert on_host(mixed) is mixed


def test_numbers_take_the_dtype_of_a_tensor_where_that_is_simple(tf):
    from keratin.array._support import number_like

    floats, ints = tf.constant([1.0], tf.float64), tf.constant([1], tf.int8)
    assert number_like(2, floats).dtype == tf.float64
    assert number_like(2, ints).dtype == tf.int8
    assert number_like(2.5, ints) == 2.5
    assert number_like(200, ints) == 200
    assert number_like(floats, ints) is floats


def test_errors_of_composites_name_the_function_and_the_line(tf):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.zeros([-1])
    assert str(caught.value).startswith("tf.zeros: ")
    assert "test_support.py, line" in str(caught.value)
    with pytest.raises(TypeError, match=r"tf\.zeros: missing a required argument: 'shape'"):
        tf.zeros()


class Symbol:
    """A value that takes ops upon itself, as symbolic tensors do."""

    def __keratin_op__(self, function, arguments):
        return function, arguments


@pytest.mark.parametrize(
    ("name", "call", "arguments"),
    [
        ("shape", lambda tf, x: tf.shape(x), [None, None]),
        ("size", lambda tf, x: tf.size(input=x), [None, None]),
        ("reshape", lambda tf, x: tf.reshape(x, [2, -1]), [[2, -1], None]),
        ("gather", lambda tf, x: tf.gather(x, [0], axis=1), [[0], None, 1, 0, None]),
        ("transpose", lambda tf, x: tf.transpose(x), [None, False, "transpose"]),
        ("identity", lambda tf, x: tf.identity(x), [None]),
        ("where", lambda tf, x: tf.where(x, 1, 2), [1, 2, None]),
        ("slice", lambda tf, x: tf.slice(x, [0], [1]), [[0], [1], None]),
    ],
)
def test_symbols_take_ops_upon_themselves(tf, name, call, arguments):
    symbol = Symbol()
    function, given = call(tf, symbol)
    assert function is getattr(tf, name)
    assert given[0] is symbol
    assert list(given[1:]) == arguments


def test_symbols_in_lists_take_ops_upon_themselves(tf):
    symbol = Symbol()
    function, given = tf.concat([tf.zeros([2]), symbol], 0)
    assert function is tf.concat
    assert given[0][1] is symbol


def test_keys_of_symbols(tf):
    from keratin.array import getitem

    symbol = Symbol()
    assert getitem(symbol, (0, slice(1))) == (getitem, (symbol, (0, slice(1))))


@pytest.mark.parametrize(
    "call", [lambda tf, x: tf.expand_dims(x, 5), lambda tf, x: tf.stack([x], 5)]
)
def test_a_new_axis_out_of_range_names_the_rank_that_was_given(tf, call):
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        call(tf, tf.zeros([2, 3]))
    assert "new axis of a tensor of rank 2. Give an axis from -3 to 2." in str(raised.value)

"""Conversion, dtypes, shapes, slices and updates at indices."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table()
X = floats(3, 4) * 100
PLACES, VALUES = np.array([[0, 1], [2, 3], [0, 1]]), floats(3)
ROWS = [
    *[row("cast", X, to, gradient=to == "float16") for to in ("int16", "float16", "bool")],
    *[row("saturate_cast", X, to, gradient=False) for to in ("int8", "uint8", "float16", "bool")],
    row("convert_to_tensor", X, "float16"),
    row("stop_gradient", X),
    row("unstack", X, axis=1),
    row("slice", X, (1, 1), (2, 2), symbolic=False),
    row("slice", X, (2, 1), (2, 3), symbolic=False),
    row("slice", X, (1, 2), (-1, -1), symbolic=False),
    row("slice_update", X, (1, 1), floats(2, 2, seed=1)),
    row("scatter", PLACES, VALUES, (3, 4), symbolic=False),
    row("scatter", PLACES[:, :1], floats(3, 2), (4, 2), symbolic=False),
    *[row("scatter_update", X, PLACES[:2], VALUES[:2], how) for how in ("add", "max", "MIN")],
    row("scatter_update", X, PLACES[:2], VALUES[:2], symbolic=False),
    row("scatter_update", X, PLACES[:2], VALUES[:2], reduction="mul", gradient=False),
    row("scatter_update", X, np.array([[1], [-1]]), floats(2, 4), symbolic=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_whatever_holds_numbers_becomes_a_tensor(tf):
    convert = keras.ops.convert_to_tensor
    variable = tf.Variable([1.0, 2.0])
    for value in (variable, [1.0, 2.0], (1, 2.0), np.float32([1, 2]), tf.constant([1.0, 2.0])):
        found = convert(value)
        assert type(found) is tf.Tensor and found.dtype == "float32"
        assert found.numpy().tolist() == [1.0, 2.0]
    assert convert(variable, "int32").dtype == "int32"
    sparse = tf.SparseTensor([[1]], [5.0], [3])
    assert convert(sparse) is sparse
    assert convert(sparse, sparse=False).numpy().tolist() == [0, 5, 0]
    assert keras.ops.cast(sparse, "int32").dtype == "int32"


def test_numpy_gets_a_copy(tf):
    found = keras.ops.convert_to_numpy(tf.Variable([1.0]))
    found[0] = 5.0
    assert isinstance(found, np.ndarray)
    assert keras.ops.convert_to_numpy(tf.SparseTensor([[1]], [5.0], [2])).tolist() == [0, 5]
    with pytest.raises(TypeError, match="no value yet"):
        keras.ops.convert_to_numpy(keras.Input((2,)))


def test_what_is_a_tensor(tf):
    is_tensor = keras.ops.is_tensor
    assert is_tensor(tf.constant(1)) and is_tensor(tf.SparseTensor([[1]], [5.0], [2]))
    assert not any(map(is_tensor, (tf.Variable(1.0), np.ones(2), 1.0, keras.Input((2,)))))


def test_shapes_and_dtypes_are_plain(tf):
    assert keras.ops.shape(keras.Input((2,))) == (None, 2)
    for value in (X, tf.constant(X), tf.Variable(X), X.tolist()):
        assert keras.ops.shape(value) == (3, 4) and type(keras.ops.shape(value)) is tuple
        assert keras.ops.dtype(value) == "float32"


def test_a_gradient_of_ones_own(tf):
    @keras.ops.custom_gradient
    def doubled(x):
        def gradient(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            return upstream * 100.0

        return x * 2.0, gradient

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x)
    assert (float(y), float(tape.gradient(y, x))) == (6.0, 100.0)
    assert doubled(keras.Input((2,))).shape == (None, 2)


def test_no_gradient_flows_through_a_stop(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = keras.ops.stop_gradient(x) * x
    assert float(tape.gradient(y, x)) == 2.0


def test_slices_begin_at_tensors(tf):
    run = tf.function(lambda i: keras.ops.slice(X, [i, 0], (1, 4)))
    np.testing.assert_array_equal(run(tf.constant(2)), X[2:3])
    open_end = tf.function(lambda i: keras.ops.slice(X, [i, 0], (-1, 4)))
    assert "Give the size as a number" in refused(open_end, tf.constant(1))


def test_errors_say_what_is_expected():
    ops = keras.ops
    assert "'add', 'max', 'min' or 'mul'" in refused(ops.scatter_update, X, PLACES, VALUES, "sub")
    assert "expected [3]" in refused(ops.scatter_update, X, PLACES, floats(2))
    assert "from 1 to 2 of them" in refused(ops.scatter, floats(3, 2), VALUES, (3, 4))
    assert "one for each axis" in refused(ops.slice, X, [1], [2, 2])
    assert "larger than inputs" in refused(ops.slice, X, [0, 0], [4, 4])
    assert "none longer" in refused(ops.slice_update, X, [0, 0], floats(4, 4))
    assert "no ragged tensors" in refused(ops.convert_to_tensor, X, ragged=True)

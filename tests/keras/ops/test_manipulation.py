"""Shapes, joining, splitting, turning."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(2, 3, 4)
M = floats(3, 4)
V = floats(4)
WHOLE = ints(2, 3)

ROWS = [
    row("ndim", X),
    row("size", X),
    row("reshape", X, (4, -1), gradient=True),
    row("reshape", X, 24),
    row("reshape", X, [-1]),
    row("ravel", X),
    row("expand_dims", X, 1),
    row("expand_dims", V, axis=(0, 2)),
    row("expand_dims", V, [-1, 0]),
    row("squeeze", X[:1, :1]),
    row("squeeze", X[:1, :1], axis=0),
    row("squeeze", X[:1, :1], (0, 1)),
    row("transpose", X, gradient=True),
    row("transpose", X, (1, 0, 2)),
    row("broadcast_to", V, (3, 4)),
    row("swapaxes", X, 0, -1),
    row("moveaxis", X, 0, 2),
    row("moveaxis", X, (0, 1), (-1, 0)),
    row("view", M, "int32"),
    row("view", M, "int16"),
    row("view", ints(2, 4), "float64"),
    row("view", ints(4, low=0, dtype=np.uint8)),
    row("concatenate", [M, M], gradient=False),
    row("concatenate", [M, ints(3, 2)], axis=-1),
    row("append", M, V),
    row("append", M, M, axis=1),
    row("stack", [V, V, V]),
    row("stack", [V, ints(4)], axis=-1),
    row("hstack", [V, V]),
    row("hstack", [M, M]),
    row("vstack", [V, V]),
    row("dstack", [V, V]),
    row("dstack", [M, M]),
    row("split", M, 2, axis=1, gradient=True),
    row("split", M, [1, 3], -1),
    row("split", V, [1]),
    row("array_split", V, 3),
    row("array_split", M, 2, 0),
    row("array_split", M, 3, axis=-1),
    row("hsplit", M, 2),
    row("hsplit", V, [1, 2]),
    row("vsplit", M, 3),
    row("dsplit", X, 2),
    row("flip", X),
    row("flip", X, axis=1),
    row("flip", X, (0, 2)),
    row("fliplr", M),
    row("flipud", M),
    row("rot90", M),
    row("rot90", X, 3, axes=(1, 2)),
    row("roll", M, 1),
    row("roll", M, -2, axis=1),
    row("roll", M, (1, 2), (0, 1)),
    row("roll", M, 1, axis=(0, 1)),
    row("roll", M, (1, 2), 1),
    row("repeat", M, 2),
    row("repeat", M, 2, axis=0, gradient=True),
    row("tile", M, 2),
    row("tile", V, (2, 2)),
    row("pad", M, 1, gradient=True),
    row("pad", M, (1, 2)),
    row("pad", M, ((1, 0), (0, 2)), constant_values=3),
    row("pad", M, [[1, 0], [0, 2]], "constant", 1.5),
    *[row("pad", M, ((1, 0), (0, 2)), mode) for mode in ("reflect", "symmetric", "edge", "wrap")],
    row("diag", V),
    row("diag", V, -1),
    row("diag", M, k=1, gradient=True),
    row("diagflat", M),
    row("diagflat", WHOLE, 1),
    row("diagonal", X),
    row("diagonal", X, 1, 1, 2),
    row("trace", M, gradient=True),
    row("trace", X, offset=-1, axis1=1, axis2=2),
    row("trace", bools(3, 3)),
    row("diff", M, gradient=True),
    row("diff", WHOLE, n=2, axis=1),
    row("tril", M, gradient=True),
    row("tril", WHOLE, 1),
    row("triu", X, k=-1),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_gradients_pass_through_joins(tf):
    x = tf.constant(V)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.ops.concatenate([x, keras.ops.stack([x, x])[0] * 2])
    assert tape.gradient(y, x).numpy().tolist() == [3.0] * 4


def test_each_row_may_be_repeated_otherwise():
    assert keras.ops.repeat(M, [1, 0, 2], axis=0).numpy().tolist() == M[[0, 2, 2]].tolist()


def test_concatenation_without_an_axis_flattens():
    assert keras.ops.concatenate([M, V], axis=None).shape == (16,)


def test_what_is_not_known_stays_unknown():
    x = keras.KerasTensor((None, 4))
    assert keras.ops.reshape(x, (-1, 2)).shape == (None, 2)
    assert keras.ops.reshape(x, (None, 2, 2)).shape == (None, 2, 2)
    assert keras.ops.concatenate([x, x]).shape == (None, 4)
    assert [part.shape for part in keras.ops.split(x, 2, axis=1)] == [(None, 2)] * 2
    assert keras.ops.pad(x, ((0, 0), (1, 1))).shape == (None, 6)
    assert keras.ops.expand_dims(x, (0, -1)).shape == (1, None, 4, 1)
    assert keras.ops.ndim(x) == 2
    assert keras.ops.size(x).dtype == "int32"


def test_sizes_divide_floats(tf):
    x = tf.constant(V)
    assert type(keras.ops.size(x)) is int
    mean = keras.ops.sum(x) / keras.ops.size(x)
    assert float(mean) == pytest.approx(float(keras.ops.mean(x)))


def test_pad_takes_a_tensor_of_the_value(tf):
    padded = keras.ops.pad(tf.constant(V), 1, constant_values=tf.constant(7.0))
    assert padded.numpy()[[0, -1]].tolist() == [7.0, 7.0]


def test_a_value_to_pad_with_needs_the_constant_mode():
    with pytest.raises(ValueError, match=r"constant_values is for mode='constant' only"):
        keras.ops.pad(V, 1, mode="edge", constant_values=1)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"3.*does not divide evenly"):
        keras.ops.reshape(V, (3, -1))
    with pytest.raises(ValueError, match=r"different numbers from -2 to 1; given \(0, 0\)"):
        keras.ops.expand_dims(0.0, (0, 0))
    with pytest.raises(ValueError, match=r"axis has to be an int, or a tuple"):
        keras.ops.expand_dims(V, "0")
    with pytest.raises(ValueError, match=r"3 dimensions or more; given shape \(4,\)"):
        keras.ops.dsplit(V, 2)


def test_array_split_takes_whole_numbers():
    with pytest.raises(TypeError, match=r"indices_or_sections has to be an int; given 2.0"):
        keras.ops.array_split(V, 2.0)
    with pytest.raises(ValueError, match=r"1 at least; given 0"):
        keras.ops.array_split(V, 0)
    with pytest.raises(TypeError, match=r"axis has to be an int"):
        keras.ops.array_split(V, 2, axis=None)


def test_bytes_that_do_not_divide_are_not_viewed():
    with pytest.raises(ValueError, match=r"of 12 bytes, does not hold a whole number"):
        keras.ops.view(floats(3), "float64")
    with pytest.raises(ValueError, match=r"a scalar of float32 cannot be read as int16"):
        keras.ops.view(keras.ops.array(1.0), "int16")

"""Tensors from nothing, from values, and from other tensors' shapes."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import check, floats, ints, row

X = floats(2, 3)
V = floats(3, low=0.5, high=2.0)

ROWS = [
    row("array", [[1, 2]]),
    row("array", X),
    row("array", X, "float16"),
    row("array", [1.5, 2.5], dtype="int32"),
    *[row(name, (2, 3)) for name in ("zeros", "ones")],
    *[row(name, 2, "int32") for name in ("zeros", "ones")],
    row("full", (2,), 7),
    row("full", 3, 1.5, dtype="int32"),
    row("full", (2, 3), V),
    *[row(name, X) for name in ("zeros_like", "ones_like")],
    *[row(name, ints(3), "float32") for name in ("zeros_like", "ones_like")],
    row("full_like", X, 2),
    row("full_like", ints(3), 2.5, dtype="float32"),
    row("full_like", X, V),
    row("eye", 3),
    row("eye", 2, 3, 1, "int32"),
    row("identity", 3),
    row("identity", 2, dtype="bool"),
    row("tri", 3),
    row("tri", 2, 4, 1, dtype="int32"),
    row("vander", V, gradient=True),
    row("vander", ints(3), N=2, increasing=True),
    row("arange", 5),
    row("arange", 1, 7, 2),
    row("arange", 0.0, 1.0, 0.25),
    row("arange", 3, dtype="float32"),
    row("arange", 5, 0, -2),
    row("linspace", 0, 1),
    row("linspace", 0.0, 1.0, 5, endpoint=False),
    row("linspace", V, 2 * V, 4, axis=-1, gradient=True),
    row("linspace", 0, 10, 3, retstep=True),
    row("linspace", 0, 10, 4, dtype="int32"),
    row("logspace", 0, 2, 3),
    row("logspace", V, 2.0, 4, base=2, axis=1),
    row("logspace", 0, 2, 3, endpoint=False, dtype="int32"),
    row("geomspace", 1, 8, 4),
    row("geomspace", V, 9.0, 3, endpoint=False),
    row("geomspace", -1.0, -16.0, 5),
    row("meshgrid", V, ints(2)),
    row("meshgrid", V, ints(2), floats(4), indexing="ij"),
    *[row(name, 7) for name in ("bartlett", "blackman", "hamming", "hanning")],
    row("kaiser", 7, 2.5),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_empty_tensors_have_the_shape():
    assert keras.ops.empty((2, 0), "int32").shape == (2, 0)
    assert keras.ops.empty_like(X, "int8").dtype == "int8"


def test_dtypes_of_rows_of_numbers():
    assert keras.ops.arange(3).dtype == "int32"
    assert keras.ops.arange(3.0).dtype == "float32"
    assert keras.ops.arange(np.int64(3)).dtype == "int32"
    assert keras.ops.linspace(0, 1, 2).dtype == "float32"
    assert keras.ops.linspace(np.zeros(2, "float64"), 1, 2).dtype == "float64"
    assert keras.ops.ones(2).dtype == keras.ops.eye(2).dtype == "float32"


def test_arrays_are_converted_with_loss():
    assert keras.ops.array([0, 2], "bool").numpy().tolist() == [False, True]
    assert keras.ops.array(1.9, "int32").numpy() == 1
    assert keras.ops.array(2**40, "int64").numpy() == 2**40


def test_the_step_is_given_with_the_row():
    row, step = keras.ops.linspace(0.0, 1.0, 5, retstep=True)
    assert float(step) == 0.25
    assert row.shape == (5,)


def test_shapes_of_unknown_batches():
    x = keras.KerasTensor((None, 3))
    assert keras.ops.zeros_like(x).shape == (None, 3)
    assert keras.ops.full_like(x, 2, "int32").dtype == "int32"
    assert keras.ops.array(x, "float16").dtype == "float16"


def test_windows_need_a_number():
    with pytest.raises(TypeError, match=r"hamming does not take symbolic tensors"):
        keras.ops.hamming(keras.KerasTensor((), "int32"))


def test_an_identity_has_whole_sizes():
    with pytest.raises(TypeError, match=r"N has to be an integer; given 2.0"):
        keras.ops.eye(2.0)
    with pytest.raises(TypeError, match=r"M has to be an integer"):
        keras.ops.eye(2, keras.ops.array(2.0))


def test_powers_of_one_vector():
    with pytest.raises(ValueError, match=r"one dimension; given shape \(2, 3\)"):
        keras.ops.vander(X)
    with pytest.raises(TypeError, match=r"N has to be an int or None; given 2.0"):
        keras.ops.vander(V, 2.0)
    with pytest.raises(ValueError, match=r"N must not be negative; given -1"):
        keras.ops.vander(V, -1)
    with pytest.raises(TypeError, match=r"increasing has to be a bool; given 1"):
        keras.ops.vander(V, 2, 1)


def test_indexing_of_grids():
    with pytest.raises(ValueError, match=r"'xy' or 'ij'; given 'yx'"):
        keras.ops.meshgrid(V, indexing="yx")

"""What becomes of the arrays that users give."""

import array
import tracemalloc
import types

import h5py
import jax
import ml_dtypes
import numpy as np
import pytest
import scipy.sparse

import keratin as tf
from keratin.keras.training import feed_convert
from keratin.keras.training.feed_convert import LazyRows, leaf_array

KINDS = [
    (np.ones((2, 3)), "float32"),
    (np.ones((2, 3), np.float16), "float32"),
    (np.ones((2, 3), ml_dtypes.bfloat16), "float32"),
    (np.ones((2, 3), np.float32), "float32"),
    (np.ones((2, 3), ">f8"), "float32"),
    (np.ones((2, 3), np.int64), "int64"),
    (np.ones((2, 3), np.uint8), "uint8"),
    (np.ones((2, 3), bool), "bool"),
    (np.ones((2, 3), np.complex64), "complex64"),
    ([[1, 2], [3, 4]], "int32"),
    ([[2**40, 2]], "int64"),
    ([1.5, 2], "float32"),
    ([True, False], "bool"),
    (range(3), "int32"),
    (memoryview(b"abc"), "uint8"),
    (array.array("d", [1, 2]), "float32"),
    (np.array([1, 2.5, True], object), "float32"),
    (np.ma.masked_array([1.0, 2.0], [False, False]), "float32"),
    (tf.constant([1.0, 2.0]), "float32"),
    (tf.Variable([1.0, 2.0], dtype=tf.float64), "float32"),
    (tf.SparseTensor([[0, 1]], [5.0], [2, 2]), "float32"),
    (jax.numpy.ones(3, "int8"), "int8"),
    (scipy.sparse.eye(3, format="coo"), "float32"),
]


@pytest.mark.parametrize(("value", "dtype"), KINDS, ids=lambda value: type(value).__name__)
def test_dtypes(value, dtype):
    found = leaf_array(value, "x")
    assert str(found.dtype) == dtype
    expected = value
    if isinstance(value, (tf.Tensor, tf.Variable)):
        expected = value.numpy()
    elif isinstance(value, tf.SparseTensor):
        expected = [[0, 5], [0, 0]]
    elif scipy.sparse.issparse(value):
        expected = value.toarray()
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected).astype(dtype))


def test_floats_are_of_floatx(monkeypatch):
    monkeypatch.setattr(feed_convert.settings, "floatx", "float64")
    assert leaf_array([0.1], "x")[0] == 0.1
    assert leaf_array(np.ones(2, np.float32), "x").dtype == np.float64


def test_what_has_the_right_dtype_is_not_copied():
    given = np.ones((4, 2), np.float32)
    assert leaf_array(given, "x") is given
    on_device = jax.numpy.ones(3)
    assert leaf_array(on_device.astype("float32"), "x").dtype == "float32"


@pytest.mark.parametrize(
    "value",
    [["a", b"b"], np.array(["a", "b"]), np.array(["a", b"b"], object), np.array([b"a", b"b"])],
)
def test_text_is_bytes(value):
    found = leaf_array(value, "x")
    assert found.dtype == object
    assert found.tolist() == [b"a", b"b"]


def with_none():
    return np.array([[1.0, 2.0], [3.0, None]], object)


def uneven():
    found = np.empty(2, object)
    found[:] = [[1, 2], [3]]
    return found


def of_arrays():
    found = np.empty(2, object)
    found[:] = [np.ones(2), np.ones(2)]
    return found


ERRORS = [
    (3.0, ValueError, r"x is a single value \(3.0\).*np.array\(\[value\]\)"),
    (np.float32(3), ValueError, "x is a single value"),
    (np.array(3), ValueError, "x is a single value"),
    ("text", TypeError, "x is a str, 'text'; expected an array"),
    (object(), TypeError, "x is of type builtins.object, of which no array can be made"),
    (with_none(), ValueError, r"x\[1, 1\] is None, of type NoneType. Drop the rows with None"),
    (np.array([1, "a"], object), ValueError, r"x\[1\] is 'a', of type str. Encode text"),
    (uneven(), ValueError, r"x\[0\] is \[1, 2\], of type list. .*pad_sequences"),
    (of_arrays(), ValueError, r"of type ndarray. Make one array of them with np.stack"),
    (np.array([1, 2**80], object), ValueError, "not all numbers|x is an array of Python objects"),
    ([[1, 2], [3]], ValueError, "row 0 has 2, row 1 1. Pad them"),
    ([[1, 2], 3], ValueError, r"row 0 has 2, row 1 no length \(a number\)"),
    (np.array(["2020-01-01"], "datetime64[D]"), TypeError, "x holds dates or times .*timedelta64"),
    (
        np.zeros(2, [("a", "f4"), ("b", "i4")]),
        TypeError,
        r"structured array with the fields \('a', 'b'\)",
    ),
    (np.ma.masked_array([1.0, 2.0], [True, False]), ValueError, "1 values are masked.*filled"),
]


@pytest.mark.parametrize(("value", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors_say_what_is_wrong_where(value, kind, message):
    with pytest.raises(kind, match=message):
        leaf_array(value, "x")


@pytest.fixture
def little_at_once(monkeypatch):
    """Have everything but the smallest files read a batch at a time."""
    monkeypatch.setattr(feed_convert, "READ_AT_ONCE", 100)


@pytest.fixture
def stored(tmp_path):
    """Numbers in a file of h5py and in one that is mapped to memory."""
    values = np.arange(60.0).reshape(20, 3)
    np.save(tmp_path / "x.npy", values)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = values
        file["group/y"] = np.arange(20)
    with h5py.File(tmp_path / "x.h5") as file:
        yield values, file, np.load(tmp_path / "x.npy", mmap_mode="r")


def test_large_files_are_read_by_rows(stored, little_at_once):
    values, file, mapped = stored
    for source in (file["x"], mapped, mapped[:], scipy.sparse.csr_matrix(values)):
        found = leaf_array(source, "x")
        assert isinstance(found, LazyRows)
        assert (found.shape, found.dtype, len(found), found.nbytes) == ((20, 3), "float32", 20, 240)
        part = found[5:15]
        np.testing.assert_array_equal(part[2:4].read(), values[7:9].astype("float32"))
        chosen = np.array([3, 0, 3])
        np.testing.assert_array_equal(part[chosen].read(), values[[8, 5, 8]])
        np.testing.assert_array_equal(part[chosen][np.array([1])].read(), values[[5]])
        np.testing.assert_array_equal(feed_convert.take_rows(found, slice(1, 2)), values[1:2])


def test_small_files_are_read_at_once(stored):
    values, file, mapped = stored
    for source in (file["x"], mapped, scipy.sparse.csr_matrix(values)):
        found = leaf_array(source, "x")
        assert isinstance(found, np.ndarray)
        np.testing.assert_array_equal(found, values)


def test_a_group_of_h5py_is_not_an_array(stored):
    with pytest.raises(
        TypeError, match=r"x is a Group of h5py\. Give one of the datasets in it: 'y'"
    ):
        leaf_array(stored[1]["group"], "x")


class Detached:
    """As much of a tensor of torch as is looked at."""

    def __init__(self, values, dtype):
        self.values, self.dtype = values, dtype

    def detach(self):
        return self

    cpu = detach

    def float(self):
        return Detached(self.values.astype(np.float32), "torch.float32")

    def numpy(self):
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values


def test_tensors_of_torch_are_seen_without_a_copy():
    kind = type("Tensor", (Detached,), {"__module__": "torch"})
    values = np.ones((2, 2), np.float32)
    assert leaf_array(kind(values, "torch.float32"), "x") is values
    assert leaf_array(kind(values, "torch.bfloat16"), "x").dtype == np.float32


def test_classes_are_known_by_their_packages():
    kind = types.new_class("Frame", (), {}, lambda space: space.update(__module__="pandas.core"))
    assert feed_convert.of_module(kind(), "torch", "pandas")
    assert not feed_convert.of_module(kind(), "panda", "torch")


@pytest.mark.parametrize("dtype", ["float64", ">f4", "int64"])
def test_data_is_copied_once_at_most(dtype):
    given = np.ones((1 << 20, 2), dtype)
    tracemalloc.start()
    found = leaf_array(given, "x")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most <= (found.nbytes if found is not given else 0) + 100_000

"""Files of arrays, of numbers and of lists."""

import io
import re
import zipfile

import numpy as np
import pytest

from keratin.keras.datasets import _npz
from keratin.keras.datasets._npz import read_npz
from tests.keras.datasets.published import npz, texts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.npz"


def test_arrays_are_those_that_numpy_wrote(path):
    arrays = {
        "numbers": np.arange(6, dtype=np.uint8).reshape(2, 3),
        "by_column": np.asfortranarray(np.ones((3, 2), np.float32)),
        "lists": texts(5),
    }
    path.write_bytes(npz(**arrays))
    found = read_npz(path)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_a_long_head_is_read(path):
    """Version 2.0 of the format, which NumPy uses where the head has more than 64 kB."""
    dtype = [(f"{i:0100d}", "i1") for i in range(700)]
    with pytest.warns(UserWarning, match="format 2.0"):
        path.write_bytes(npz(wide=np.zeros(2, dtype)))
    with pytest.raises(ValueError, match="header"):  # refused by NumPy, as too long to be safe
        read_npz(path)


def test_an_unknown_version_of_arrays_is_an_error(path):
    path.write_bytes(npz(a=np.zeros(2)).replace(b"\x93NUMPY\x01\x00", b"\x93NUMPY\x09\x00"))
    with pytest.raises(ValueError, match=r"Bad CRC|an unknown version, \(9, 0\)"):
        read_npz(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x09\x00" + b" " * 100)
    with pytest.raises(ValueError, match=r"an unknown version, \(9, 0\)"):
        read_npz(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "File is not a zip file"),
        (npz(a=np.arange(100))[:-30], "File is not a zip file"),
        (npz(a=np.array([[1], {}], dtype=object)), "a.npy: at byte .* instruction EMPTY_DICT"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(path, content, message):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_npz(path)
    assert re.match(rf"{re.escape(str(path))} cannot be read: ", str(caught.value))
    assert str(caught.value).endswith("Delete the file, and it will be downloaded anew.")


def test_a_file_that_unpacks_to_too_much_is_refused(path, monkeypatch):
    monkeypatch.setattr(_npz, "_MOST_BYTES", 1000)
    file = io.BytesIO()
    np.savez_compressed(file, zeros=np.zeros(1000, np.uint8))
    path.write_bytes(file.getvalue())
    with pytest.raises(ValueError, match=r"zeros.npy has 1,128 bytes, which is too many"):
        read_npz(path)

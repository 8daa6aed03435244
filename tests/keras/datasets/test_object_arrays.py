"""Pickled arrays of lists: read as NumPy writes them, and nothing else."""

import os
import pickle

import numpy as np
import pytest

from keratin.keras.datasets import _object_arrays
from keratin.keras.datasets._object_arrays import read_lists


def vector(*rows):
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


MANY = [1, 255, 256, 65535, 65536, 2**31 - 1, -1, -(2**31), 2**31, -(2**40), 2**62] * 300


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [
        vector([1, 2, 3], [], [7]),
        vector(MANY, [0], list(range(2500)), [46, 97, 101]),  # arguments that are instructions too
        np.empty(0, dtype=object),
    ],
)
def test_lists_are_read_from_every_protocol(array, protocol):
    found = read_lists(pickle.dumps(array, protocol))
    assert found.dtype == object
    assert found.shape == array.shape
    assert found.tolist() == array.tolist()


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint16", ">i4", "int8"])
def test_vectors_within_the_array_are_lists(dtype, protocol):
    array = vector(np.array([1, 2, 100], dtype=dtype), [4])
    assert read_lists(pickle.dumps(array, protocol)).tolist() == [[1, 2, 100], [4]]


def test_what_an_old_python_wrote_is_read():
    """Python 2: strings for bytes, and `numpy.core`."""
    stream = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85U\x01b"
        b"\x87Rq\x02(K\x01K\x02\x85cnumpy\ndtype\nq\x03U\x02O8K\x00K\x01\x87Rq\x04(K\x03U\x01|NNN"
        b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]q\x05(]q\x06(K\x01Me\x01e]q\x07K\x05aetb."
    )
    unpickled = pickle.loads(stream, encoding="latin1")  # noqa: S301  # written above
    assert unpickled.tolist() == [[1, 357], [5]]
    assert read_lists(stream).tolist() == [[1, 357], [5]]


def test_a_list_that_is_there_twice_is_read_twice():
    row = [1, 2]
    assert read_lists(pickle.dumps(vector(row, row))).tolist() == [[1, 2], [1, 2]]


class Runs:
    """A pickle that makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_in_a_file_runs(tmp_path, protocol):
    stream = pickle.dumps(vector([1], Runs(tmp_path / "made")), protocol)
    with pytest.raises(ValueError, match=r"it asks for posix\.mkdir, which no array of lists"):
        read_lists(stream)
    assert not (tmp_path / "made").exists()
    pickle.loads(stream)  # noqa: S301  # what unpickling would have done
    assert (tmp_path / "made").exists()


def of(value):
    return pickle.dumps(value, 2)


PLAIN = of(vector([1, 2], [3]))


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (of([1, 2]), "there is no array of lists in it"),
        (of(np.arange(3)), "there is no array of lists in it"),
        (of(vector([1], "text")), "an element is not a list of whole numbers"),
        (of(vector([1], [2.5])), "the pickle instruction BINFLOAT, which no array"),
        (of(vector([1], [True])), "an element is not a list of whole numbers"),
        (of(vector([1], [[2]])), "an element is not a list of whole numbers"),
        (of(vector([1], {"a": 1})), "at byte .* it has the pickle instruction EMPTY_DICT"),
        (of(vector([1], np.float32([1]))), "an array of something else than whole numbers"),
        (of(vector([1], np.ones((2, 2), int))), r"an array of shape \(2, 2\), and not a vector"),
        (of(np.array([[None, None]])), r"it is not a vector of lists \(its shape is \(1, 2\)\)"),
        (PLAIN[:-1], "pickle exhausted before seeing STOP"),
        (PLAIN[:40], "no newline found|not enough data"),
        (b"", "pickle exhausted before seeing STOP"),
        (b"\x80\x02.", "the pickled array is damaged"),
        (b"\x80\x02e.", "the pickled array is damaged"),
        (b"\x80\x02h\x07.", "the pickled array is damaged"),
        (b"\x80\x02K\x01(K\x02e.", "it appends to int"),
        (b"\x80\x02K\x01N\x85b.", "it sets the state of int"),
        (b"\x80\x02cnumpy\nndarray\n(tR.", r"it calls numpy ndarray with \(\)"),
        (b"\x80\x02K\x01K\x02\x85R.", r"it calls int with \(2,\)"),
        (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\n\x85R.", "it calls numpy"),
        (b"\x80\x02cbuiltins\neval\n.", r"it asks for builtins\.eval"),
        (b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.", r"it asks for builtins\.eval"),
        (b"\x80\x02P1\n.", "the pickle instruction PERSID"),
        (b"\x80\x02X\xff\xff\xff\x7fabc.", "expected 2147483647 bytes"),
    ],
)
def test_what_is_no_array_of_lists_is_refused(stream, message):
    with pytest.raises(ValueError, match=message):
        read_lists(stream)


def test_references_cannot_make_a_small_file_large(monkeypatch):
    monkeypatch.setattr(_object_arrays, "_MOST_NUMBERS", 1000)
    row = list(range(100))
    assert len(read_lists(of(vector(*[row] * 10)))) == 10
    with pytest.raises(ValueError, match="it has more than 1,000 numbers"):
        read_lists(of(vector(*[row] * 11)))


def test_a_damaged_file_never_does_more_than_raise():
    """Each byte of a file changed in turn, in a few ways."""
    stream = pickle.dumps(vector([1, 2, 300], [70000]), 2)
    read = 0
    for i in range(len(stream)):
        for value in (0, 0x2E, 0x52, 0x62, 0x65, 0xFF):
            changed = stream[:i] + bytes([value]) + stream[i + 1 :]
            try:
                found = read_lists(changed)
            except ValueError:
                continue
            assert {type(row) for row in found} <= {list}
            read += 1
    assert 0 < read < 6 * len(stream)

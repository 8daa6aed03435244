"""Messages of checkpoints, by bytes that TensorFlow wrote."""

import contextlib

import pytest

from keratin import errors
from keratin.train._bundle import Bundle
from keratin.train._messages import BundleEntry, ObjectGraph, TensorSlice
from keratin.train._object_graph import GRAPH_KEY
from tests.train.files import FIXTURES


def test_an_entry_of_tensorflow():
    entry = BundleEntry.FromString(bytes.fromhex("08011204120208052814" + "35f7aa3fee"))
    assert (entry.dtype, [d.size for d in entry.shape.dim], entry.size) == (1, [5], 20)
    assert entry.crc32c == 0xEE3FAAF7
    assert entry.SerializeToString().hex() == "08011204120208052814" + "35f7aa3fee"


def test_a_slice_of_tensorflow():
    part = TensorSlice.FromString(bytes.fromhex("0a0408051005"))
    assert [(e.start, e.length) for e in part.extent] == [(5, 5)]
    assert TensorSlice.FromString(bytes.fromhex("0a00")).extent[0].length is None


@pytest.mark.parametrize("name", ["module-1", "keras3_adam", "keras2_adam"])
def test_graphs_of_tensorflow_are_written_again_byte_by_byte(name):
    data = Bundle(str(FIXTURES / name)).read(GRAPH_KEY).item()
    assert ObjectGraph.FromString(data).SerializeToString() == data


def test_cut_graphs_are_refused_or_shorter():
    data = Bundle(str(FIXTURES / "module-1")).read(GRAPH_KEY).item()
    whole = len(ObjectGraph.FromString(data).nodes)
    for size in range(0, len(data), max(1, len(data) // 50)):
        with contextlib.suppress(errors.DataLossError, UnicodeDecodeError):
            assert len(ObjectGraph.FromString(data[:size]).nodes) < whole

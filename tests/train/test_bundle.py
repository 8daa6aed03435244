"""The files of a checkpoint: written whole or not at all, and never trusted."""

import errno
import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

import keratin as tf
from keratin import errors
from keratin.train import _bundle
from keratin.train._bundle import Bundle, Piece, data_file, remove_bundle, write_bundle
from keratin.train._messages import BundleHeader, Extent, TensorSlice, VersionDef
from keratin.train._slices import slice_key
from keratin.train._table import varint
from tests.train.files import FIXTURES, entry, hostile


def piece(key, value, dtype=None):
    array = np.asarray(value)
    return Piece(key, lambda: array, tf.as_dtype(dtype or array.dtype))


def text(*parts):
    array = np.empty(len(parts), object)
    array[:] = parts
    return Piece("text", lambda: array, tf.string)


@pytest.fixture
def prefix(tmp_path):
    write_bundle(str(tmp_path / "c"), [[piece("a", np.arange(6.0)), text(b"one", b"", b"three")]])
    return str(tmp_path / "c")


DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
]  # fmt: skip


def test_every_dtype_is_read_as_written(tmp_path):
    values = {name: np.array([[0, 1, 1]]).astype(tf.as_dtype(name).numpy_dtype) for name in DTYPES}
    write_bundle(str(tmp_path / "c"), [[piece(n, v, n) for n, v in values.items()]])
    bundle = Bundle(str(tmp_path / "c"))
    for name, value in values.items():
        found = bundle.read(name)
        assert found.dtype == value.dtype
        np.testing.assert_array_equal(found, value)


def test_every_dtype_of_tensorflow_is_read():
    bundle = Bundle(str(FIXTURES / "module-1"))
    for key in bundle.entries:
        bundle.verify(key)
    for name in DTYPES[1:]:
        value = bundle.read(f"{name}/.ATTRIBUTES/VARIABLE_VALUE")
        np.testing.assert_array_equal(value.astype("complex64"), [1, 2])
        assert tf.as_dtype(value.dtype).name == name
    strings = bundle.read("part/text/.ATTRIBUTES/VARIABLE_VALUE")
    assert strings.tolist() == [b"a", b"bb", b""]


def test_parts_of_tensors_are_joined():
    bundle = Bundle(str(FIXTURES / "parts"))
    v = bundle.read("v/.ATTRIBUTES/VARIABLE_VALUE")
    np.testing.assert_array_equal(v, np.arange(300.0, dtype="float32").reshape(3, 100))
    assert len(bundle.entries["v/.ATTRIBUTES/VARIABLE_VALUE"].slices) > 1
    np.testing.assert_array_equal(
        Bundle(str(FIXTURES / "names")).read("scope/a"), np.arange(12.0).reshape(4, 3)
    )


def test_what_is_not_there_is_answered_with_the_nearest(prefix):
    write_bundle(prefix, [[piece("kernel", 1.0)]])
    with pytest.raises(errors.NotFoundError, match=r"no 'kernal'. Did you mean 'kernel'"):
        Bundle(prefix).read("kernal")


# Writing


def test_writing_again_leaves_one_set_of_files(prefix):
    names = set()
    for value in range(3):
        write_bundle(prefix, [[piece("a", value)]])
        files = sorted(os.listdir(os.path.dirname(prefix)))
        assert len(files) == 2
        names.add(files[0])
        assert Bundle(prefix).read("a") == value
    assert names == {"c.data-00000-of-00001", "c.data-00000-of-00002"}


def test_each_moment_of_writing_leaves_a_whole_checkpoint(prefix, tmp_path, monkeypatch):
    """Copies of the folder at each step that the disk sees: all can be read."""
    states = []
    replace, unlink = os.replace, os.unlink

    def noting(function):
        def call(*args, **kwargs):
            for _ in range(2):
                copy = tmp_path / f"copy{len(states)}"
                shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy*"))
                states.append(copy)
                if len(states) % 2:
                    result = function(*args, **kwargs)
            return result

        return call

    monkeypatch.setattr(os, "replace", noting(replace))
    monkeypatch.setattr(_bundle.os, "unlink", noting(unlink))
    write_bundle(prefix, [[piece("a", np.arange(6.0) + 1)]])
    found = [Bundle(str(copy / "c")).read("a")[0] for copy in states]
    assert len(found) >= 6
    assert found == sorted(found)
    assert set(found) == {0.0, 1.0}


def test_an_error_leaves_the_former_checkpoint(prefix):
    def fail():
        raise ValueError("no value")

    with pytest.raises(ValueError, match="no value"):
        write_bundle(prefix, [[piece("a", 5.0)], [Piece("b", fail, tf.float32)]])
    assert sorted(os.listdir(os.path.dirname(prefix))) == ["c.data-00000-of-00001", "c.index"]
    assert Bundle(prefix).read("a").size == 6


def test_a_full_disk_is_told(prefix, monkeypatch):
    def full(file, entries):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_bundle, "write_table", full)
    with pytest.raises(OSError, match=r"c.index was not saved: the disk is full"):
        write_bundle(prefix, [[piece("a", 5.0)]])
    assert sorted(os.listdir(os.path.dirname(prefix))) == ["c.data-00000-of-00001", "c.index"]
    assert Bundle(prefix).read("a").size == 6


def test_removing_takes_all_files(prefix):
    remove_bundle(prefix)
    assert os.listdir(os.path.dirname(prefix)) == []
    remove_bundle(prefix)


def test_names_with_signs_of_patterns(tmp_path):
    prefix = str(tmp_path / "a[b]*?")
    for value in range(2):
        write_bundle(prefix, [[piece("a", value)]])
    assert Bundle(prefix).read("a") == 1
    assert len(os.listdir(tmp_path)) == 2


# Damage


def every_value(prefix):
    bundle = Bundle(prefix)
    return {key: bundle.read(key).tolist() for key in bundle.entries}


@pytest.mark.parametrize("kind", ["index", "data-00000-of-00001"])
def test_cut_files_are_refused(prefix, kind):
    path = f"{prefix}.{kind}"
    content = Path(path).read_bytes()
    for size in {int(n * len(content) / 50) for n in range(50)}:
        with open(path, "wb") as file:
            file.write(content[:size])
        with pytest.raises(errors.DataLossError, match=f"c.{kind}"):
            every_value(prefix)


@pytest.mark.parametrize("kind", ["index", "data-00000-of-00001"])
def test_changed_bytes_are_told(prefix, kind):
    path = f"{prefix}.{kind}"
    content = Path(path).read_bytes()
    whole = every_value(prefix)
    told = 0
    for place in range(0, len(content), max(1, len(content) // 100)):
        damaged = bytearray(content)
        damaged[place] ^= 0x21
        with open(path, "wb") as file:
            file.write(damaged)
        try:
            assert every_value(prefix) == whole
        except errors.DataLossError as error:
            told += "c.index" in str(error) or "c.data" in str(error) or f"{prefix}:" in str(error)
    assert told >= (60 if kind == "index" else len(content))


def test_a_missing_file_of_data_is_told(prefix):
    os.unlink(data_file(prefix, 0, 1))
    with pytest.raises(errors.NotFoundError, match=r"c.data-00000-of-00001 is missing.*'a'"):
        every_value(prefix)


# Hostile indices, whose checksums are right

HUGE = 1 << 60


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (entry(sizes=(HUGE, HUGE), size=8), "takes .* bytes; it has 8"),
        (entry(sizes=(1 << 38,), size=1 << 40), "cut short"),
        (entry(sizes=(3,)), "takes 12 bytes; it has 8"),
        (entry(sizes=(-1,)), "is no shape"),
        (entry(sizes=(1,) * 300, size=4), "is no shape"),
        (entry(offset=1000), "ends at byte 1008"),
        (entry(offset=(1 << 62)), "ends at byte"),
        (entry(offset=-8), "at -8"),
        (entry(size=-8), "with -8 bytes"),
        (entry(shard_id=7), "in file 7 of 1"),
        (entry(shard_id=-1), "in file -1 of 1"),
        (entry(dtype=0), "no dtype number 0"),
        (entry(dtype=99), "no dtype number 99"),
        (entry(dtype=-3), "no dtype number -3"),
        (entry(dtype=7, sizes=(HUGE,)), "strings do not stand in 8 bytes"),
        (entry(dtype=7, sizes=(8,)), "do not add up"),
        (entry(dtype=10, sizes=(8,), data=b"\x07" * 8), "neither true nor false"),
        (entry(data=b"other"), "do not have their checksum"),
        (b"\xff" * 30, "cut off"),
        (b"\x0a\x00", "another kind"),
        (b"\x12\xff\xff\xff\xff\x0f", "cut off"),
        (b"\x12\x03\x12\x01\x08", "cut off"),
    ],
)
def test_hostile_entries_are_refused(tmp_path, made, message):
    content = b"\x07" * 8 if "neither" in message else bytes(8)
    hostile(tmp_path / "c", {b"a": made}, data=content)
    with pytest.raises(errors.DataLossError, match=message) as caught:
        every_value(str(tmp_path / "c"))
    assert "'a'" in str(caught.value)


@pytest.mark.parametrize(
    ("extents", "message"),
    [
        ([[(0, 1)], [(1, 1)]], "a part of 'a' is missing"),
        ([[(0, 3)]], "reaches beyond the whole"),
        ([[(0, HUGE)]], "reaches beyond the whole"),
        ([[(-1, 1)]], "reaches beyond the whole"),
        ([[(0, 1)]], "do not make up the whole"),
        ([[(0, 1), (0, 1)]], "another rank"),
    ],
)
def test_hostile_parts_are_refused(tmp_path, extents, message):
    slices = [
        TensorSlice(extent=[Extent(start=start, length=length) for start, length in part])
        for part in extents
    ]
    hostile(tmp_path / "c", {b"a": entry(slices=slices)}, data=bytes(8))
    with pytest.raises(errors.DataLossError, match=message):
        every_value(str(tmp_path / "c"))


def test_a_part_of_another_shape_is_refused(tmp_path):
    slices = [TensorSlice(extent=[Extent(start=0, length=2)])]
    key = slice_key("a", [(0, 2)])
    hostile(tmp_path / "c", {b"a": entry(slices=slices), key: entry(sizes=(1, 2))}, data=bytes(8))
    with pytest.raises(errors.DataLossError, match="a part of 'a' has shape"):
        every_value(str(tmp_path / "c"))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (BundleHeader(num_shards=0, version=VersionDef(producer=1)), "0 files of data|no header"),
        (BundleHeader(num_shards=1 << 40), "files of data"),
        (BundleHeader(num_shards=-1), "files of data"),
        (BundleHeader(num_shards=1, endianness=1), "high bytes first"),
    ],
)
def test_hostile_headers_are_refused(tmp_path, header, message):
    hostile(tmp_path / "c", {b"a": entry()}, header)
    with pytest.raises(errors.DataLossError, match=message):
        Bundle(str(tmp_path / "c"))


def test_names_that_are_no_text_are_refused(tmp_path):
    hostile(tmp_path / "c", {b"\xff\xfe": entry()})
    with pytest.raises(errors.DataLossError, match="xff"):
        Bundle(str(tmp_path / "c"))


def test_lengths_of_strings_that_lie_are_refused(tmp_path):
    lengths = varint(1 << 62) + varint(1)
    data = lengths + struct.pack("<I", 0) + b"x"
    made = entry(dtype=7, sizes=(2,), size=len(data), data=data)
    hostile(tmp_path / "c", {b"a": made}, data=data)
    with pytest.raises(errors.DataLossError, match="do not add up"):
        every_value(str(tmp_path / "c"))

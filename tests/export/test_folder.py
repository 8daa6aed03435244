"""The files of a folder: written whole, read with mistrust."""

import errno
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from keratin.export import _folder
from keratin.export._folder import MANIFEST, Reader, Writer, array_spec
from keratin.export._structure import FolderError

KINDS = ["float32", "bfloat16", "int4", "bool", "complex64", "float8_e4m3fn", "uint16"]


def spec_of(tf, array):
    return tf.TensorSpec(array.shape, array.dtype)


def written(folder, *arrays):
    writer = Writer(folder)
    entries = {"weights": writer.arrays(arrays), "program": writer.program(b"program")}
    writer.finish(entries)
    return entries


def test_arrays_of_all_kinds_come_back(tf, tmp_path):
    arrays = [
        np.asarray(tf.cast(tf.constant([[0.0, 1.0, 2.0]]), kind))
        for kind in KINDS
        if kind != "bool"
    ]
    arrays += [np.array([True, False]), np.float32(3), np.zeros((0, 2), np.int64)]
    arrays = [np.asarray(array) for array in arrays]
    written(tmp_path, *arrays)
    reader = Reader(tmp_path)
    specs = [spec_of(tf, array) for array in arrays]
    again = reader.arrays(reader.manifest["weights"], specs, "here")
    for one, other in zip(again, arrays, strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()


def test_what_is_written_anew_replaces_the_former(tmp_path):
    written(tmp_path, np.zeros(3))
    (tmp_path / "variables" / "notes.txt").write_text("mine")
    (tmp_path / "mine").write_text("mine")
    first = set(os.listdir(tmp_path / "variables"))
    written(tmp_path, np.ones(3))
    second = set(os.listdir(tmp_path / "variables"))
    assert first & second == {"notes.txt"}
    assert len(second) == 2
    assert (tmp_path / "mine").exists()


def test_what_is_broken_off_leaves_the_former(tf, tmp_path):
    written(tmp_path, np.full(3, 7.0))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    writer = Writer(tmp_path)
    writer.arrays([np.zeros(5)])
    writer.program(b"another")
    writer.discard()
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    reader = Reader(tmp_path)
    (array,) = reader.arrays(reader.manifest["weights"], [tf.TensorSpec([3], tf.float64)], "x")
    assert array.tolist() == [7.0] * 3


def test_a_new_folder_that_is_broken_off_is_no_folder(tmp_path):
    writer = Writer(tmp_path / "new")
    writer.program(b"program")
    writer.discard()
    assert not (tmp_path / "new").exists()


def test_a_full_disk_is_an_error_that_names_the_folder(tf, tmp_path, monkeypatch):
    written(tmp_path / "kept", np.ones(3))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_folder.Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"kept was not saved: the disk is full.*unchanged") as caught:
        Writer(tmp_path / "kept").program(b"new")
    assert caught.value.errno == errno.ENOSPC
    assert len(Reader(tmp_path / "kept").manifest["weights"]["file"]) > 10


_KILLED = """
import sys, numpy as np
from keratin.export._folder import Writer
number = 0
while True:
    writer = Writer(sys.argv[1])
    entries = {"weights": writer.arrays([np.full(1000, number)]), "number": number}
    writer.finish(entries)
    number += 1
    print(number, flush=True)
"""


def test_a_killed_process_leaves_a_whole_folder(tf, tmp_path):
    folder = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(folder)], stdout=subprocess.PIPE, text=True
    )
    for moment in range(3):
        while int(process.stdout.readline()) < 2 + 5 * moment:
            pass
    time.sleep(0.003)
    process.kill()
    process.wait()
    reader = Reader(folder)
    spec = tf.TensorSpec([1000], tf.int64)
    (array,) = reader.arrays(reader.manifest["weights"], [spec], "here")
    assert set(array.tolist()) == {reader.manifest["number"]}


# Hostile folders


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ('{"format": "keratin.saved_model", "ver', "damaged or cut short"),
        ("[]", "is no object"),
        ("{}", "lacks 'format', 'version'"),
        ('{"format": "other", "version": 1}', "of another format"),
        ('{"format": "keratin.saved_model", "version": 2}', "version 2; this Keratin reads"),
        ('{"format": "keratin.saved_model", "version": "1"}', "of version 1"),
        ("[" * 100000, "cannot be read"),
        ('{"format": ' + "9" * 5000 + "}", "cannot be read"),
        ("\x00\x01\x02", "cannot be read"),
    ],
    ids=range(10),
)
def test_hostile_manifests(tmp_path, text, message):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(FolderError, match=f"{MANIFEST}.*{message}"):
        Reader(tmp_path)


def test_a_manifest_may_not_be_too_large(tmp_path, monkeypatch):
    (tmp_path / MANIFEST).write_text("{}" + " " * 100)
    monkeypatch.setattr(_folder, "_MANIFEST_LIMIT", 50)
    with pytest.raises(FolderError, match=r"more than 50 bytes"):
        Reader(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("../programs/x", "/etc/passwd", "programs/../x", "programs/..", "programs/", "programs"),
        *("programs//x", "programs/a/b", "programs\\x", "variables/x", "programs/a\x00b", "", None),
        *(3, ["programs/x"], "programs/C:x", "programs/" + "x" * 500, "./programs/x"),
    ],
)
def test_names_lead_nowhere_else(tmp_path, name):
    written(tmp_path, np.zeros(1))
    entry = {"file": name, "bytes": 1, "sha256": ""}
    with pytest.raises(FolderError, match=r"here: .* is no file in programs/"):
        Reader(tmp_path).program(entry, "here")


def test_links_and_other_kinds_are_not_followed(tf, tmp_path):
    entry = written(tmp_path / "real", np.zeros(1))["program"]
    real = tmp_path / "real" / entry["file"]
    real.rename(tmp_path / "elsewhere")
    real.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderError, match=r"stablehlo is a link, which is not followed"):
        Reader(tmp_path / "real").program(entry, "here")
    real.unlink()
    os.mkfifo(real)
    with pytest.raises(FolderError, match=r"is no file"):
        Reader(tmp_path / "real").program(entry, "here")
    real.unlink()
    with pytest.raises(FolderError, match=r"is missing"):
        Reader(tmp_path / "real").program(entry, "here")
    os.rename(tmp_path / "real" / "programs", tmp_path / "programs")
    os.symlink(tmp_path / "programs", tmp_path / "real" / "programs")
    (tmp_path / "programs" / real.name).write_bytes(b"program")
    with pytest.raises(FolderError, match=r"is a link"):
        Reader(tmp_path / "real").program(entry, "here")
    # The folder itself may be reached by a link: that is the user's own.
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    assert Reader(tmp_path / "alias").manifest["program"] == entry


def test_programs_are_those_that_were_written(tmp_path):
    entry = written(tmp_path, np.zeros(1))["program"]
    path = tmp_path / entry["file"]
    path.write_bytes(b"progra")
    with pytest.raises(FolderError, match=r"has 6 bytes, where 7 are expected"):
        Reader(tmp_path).program(entry, "here")
    path.write_bytes(b"prograM")
    with pytest.raises(FolderError, match=r"SHA-256 differs"):
        Reader(tmp_path).program(entry, "here")
    with pytest.raises(FolderError, match=r"here lacks 'sha256'"):
        Reader(tmp_path).program({"file": entry["file"], "bytes": 7}, "here")


def test_what_is_no_saved_model_says_so(tmp_path):
    with pytest.raises(OSError, match=r"There is no folder"):
        Reader(tmp_path / "nothing")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"is a file; a saved model is a folder"):
        Reader(tmp_path / "file")
    with pytest.raises(OSError, match=r"no saved_model.json.*broken off"):
        Reader(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(FolderError, match=r"SavedModel of TensorFlow.*tf.train.load_checkpoint\("):
        Reader(tmp_path)


# Variables


def damaged(folder, change):
    import h5py

    entry = written(folder, np.arange(6, dtype=np.float32))["weights"]
    with h5py.File(folder / entry["file"], "r+") as file:
        change(file)
    return entry


def _external(file):
    del file["0"]
    file.create_dataset("0", (6,), "f4", external=[("/etc/passwd", 0, 24)])


def _soft(file):
    import h5py

    file["1"] = file["0"]
    del file["0"]
    file["0"] = h5py.SoftLink("/1")


def _other_file(file):
    import h5py

    del file["0"]
    file["0"] = h5py.ExternalLink("/etc/passwd", "/x")


def _virtual(file):
    import h5py

    layout = h5py.VirtualLayout((6,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (6,))
    del file["0"]
    file.create_virtual_dataset("0", layout)


def _with(**options):
    def change(file):
        del file["0"]
        file.create_dataset("0", **options)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_external, "not laid out"),
        (_soft, "no data set '0' of its own"),
        (_other_file, "no data set '0' of its own"),
        (_virtual, "keeps its data elsewhere"),
        (lambda file: file.__delitem__("0"), "no data set '0'"),
        (_with(shape=(6,), dtype="f4", chunks=(2,)), "not laid out"),
        (_with(shape=(6,), dtype="f4", chunks=(6,), compression="gzip"), "not laid out"),
        (_with(shape=(7,), dtype="f4"), r"expected to be float32 of shape \[6\]; found float32 of"),
        (_with(shape=(6,), dtype="f8"), "found float64"),
        (_with(shape=(1 << 40,), dtype="f4"), "expected to be float32"),
        (_with(shape=(6,), dtype="S4"), "expected to be float32"),
        (_with(shape=(6,), dtype="f4"), "cut short"),
    ],
    ids=range(12),
)
def test_hostile_variables(tf, tmp_path, change, message):
    entry = damaged(tmp_path, change)
    with pytest.raises(FolderError, match=rf"\.h5.*{message}"):
        list(Reader(tmp_path).arrays(entry, [tf.TensorSpec([6], tf.float32)], "here"))


def test_variables_cut_short_anywhere_are_errors(tf, tmp_path):
    entry = written(tmp_path, np.arange(600, dtype=np.float32))["weights"]
    path = tmp_path / entry["file"]
    data = path.read_bytes()
    spec = tf.TensorSpec([600], tf.float32)
    for cut in np.linspace(0, len(data) - 1, 50).astype(int):
        path.write_bytes(data[:cut])
        with pytest.raises(FolderError, match=r"damaged or cut short|is cut short|no data set"):
            list(Reader(tmp_path).arrays(entry, [spec], "here"))


def test_shapes_of_arrays_are_known(tf):
    assert array_spec({"shape": [2], "dtype": "int8"}, "x") == tf.TensorSpec([2], tf.int8)
    with pytest.raises(FolderError, match=r"x: an array has all of its sizes"):
        array_spec({"shape": [None], "dtype": "int8"}, "x")


def test_assets_keep_their_names(tmp_path):
    (tmp_path / "my words.txt").write_text("one")
    writer = Writer(tmp_path / "folder")
    entry = writer.asset(tmp_path / "my words.txt")
    writer.finish({"asset": entry})
    path = Path(Reader(tmp_path / "folder").asset(entry, "here"))
    assert path.name.endswith("_my words.txt")
    assert path.read_text() == "one"
    with pytest.raises(FileNotFoundError, match=r"The asset .*nothing' is no file"):
        writer.asset(tmp_path / "nothing")


def test_manifests_name_their_format(tmp_path):
    written(tmp_path, np.zeros(1))
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest["format"] == "keratin.saved_model"
    assert manifest["version"] == 1
    assert manifest["program"]["sha256"] == hashlib.sha256(b"program").hexdigest()

"""Files that claim much, with right checksums, in a process that may take 400 MB more."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import keratin as tf
from keratin.train._crc32c import crc32c, masked
from keratin.train._object_graph import GRAPH_KEY
from keratin.train._table import varint
from tests.train.files import VALUE, entry, hostile

LARGE = 1 << 40

PROGRAM = """
import os, resource
import keratin as tf
from keratin import keras
v = tf.Variable(tf.zeros((300, 300)))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
names = sorted(n.removesuffix(".index") for n in os.listdir() if n.endswith(".index"))
tf.train.Checkpoint(v=v, model=model).write("warm")
tf.train.Checkpoint(v=v, model=model).read("warm").assert_consumed()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (400 << 20), used + (400 << 20)))
for name in names:
    for what, call in [
        ("read", lambda: tf.train.Checkpoint(v=v).read(name).assert_consumed()),
        ("load_weights", lambda: model.load_weights(name)),
        ("list", lambda: tf.train.list_variables(name)),
    ]:
        try:
            call()
            print(name, what, "passed")
        except MemoryError:
            print(name, what, "MemoryError")
        except Exception as error:
            print(name, what, type(error).__name__, "named" if name in str(error) else error)
print("after", v.numpy().sum())
"""


def text(content):
    """Bytes of one string, and the entry for them at the start of the data."""
    lengths = struct.pack("<I", len(content))
    ending = struct.pack("<I", masked(crc32c(lengths)))
    stored = varint(len(content)) + ending + content
    made = entry(dtype=7, sizes=(), size=len(stored))
    made.crc32c = masked(crc32c(content, crc32c(ending, crc32c(lengths))))
    return stored, made


def grow(path):
    """Make a file of eight terabytes, which takes no room on the disk."""
    with open(path, "ab") as file:
        file.truncate(8 * LARGE)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are those of Linux")
def test_hostile_files_take_no_memory(tmp_path):
    template = tf.train.Checkpoint(v=tf.Variable(1.0)).write(tmp_path / "right" / "c")
    stored, graph = text(tf.train.load_checkpoint(template).get_tensor(GRAPH_KEY))
    values = {
        "shape": entry(sizes=(LARGE,), size=4 * LARGE),
        "offset": entry(sizes=(300, 300), size=360_000, offset=LARGE),
        "strings": entry(dtype=7, sizes=(LARGE,), size=LARGE),
        "empty": entry(sizes=(LARGE, 0), size=0),
    }
    for name, value in values.items():
        content = {f"v{VALUE}".encode(): value, GRAPH_KEY.encode(): graph}
        hostile(tmp_path / name, content, data=stored)
        grow(tmp_path / f"{name}.data-00000-of-00001")
    hostile(tmp_path / "graph", {GRAPH_KEY.encode(): entry(dtype=7, sizes=(), size=LARGE)})
    grow(tmp_path / "graph.data-00000-of-00001")
    grow(tmp_path / "index.index")
    output = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        text=True,
        capture_output=True,
        check=False,
    )
    lines = output.stdout.splitlines()
    assert lines[-1:] == ["after 0.0"], output.stderr[-2000:]
    assert len(lines) == 3 * 6 + 1
    for line in lines[:-1]:
        assert line.endswith(("named", "list passed")), line

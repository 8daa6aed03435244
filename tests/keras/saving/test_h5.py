"""HDF5 files that are not what they should be."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keratin import keras
from keratin.keras.saving import _h5


@pytest.fixture(scope="module")
def model():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")])


@pytest.fixture
def path(model, tmp_path):
    model.save_weights(tmp_path / "m.weights.h5")
    return tmp_path / "m.weights.h5"


KERNEL = "layers/dense/vars/0"


def external(file):
    (Path(file.filename).parent / "raw").write_bytes(bytes(24))
    file.create_dataset(KERNEL, (3, 2), "f4", external=[("raw", 0, 24)])


def virtual(file):
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (3, 2))
    file.create_virtual_dataset(KERNEL, layout)


def linked(link):
    return lambda file: file.update({KERNEL: link})


def cyclic(file):
    file[KERNEL] = np.zeros((3, 2), "f4")
    file["layers/dense/again"] = file["layers"]
    file["layers/more/vars/0"] = np.zeros(1)


HOSTILE = {
    "external data": (external, "kept in other files"),
    "virtual data": (virtual, "kept in other files"),
    "soft link": (linked(h5py.SoftLink("/vars")), "is a SoftLink to somewhere else"),
    "external link": (linked(h5py.ExternalLink("/x", "/y")), "is a ExternalLink to somewhere"),
    "group": (lambda f: f.create_group(KERNEL), "is a group, where data is expected"),
    "text": (lambda f: f.update({KERNEL: "text"}), "where numbers are expected"),
    "huge": (
        lambda f: f.create_dataset(KERNEL, (1 << 40, 2), "f4", chunks=(1, 2)),
        r"kernel \(3, 2\) float32 +\(1099511627776, 2\) float32",
    ),
    "whole numbers": (lambda f: f.update({KERNEL: np.zeros((3, 2), "i4")}), r"\(3, 2\) int32"),
    "missing": (lambda f: None, r"kernel \(3, 2\) float32 +nothing"),
    "cycle": (cyclic, r"layers/more/vars/0 +nothing +a variable"),
    "empty": (lambda f: f.update({KERNEL: h5py.Empty("f4")}), "holds nothing"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(case, model, path):
    change, message = HOSTILE[case]
    before = [weight.copy() for weight in model.get_weights()]
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        change(file)
    with pytest.raises(ValueError, match=message):
        model.load_weights(path)
    for one, other in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("options", [{"compression": "gzip"}, {"compression": "lzf"}, {}])
def test_compressed_data_is_read(options, model, path):
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, data=np.ones((3, 2), "f4"), chunks=(3, 2), **options)
    model.load_weights(path)
    assert np.array_equal(model.get_weights()[0], np.ones((3, 2)))


def test_numbers_of_bfloat16_keep_their_bits(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="bfloat16")])
    model.save_weights(tmp_path / "b.weights.h5")
    before = [weight.tobytes() for weight in model.get_weights()]
    model.set_weights([np.zeros(w.shape) for w in model.get_weights()])
    model.load_weights(tmp_path / "b.weights.h5")
    assert [weight.tobytes() for weight in model.get_weights()] == before


def test_long_lists_of_names_are_divided(tmp_path):
    names = [f"a_layer_with_a_long_name_{number:06}" for number in range(5000)]
    with h5py.File(tmp_path / "n.h5", "w") as file:
        _h5.write_names(file, "names", names)
        assert "names" not in file.attrs
        assert _h5.names_of(file, "names") == names


def test_data_that_declares_more_than_the_file_holds_is_not_read(tmp_path):
    with h5py.File(tmp_path / "n.h5", "w") as file:
        file.create_dataset("x", (1 << 30,), "f4", chunks=(1 << 20,), compression="gzip")
        with pytest.raises(ValueError, match="4294967296 bytes, of which the file holds 0"):
            _h5.read(file["x"], 1 << 20)
        file["y"] = np.zeros(1 << 19)
        assert len(_h5.read(file["y"])) == 1 << 19
        file.create_dataset("z", data=np.zeros(1 << 19), compression="gzip")
        assert len(_h5.read(file["z"], 1 << 22)) == 1 << 19


def test_a_file_cut_short_is_one_error(model, path):
    whole = path.read_bytes()
    for place in np.linspace(0, len(whole) - 1, 50).astype(int):
        path.write_bytes(whole[:place])
        with pytest.raises(ValueError, match="damaged, cut short"):
            model.load_weights(path)


FUZZ = """
import resource, sys, warnings, zlib
from pathlib import Path
import numpy as np
from keratin import keras
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
warnings.simplefilter("ignore")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")])
model.compile("adam", "mse")
name = sys.argv[1]
(model.save_weights if "weights" in name else model.save)(name)
whole = Path(name).read_bytes()
random = np.random.default_rng(int(sys.argv[2]))
refused = 0
for _ in range(int(sys.argv[3])):
    data = bytearray(whole)
    for place in random.integers(0, len(data), random.integers(1, 8)):
        data[place] = random.integers(256)
    Path(name).write_bytes(data)
    try:
        model.load_weights(name) if "weights" in name else keras.models.load_model(name)
    except (ValueError, OSError) as error:
        assert str(error)
        refused += 1
print(refused)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["m.weights.h5", "m.h5", "m.keras"])
def test_damaged_files_are_refused_or_read(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, name, "1", "300"],
        cwd=tmp_path,
        env={**__import__("os").environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) > 0


@settings(max_examples=30, deadline=None)
@given(path=st.text("abc./\\\x00", max_size=12))
def test_no_path_leads_out_of_a_file(path):
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        file.create_group("a/b/c")
        try:
            found = _h5.child(file, path)
        except ValueError:
            return
        assert found is None or found.name.startswith("/")

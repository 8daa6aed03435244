"""Models larger than 4 GiB, and of zeros that take next to no room."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import resource, sys, zipfile
import h5py, numpy as np
from keratin import keras

SIZE = 33_000  # 4.06 GiB of float32
x = keras.Input((SIZE,))
small = keras.Model(x, keras.layers.Dense(1, use_bias=False, name="d")(x))
small.save("small.keras")
with zipfile.ZipFile("small.keras") as archive:
    config = archive.read("config.json").decode().replace('"units": 1,', f'"units": {SIZE},')
    metadata = archive.read("metadata.json")
with h5py.File("w.weights.h5", "w") as file:
    group = file.create_group("layers/dense/vars")
    group.attrs["name"] = "d"
    file.create_group("layers/input_layer/vars")
    options = {"chunks": (1000, SIZE), "compression": "gzip"} if sys.argv[1] == "packed" else {}
    kernel = group.create_dataset("0", (SIZE, SIZE), "f4", **options)
    kernel[-1, -1] = 7  # the rest is not written: zeros
method = zipfile.ZIP_STORED if sys.argv[1] == "packed" else zipfile.ZIP_DEFLATED
with zipfile.ZipFile("large.keras", "w", method, compresslevel=1) as archive:
    archive.writestr("metadata.json", metadata)
    archive.writestr("config.json", config)
    archive.write("w.weights.h5", "model.weights.h5")
model = keras.models.load_model("large.keras")
kernel = np.asarray(model.layers[-1].kernel)
print(kernel.shape, kernel[-1, -1], kernel[0, 0], kernel.nbytes > 1 << 32)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="files with holes are those of Linux")
@pytest.mark.parametrize("kind", ["packed", "stored"])
def test_more_than_four_gibibytes_of_zeros_are_loaded(kind, tmp_path):
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    if available < 12 << 20:
        pytest.skip("it takes 12 GiB of memory")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "(33000, 33000) 7.0 0.0 True\n", done.stderr[-2000:]
    (tmp_path / "w.weights.h5").unlink()
    (tmp_path / "large.keras").unlink()

"""Files of models are whole or as they were."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keratin import keras

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from keratin import keras
model = keras.Sequential([keras.Input((300,)), keras.layers.Dense(300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name in ("m.keras", "m.h5", "m.weights.h5"):
    try:
        (model.save_weights if "weights" in name else model.save)(name)
        print("saved")
    except OSError as error:
        print(str(error).replace("\\n", " "))
"""


def run(program, folder, **options):
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="limits of file sizes are those of Linux")
def test_each_format_that_cannot_be_written_leaves_the_former_file(tmp_path):
    for name in ("m.keras", "m.h5", "m.weights.h5"):
        (tmp_path / name).write_text("former")
    output, problems = run(LIMITED, tmp_path).communicate()
    lines = output.splitlines()
    assert len(lines) == 3, problems[-2000:]
    for line, name in zip(lines, ("m.keras", "m.h5", "m.weights.h5"), strict=True):
        assert name in line
        assert "was not saved" in line
        assert (tmp_path / name).read_text() == "former"
    assert sorted(os.listdir(tmp_path)) == ["m.h5", "m.keras", "m.weights.h5"]


FOREVER = """
from keratin import keras
model = keras.Sequential([keras.Input((500,)), keras.layers.Dense(500)])
model.save("m.keras")
print("ready", flush=True)
while True:
    model.save("m.keras")
"""


def test_a_killed_process_leaves_a_whole_file(tmp_path):
    process = run(FOREVER, tmp_path)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.217)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert keras.models.load_model(tmp_path / "m.keras").count_params() == 250500

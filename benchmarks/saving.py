"""A model of 100 MB, saved and loaded: the time, and the memory at its peak.

Beside it HDF5 alone writes and reads the same arrays in the same process: rows that end in "/ HDF5"
are the quotient, for a machine's disk and neighbours change from minute to minute.
"""

import gc
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject

LAYERS, UNITS = 10, 1620
FORMATS = (".keras", ".h5", ".weights.h5")
ROUNDS = 5
# Rows of the table.
SAVE, LOAD, PEAK = "save {}", "load {}", "peak memory of load {} / weights"


def model_of(keras: Any) -> Any:
    """Ten layers, of 10 MB each."""
    layers = [keras.layers.Dense(UNITS, use_bias=False) for _ in range(LAYERS)]
    model = keras.Sequential([keras.Input((UNITS,)), *layers])
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((UNITS, UNITS), np.float32) for _ in range(LAYERS)]
    model.set_weights(arrays)
    return model, arrays


def write(path: Path, arrays: list[Any]) -> None:
    """What HDF5 takes at least."""
    import h5py

    with h5py.File(path, "w") as file:
        for index, array in enumerate(arrays):
            file.create_dataset(str(index), data=array)


def read(path: Path) -> list[Any]:
    """What HDF5 takes at least."""
    import h5py

    with h5py.File(path, "r") as file:
        return [file[str(index)][()] for index in range(LAYERS)]


def measured(keras: Any, backend: str) -> Mapping[str, float]:
    """Medians in milliseconds, and quotients to HDF5 alone, turn by turn."""
    model, arrays = model_of(keras)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.h5"
        for ending in FORMATS:
            path = Path(folder) / f"model{ending}"
            save, load = ways(keras, model, path)
            for row, do, plain in (
                (SAVE, save, lambda: write(raw, arrays)),
                (LOAD, load, lambda: read(raw)),
            ):
                own, other = in_turns(do, plain)
                found[row.format(ending)] = own
                found[f"{row.format(ending)} / HDF5"] = own / other
            if ending != ".weights.h5":
                found[PEAK.format(ending)] = peak_of_load(backend, path, arrays)
    return found


def ways(keras: Any, model: Any, path: Path) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """How a model is saved and loaded."""
    if path.name.endswith(".weights.h5"):
        return lambda: model.save_weights(path), lambda: model.load_weights(path)
    return lambda: model.save(path), lambda: keras.models.load_model(path)


def in_turns(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float]:
    """The median times of two functions that take turns, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    one(), other()
    for _ in range(ROUNDS):
        for kept, function in zip(times, (one, other), strict=True):
            gc.collect()
            begin = time.perf_counter()
            result = function()
            kept.append(time.perf_counter() - begin)
            del result
    return statistics.median(times[0]) * 1e3, statistics.median(times[1]) * 1e3


PROGRAM = """
import sys
from {package} import keras
def small():
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(sys.argv[2])
    return keras.models.load_model(sys.argv[2])
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
small()
before = peak()
model = keras.models.load_model(sys.argv[1])
print(peak() - before)
"""


def peak_of_load(backend: str, path: Path, arrays: list[Any]) -> float:
    """By how much a fresh process grows at most while it loads, in sizes of the weights."""
    program = PROGRAM.format(package=backend)
    if backend == "keras":
        program = program.replace("from keras import keras", "import keras")
    small = str(path.with_name(f"small{path.suffix}"))
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), small],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    return int(done.stdout.split()[-1]) * 1024 / sum(array.nbytes for array in arrays)


def keratin() -> Mapping[str, float]:
    return measured(importlib.import_module("keratin.keras"), "keratin")


def tensorflow() -> Mapping[str, float]:
    return measured(importlib.import_module("tensorflow").keras, "tensorflow")


def keras_jax() -> Mapping[str, float]:
    return measured(importlib.import_module("keras"), "keras")


RATIOS = [f"{row.format(ending)} / HDF5" for row in (SAVE, LOAD) for ending in FORMATS]
PEAKS = [PEAK.format(ending) for ending in FORMATS[:2]]
subject = Subject(
    title="files of 100 MB",
    unit="ms",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, KERAS_JAX: keras_jax},
    budgets=dict.fromkeys(RATIOS, 1.5) | dict.fromkeys(PEAKS, 1.3),
    units=dict.fromkeys([*RATIOS, *PEAKS], "times"),
    rounds=1,
)

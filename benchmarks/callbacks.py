"""What callbacks cost that are told of epochs alone: `fit` of the housing model with and without.

    python -m benchmarks.callbacks keratin|tensorflow|keras-jax without|four|board

prints the seconds of `fit` in a fresh process, and then those of an epoch when all is compiled.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.models import keras_of
from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject

EPOCHS, TURNS = 20, 3
WAYS = ("without", "four", "board")
FIT = "fit without, 20 epochs"
FOUR, BOARD = "with 4 callbacks, to without", "and TensorBoard, to without"
EPOCH, FOUR_EPOCH = "a later epoch", "a later epoch with 4"


def measure(library: str) -> Mapping[str, float]:
    """The ways take turns, each in a process of its own."""
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(TURNS):
        for way, times in found.items():
            times.append(run(library, way))
    fit, epoch = ({w: statistics.median(t[i] for t in found[w]) for w in WAYS} for i in (0, 1))
    return {
        FIT: fit["without"],
        FOUR: fit["four"] / fit["without"],
        BOARD: fit["board"] / fit["without"],
        EPOCH: epoch["without"] * 1e3,
        FOUR_EPOCH: epoch["four"] * 1e3,
    }


def run(library: str, way: str) -> tuple[float, float]:
    """Seconds of the first `fit`, and of an epoch of the second."""
    command = [sys.executable, "-m", "benchmarks.callbacks", library, way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, epoch = done.stdout.split()[-2:]
    return float(first), float(epoch)


def main(library: str, way: str) -> None:
    keras = keras_of(library)
    model, x, y = _task(keras)
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            callbacks = _callbacks(keras, library, folder, way)
            begin = time.perf_counter()
            model.fit(
                x[:11610],
                y[:11610],
                epochs=EPOCHS,
                validation_data=(x[11610:], y[11610:]),
                verbose=0,
                callbacks=callbacks,
            )
            times.append(time.perf_counter() - begin)
    print(times[0], times[1] / EPOCHS)


def _task(keras: Any) -> tuple[Any, Any, Any]:
    """The model and the data of `housing.py`."""
    random = np.random.default_rng(42)
    x = random.normal(size=(15480, 8)).astype("float32")
    y = np.tanh(x @ random.normal(size=(8, 1))).astype("float32")
    model = keras.models.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(30, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    optimizer = keras.optimizers.SGD(learning_rate=1e-3)
    model.compile(loss="mean_squared_error", optimizer=optimizer)
    return model, x, y


def _callbacks(keras: Any, library: str, folder: str, way: str) -> list[Any]:
    if way == "without":
        return []
    make = keras.callbacks
    # Files are written while training goes on, where a library can do that.
    options = {"async_save": True} if library == KERATIN else {}
    found = [
        make.EarlyStopping(patience=EPOCHS, restore_best_weights=True),
        make.ModelCheckpoint(os.path.join(folder, "best.keras"), save_best_only=True, **options),
        make.CSVLogger(os.path.join(folder, "log.csv")),
        make.ReduceLROnPlateau(patience=EPOCHS),
    ]
    if way == "board":
        found.append(make.TensorBoard(os.path.join(folder, "board"), histogram_freq=0))
    return found


subject = Subject(
    title="callbacks",
    unit="s",
    ways={library: partial(measure, library) for library in (KERATIN, TENSORFLOW, KERAS_JAX)},
    budgets={FOUR: 1.1, BOARD: 1.1},
    units={FOUR: "x", BOARD: "x", EPOCH: "ms", FOUR_EPOCH: "ms"},
    rounds=1,
)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A training that is killed: run as a program, with the folder, the kind of data and the moment.

    python interrupted.py FOLDER arrays|generator|dataset MOMENT

MOMENT is "step N" (of the whole training), "write N" (in the midst of writing the N-th file of a
process), "after S" (seconds from the first step on) or "never". The end writes FOLDER/weights.npz.
"""

import os
import signal
import sys
import threading

import numpy as np

from keratin import keras

EPOCHS, STEPS, ROWS = 4, 6, 10


def data():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((EPOCHS * 15 - 3, 4)).astype("float32")
    return x, x.sum(-1, keepdims=True)


class Shuffled(keras.utils.PyDataset):
    """Batches of rows that change places after each epoch."""

    def __init__(self):
        super().__init__()
        self.random = np.random.default_rng(5)
        self.x, self.y = data()
        self.order = np.arange(len(self.x))

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rows = self.order[index * ROWS : (index + 1) * ROWS]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self):
        self.random.shuffle(self.order)


def batches():
    x, y = data()
    random = np.random.default_rng(1)
    while True:
        rows = random.integers(0, len(x), ROWS)
        yield x[rows], y[rows]


def arguments(kind):
    """What `fit` is given for a kind of data."""
    if kind == "dataset":
        return {"x": Shuffled()}
    if kind == "generator":
        return {"x": batches(), "steps_per_epoch": STEPS}
    x, y = data()
    return {"x": x, "y": y, "batch_size": ROWS, "validation_split": 0.1}


def model_and_callbacks(folder):
    keras.utils.set_random_seed(3)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5), layers.Dropout(0.3), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    callbacks = [
        keras.callbacks.CSVLogger(os.path.join(folder, "log.csv")),
        keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=10.0),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        keras.callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True),
    ]
    return model, callbacks


def values(model, callbacks):
    """All that the interruptions must not have changed, as arrays."""
    arrays = [v.numpy() for v in [*model.weights, *model.optimizer.variables]]
    arrays += [np.float64(callbacks[3].best), *callbacks[3].best_weights]
    with open(callbacks[0].filename, encoding="utf-8") as file:
        return [*arrays, np.frombuffer(file.read().encode(), np.uint8)]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Killer(keras.callbacks.Callback):
    def __init__(self, moment):
        super().__init__()
        self.kind, _, number = moment.partition(" ")
        self.number = float(number or 0)

    def on_train_begin(self, logs=None):
        if self.kind == "write":
            self.die_in_writing()

    def die_in_writing(self):
        replace, left = os.replace, [int(self.number)]

        def counted(*paths):
            left[0] -= 1
            return replace(*paths) if left[0] else die()

        os.replace = counted

    def on_train_batch_end(self, batch, logs=None):
        step = int(np.asarray(self.model.optimizer.iterations))
        if self.kind == "step" and step == self.number:
            die()
        if self.kind == "after":
            threading.Timer(self.number, die).start()
            self.kind = "waiting"


def train(folder, kind, moment, save_freq):
    """The training; with a moment, one that ends there."""
    model, callbacks = model_and_callbacks(folder)
    path = os.path.join(folder, "backup")
    backup = [keras.callbacks.BackupAndRestore(path, save_freq)] if save_freq else []
    killer = [Killer(moment)] if moment != "never" else []
    all_callbacks = [*backup, *callbacks, *killer]
    model.fit(**arguments(kind), epochs=EPOCHS, verbose=0, callbacks=all_callbacks)
    return values(model, callbacks)


if __name__ == "__main__":
    folder, kind, moment, frequency = sys.argv[1:]
    found = train(folder, kind, moment, frequency if frequency == "epoch" else int(frequency))
    np.savez(os.path.join(folder, "weights.npz"), *found)

import csv

import numpy as np

from keratin import keras
from tests.harness.real_keras import real


def written(callback):
    callback.on_train_begin()
    callback.on_epoch_end(0, {"loss": 1.0, "acc": np.float32(0.5)})
    callback.on_epoch_end(1, {"loss": 0.25, "acc": np.float32(0.75), "val_loss": 3.0})
    callback.on_train_end()


def test_the_table_is_that_of_keras(tmp_path):
    for append in (False, True, True):
        for k, name in ((keras, "ours"), (real, "theirs")):
            written(k.callbacks.CSVLogger(tmp_path / name, separator=";", append=append))
    ours, theirs = ((tmp_path / name).read_bytes() for name in ("ours", "theirs"))
    assert ours == theirs
    assert ours.count(b"epoch") == 1


def test_values_that_are_arrays(tmp_path):
    callback = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    callback.on_train_begin()
    callback.on_epoch_end(0, {"many": np.array([1.0, 2.0]), "text": "x", "val_x": 1})
    callback.on_train_end()
    with (tmp_path / "log.csv").open() as file:
        row = next(csv.DictReader(file))
    assert row == {"epoch": "0", "many": '"[1.0, 2.0]"', "text": "x", "val_x": "1"}

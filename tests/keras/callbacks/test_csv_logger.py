import csv

import numpy as np
import pytest

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


@pytest.mark.parametrize("append", [False, True])
def test_another_logger_goes_on_with_the_lines_of_a_state(tmp_path, append):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss,val_loss\n0,9.0,NA\n")
    first, second = (keras.callbacks.CSVLogger(path, append=append) for _ in range(2))
    first.on_train_begin()
    first.on_epoch_end(0, {"loss": 1.0})
    state = first.state_dict()
    first.on_epoch_end(1, {"loss": 2.0})
    expected = path.read_text()
    first.on_epoch_end(2, {"loss": 3.0})  # comes later than the state
    second.on_train_begin()
    second.load_state_dict(state)
    second.on_epoch_end(1, {"loss": 2.0})
    second.on_train_end()
    assert path.read_text() == expected

"""What training goes on from besides variables; whole programs are in `test_saving`."""

import h5py
import numpy as np
import pytest

from keratin import keras
from keratin.keras.saving import _continuing


def compiled(metrics):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=metrics)
    return model


def test_a_model_that_is_not_compiled_has_nothing_to_go_on_from(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "keratin_training" not in file
        _continuing.load(model, file)
    assert "_own_seeds" not in vars(model)


def test_states_of_other_metrics_are_left_and_told(tmp_path):
    model, x = compiled(["mae"]), np.ones((4, 3), "float32")
    model.train_on_batch(x, x[:, :2])
    model.save(tmp_path / "m.h5")
    other = compiled(["mae", "cosine_similarity"])
    with h5py.File(tmp_path / "m.h5") as file:
        _continuing.load(other, file)
    with pytest.warns(UserWarning, match="has 6 variables of metrics, and its file has 4"):
        other.train_on_batch(x, x[:, :2])

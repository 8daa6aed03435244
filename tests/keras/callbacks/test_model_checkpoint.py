import os
import threading

import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks import ModelCheckpoint
from tests.keras.training.models import data, regression, same_bits, weights

X, Y = data(60)


class Trace(keras.callbacks.Callback):
    """The weights after each batch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(self.model.get_weights())


@pytest.fixture(scope="module")
def trace():
    model, found = regression("adam"), Trace()
    model.fit(X, Y, batch_size=10, epochs=3, verbose=0, callbacks=[found])
    return found.weights


@pytest.mark.parametrize("async_save", [False, True])
def test_files_hold_the_model_of_that_moment(tmp_path, trace, async_save):
    by_epoch = ModelCheckpoint(tmp_path / "e{epoch:02d}.keras", async_save=async_save)
    by_batch = ModelCheckpoint(
        tmp_path / "{epoch}-{batch}-{loss:.2f}.weights.h5",
        save_weights_only=True,
        save_freq=8,
        async_save=async_save,
    )
    model = regression("adam")
    model.fit(X, Y, batch_size=10, epochs=3, verbose=0, callbacks=[by_epoch, by_batch])
    for epoch in range(3):
        loaded = keras.saving.load_model(tmp_path / f"e{epoch + 1:02d}.keras")
        assert same_bits(loaded.get_weights(), trace[6 * epoch + 5])
        assert int(loaded.optimizer.iterations) == 6 * (epoch + 1)
    assert same_bits(weights(loaded), weights(model))
    names = sorted(path.name for path in tmp_path.glob("*.weights.h5"))
    assert [name[:4] for name in names] == ["2-2-", "3-4-"]
    loaded.load_weights(tmp_path / names[0])
    assert same_bits(loaded.get_weights(), trace[7])
    assert len(list(tmp_path.iterdir())) == 5


def test_only_the_best(tmp_path, capsys):
    class Figures(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["figure"] = [3.0, 2.0, 2.5, float("nan"), 1.0][epoch]

    path = str(tmp_path / "best{epoch}.h5")
    options = {"save_best_only": True, "verbose": 1, "initial_value_threshold": 2.5}
    save = ModelCheckpoint(path, "figure", mode="min", **options)
    regression().fit(X, Y, epochs=5, verbose=0, callbacks=[Figures(), save])
    assert sorted(os.listdir(tmp_path)) == ["best2.h5", "best5.h5"]
    assert [line for line in capsys.readouterr().out.splitlines() if line] == [
        "Epoch 1: figure did not improve from 2.50000",
        f"Epoch 2: figure improved from 2.50000 to 2.00000, saving model to {tmp_path}/best2.h5",
        f"Epoch 2: finished saving model to {tmp_path}/best2.h5",
        "Epoch 3: figure did not improve from 2.00000",
        "Epoch 4: figure did not improve from 2.00000",
        f"Epoch 5: figure improved from 2.00000 to 1.00000, saving model to {tmp_path}/best5.h5",
        f"Epoch 5: finished saving model to {tmp_path}/best5.h5",
    ]


def test_every_so_many_epochs_as_of_old(tmp_path):
    save = ModelCheckpoint(tmp_path / "{epoch}.h5", save_weights_only=True, period=2)
    model = regression()
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[save])
    assert sorted(os.listdir(tmp_path)) == ["2.h5", "4.h5"]
    model.load_weights(tmp_path / "4.h5")


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("{val_los}.keras", {}, r"names {val_los}.*Known are: epoch, loss, mae"),
        ("{epohc}.keras", {}, "Did you mean 'epoch'"),
        ("{batch}.keras", {}, "There is a batch where save_freq is a number"),
        ("{val_loss}.keras", {"save_freq": 2}, "are known with save_freq='epoch'"),
        ("a.keras", {"save_best_only": True}, "'val_loss' is none of the names"),
        (
            "a.keras",
            {"save_best_only": True, "save_freq": 2, "validation": True},
            "saves within epochs, where there is no 'val_loss'",
        ),
        ("a.keras", {"save_best_only": True, "monitor": "mea"}, "Did you mean 'mae'"),
    ],
)
def test_names_that_there_are_not_are_an_error_before_the_first_step(
    tmp_path, path, options, message
):
    options = dict(options)
    validation = {"validation_data": (X, Y)} if options.pop("validation", False) else {}
    model = regression()
    save = ModelCheckpoint(tmp_path / path, **options)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y, verbose=0, callbacks=[save], **validation)
    assert int(model.optimizer.iterations) == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["model.tf"], {}, r"tells the format of the model: .keras or .h5 or .hdf5; given"),
        (["model.keras"], {"save_weights_only": True}, r"format of weights: .weights.h5 or"),
        (["{}.keras"], {}, "braces without a name"),
        (["{epoch.keras"], {}, "cannot be filled in"),
        (["a.keras"], {"save_freq": "batch"}, "save_freq is 'epoch' or a number"),
        (["a.keras"], {"period": 0}, "period is a number of epochs"),
        (["a.keras"], {"save_best": True}, "Did you mean 'save_best_only'"),
    ],
)
def test_arguments_of_no_sense(arguments, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ModelCheckpoint(*arguments, **options)


@pytest.mark.parametrize("async_save", [False, True])
def test_a_place_that_cannot_be_written(tmp_path, async_save):
    (tmp_path / "here.keras").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        save = ModelCheckpoint(tmp_path / "here.keras", async_save=async_save)
        regression().fit(X, Y, verbose=0, callbacks=[save])
    (tmp_path / "file").write_text("")
    save = ModelCheckpoint(tmp_path / "file" / "model.keras", async_save=async_save)
    stop = keras.callbacks.EarlyStopping("loss", restore_best_weights=True)
    with pytest.raises(OSError, match=r"file/model\.keras"):
        regression().fit(X, Y, verbose=0, callbacks=[save, stop])
    assert save._pool is None
    assert not [t for t in threading.enumerate() if t.name.startswith("keratin-checkpoint")]


def test_a_figure_that_is_not_there_is_warned_of_and_the_model_saved(tmp_path):
    save = ModelCheckpoint(tmp_path / "a.keras", "nothing", save_best_only=True, mode="max")
    save.set_model(regression())
    with pytest.warns(UserWarning, match="the logs have no 'nothing'"):
        save.on_epoch_end(0, {"loss": 1.0})
    assert (tmp_path / "a.keras").exists()
    with pytest.warns(UserWarning, match="no single number"):
        save.on_epoch_end(0, {"nothing": np.ones(2)})
    with pytest.raises(KeyError, match=r"names 'mae', which the logs do not have.*epoch, loss"):
        ModelCheckpoint("{mae}.keras").on_epoch_end(0, {"loss": 1.0})

import os
import signal
from contextlib import nullcontext

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.training.models import data, regression


class Model:
    """As much of a model as the callback touches."""

    def __init__(self):
        self.stop_training = False
        self.epoch = 0
        self.restored = None

    metrics = ()

    def get_weights(self):
        return [self.epoch]

    def set_weights(self, weights):
        self.restored = weights


def epochs(callback, figures):
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, figure in enumerate(figures):
        model.epoch = epoch
        callback.on_epoch_end(epoch, {"val_loss": figure})
        if model.stop_training:
            break
    callback.on_train_end()
    return callback.stopped_epoch, callback.best_epoch, float(callback.best), model.restored


FIGURES = [3.0, 2.0, 2.5, 1.9, 1.95, 1.95, 1.96, 1.0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"patience": 2},
        {"patience": 2, "restore_best_weights": True},
        {"patience": 9, "restore_best_weights": True},
        {"patience": 2, "min_delta": 0.3},
        {"patience": 2, "baseline": 1.5},
        {"patience": 1, "start_from_epoch": 4, "restore_best_weights": True},
        {"patience": 1, "mode": "max"},
    ],
)
def test_training_ends_where_it_does_in_keras(options):
    ours = epochs(keras.callbacks.EarlyStopping(**options), FIGURES)
    theirs = epochs(real.callbacks.EarlyStopping(**options), FIGURES)
    assert ours == theirs


def test_what_is_printed(capsys):
    stop = keras.callbacks.EarlyStopping(patience=1, verbose=1, restore_best_weights=True)
    epochs(stop, FIGURES)
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 3: early stopping",
        "Restoring model weights from the end of the best epoch: 2.",
    ]


def test_within_fit_the_best_weights_come_back():
    x, y = data(60)
    kernels = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kernels.append(model.get_weights()[0])
    )
    model = regression(keras.optimizers.SGD(0.9))  # too fast to converge
    stop = keras.callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True)
    model.fit(x, y, epochs=20, verbose=0, callbacks=[note, stop], shuffle=False)
    assert np.array_equal(model.get_weights()[0], kernels[stop.best_epoch])
    assert len(kernels) == stop.stopped_epoch + 1


def test_nans_end_training_and_the_batch_is_named(capsys):
    x, y = data(60)
    y[25] = np.inf  # and the step after it would be NaN
    model = regression()
    stop = keras.callbacks.TerminateOnNaN()
    history = model.fit(x, y, batch_size=10, shuffle=False, epochs=3, verbose=0, callbacks=[stop])
    assert capsys.readouterr().out == "Batch 2: Invalid loss, terminating training\n"
    assert int(model.optimizer.iterations) == 3
    assert len(history.epoch) == 1
    assert len(model._programs._loops) == 1
    seen = []
    look = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    stepwise = regression()
    stepwise.fit(x, y, batch_size=10, shuffle=False, epochs=3, verbose=0, callbacks=[look, stop])
    assert seen == [0, 1, 2]
    for a, b in zip(model.get_weights(), stepwise.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()
    failing = keras.callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match="at batch 2: training ends"):
        regression().fit(x, y, batch_size=10, shuffle=False, verbose=0, callbacks=[failing])


class Ends(keras.callbacks.Callback):
    """Keeps the weights of each epoch, and ends training in a way of its own."""

    def __init__(self, how):
        super().__init__()
        self.how, self.weights = how, []

    def on_epoch_end(self, epoch, logs=None):
        logs["figure"] = [float("nan"), 2.0, 1.0, 3.0, float("nan")][epoch]
        self.weights.append(self.model.get_weights())

    def on_train_batch_end(self, batch, logs=None):
        if len(self.weights) == 4:
            self.how(self.model)


def _stop(model):
    model.stop_training = True


def _fail(model):
    raise RuntimeError("mine")


def _interrupt(model):
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("how", [_stop, _fail, _interrupt, lambda model: None])
def test_the_best_weights_come_back_however_training_ends(how):
    x, y = data(40)
    model, ends = regression("adam"), Ends(how)
    stop = keras.callbacks.EarlyStopping(
        "figure", patience=9, mode="min", restore_best_weights=True
    )
    expects = pytest.raises(RuntimeError, match="mine") if how is _fail else nullcontext()
    with expects:
        model.fit(x, y, epochs=5, verbose=0, callbacks=[ends, stop])
    assert stop.best == 1.0 and stop.best_epoch == 2
    for found, best in zip(model.get_weights(), ends.weights[2], strict=True):
        assert np.array_equal(found, best)


def test_it_goes_on_from_a_state():
    first, second = (keras.callbacks.EarlyStopping(patience=2) for _ in range(2))
    epochs(first, FIGURES[:6])
    second.set_model(Model())
    second.on_train_begin()
    second.load_state_dict(first.state_dict())
    second.on_epoch_end(6, {"val_loss": FIGURES[6]})
    assert (second.stopped_epoch, second.best, second.best_epoch) == (6, 1.9, 3)

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real


class Model:
    def __init__(self, k, rate=0.5):
        self.optimizer = k.optimizers.SGD(rate)


def epochs(callback, model, figures):
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, figure in enumerate(figures):
        logs = {"loss": figure}
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, logs)
        rates.append(logs["learning_rate"])
    return rates


FIGURES = [3.0, 2.0, 2.0, 2.0, 1.9995, 1.5, 1.6, 1.6, 1.6, 1.6, 1.4]


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1},
        {"patience": 2, "factor": 0.5, "cooldown": 2},
        {"patience": 1, "min_lr": 0.2, "factor": 0.5},
        {"patience": 1, "min_delta": 0.6, "mode": "min"},
        {"patience": 1, "mode": "max"},
    ],
)
def test_plateaus_are_those_of_keras(options):
    found = [
        epochs(k.callbacks.ReduceLROnPlateau(monitor="loss", **options), Model(k), FIGURES)
        for k in (keras, real)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    assert len(set(found[0])) > 1


def test_changes_are_printed(capsys):
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1)
    epochs(callback, Model(keras), [1.0, 1.0])
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.25." in capsys.readouterr().out


def test_a_factor_has_to_be_less_than_one():
    with pytest.raises(ValueError, match="factor has to be less than 1; given 1"):
        keras.callbacks.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(TypeError, match="Did you mean 'patience'"):
        keras.callbacks.ReduceLROnPlateau(patienc=1)
    assert keras.callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


def test_schedules(capsys):
    model = Model(keras)
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2, verbose=1)
    assert epochs(halve, model, [1.0, 1.0]) == [0.25, 0.125]
    assert "Epoch 2: LearningRateScheduler setting learning rate to 0.125." in (
        capsys.readouterr().out
    )
    of_epoch = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 + epoch)
    assert epochs(of_epoch, model, [1.0, 1.0]) == [0.5, 1.5]


def test_schedules_return_floats():
    wrong = keras.callbacks.LearningRateScheduler(lambda epoch: "fast")
    with pytest.raises(ValueError, match="has to return a float; it returned 'fast'"):
        epochs(wrong, Model(keras), [1.0])


def test_errors_within_a_schedule_are_not_hidden():
    def schedule(epoch, rate):
        return rate + None

    with pytest.raises(TypeError, match="unsupported operand"):
        epochs(keras.callbacks.LearningRateScheduler(schedule), Model(keras), [1.0])

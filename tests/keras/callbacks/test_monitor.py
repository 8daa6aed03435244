import pytest

from keratin import keras
from keratin.keras.callbacks._monitor import MonitorCallback
from tests.keras.training.models import data, regression


class Model:
    def _metric_direction(self, name):
        return {"accuracy": "up", "error": "down"}.get(name)


def monitor(name, **options):
    callback = MonitorCallback(name, **options)
    callback.set_model(Model())
    return callback


@pytest.mark.parametrize(
    ("name", "options", "better"),
    [
        ("loss", {}, 0.5),
        ("val_loss", {}, 0.5),
        ("out_loss", {}, 0.5),
        ("val_accuracy", {}, 1.5),
        ("error", {}, 0.5),
        ("loss", {"mode": "max"}, 1.5),
        ("other", {"mode": "min"}, 0.5),
    ],
)
def test_what_is_better(name, options, better):
    callback = monitor(name, **options)
    assert callback._is_improvement(better, 1.0)
    assert not callback._is_improvement(2.0 - better, 1.0)
    assert not callback._is_improvement(1.0, 1.0)
    assert callback._is_improvement(1.0, None)


def test_a_least_difference():
    callback = monitor("loss", min_delta=-0.2)
    assert not callback._is_improvement(0.9, 1.0)
    assert callback._is_improvement(0.7, 1.0)


def test_what_nobody_knows():
    with pytest.raises(ValueError, match="whether more or less of 'other' is better"):
        monitor("other")._is_improvement(1.0, 2.0)
    with pytest.warns(UserWarning, match="given 'least', which is taken as 'auto'"):
        assert monitor("loss", mode="least").mode == "auto"
    with pytest.warns(UserWarning, match="the logs have no 'loss'; they have: mae"):
        assert monitor("loss").get_monitor_value({"mae": 1.0}) is None


def test_names_are_checked():
    keras.callbacks.EarlyStopping("loss").check_names(["loss", "mae"])
    with pytest.raises(ValueError, match="Did you mean 'mae'"):
        keras.callbacks.EarlyStopping("maee").check_names(["loss", "mae"])


def test_a_direction_that_is_not_known_is_an_error_before_the_first_step():
    def strange(y_true, y_pred):
        return keras.ops.mean(y_pred)

    x, y = data(20)
    model = regression(metrics=[strange])
    for kind in (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau):
        with pytest.raises(ValueError, match=r"whether more or less of 'strange' is better"):
            model.fit(x, y, verbose=0, callbacks=[kind("strange")])
    assert int(model.optimizer.iterations) == 0
    model.fit(x, y, verbose=0, callbacks=[keras.callbacks.EarlyStopping("strange", mode="max")])


def test_figures_that_a_callback_adds_may_be_watched():
    def add(epoch, logs):
        logs["mine"] = float(epoch)

    x, y = data(20)
    adds = keras.callbacks.LambdaCallback(on_epoch_end=add)
    stop = keras.callbacks.EarlyStopping("mine", mode="min", patience=1)
    history = regression().fit(x, y, epochs=5, verbose=0, callbacks=[adds, stop])
    assert history.epoch == [0, 1]
    with pytest.raises(ValueError, match="'mine' is none of the names"):
        regression().fit(x, y, verbose=0, callbacks=[stop, adds])
    rates = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    watch = keras.callbacks.EarlyStopping("learning_rate", mode="min")
    regression().fit(x, y, verbose=0, callbacks=[rates, watch])
    with pytest.raises(ValueError, match="'learning_rate' is none of the names"):
        regression().fit(x, y, verbose=0, callbacks=[watch])

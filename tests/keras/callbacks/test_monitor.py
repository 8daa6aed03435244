import pytest

from keratin import keras
from keratin.keras.callbacks._monitor import MonitorCallback


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

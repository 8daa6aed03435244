"""`History.plot`."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from keratin import keras
from tests.keras.training.models import data, regression


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def history_of(*epochs, first=0):
    history = keras.callbacks.History()
    history.on_train_begin()
    for number, logs in enumerate(epochs, first):
        history.on_epoch_end(number, logs)
    return history


def curves(figure):
    """Title to {label: (x, y)} for each of the axes."""
    return {
        axes.get_title(): {
            line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist())
            for line in axes.lines
            if not line.get_label().startswith("_")
        }
        for axes in figure.axes
    }


def test_a_real_fit():
    x, y = data(20)
    history = regression().fit(x, y, epochs=2, validation_split=0.5, verbose=0)
    found = curves(history.plot())
    assert list(found) == ["loss", "mae"]
    values = history.history
    assert found["mae"] == {
        "training": ([1, 2], values["mae"]),
        "validation": ([1, 2], values["val_mae"]),
    }


def test_training_half_an_epoch_earlier():
    history = history_of({"loss": 3.0, "val_loss": 4.0, "learning_rate": 0.1}, {"loss": 1.0})
    found = curves(history.plot(shift_training=True))
    assert found["loss"]["training"][0] == [0.5, 1.5] and found["loss"]["validation"][0] == [1]
    assert found["learning_rate"]["training"][0] == [1]


def test_validation_every_few_epochs():
    epochs = [{"loss": 4.0}, {"loss": 3.0, "val_loss": 5.0}, {"loss": 2.0}]
    history = history_of(*epochs, {"loss": 1.0, "val_loss": 2.0})
    assert curves(history.plot())["loss"]["validation"] == ([2, 4], [5, 2])


def test_validation_within_epochs():
    x, y = data(40)
    history = regression().fit(
        x,
        y,
        batch_size=10,
        epochs=2,
        validation_data=(x[:10], y[:10]),
        validation_freq={"steps": 2},
        verbose=0,
    )
    assert curves(history.plot())["loss"]["validation"][0] == [0.5, 1, 1.5, 2]


def test_fits_that_go_on():
    history = history_of({"loss": 3.0}, first=4)
    assert curves(history.plot())["loss"]["training"][0] == [5]
    history = history_of({"loss": 3.0}, {"loss": 2.0})
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": 1.0})  # a second fit, which counts from 0 again
    assert curves(history.plot())["loss"]["training"][0] == [1, 2, 3]


def test_figures_that_were_put_in_by_hand():
    history = history_of({"loss": 3.0})
    history.history["loss"] += [2.0, 1.0]
    history.history["val_f1"] = [0.5, 0.6]
    found = curves(history.plot())
    assert found["loss"]["training"] == ([1, 2, 3], [3, 2, 1])
    assert found["f1"] == {"validation": ([1, 2], [0.5, 0.6])}


def test_metrics_of_several_numbers():
    figure = history_of({"f1": [0.1, 0.2]}, {"f1": np.array([0.3, 0.4])}).plot()
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines] == [[0.1, 0.3], [0.2, 0.4]]


def test_the_order_and_the_places_of_metrics():
    names = ["val_b", "b", "learning_rate", "a", "val_a", "loss", "val_loss"]
    figure = history_of(dict.fromkeys(names, 1.0)).plot()
    assert [axes.get_title() for axes in figure.axes] == ["loss", "b", "a", "learning_rate"]
    places = [axes.get_subplotspec().get_geometry()[:2] for axes in figure.axes]
    assert places == [(2, 3)] * 4
    figure = history_of(dict.fromkeys(names, 1.0)).plot(["a", "val_loss"], columns=1)
    assert [axes.get_title() for axes in figure.axes] == ["a", "loss"]
    assert figure.axes[0].get_subplotspec().get_geometry()[:2] == (2, 1)


def test_scales():
    rates = [{"loss": 1.0, "mae": 1.0, "learning_rate": 10.0**-n} for n in range(4)]
    for log_scale, expected in (
        (False, ["linear", "linear", "log"]),
        (True, ["log", "log", "log"]),
        ("val_mae", ["linear", "log", "log"]),
        (["loss"], ["log", "linear", "log"]),
    ):
        figure = history_of(*rates).plot(log_scale=log_scale)
        assert [axes.get_yscale() for axes in figure.axes] == expected


def test_a_figure_of_ones_own():
    figure = Figure(figsize=(3, 3))
    assert history_of({"loss": 1.0}).plot(figure=figure) is figure
    assert len(figure.axes) == 1 and figure.get_size_inches().tolist() == [3, 3]


def test_one_epoch_names_with_dollars_and_nans(tmp_path):
    logs = {"loss": float("nan"), "a $x^{": 1.0, "_b": float("inf")}
    figure = history_of(logs).plot()
    assert figure.axes[0].lines[0].get_marker() == "o"
    figure.savefig(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000


ERRORS = [
    ({"metrics": "los"}, "no metric is called 'los'. Did you mean 'loss'.* are: loss, mae"),
    ({"metrics": []}, "metrics is empty. The metrics are: loss, mae"),
    ({"log_scale": ["mea"]}, "no metric is called 'mea'. Did you mean 'mae'"),
    ({"columns": 0}, "columns is 1 or more, or None; given 0"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        history_of({"loss": 1.0, "mae": 2.0}).plot(**options)


def test_before_fit():
    with pytest.raises(ValueError, match=r"nothing to draw, as no epoch .* has ended. Call fit"):
        keras.callbacks.History().plot()


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"History.plot draws with .*pip install matplotlib"):
        history_of({"loss": 1.0}).plot()

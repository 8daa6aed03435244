import sys

import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks import LearningRateFinder
from tests.keras.training.models import data, regression, same_bits, weights

X, Y = data(60)


@pytest.fixture(scope="module")
def searched():
    model = regression("adam", dropout=0.2)
    model.fit(X, Y, verbose=0)
    before = weights(model)
    finder = LearningRateFinder(1e-4, 100.0, steps=40)
    model.fit(X, Y, batch_size=10, epochs=20, verbose=0, callbacks=[finder])
    return finder, model, before


def test_rates_grow_evenly_until_the_loss_diverges(searched):
    finder, _, _ = searched
    steps = np.diff(np.log(finder.rates))
    np.testing.assert_allclose(steps, np.log(1e6) / 39, rtol=1e-5)
    assert finder.rates[0] == 1e-4
    assert 20 < len(finder.rates) == len(finder.losses) < 40
    assert finder.losses[-1] > 4 * min(finder.losses)


def test_the_model_is_as_it_was(searched):
    _, model, before = searched
    assert same_bits(weights(model), before)
    assert len(model.history.epoch) < 20


def test_the_losses_are_those_of_the_batches():
    model = regression(keras.optimizers.SGD(0.1))
    finder = LearningRateFinder(1e-12, 2e-12, steps=6)  # too small to change anything
    model.fit(X, Y, batch_size=25, epochs=2, shuffle=False, verbose=0, callbacks=[finder])
    batches = [slice(0, 25), slice(25, 50), slice(50, 60)]
    expected = [model.evaluate(X[rows], Y[rows], verbose=0)[0] for rows in batches]
    np.testing.assert_allclose(finder.losses, expected * 2, rtol=1e-5)
    assert np.isclose(finder.rates[-1], 2e-12)
    assert np.isclose(model.optimizer.learning_rate.numpy(), 0.1)


def test_fewer_batches_than_asked_for_reach_from_start_to_end():
    finder = LearningRateFinder(1e-6, 1e-3, steps=1000)
    regression().fit(X, Y, batch_size=20, epochs=4, verbose=0, callbacks=[finder])
    assert len(finder.rates) == 12
    assert np.isclose(finder.rates[-1], 1e-3)


def test_the_suggestion_is_where_the_loss_falls_fastest():
    finder = LearningRateFinder()
    finder.rates = list(np.geomspace(1e-5, 10, 200))
    exponents = np.log10(finder.rates)
    finder.losses = list(1 / (1 + np.exp(6 * (exponents + 2))) + 1e-3 * (exponents > 0) * 1e3)
    assert 5e-3 < finder.suggestion < 4e-2
    finder.losses[150:] = [float("nan")] * 50
    assert len(finder.smoothed()) == 150


def test_no_suggestion_of_too_few():
    with pytest.raises(ValueError, match=r"0 finite losses are too few.*Run fit"):
        _ = LearningRateFinder().suggestion
    finder = LearningRateFinder()
    finder.rates, finder.losses = [1.0, 2.0], [1.0, float("nan")]
    with pytest.raises(ValueError, match="Begin with a smaller rate"):
        _ = finder.suggestion


def test_the_plot(searched, monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = searched[0].plot()
    assert ax.get_xscale() == "log"
    assert len(ax.lines) == 3
    assert list(ax.lines[0].get_xdata()) == searched[0].rates
    assert searched[0].plot(ax) is ax
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        searched[0].plot()


@pytest.mark.parametrize(
    "options",
    [{"start": 0.0}, {"start": 2.0, "end": 1.0}, {"steps": 2}, {"steps": 4.5}, {"stop_factor": 1}],
)
def test_arguments_of_no_sense(options):
    with pytest.raises(ValueError, match="LearningRateFinder: "):
        LearningRateFinder(**options)


def test_a_rate_that_cannot_be_set():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model = regression(keras.optimizers.SGD(schedule))
    with pytest.raises(ValueError, match=r"learning rate cannot be set.*is a number"):
        model.fit(X, Y, verbose=0, callbacks=[LearningRateFinder()])

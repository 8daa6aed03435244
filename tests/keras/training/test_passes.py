import functools

import numpy as np
import pytest

from keratin import keras
from keratin.keras.training import passes
from tests.keras.training.models import data, regression, same_bits, weights

pytestmark = pytest.mark.optimized


class Batches(keras.callbacks.Callback):
    """Looks at each batch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((batch, dict(logs)))


def batches_of(x, y, size=16):
    for start in range(0, len(x), size):
        yield x[start : start + size], y[start : start + size]


def generator(x, y, epochs=2):
    def generate():
        for _ in range(epochs):
            yield from batches_of(x, y)

    return generate()


@functools.cache
def whole(shuffle=False):
    """What training comes to when the device is left to itself."""
    return trained(shuffle=shuffle)


def trained(how="chunks", **options):
    x, y = data(100)
    model = regression("adam", dropout=0.3, layers=[keras.layers.BatchNormalization()])
    settings = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0, **options}
    if how == "steps":
        settings["callbacks"] = [Batches()]
    if how == "stream":
        del settings["batch_size"]
        history = model.fit(generator(x, y), steps_per_epoch=7, **settings)
    else:
        history = model.fit(x, y, **settings)
    return weights(model), history.history


@pytest.mark.parametrize("how", ["chunks", "steps", "stream"])
def test_each_way_to_run_the_steps_gives_the_same_bits(how, monkeypatch):
    expected, figures = whole()
    # Chunks of no time at all are chunks of one step each.
    monkeypatch.setattr(passes, "CHUNK_SECONDS", 0.0 if how == "chunks" else 1.0)
    other, other_figures = trained(how=how)
    assert same_bits(expected, other)
    assert figures == other_figures


def test_shuffled_steps_give_the_same_bits():
    expected, _ = whole(shuffle=True)
    other, _ = trained(how="steps", shuffle=True)
    assert same_bits(expected, other)
    assert not same_bits(expected, whole()[0])


def test_steps_per_execution_changes_when_callbacks_are_told_and_nothing_else():
    x, y = data(100)
    runs = {}
    for steps in (1, 3):
        model, seen = regression(steps_per_execution=steps), Batches()
        model.fit(x, y, batch_size=16, shuffle=False, verbose=0, callbacks=[seen])
        runs[steps] = weights(model), [batch for batch, _ in seen.seen], dict(seen.seen)
    assert runs[1][1] == [0, 1, 2, 3, 4, 5, 6]
    assert runs[3][1] == [2, 5, 6]
    assert runs[1][2][5] == runs[3][2][5]
    assert same_bits(runs[1][0], runs[3][0])


def test_a_callback_sees_the_weights_of_the_step_before():
    x, y = data(64)
    model = regression()
    kernels = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            kernels.append(self.model.get_weights()[0])

    before = model.get_weights()[0]
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[Look()])
    assert len(kernels) == 4
    for earlier, later in zip([before, *kernels], kernels, strict=False):
        assert not np.array_equal(earlier, later)
    assert np.array_equal(kernels[-1], model.get_weights()[0])


def test_a_callback_may_change_weights_between_steps():
    x, y = data(64)
    model = regression()

    class Freeze(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.weights[0].assign(np.zeros((4, 5), "float32"))

    model.fit(x, y, batch_size=16, verbose=0, callbacks=[Freeze()])
    assert not model.get_weights()[0].any()


def test_logs_that_are_kept_stay_as_they_were():
    x, y = data(64)
    kept = []
    model = regression()
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: kept.append(logs))
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[note])
    losses = [logs["loss"] for logs in kept]
    assert len(set(losses)) == 4
    assert list(kept[0]) == ["loss", "mae"]


def test_stop_training_within_an_epoch_ends_it():
    x, y = data(100)
    seen = Batches()

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    model = regression()
    history = model.fit(x, y, batch_size=16, epochs=5, verbose=0, callbacks=[seen, Stop()])
    assert [batch for batch, _ in seen.seen] == [0, 1, 2]
    assert len(history.epoch) == 1


def test_programs_serve_data_of_other_lengths():
    model = regression()
    for rows in (512, 500, 505):
        x, y = data(rows)
        model.fit(x[: rows - rows % 4], y[: rows - rows % 4], batch_size=4, verbose=0)
    assert len(model._programs._loops) == 1


def test_fewer_rows_than_a_batch():
    x, y = data(5)
    model = regression()
    history = model.fit(x, y, epochs=2, verbose=0)
    expected = np.mean((model.predict(x, verbose=0) - y) ** 2)
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    assert len(history.history["loss"]) == 2


def test_evaluation_in_chunks_is_that_of_the_whole():
    x, y = data(100)
    model = regression()
    loss, mae = model.evaluate(x, y, batch_size=16, verbose=0)
    found = model.predict(x, verbose=0)
    assert loss == pytest.approx(np.mean((found - y) ** 2), rel=1e-5)
    assert mae == pytest.approx(np.mean(np.abs(found - y)), rel=1e-5)


def test_eager_steps_agree_with_compiled_ones():
    compiled, figures = whole()
    x, y = data(100)
    layers = [keras.layers.BatchNormalization()]
    model = regression("adam", dropout=0.3, layers=layers, run_eagerly=True)
    history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(compiled, weights(model), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(history.history["loss"], figures["loss"], rtol=1e-5)

import gc
from pathlib import Path

import numpy as np
import pytest

from keratin import keras
from tests.keras.training.models import data, regression

X, Y = data(70)


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def two_outputs():
    x = keras.Input((4,))
    outputs = {"a": keras.layers.Dense(1)(x), "b": [keras.layers.Dense(2)(x)]}
    return keras.Model(x, outputs)


def test_batches_are_put_together():
    model = regression()
    whole = model.predict(X, batch_size=70, verbose=0)
    for size in (1, 16, 64):
        found = model.predict(X, batch_size=size, verbose=0)
        assert found.shape == (70, 1)
        np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-6)


def test_the_outputs_have_their_structure():
    found = two_outputs().predict(X, verbose=0)
    assert found["a"].shape == (70, 1)
    assert found["b"][0].shape == (70, 2)


@pytest.mark.parametrize("rows", [3, 40])
def test_what_is_returned_belongs_to_the_caller(rows):
    model = regression()
    for _ in range(2):  # the second time by the shortest way
        found = model.predict(X[:rows], verbose=0)
        before = found.copy()
        found += 1.0
        assert np.array_equal(model.predict(X[:rows], verbose=0), before)


def test_predictions_follow_the_weights():
    model = regression()
    first = model.predict(X[:3], verbose=0)
    assert np.array_equal(model.predict(X[:3], verbose=0), first)
    model.set_weights([w * 0 for w in model.get_weights()])
    assert not model.predict(X[:3], verbose=0).any()
    model.fit(X, Y, verbose=0)
    assert model.predict(X[:3], verbose=0).any()


def test_dtypes_are_those_that_the_model_takes():
    model = regression()
    expected = model.predict(X[:3], verbose=0)
    for given in (X[:3].astype("float64"), X[:3].tolist(), X[:3].astype("float64")):
        assert np.array_equal(model.predict(given, verbose=0), expected)


def test_steps_and_callbacks():
    seen = []
    note = keras.callbacks.LambdaCallback(
        on_predict_batch_end=lambda batch, logs: seen.append((batch, logs["outputs"].shape))
    )
    model = regression()
    assert model.predict(X, batch_size=20, steps=2, verbose=0, callbacks=[note]).shape == (40, 1)
    assert seen == [(0, (20, 1)), (1, (20, 1))]


def test_a_generator_of_inputs():
    model = regression()
    found = model.predict((X[i : i + 35] for i in (0, 35)), verbose=0)
    np.testing.assert_allclose(found, model.predict(X, verbose=0), rtol=1e-5)


def test_a_step_of_ones_own():
    class Twice(keras.Sequential):
        def predict_step(self, data):
            return 2.0 * super().predict_step(data)

    layer = keras.layers.Dense(1)
    plain, twice = keras.Sequential([keras.Input((4,)), layer]), Twice([keras.Input((4,)), layer])
    expected = 2 * plain.predict(X, verbose=0)
    assert np.array_equal(twice.predict(X, verbose=0), expected)


def test_dropout_and_noise_are_left_out():
    model = regression(dropout=0.5)
    assert np.array_equal(model.predict(X, verbose=0), model.predict(X, verbose=0))


def test_many_predictions_take_no_more_memory():
    model = regression()
    for _ in range(200):
        model.predict(X[:3], verbose=0)
        model.predict(X[:3].tolist(), verbose=0)
    gc.collect()
    before = resident()
    for _ in range(5000):
        model.predict(X[:3], verbose=0)
    for _ in range(500):
        model.predict(X[:3].tolist(), verbose=0)
    assert resident() - before < 10 << 20


def test_epochs_and_steps_take_no_more_memory():
    model = regression()
    model.fit(X, Y, epochs=20, verbose=0, batch_size=10)
    before = resident()
    model.fit(X, Y, epochs=400, verbose=0, batch_size=10)
    for _ in range(300):
        model.train_on_batch(X[:10], Y[:10])
    assert resident() - before < 10 << 20


def test_no_data_is_an_error():
    with pytest.raises(ValueError, match="empty"):
        regression().predict(X[:0], verbose=0)

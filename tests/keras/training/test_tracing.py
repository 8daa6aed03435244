import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.training.models import data, regression

X, Y = data(32)


def test_steps_are_traced_once_for_each_kind_of_batch():
    traces = []

    class Noted(keras.Sequential):
        def train_step(self, data):
            traces.append(data[0].shape[0])
            return super().train_step(data)

    model = Noted([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    for _ in range(3):
        model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    assert traces == [16]
    model.fit(X, Y, batch_size=20, verbose=0)
    assert traces == [16, 20, 12]
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=16, verbose=0)
    assert traces == [16, 20, 12, 16]


def test_another_optimizer_is_another_program():
    model = regression(keras.optimizers.SGD(0.0))
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    model.optimizer = keras.optimizers.SGD(0.1)
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_the_learning_rate_may_change_at_any_time():
    model = regression(keras.optimizers.SGD(0.0))
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    model.optimizer.learning_rate = 0.1
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(before[0], model.get_weights()[0])
    assert sum(key[0] == "train" for key in model._programs._steps) == 1


@pytest.mark.parametrize(
    "wrap",
    [
        keras.optimizers.LossScaleOptimizer,
        lambda inner: keras.optimizers.MultiOptimizer(lambda _: inner),
    ],
    ids=["loss_scale", "multi"],
)
def test_settings_of_an_optimizer_within_may_change_at_any_time(wrap):
    inner = keras.optimizers.SGD(0.5)
    model = regression(wrap(inner))
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    inner.clipvalue = 1e-6
    model.fit(X, Y, verbose=0)
    steps = [np.abs(a - b).max() for a, b in zip(before, model.get_weights(), strict=True)]
    assert 0 < max(steps) < 2e-6
    inner.clipvalue = 1e-3
    model.train_on_batch(X, Y)
    assert max(np.abs(a - b).max() for a, b in zip(before, model.get_weights(), strict=True)) > 1e-4


def test_errors_of_steps_name_the_users_line():
    class Wrong(keras.Sequential):
        def train_step(self, data):
            return {"loss": tf.matmul(data[0], data[0])}

    model = Wrong([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"test_tracing\.py, line \d+"):
        model.fit(X, Y, verbose=0)


def test_functions_run_eagerly_when_all_do():
    seen = []

    class Looking(keras.Sequential):
        def train_step(self, data):
            seen.append(float(tf.reduce_sum(data[0])))
            return super().train_step(data)

    model = Looking([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, Y, batch_size=16, verbose=0, shuffle=False)
    np.testing.assert_allclose(seen, [X[:16].sum(), X[16:].sum()], rtol=1e-4)

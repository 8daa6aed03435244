import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.training.models import data, regression

X, Y = data(20)


def test_steps_may_be_called_by_hand():
    model = regression()
    model.evaluate(X, Y, verbose=0)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    logs = model.train_step((tf.constant(X), tf.constant(Y)))
    assert set(logs) == {"loss", "mae"}
    assert int(model.optimizer.iterations) == 1
    found = model.predict_step(tf.constant(X))
    np.testing.assert_allclose(found.numpy(), model.predict(X, verbose=0), rtol=1e-5)


def test_the_loss_of_a_batch():
    model = regression()
    y_pred = model(X)
    loss = model.compute_loss(X, tf.constant(Y), y_pred)
    assert float(loss) == pytest.approx(np.mean((y_pred.numpy() - Y) ** 2), rel=1e-5)


def test_the_loss_as_a_function_of_values():
    model = regression()
    y_pred = model(X)
    values = [v.value for v in model.trainable_variables]
    loss, (same, _, _) = model.stateless_compute_loss(
        values,
        [v.value for v in model.non_trainable_variables],
        [v.value for v in model.metrics_variables],
        X,
        tf.constant(Y),
        y_pred,
    )
    assert float(loss) == pytest.approx(np.mean((y_pred.numpy() - Y) ** 2), rel=1e-5)
    assert same is values


def test_compute_metrics_of_ones_own():
    class Counted(keras.Sequential):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            return {**found, "rows": tf.cast(tf.shape(x)[0], tf.float32)}

    model = Counted([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, Y, batch_size=10, verbose=0)
    assert history.history["rows"] == [10.0]
    assert set(history.history) == {"loss", "mae", "rows"}


def test_metrics_of_a_model_are_known():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(1)
            self.tracker = keras.metrics.Mean(name="own")

        def call(self, x):
            return self.out(x)

        def test_step(self, data):
            x, y = data
            self.tracker.update_state(tf.abs(self(x) - y))
            return {"own": self.tracker.result()}

        @property
        def metrics(self):
            return [self.tracker]

    model = Own()
    model.compile()
    first = model.evaluate(X, Y, batch_size=10, verbose=0)
    expected = np.mean(np.abs(model.predict(X, verbose=0) - Y))
    assert first == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X, Y, batch_size=10, verbose=0) == pytest.approx(first)
    assert model.metrics_names == ["own"]


def test_masked_steps_do_not_count_in_metrics_while_training():
    inputs = keras.Input((6, 1))
    masked = keras.layers.Masking()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones")(masked))
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"], weighted_metrics=["mse"])
    x = np.ones((4, 6, 1), "float32")
    x[:, 2:] = 0
    y = np.where(x > 0, 3.0, 9.0).astype("float32")
    trained = model.fit(x, y, verbose=0).history
    # Of the steps that count each is 2 off; the others would be 9 off.
    assert trained["mae"] == [2.0] and trained["mse"] == [4.0]
    assert model.train_on_batch(x, y, return_dict=True)["mae"] == 2.0
    assert model.evaluate(x, y, verbose=0, return_dict=True)["mae"] == 2.0

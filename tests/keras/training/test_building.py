import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.training import building
from tests.keras.training.models import classification, data, regression

X, Y = data(20)


def test_variables_are_made_before_the_first_step():
    class Late(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(2)

        def call(self, x):
            return self.out(x)

    model = Late()
    model.compile("adam", "mse", metrics=["mae"])
    building.prepare(model, (X, np.zeros((20, 2), "float32"), None), training=True)
    assert len(model.trainable_variables) == 2
    assert model.optimizer.built
    assert model._compile_loss.built
    assert model._compile_metrics.built
    assert model.metrics_names == ["loss", "mae"]


def test_a_model_of_parts_and_a_step_alone():
    class Parts(keras.Model):
        def __init__(self):
            super().__init__()
            self.there, self.back = keras.layers.Dense(2), keras.layers.Dense(4)

        def train_step(self, x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self.back(self.there(x)) - x) ** 2)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            return {"loss": loss}

    model = Parts()
    model.compile("adam")
    history = model.fit(X, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_metrics_are_reset():
    model = regression()
    model.evaluate(X, Y, verbose=0)
    assert any(float(v) for m in model.metrics for v in m.variables)
    building.reset_metrics(model)
    assert not any(float(v) for m in model.metrics for v in m.variables)


def test_metrics_that_reset_themselves():
    class Ones(keras.metrics.Mean):
        def reset_state(self):
            self.total.assign(1.0)

    metric = Ones(name="ones")
    model = regression(metrics=[metric])
    model.evaluate(X, Y, verbose=0)
    building.reset_metrics(model)
    assert float(metric.total) == 1.0


def test_directions():
    model = classification(metrics=["accuracy"])
    model.evaluate(X, np.arange(20) % 3, verbose=0)
    assert building.direction_of(model, "accuracy") == "up"
    assert building.direction_of(regression(), "mae") is None
    model = regression()
    model.evaluate(X, Y, verbose=0)
    assert building.direction_of(model, "mae") == "down"
    assert building.direction_of(model, "my_accuracy") == "up"
    assert building.direction_of(model, "other") is None


def test_what_a_method_takes():
    class A:
        def f(self, x, training=None): ...

        def g(self, x): ...

        def h(self, **options): ...

    a = A()
    assert building.takes(a.f, "training")
    assert not building.takes(a.g, "training")
    assert building.takes(a.h, "training")


def test_trainability_of_the_time_of_compile():
    model = regression()
    model.layers[0].trainable = False
    with building.as_compiled(model):
        assert len(model.trainable_variables) == 4
    assert len(model.trainable_variables) == 2
    assert not model.layers[0].trainable


@pytest.mark.parametrize("count", [1, 2])
def test_figures_in_order(count):
    model = regression()
    logs = {"loss": 1.0, "extra": 3.0, "mae": 2.0} if count == 2 else {"loss": 1.0}
    model.evaluate(X, Y, verbose=0)
    assert building.in_order(model, logs) == ([1.0, 2.0, 3.0] if count == 2 else 1.0)

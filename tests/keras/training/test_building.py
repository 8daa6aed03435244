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


def test_inputs_go_by_the_keys_of_the_dictionary_of_the_model():
    first, second = keras.Input((2,), name="a"), [keras.Input((2,)), keras.Input((2,))]
    joined = keras.layers.Concatenate()([first, *second])
    model = keras.Model({"x": first, "z": second}, keras.layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    rows = np.ones((4, 2), "float32")
    model.fit({"x": rows, "z": [rows, rows]}, np.ones((4, 1)), verbose=0)
    assert model.predict({"x": rows, "z": [rows, rows]}, verbose=0).shape == (4, 1)
    with pytest.raises(ValueError, match=r"without the model's input 'z'\. .* 'x', 'z'; x has 'x'"):
        model.fit({"x": rows}, np.ones((4, 1)), verbose=0)


def test_a_class_takes_what_it_likes_of_a_dictionary():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            found = self.dense(inputs["a"])
            return found + inputs["b"] if "b" in inputs else found

    model, rows = Own(), np.ones((4, 2), "float32")
    model({"a": rows, "b": rows[:, :1]})
    model.compile("sgd", "mse")
    model.fit({"a": rows, "b": rows[:, :1]}, rows[:, :1], verbose=0)
    both = model.predict({"a": rows, "b": rows[:, :1]}, verbose=0)
    np.testing.assert_allclose(both - model.predict({"a": rows}, verbose=0), 1.0, rtol=1e-5)

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.callbacks import NaNFinder
from tests.keras.training.models import same_bits

X = np.linspace(0.1, 1.0, 24, dtype=np.float32).reshape(12, 2)
Y = X.sum(-1, keepdims=True)


class Root(keras.layers.Layer):
    """A square root of squares, whose gradient at 0 is infinity times 0."""

    def call(self, inputs):
        return tf.sqrt(inputs * inputs)


def model_of(*layers, loss="mse", optimizer="sgd"):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile(optimizer, loss)
    return model


def found(model, x=X, y=Y, **options):
    finder = NaNFinder()
    given = {"batch_size": 4, "shuffle": False, "epochs": 3, "verbose": 0, **options}
    history = model.fit(x, y, callbacks=[finder], **given)
    return finder, history


def test_a_layer_that_makes_it_of_finite_inputs(capsys):
    x = X.copy()
    x[9, 1] = -1.0
    logarithm = keras.layers.Lambda(tf.math.log, name="logarithm")
    model = model_of(logarithm, keras.layers.Dense(1))
    states = []
    note = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: states.append(model.get_weights())
    )
    finder = NaNFinder()
    history = model.fit(x, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[note, finder])
    assert (finder.phase, finder.layer) == ("forward", logarithm)
    assert finder.message == (
        "Epoch 1, batch 3: the loss is nan. It came up in the layer 'logarithm' (Lambda). Its "
        "inputs: 4x2, from -1 to 1. Its outputs: 4x2, from -0.32 to 0, 1 of 8 not finite."
    )
    assert capsys.readouterr().out == finder.message + "\n"
    assert history.epoch == [0]
    assert same_bits(model.get_weights(), states[2])


@pytest.mark.filterwarnings("ignore:.*the loss is NaN")
def test_data_that_is_no_number():
    x = X.copy()
    x[5, 0] = np.nan
    finder, _ = found(model_of(keras.layers.Dense(1)), x)
    assert finder.phase == "data"
    assert "batch 2: the loss is nan. It is in the data: x is" in finder.message
    assert "in the row(s) 5." in finder.message
    y = Y.copy()
    y[8] = np.inf
    finder, _ = found(model_of(keras.layers.Dense(1)), iter([(X[:8], Y[:8]), (X[8:], y[8:])]), None,
                      batch_size=None, epochs=1, shuffle=True)  # fmt: skip
    assert "y is no finite number in row(s) 0 of the batch" in finder.message


def test_a_gradient_that_makes_it():
    root = Root(name="root")
    zeros = keras.layers.Dense(2, kernel_initializer="zeros", name="zeros")
    finder, _ = found(model_of(zeros, root, keras.layers.Dense(1)))
    assert (finder.phase, finder.layer) == ("gradient", root)
    assert "Epoch 1, batch 1: the loss is nan" in finder.message  # that of batch 2 shows it
    assert "the gradient of its outputs is finite, that of its inputs or weights is not" in (
        finder.message
    )
    # The last step of all may make it too: no loss comes after it.
    again = model_of(keras.layers.Dense(2, kernel_initializer="zeros"), Root(name="root"))
    again.compile("sgd", "mse")
    finder, _ = found(again, y=X, epochs=1, batch_size=12)
    assert finder.layer.name == "root"
    assert "the weights are no finite numbers any more" in finder.message
    assert all(np.isfinite(w).all() for w in again.get_weights())


def test_a_loss_that_makes_it():
    def loss(y_true, y_pred):
        return tf.reduce_mean(tf.math.log(y_pred * 0.0))

    finder, _ = found(model_of(keras.layers.Dense(1, name="last"), loss=loss))
    assert finder.phase == "loss" and finder.layer is None
    assert "It came up in the loss: of finite outputs" in finder.message

    def root(y_true, y_pred):
        return tf.reduce_mean(tf.sqrt(y_pred * 0.0))

    finder, _ = found(model_of(keras.layers.Dense(1), loss=root))
    assert finder.phase == "gradient" and finder.layer is None
    assert "its slope is not" in finder.message


def test_an_update_that_makes_it():
    optimizer = keras.optimizers.SGD(1e38)
    finder, _ = found(model_of(keras.layers.Dense(1), optimizer=optimizer))
    assert finder.phase in ("update", "forward", "loss")
    model = model_of(keras.layers.Dense(1), optimizer=keras.optimizers.SGD(3e38))
    finder, _ = found(model, X * 100, Y * 100, epochs=1, batch_size=12)
    assert finder.phase == "update"
    assert "by finite gradients" in finder.message and "rate 3e+38" in finder.message


def test_an_operation_between_layers_and_a_layer_within_another():
    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="block")
            self.inner = keras.layers.Lambda(lambda x: tf.math.log(x - 5.0), name="inner")

        def call(self, inputs):
            return self.inner(inputs)

    finder, _ = found(model_of(keras.layers.Dense(2), Block(), keras.layers.Dense(1)))
    assert (finder.phase, finder.layer.name) == ("forward", "inner")
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(1, name="after")(tf.math.log(inputs - 5.0))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    finder, _ = found(model)
    assert finder.phase == "forward"
    assert "made it" in finder.message or "log" in finder.message.lower()


@pytest.mark.filterwarnings("ignore:.*the loss is NaN")
def test_it_may_raise_and_finds_nothing_where_there_is_nothing():
    x = X.copy()
    x[0] = np.nan
    with pytest.raises(RuntimeError, match="It is in the data"):
        model_of(keras.layers.Dense(1)).fit(x, Y, verbose=0, callbacks=[NaNFinder(True)])
    finder, history = found(model_of(keras.layers.Dense(1)))
    assert finder.phase is finder.layer is finder.message is None
    assert history.epoch == [0, 1, 2]

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras import layers


def test_losses_of_weights_activities_and_calls():
    class Penalised(layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_sum(x))
            return x

    model = keras.Sequential(
        [
            layers.Dense(1, kernel_regularizer="l2", kernel_initializer="ones", use_bias=False),
            layers.ActivityRegularization(l1=1.0),
            Penalised(),
        ]
    )
    model(np.ones((1, 2)))
    assert sorted(float(loss) for loss in model.losses) == pytest.approx([0.02, 2.0, 2.0])


def test_losses_are_those_of_the_last_call():
    layer = layers.ActivityRegularization(l1=1.0)
    for _ in range(3):
        layer(np.ones((1, 2)))
    assert len(layer.losses) == 1


def test_a_function_as_loss():
    layer = layers.Dense(1)
    layer.build((None, 1))
    layer.add_loss(lambda: tf.reduce_sum(layer.kernel**2))
    assert float(layer.losses[0]) == pytest.approx(float(layer.kernel.numpy()[0, 0]) ** 2)


def test_frozen_weights_are_not_penalised():
    layer = layers.Dense(1, kernel_regularizer="l2")
    layer.build((None, 1))
    layer.trainable = False
    assert layer.losses == []


def test_losses_of_traces_do_not_leak():
    layer = layers.ActivityRegularization(l1=1.0)
    tf.function(layer)(np.ones((1, 2), "float32"))
    layer(keras.Input((2,)))
    assert layer.losses == []


def test_metrics_of_layers():
    class Noisy(layers.Layer):
        def call(self, x):
            self.add_metric(tf.reduce_mean(x), name="mean_input")
            return x

    layer = Noisy()
    layer(np.ones((1, 2)))
    layer(np.zeros((1, 2)))
    assert layer.metrics[0].name == "mean_input"
    assert float(layer.metrics[0].result()) == 0.5
    with pytest.raises(ValueError, match="give the metric a name"):
        layer.add_metric(tf.constant(1.0))

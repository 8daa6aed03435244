import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.training.models import classification, data, regression

X, Y = data(40)


def batches():
    while True:
        yield X[:20], Y[:20]


def test_generators_had_methods_of_their_own():
    model = regression()
    history = model.fit_generator(
        batches(), steps_per_epoch=3, epochs=2, verbose=0, max_queue_size=2, workers=1
    )
    assert len(history.epoch) == 2
    assert int(model.optimizer.iterations) == 6
    loss, _ = model.evaluate_generator(batches(), steps=2)
    assert loss == pytest.approx(model.evaluate(X[:20], Y[:20], verbose=0)[0], rel=1e-5)
    found = model.predict_generator((x for x, _ in batches()), steps=2)
    assert found.shape == (40, 1)


def test_rows_of_keras_1_become_batches():
    model = regression()
    model.fit_generator(
        batches(),
        samples_per_epoch=50,
        nb_epoch=2,
        verbose=0,
        validation_data=batches(),
        nb_val_samples=20,
        max_q_size=2,
    )
    assert int(model.optimizer.iterations) == 6  # of 20 rows each
    assert model.predict_generator(batches(), val_samples=40).shape == (40, 1)
    with pytest.raises(TypeError, match="Did you mean 'epochs'"):
        regression().fit_generator(batches(), steps_per_epoch=1, epoch=1)


def test_classes_and_probabilities():
    model = classification()
    probabilities = model.predict_proba(X)
    assert np.array_equal(model.predict_classes(X), probabilities.argmax(-1))


def test_a_step_as_keras_2_had_it():
    class Former(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    found = []
    for cls in (Former, keras.Sequential):
        keras.utils.set_random_seed(1)
        model = cls([keras.Input((4,)), keras.layers.Dense(1, kernel_regularizer="l2")])
        model.compile("sgd", "mse", metrics=["mae"])
        found.append(model.fit(X, Y, batch_size=20, shuffle=False, verbose=0).history)
    assert found[0].keys() == found[1].keys()
    for key, values in found[1].items():
        np.testing.assert_allclose(found[0][key], values, rtol=1e-5)


def test_a_former_loss_needs_one():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="compile\\(\\) was called without a loss"):
        model.compiled_loss(Y, Y)

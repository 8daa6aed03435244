import warnings

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.keras.training.models import classification, data, regression

X, Y = data(30)
CLASSES = np.arange(30) % 3


def test_compile_comes_first():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    for method in ("fit", "evaluate", "train_on_batch"):
        with pytest.raises(ValueError, match=rf"You must call compile\(\) before {method}"):
            getattr(model, method)(X, Y)


def test_labels_that_do_not_fit_the_loss():
    model = classification()
    with pytest.raises(ValueError, match="one-hot"):
        model.fit(X, np.eye(3)[CLASSES], verbose=0)
    with pytest.raises(ValueError, match="the label 3, but y_pred has 3 classes"):
        model.fit(X, CLASSES + 1, verbose=0)
    with pytest.raises(ValueError, match="the label -1"):
        model.evaluate(X, CLASSES - 1, verbose=0)
    with pytest.raises(ValueError, match="the label 7"):
        model.fit(X, CLASSES, verbose=0, validation_data=(X, CLASSES + 5))
    one_hot = classification(loss="categorical_crossentropy")
    with pytest.raises(ValueError, match="sparse_categorical_crossentropy"):
        one_hot.fit(X, CLASSES, verbose=0)
    assert int(model.optimizer.iterations) == 0


def test_labels_of_another_shape():
    with pytest.raises(ValueError, match=r"\(30, 7\)"):
        classification(loss="mse").fit(X, np.zeros((30, 7), "float32"), verbose=0)


def test_no_labels():
    with pytest.raises(ValueError, match="needs labels, and y is None"):
        regression().fit(X, verbose=0)


def test_no_data():
    with pytest.raises(ValueError, match="empty"):
        regression().fit(X[:0], Y[:0], verbose=0)


def test_lengths_that_differ():
    with pytest.raises(ValueError, match="30"):
        regression().fit(X, Y[:20], verbose=0)


class Cut(keras.layers.Layer):
    def __init__(self, whole):
        super().__init__()
        self.whole = whole

    def build(self, shape):
        self.used = self.add_weight(shape=(4, 1), name="used")
        self.spare = self.add_weight(shape=(2,), name="spare")

    def call(self, x):
        return tf.reduce_sum(x, -1, keepdims=True) if self.whole else tf.matmul(x, self.used)


def test_a_loss_that_depends_on_no_variable():
    model = keras.Sequential([keras.Input((4,)), Cut(whole=True)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="does not depend on any trainable variable"):
        model.fit(X, Y, verbose=0)


def test_a_loss_that_does_not_depend_on_some():
    model = keras.Sequential([keras.Input((4,)), Cut(whole=False)])
    model.compile("sgd", "mse")
    spare = model.layers[0].spare.numpy()
    with pytest.warns(UserWarning, match="Gradients do not exist.*spare"):
        model.fit(X, Y, verbose=0)
    assert np.array_equal(model.layers[0].spare.numpy(), spare)


def test_no_loss():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="No loss to compute"):
        model.fit(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0) == 0.0


def test_a_model_without_loss_and_variables():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5)])
    model.compile("sgd", "mse")
    assert model.fit(X, X, verbose=0).history["loss"][0] > 0


def test_a_loss_that_is_nan_by_the_data_is_warned_of():
    x = np.ones((4, 2), "float32")
    wrong = x.copy()
    wrong[2, 1] = np.nan
    first, second = keras.Input((2,), name="first"), keras.Input((2,), name="second")
    model = keras.Model([first, second], keras.layers.Dense(1)(first + second))
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning) as found:
        model.fit([x, wrong], np.ones(4), epochs=3, verbose=0)
    message = str(found[0].message)
    assert "fit(): the loss is NaN, and so are numbers in x[1]. Look for them with" in message
    assert len(found) == 1
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e30), "mse")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(x, np.ones(4), epochs=4, verbose=0)

"""Small models and data for the tests of training."""

import numpy as np

from keratin import keras


def data(rows=100, features=4, seed=0):
    """Inputs, and one number for each row that depends on them."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, features)).astype("float32")
    y = (x.sum(-1, keepdims=True) * 0.5 + 0.1 * rng.standard_normal((rows, 1))).astype("float32")
    return x, y


def regression(optimizer="sgd", dropout=0.0, layers=(), **options):
    """A model of `data`, compiled, that begins with the same weights each time."""
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, activation="relu"),
            *layers,
            *([keras.layers.Dropout(dropout)] if dropout else []),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse", **{"metrics": ["mae"], **options})
    return model


def classification(classes=3, **options):
    """A model that gives probabilities of classes, compiled."""
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(classes, activation="softmax", name="classes")]
    )
    model.compile("sgd", **{"loss": "sparse_categorical_crossentropy", **options})
    return model


def weights(model):
    """All weights and the state of the optimizer, as NumPy."""
    return [v.numpy() for v in [*model.weights, *model.optimizer.variables]]


def same_bits(left, right):
    """Whether two lists of arrays are equal to the last bit."""
    return len(left) == len(right) and all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(left, right, strict=True)
    )

"""The parts of a model that files hold, and their paths."""

import h5py
import numpy as np
import pytest

from keratin import keras
from keratin.keras.saving._walk import leaf_variables, walk
from tests.harness.real_keras import real


def subclass_of(keras):
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.b = keras.layers.Dense(2)
            self._hidden = keras.layers.Dense(3)
            self.items = [keras.layers.Dense(4), [keras.layers.Dense(5), keras.layers.Dropout(0.1)]]
            self.named = {"z": keras.layers.Dense(6), "a": keras.layers.Dense(7)}
            self.same = self.b

        @property
        def first(self):
            return self.items[0]

        def call(self, inputs):
            found = [self.b(inputs), self._hidden(inputs), self.items[0](inputs)]
            found += [self.items[1][0](inputs), *[v(inputs) for v in self.named.values()]]
            return self.items[1][1](found[0])

    return Own()


def wrapped(keras):
    inputs = keras.Input((4, 3))
    return keras.Model(inputs, keras.layers.TimeDistributed(keras.layers.Dense(2))(inputs))


def attention(keras):
    inputs = keras.Input((4, 3))
    return keras.Model(inputs, keras.layers.MultiHeadAttention(2, 3)(inputs, inputs))


def grouped(keras):
    inputs = keras.Input((4, 8))
    return keras.Model(inputs, keras.layers.GroupQueryAttention(2, 4, 2)(inputs, inputs))


def spectral(keras):
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.SpectralNormalization(keras.layers.Dense(2))(inputs))


def recurrent(keras):
    inputs = keras.Input((4, 3))
    both = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True))(inputs)
    cells = [keras.layers.GRUCell(2), keras.layers.LSTMCell(3)]
    return keras.Model(inputs, keras.layers.RNN(cells)(both))


@pytest.mark.parametrize(
    ("make", "optimizer"),
    [
        (subclass_of, None),
        (subclass_of, "scaled"),
        (subclass_of, "several"),
        (wrapped, None),
        (attention, None),
        (grouped, None),
        (spectral, None),
        (recurrent, None),
    ],
)
def test_paths_are_those_of_keras(make, optimizer, tmp_path):
    assert paths(keras, make, optimizer, tmp_path) == paths(real, make, optimizer, tmp_path)


def paths(keras, make, optimizer, folder):
    model = make(keras)
    if not model.built:
        model(np.ones((1, 3)))
    if optimizer:
        sgd = keras.optimizers.SGD(momentum=0.5)
        if optimizer == "scaled":
            model.compile(keras.optimizers.LossScaleOptimizer(sgd), "mse")
        else:
            by_path = keras.optimizers.OptimizerMap(sgd, {".*bias": keras.optimizers.Adam()})
            model.compile(keras.optimizers.MultiOptimizer(by_path), "mse")
        model.optimizer.build(model.trainable_variables)
    model.save_weights(folder / "p.weights.h5")
    found = {}
    with h5py.File(folder / "p.weights.h5") as file:
        file.visititems(lambda path, item: found.update({path: getattr(item, "shape", None)}))
    return {path: shape for path, shape in found.items() if "seed_gen" not in path}


def test_every_weight_is_reached_once():
    model = subclass_of(keras)
    model.build((None, 3))
    reached = [id(v) for part in walk(model) for v in leaf_variables(part.object)]
    assert len(reached) == len(set(reached))
    assert {id(v) for v in model.variables} == set(reached)


def test_metrics_that_are_attributes_are_reached():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.figure = keras.metrics.Mean()

    parts = {part.path: part for part in walk(Own())}
    assert parts["figure"].is_optional
    assert not parts[""].is_optional
    assert len(leaf_variables(parts["figure"].object)) == 2

"""Weights of Keras 1 and 2 in the order and shapes of today."""

import types

import h5py
import numpy as np
import pytest

from keratin import keras
from keratin.keras.saving import _former_weights as former


@pytest.fixture
def file():
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        yield file


def stored(file, arrays):
    return [file.create_dataset(str(n), data=np.asarray(a)) for n, a in enumerate(arrays)]


class LSTM:
    units = 1


def test_the_parts_of_an_lstm_are_joined(file):
    # W, U and b of the input gate, the candidate, the forget gate and the output gate
    data = stored(file, [np.full((1, 1), n) for n in range(12)])
    kernel, recurrent, bias = former.converted(LSTM(), data)
    assert kernel.tolist() == [[0, 6, 3, 9]]
    assert recurrent.tolist() == [[1, 7, 4, 10]]
    assert bias.tolist() == [[2, 8, 5, 11]]


def test_the_two_biases_of_cudnn_are_one(file):
    data = stored(file, [np.ones((2, 4)), np.ones((1, 4)), np.arange(8.0)])
    assert former.converted(LSTM(), data)[2].tolist() == [4.0, 6.0, 8.0, 10.0]


def test_kernels_of_theano_are_turned(file):
    layer = keras.layers.Conv2D(5, 3)
    layer.build((None, 8, 8, 2))
    kernel = np.random.default_rng(0).normal(size=(5, 2, 3, 3))
    found = former.converted(layer, stored(file, [kernel, np.zeros(5)]))
    assert np.array_equal(found[0], kernel.transpose(2, 3, 1, 0))


def test_other_layers_keep_their_weights(file):
    data = stored(file, [np.zeros((2, 2))])
    assert former.converted(types.SimpleNamespace(), data) == data


def test_optimizers_kept_all_of_one_kind_together(file):
    variables = [keras.Variable(np.zeros(size), name=f"v{size}") for size in (2, 3)]
    optimizer = keras.optimizers.Adam()
    optimizer.build(variables)
    arrays = [np.array(1), np.zeros(2), np.zeros(3), np.ones(2), np.ones(3)]
    pairs = former.optimizer_pairs(optimizer, ["a:0"] * 5, stored(file, arrays))
    names = [(variable.name, tuple(value.shape), float(np.sum(value))) for variable, value in pairs]
    assert names == [
        ("iteration", (), 1.0),
        ("v2_momentum", (2,), 0.0),
        ("v2_velocity", (2,), 2.0),
        ("v3_momentum", (3,), 0.0),
        ("v3_velocity", (3,), 3.0),
    ]
    assert former.optimizer_pairs(optimizer, ["a:0"], stored(file.create_group("g"), [1])) == []

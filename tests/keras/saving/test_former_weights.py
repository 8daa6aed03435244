"""Weights of Keras 1 and 2 in the order and shapes of today."""

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


def built(layer, *shape):
    layer.build((None, *shape))
    return layer


def test_the_parts_of_an_lstm_are_joined(file):
    # W, U and b of the input gate, the candidate, the forget gate and the output gate
    arrays = [np.full((1,) if n % 3 == 2 else (1, 1), n) for n in range(12)]
    kernel, recurrent, bias = former.converted(
        built(keras.layers.LSTM(1), 2, 1), stored(file, arrays), "1.2.2"
    )
    assert kernel.tolist() == [[0, 6, 3, 9]]
    assert recurrent.tolist() == [[1, 7, 4, 10]]
    assert bias.tolist() == [2, 8, 5, 11]


def test_the_parts_of_layers_within_others_are_joined(file):
    both = keras.layers.Bidirectional(keras.layers.GRU(1, reset_after=False))
    model = keras.Sequential([keras.Input((3, 1)), both, keras.layers.BatchNormalization()])
    parts = [np.full((1,) if n % 3 == 2 else (1, 1), n) for n in range(18)]
    norm = [np.full(2, 20 + n) for n in range(4)]
    found = former.converted(model, stored(file, [*parts, *norm]), "1.2.2")
    assert [np.ravel(each).tolist() for each in found] == [
        *[[0, 3, 6], [1, 4, 7], [2, 5, 8]],
        *[[9, 12, 15], [10, 13, 16], [11, 14, 17]],
        *[[20, 20], [21, 21], [22, 22], [23, 23]],
    ]


def test_cudnn_kept_each_gate_transposed(file):
    layer = built(keras.layers.LSTM(2), 4, 3)
    gates = np.random.default_rng(0).normal(size=(4, 3, 2))  # a kernel for each gate
    kept = np.concatenate([gate.T.reshape(3, 2) for gate in gates], 1)
    recurrent = np.concatenate([np.full((2, 2), n) + [[0, 1], [2, 3]] for n in range(4)], 1)
    found = former.converted(layer, stored(file, [kept, recurrent, np.arange(16.0)]))
    assert np.array_equal(found[0], np.concatenate(gates, 1))
    assert found[1][:, :2].tolist() == [[0, 2], [1, 3]]
    assert found[2].tolist() == [8, 10, 12, 14, 16, 18, 20, 22]  # the sum of both


def test_cudnn_kept_both_biases_of_a_gru_in_a_row(file):
    layer = built(keras.layers.GRU(1), 4, 1)
    data = stored(file, [np.ones((1, 3)), np.ones((1, 3)), np.arange(6.0)])
    assert former.converted(layer, data)[2].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("layer", "inputs", "axes"),
    [
        (keras.layers.Conv2D(3, 3, data_format="channels_first"), (3, 8, 8), (2, 3, 1, 0)),
        (keras.layers.Conv2D(3, 3), (8, 8, 3), (0, 1, 2, 3)),
        (keras.layers.Conv2DTranspose(3, 3), (8, 8, 3), (0, 1, 3, 2)),
        (keras.layers.Conv3D(3, 3, data_format="channels_first"), (3, 4, 4, 4), (2, 3, 4, 1, 0)),
    ],
)
def test_kernels_of_keras_1_are_told_by_the_layer(layer, inputs, axes, file):
    layer.build((None, *inputs))
    kernel = np.random.default_rng(0).normal(size=[3] * len(axes))  # whose shape says nothing
    found = former.converted(layer, stored(file, [kernel, np.zeros(3)]), "1.2.2")
    assert np.array_equal(found[0], kernel.transpose(axes))


@pytest.mark.parametrize("shape", [(4, 1, 2, 5), (5, 2, 4, 1)])
def test_kernels_of_one_axis_had_two(shape, file):
    layer = built(keras.layers.Conv1D(5, 4), 8, 2)
    kernel = np.random.default_rng(0).normal(size=shape)
    found = former.converted(layer, stored(file, [kernel, np.zeros(5)]), "1.2.2")[0]
    expected = kernel[:, 0] if shape[1] == 1 else kernel[..., 0].transpose(2, 1, 0)
    assert np.array_equal(found, expected)


def test_kernels_of_theano_are_turned(file):
    layer = built(keras.layers.Conv2D(1, 2), 4, 4, 1)
    kernel = np.arange(4.0).reshape(2, 2, 1, 1)
    data = stored(file, [kernel, np.zeros(1)])
    assert former.converted(layer, data, "2.0.0", "theano")[0].ravel().tolist() == [3, 2, 1, 0]
    assert former.converted(layer, data, "2.0.0", "tensorflow") == data


def test_other_layers_keep_their_weights(file):
    data = stored(file, [np.zeros((3, 2)), np.zeros(2)])
    assert former.converted(built(keras.layers.Dense(2), 3), data) == data
    assert former.converted(built(keras.layers.Dense(2), 3), data[:1]) == data[:1]

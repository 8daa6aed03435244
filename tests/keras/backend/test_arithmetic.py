"""Arithmetic of `keras.backend`, against the old functions of Keras on TensorFlow."""

import numpy as np
import pytest

from tests.harness.parity import boolean, f32, parity
from tests.keras.backend.legacy import own, row

M = f32(3, 4)

CASES = [
    row("sqrt", lambda K, x: K.sqrt(x), f32(3, 4, low=0.1, high=2)),
    row("sqrt of negative", lambda K, x: K.sqrt(x), np.float32([-1, -4]), grad=()),
    row("pow", lambda K, x: K.pow(x, 2), M),
    row("clip", lambda K, x: K.clip(x, -0.5, 0.5), M),
    row("clip crossed", lambda K, x: K.clip(x, 0.5, -0.5), M),
    row("clip one side", lambda K, x: (K.clip(x, None, 0.5), K.clip(x, -0.5, None)), M),
    row("sums", lambda K, x: (K.sum(x, axis=[0, 1]), K.prod(x, -1)), M),
    row("extremes", lambda K, x: (K.max(x, 1), K.min(x, 0, True), K.argmax(x), K.argmin(x, 0)), M),
    row("moments", lambda K, x: (K.mean(x, 1, True), K.var(x, 0), K.std(x)), M),
    row("booleans", lambda K, x: (K.mean(x), K.any(x, 0), K.all(x, 1, True)), boolean(3, 4)),
    row("cumulative", lambda K, x: (K.cumsum(x, 1), K.cumprod(x)), M),
    row("l2_normalize", lambda K, x: K.l2_normalize(x, 1), M),
    row("relu", lambda K, x: (K.relu(x), K.relu(x, 0.1, 1.0, 0.2), K.relu(x, max_value=6)), M),
    row("hard_sigmoid", lambda K, x: K.hard_sigmoid(x), f32(4, low=-4, high=4)),
    row("elu", lambda K, x: K.elu(x, 0.3), M),
    row("dot", lambda K, x, y: K.dot(x, y), M, f32(4, 2)),
    row("dot of a stack", lambda K, x, y: K.dot(x, y), f32(2, 3), f32(5, 3, 4)),
    row("batch_dot", lambda K, x, y: K.batch_dot(x, y), f32(2, 3, 4), f32(2, 4, 5)),
    row("batch_dot vectors", lambda K, x, y: K.batch_dot(x, y, 1), f32(2, 3), f32(2, 3)),
    row("batch_dot axes", lambda K, x, y: K.batch_dot(x, y, (2, 1)), f32(2, 3, 4), f32(2, 4)),
    row("batch_dot negative", lambda K, x, y: K.batch_dot(x, y, -1), f32(2, 3, 4), f32(2, 5, 4)),
    row("batch_dot row", lambda K, x, y: K.batch_dot(x, y), f32(2, 4), f32(2, 4, 3)),
    row("batch_dot 4d", lambda K, x, y: K.batch_dot(x, y, 2), f32(2, 3, 4, 5), f32(2, 5, 4, 6)),
]
test_parity = parity("keras_backend_arithmetic", CASES)


def test_batch_dot_keeps_the_batch():
    with pytest.raises(ValueError, match="names axis 0, which is the batch"):
        own().batch_dot(np.ones((2, 3)), np.ones((2, 3)), axes=0)
    with pytest.raises(ValueError, match="takes tensors of two axes or more"):
        own().batch_dot(np.ones(3), np.ones((2, 3)))


def test_dot_of_a_sparse_tensor(tf):
    sparse = tf.SparseTensor([[0, 1]], [2.0], [1, 2])
    assert own().dot(sparse, tf.constant([[1.0], [3.0]])).numpy().tolist() == [[6.0]]


def test_logsumexp():
    x = np.float32([[1, 2], [3, 4]])
    assert np.allclose(own().logsumexp(x, 1), np.log(np.exp(x).sum(1)), atol=1e-5)

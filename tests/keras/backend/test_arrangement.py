"""Shapes in `keras.backend`, against the old functions of Keras on TensorFlow."""

import numpy as np
import pytest

from tests.harness.parity import f32, parity
from tests.keras.backend.legacy import own, row

M, X4, X5 = f32(3, 4), f32(2, 5, 6, 3), f32(1, 2, 3, 2, 2)

CASES = [
    row("joined", lambda K, x: (K.concatenate([x, x]), K.stack([x, x], 1)), M),
    row("reshaped", lambda K, x: (K.reshape(x, (4, 3)), K.flatten(x)), M),
    row("batch_flatten", lambda K, x: K.batch_flatten(x), X4),
    row("dimensions", lambda K, x: (K.expand_dims(x), K.squeeze(K.expand_dims(x, 1), 1)), M),
    row("transposed", lambda K, x: (K.permute_dimensions(x, (0, 3, 1, 2)), K.transpose(x)), X4),
    row(
        "repeated", lambda K, x: (K.repeat(x, 2), K.repeat_elements(x, 2, 1), K.tile(x, [2, 1])), M
    ),
    row("reversed", lambda K, x: (K.reverse(x, 1), K.reverse(x, [0, 1])), M),
    row("gathered", lambda K, x: K.gather(x, [2, 0]), M),
    row("one_hot", lambda K, x: K.one_hot(x, 3), np.array([1, 2, 5])),
    row(
        "arange",
        lambda K: (K.arange(2, 8, 2), K.arange(3), K.arange(-3), K.arange(0, 2, 1, "float32")),
    ),
    row("like", lambda K, x: (K.zeros_like(x), K.ones_like(x, "int32")), M, grad=()),
    row("temporal_padding", lambda K, x: K.temporal_padding(x, (1, 2)), f32(2, 3, 4)),
    row("spatial_2d_padding", lambda K, x: K.spatial_2d_padding(x, ((1, 0), (2, 1))), X4),
    row("first", lambda K, x: K.spatial_2d_padding(x, ((1, 0), (2, 1)), "channels_first"), X4),
    row("spatial_3d_padding", lambda K, x: K.spatial_3d_padding(x), X5),
    row("resize_images", lambda K, x: K.resize_images(x, 2, 3, "channels_last"), X4),
    row("resize first", lambda K, x: K.resize_images(x, 2, 3, "channels_first"), X4),
    row("resize_volumes", lambda K, x: K.resize_volumes(x, 1, 2, 3, "channels_last"), X5),
    row("stop_gradient", lambda K, x: x + K.stop_gradient(x), M),
]
test_parity = parity("keras_backend_arrangement", CASES)


def test_what_keras_2_had_besides():
    x = np.float32([1, 2, 3])
    assert own().slice(x, [1], [2]).numpy().tolist() == [2, 3]
    assert own().identity(x).numpy().tolist() == [1, 2, 3]
    first, second = own().stop_gradient([own().constant(1), own().constant(2)])
    assert (first.numpy(), second.numpy()) == (1, 2)


def test_batch_flatten_of_a_symbolic_tensor(tf):
    x = own().placeholder((None, 2, 3))
    assert own().batch_flatten(x).shape == (None, 6)


def test_padding_in_pairs():
    with pytest.raises(ValueError, match="must hold 2 pairs"):
        own().spatial_2d_padding(np.ones((1, 2, 2, 1)), (1, 1, 1))
    with pytest.raises(ValueError, match=r"what goes before and after: \(1, 1\)"):
        own().temporal_padding(np.ones((1, 2, 2)), (1, 2, 3))

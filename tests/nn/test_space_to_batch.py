"""with_space_to_batch."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, parity


def averages(tf):
    return lambda x, rank, padding: tf.nn.avg_pool2d(x, 2, 1, padding)


def convolved(tf, f):
    return lambda x, rank, padding: tf.nn.conv2d(x, f, 1, padding)


CASES = [
    case(
        "valid",
        lambda tf, x: tf.nn.with_space_to_batch(x, [2, 3], "VALID", averages(tf)),
        f32(2, 5, 6, 1),
    ),
    case(
        "same",
        lambda tf, x, f: tf.nn.with_space_to_batch(
            x, [2, 2], "SAME", convolved(tf, f), filter_shape=[3, 2]
        ),
        f32(1, 5, 4, 2),
        f32(3, 2, 2, 1),
    ),
    case(
        "none",
        lambda tf, x: tf.nn.with_space_to_batch(x, [1, 1], "SAME", averages(tf)),
        f32(1, 3, 3, 1),
    ),
    case(
        "one_dimension",
        lambda tf, x: tf.nn.with_space_to_batch(x, [2], "VALID", averages(tf), spatial_dims=[2]),
        f32(1, 3, 6, 1),
    ),
]
test_parity = parity("nn_space_to_batch", CASES)


def test_space_to_batch_is_the_op_of_the_root(tf):
    assert tf.nn.space_to_batch is tf.space_to_batch


def test_mistakes_are_named(tf):
    x = np.ones((1, 4, 4, 1), np.float32)
    with pytest.raises(ValueError, match="'SAME' with the shape of the filter"):
        tf.nn.with_space_to_batch(x, [2, 2], "SAME", averages(tf))
    with pytest.raises(ValueError, match="positive integers"):
        tf.nn.with_space_to_batch(x, [0, 2], "VALID", averages(tf))
    with pytest.raises(ValueError, match=r"spatial_dims=\[2, 1\]"):
        tf.nn.with_space_to_batch(x, [2, 2], "VALID", averages(tf), spatial_dims=[2, 1])

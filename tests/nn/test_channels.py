"""bias_add, depth_to_space and space_to_depth."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, i32, parity

CASES = [
    case("bias_add", lambda tf, x, b: tf.nn.bias_add(x, b), f32(2, 3), f32(3)),
    case("bias_add_image", lambda tf, x, b: tf.nn.bias_add(x, b), f32(2, 2, 2, 3), f32(3)),
    case("bias_add_nchw", lambda tf, x, b: tf.nn.bias_add(x, b, "NCHW"), f32(2, 3, 2, 2), f32(3)),
    case("bias_add_nc", lambda tf, x, b: tf.nn.bias_add(x, b, "NC..."), f32(2, 3, 2), f32(3)),
    case("bias_add_int", lambda tf, x, b: tf.nn.bias_add(x, b), i32(2, 3), i32(3)),
    case("bias_add_half", lambda tf, x, b: tf.nn.bias_add(x, b), f16(2, 3), f16(3)),
    case("bias_add_empty", lambda tf, x, b: tf.nn.bias_add(x, b), f32(0, 3), f32(3)),
    case("depth_to_space", lambda tf, x: tf.nn.depth_to_space(x, 2), f32(2, 2, 1, 8)),
    case("depth_to_space_3", lambda tf, x: tf.nn.depth_to_space(x, 3), i32(1, 1, 2, 9)),
    case("space_to_depth", lambda tf, x: tf.nn.space_to_depth(x, 2), f32(2, 4, 2, 3)),
    case("space_to_depth_3", lambda tf, x: tf.nn.space_to_depth(x, 3), i32(1, 3, 6, 1)),
]
test_parity = parity("nn_channels", CASES)


def test_channels_first_is_channels_last_transposed(tf):
    image = np.arange(2 * 4 * 2 * 8, dtype=np.float32).reshape(2, 4, 2, 8)
    for op in (tf.nn.depth_to_space, tf.nn.space_to_depth):
        expected = op(image, 2).numpy().transpose(0, 3, 1, 2)
        found = op(image.transpose(0, 3, 1, 2), 2, data_format="NCHW").numpy()
        np.testing.assert_array_equal(found, expected)


def test_mistakes_are_named(tf):
    with pytest.raises(ValueError, match=r"bias has the shape \[2\].*shape \[3\]"):
        tf.nn.bias_add(np.ones((2, 3), np.float32), np.ones(2, np.float32))
    with pytest.raises(ValueError, match="start"):
        tf.nn.bias_add(np.ones((2, 3), np.float32), np.ones(3, np.float32), "CHWN")
    with pytest.raises(ValueError, match="multiple of block_size \\* block_size = 4"):
        tf.nn.depth_to_space(np.ones((1, 2, 2, 3), np.float32), 2)
    with pytest.raises(ValueError, match="3 x 2 pixels"):
        tf.nn.space_to_depth(np.ones((1, 3, 2, 1), np.float32), 2)
    with pytest.raises(ValueError, match="expected 2 or more"):
        tf.nn.space_to_depth(np.ones((1, 3, 2, 1), np.float32), 1)

"""Depthwise and separable convolutions."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, parity

STEP = [1, 1, 1, 1]

CASES = [
    case(
        "depthwise",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, STEP, "SAME"),
        f32(2, 4, 3, 2),
        f32(3, 2, 2, 3),
    ),
    case(
        "depthwise_valid",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, STEP, "VALID"),
        f32(2, 4, 3, 2),
        f32(3, 2, 2, 1),
    ),
    case(
        "depthwise_stride",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, [1, 2, 2, 1], "SAME"),
        f32(1, 5, 4, 2),
        f32(3, 3, 2, 1),
    ),
    case(
        "depthwise_dilated",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, STEP, "SAME", dilations=[2, 1]),
        f32(1, 5, 4, 2),
        f32(3, 2, 2, 2),
    ),
    case(
        "depthwise_explicit",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, STEP, [[0, 0], [1, 0], [0, 2], [0, 0]]),
        f32(1, 4, 3, 2),
        f32(3, 2, 2, 2),
    ),
    case(
        "depthwise_half",
        lambda tf, x, f: tf.nn.depthwise_conv2d(x, f, STEP, "SAME"),
        f16(1, 3, 3, 2),
        f16(2, 2, 2, 1),
    ),
    case(
        "separable",
        lambda tf, x, d, p: tf.nn.separable_conv2d(x, d, p, STEP, "SAME"),
        f32(1, 4, 3, 2),
        f32(3, 2, 2, 2),
        f32(1, 1, 4, 3),
    ),
    case(
        "separable_stride",
        lambda tf, x, d, p: tf.nn.separable_conv2d(x, d, p, [1, 2, 2, 1], "VALID"),
        f32(1, 5, 5, 2),
        f32(3, 3, 2, 1),
        f32(1, 1, 2, 3),
    ),
    case(
        "separable_dilated",
        lambda tf, x, d, p: tf.nn.separable_conv2d(x, d, p, STEP, "SAME", dilations=[2, 2]),
        f32(1, 5, 5, 2),
        f32(3, 3, 2, 1),
        f32(1, 1, 2, 3),
    ),
    case(
        "backprop_input",
        lambda tf, f, g: tf.nn.depthwise_conv2d_backprop_input(
            [1, 5, 4, 2], f, g, [1, 2, 2, 1], "SAME"
        ),
        f32(3, 3, 2, 2),
        f32(1, 3, 2, 4),
    ),
    case(
        "backprop_filter",
        lambda tf, x, g: tf.nn.depthwise_conv2d_backprop_filter(
            x, [3, 3, 2, 2], g, [1, 2, 2, 1], "SAME"
        ),
        f32(1, 5, 4, 2),
        f32(1, 3, 2, 4),
    ),
]
test_parity = parity("nn_depthwise", CASES)


def ones(*shape):
    return np.ones(shape, np.float32)


def test_channels_first_is_channels_last_transposed(tf):
    x = np.random.default_rng(0).normal(size=(1, 4, 3, 2)).astype(np.float32)
    f = np.random.default_rng(1).normal(size=(3, 2, 2, 2)).astype(np.float32)
    expected = tf.nn.depthwise_conv2d(x, f, STEP, "SAME").numpy().transpose(0, 3, 1, 2)
    found = tf.nn.depthwise_conv2d(x.transpose(0, 3, 1, 2), f, STEP, "SAME", data_format="NCHW")
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)


def test_unequal_strides(tf):
    """Which TensorFlow does not have: every other column of a convolution with stride 1."""
    x = np.random.default_rng(0).normal(size=(1, 4, 5, 2)).astype(np.float32)
    f = np.random.default_rng(1).normal(size=(2, 2, 2, 1)).astype(np.float32)
    found = tf.nn.depthwise_conv2d(x, f, [1, 1, 2, 1], "VALID").numpy()
    expected = tf.nn.depthwise_conv2d(x, f, STEP, "VALID").numpy()[:, :, ::2]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_mistakes_are_named(tf):
    with pytest.raises(ValueError, match="input has 3 channels and the filter 2"):
        tf.nn.depthwise_conv2d(ones(1, 4, 4, 3), ones(2, 2, 2, 1), STEP, "SAME")
    with pytest.raises(ValueError, match=r"\[1, 1, 3, 5\], expected \[1, 1, 4, output"):
        tf.nn.separable_conv2d(ones(1, 4, 4, 2), ones(2, 2, 2, 2), ones(1, 1, 3, 5), STEP, "SAME")
    with pytest.raises(ValueError, match="input has 3 dimensions, expected 4"):
        tf.nn.depthwise_conv2d(ones(4, 4, 2), ones(2, 2, 2, 1), STEP, "SAME")

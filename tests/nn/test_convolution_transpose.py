"""Transposed convolutions, and gradients of convolutions as ops."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, parity


def backprop_input(tf, x, f, g, strides, padding, **options):
    """TensorFlow has kernels for the older form alone, which takes the shape of the input."""
    if tf.__name__ == "keratin":
        return tf.conv2d_backprop_input_v2(x, f, g, strides, padding, **options)
    return tf.raw_ops.Conv2DBackpropInput(
        input_sizes=x.shape, filter=f, out_backprop=g, strides=strides, padding=padding, **options
    )


def backprop_filter(tf, x, f, g, strides, padding):
    if tf.__name__ == "keratin":
        return tf.conv2d_backprop_filter_v2(x, f, g, strides, padding)
    return tf.raw_ops.Conv2DBackpropFilter(
        input=x, filter_sizes=f.shape, out_backprop=g, strides=strides, padding=padding
    )


CASES = [
    case(
        "conv2d_transpose",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, [2, 6, 4, 3], 2),
        f32(2, 3, 2, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "conv2d_transpose_odd",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, [1, 5, 4, 3], 2),
        f32(1, 3, 2, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "conv2d_transpose_valid",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, [1, 7, 4, 1], [1, 2, 2, 1], "VALID"),
        f32(1, 3, 2, 2),
        f32(3, 2, 1, 2),
    ),
    case(
        "conv2d_transpose_gap",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, [1, 8, 6, 1], 3, "SAME"),
        f32(1, 3, 2, 2),
        f32(2, 1, 1, 2),
    ),
    case(
        "conv2d_transpose_explicit",
        lambda tf, x, f: tf.nn.conv2d_transpose(
            x, f, [1, 5, 3, 1], 2, [[0, 0], [1, 1], [0, 1], [0, 0]]
        ),
        f32(1, 3, 2, 2),
        f32(3, 2, 1, 2),
    ),
    case(
        "conv2d_transpose_half",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, [1, 4, 4, 3], 2),
        f16(1, 2, 2, 2),
        f16(3, 2, 3, 2),
    ),
    case(
        "conv2d_transpose_shape_tensor",
        lambda tf, x, f: tf.nn.conv2d_transpose(x, f, tf.constant([1, 4, 4, 3]), 2),
        f32(1, 2, 2, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "conv1d_transpose",
        lambda tf, x, f: tf.nn.conv1d_transpose(x, f, [1, 6, 3], 2),
        f32(1, 3, 2),
        f32(3, 3, 2),
    ),
    case(
        "conv1d_transpose_valid",
        lambda tf, x, f: tf.nn.conv1d_transpose(x, f, [1, 7, 3], 2, "VALID"),
        f32(1, 3, 2),
        f32(3, 3, 2),
    ),
    case(
        "conv3d_transpose",
        lambda tf, x, f: tf.nn.conv3d_transpose(x, f, [1, 4, 2, 2, 1], [1, 2, 1, 2, 1]),
        f32(1, 2, 2, 1, 2),
        f32(2, 2, 1, 1, 2),
    ),
    case(
        "conv_transpose_1",
        lambda tf, x, f: tf.nn.conv_transpose(x, f, [1, 6, 3], 2),
        f32(1, 3, 2),
        f32(3, 3, 2),
    ),
    case(
        "conv_transpose_2",
        lambda tf, x, f: tf.nn.conv_transpose(x, f, [1, 6, 4, 3], 2),
        f32(1, 3, 2, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "atrous_transpose",
        lambda tf, x, f: tf.nn.atrous_conv2d_transpose(x, f, [1, 6, 5, 3], 2, "SAME"),
        f32(1, 6, 5, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "atrous_transpose_valid",
        lambda tf, x, f: tf.nn.atrous_conv2d_transpose(x, f, [1, 6, 5, 3], 2, "VALID"),
        f32(1, 2, 3, 2),
        f32(3, 2, 3, 2),
    ),
    case(
        "backprop_input",
        lambda tf, x, f, g: backprop_input(tf, x, f, g, [1, 2, 1, 1], "SAME"),
        f32(1, 5, 3, 2),
        f32(3, 2, 2, 4),
        f32(1, 3, 3, 4),
        grad=[1, 2],
    ),
    case(
        "backprop_input_explicit",
        lambda tf, x, f, g: backprop_input(
            tf, x, f, g, [1, 1, 1, 1], "EXPLICIT", explicit_paddings=[0, 0, 1, 0, 0, 1, 0, 0]
        ),
        f32(1, 4, 3, 2),
        f32(3, 2, 2, 4),
        f32(1, 3, 3, 4),
        grad=[],
    ),
    case(
        "backprop_filter",
        lambda tf, x, f, g: backprop_filter(tf, x, f, g, [1, 2, 1, 1], "SAME"),
        f32(2, 5, 3, 2),
        f32(3, 2, 2, 4),
        f32(2, 3, 3, 4),
        grad=[0, 2],
    ),
]
test_parity = parity("nn_convolution_transpose", CASES)


def ones(*shape):
    return np.ones(shape, np.float32)


def test_channels_first_is_channels_last_transposed(tf):
    x = np.random.default_rng(0).normal(size=(1, 3, 2, 2)).astype(np.float32)
    f = np.random.default_rng(1).normal(size=(3, 2, 4, 2)).astype(np.float32)
    expected = tf.nn.conv2d_transpose(x, f, [1, 6, 2, 4], [2, 1]).numpy().transpose(0, 3, 1, 2)
    found = tf.nn.conv2d_transpose(
        x.transpose(0, 3, 1, 2), f, [1, 4, 6, 2], [1, 1, 2, 1], data_format="NCHW"
    )
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)


def test_groups(tf):
    """Each half of the channels by itself."""
    x = np.random.default_rng(0).normal(size=(1, 3, 3, 4)).astype(np.float32)
    f = np.random.default_rng(1).normal(size=(2, 2, 1, 4)).astype(np.float32)
    found = tf.nn.conv2d_transpose(x, f, [1, 3, 3, 2], 1).numpy()
    for group, part in enumerate((slice(0, 2), slice(2, 4))):
        half = tf.nn.conv2d_transpose(x[..., part], f[..., part], [1, 3, 3, 1], 1).numpy()
        np.testing.assert_allclose(found[..., group : group + 1], half, rtol=1e-5)


def test_integers(tf):
    x, f = np.full((1, 2, 2, 1), 3, np.int32), np.full((2, 2, 1, 1), 2, np.int32)
    result = tf.nn.conv2d_transpose(x, f, [1, 4, 4, 1], 2)
    assert result.dtype == tf.int32
    np.testing.assert_array_equal(result.numpy(), np.full((1, 4, 4, 1), 6))


def test_mistakes_are_named(tf):
    x, f = ones(1, 3, 3, 2), ones(3, 3, 4, 2)
    with pytest.raises(ValueError, match=r"\[1, 9, 6, 4\] gives \[1, 5, 3, 2\].*\[1, 3, 3, 2\]"):
        tf.nn.conv2d_transpose(x, f, [1, 9, 6, 4], 2)
    with pytest.raises(ValueError, match="input has 2 channels and the filter takes 3"):
        tf.nn.conv2d_transpose(x, ones(3, 3, 4, 3), [1, 6, 6, 4], 2)
    with pytest.raises(ValueError, match="expected 4 integers"):
        tf.nn.conv2d_transpose(x, f, [6, 6], 2)
    with pytest.raises(ValueError, match="expected 4"):
        tf.nn.conv2d_transpose(ones(3, 3, 2), f, [1, 6, 6, 4], 2)

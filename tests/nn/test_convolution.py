"""Convolutions over one, two and three dimensions."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, f64, i32, parity
from tests.nn.layouts import first

IMAGE, FILTER = f32(2, 5, 4, 2), f32(3, 2, 2, 3)


CASES = [
    case("conv2d_same", lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME"), IMAGE, FILTER),
    case("conv2d_valid", lambda tf, x, f: tf.nn.conv2d(x, f, [1, 1, 1, 1], "VALID"), IMAGE, FILTER),
    case("conv2d_stride", lambda tf, x, f: tf.nn.conv2d(x, f, [2, 3], "SAME"), IMAGE, FILTER),
    case(
        "conv2d_stride_past_filter",
        lambda tf, x, f: tf.nn.conv2d(x, f, 3, "SAME"),
        f32(1, 7, 8, 1),
        f32(2, 1, 1, 1),
    ),
    case(
        "conv2d_stride_past_filter_valid",
        lambda tf, x, f: tf.nn.conv2d(x, f, 3, "VALID"),
        f32(1, 7, 8, 1),
        f32(2, 1, 1, 1),
    ),
    case(
        "conv2d_explicit",
        lambda tf, x, f: tf.nn.conv2d(x, f, 2, [[0, 0], [1, 0], [0, 3], [0, 0]]),
        IMAGE,
        FILTER,
    ),
    case(
        "conv2d_dilated",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME", dilations=[2, 3]),
        IMAGE,
        FILTER,
    ),
    case(
        "conv2d_dilated_stride",
        lambda tf, x, f: tf.nn.conv2d(x, f, 2, "SAME", dilations=2),
        f32(1, 7, 8, 1),
        f32(3, 2, 1, 2),
    ),
    case(
        "conv2d_groups",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME"),
        f32(1, 3, 3, 6),
        f32(2, 2, 2, 9),
    ),
    case(
        "conv2d_batches",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "VALID"),
        f32(2, 3, 3, 3, 1),
        f32(2, 2, 1, 2),
    ),
    case(
        "conv2d_half",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME"),
        f16(1, 3, 3, 1),
        f16(2, 2, 1, 2),
    ),
    case(
        "conv2d_bf16",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME"),
        bf16(1, 3, 3, 1),
        bf16(2, 2, 1, 2),
    ),
    case(
        "conv2d_f64",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "SAME"),
        f64(1, 3, 3, 1),
        f64(2, 2, 1, 2),
    ),
    case(
        "conv2d_int",
        lambda tf, x, f: tf.nn.conv2d(x, f, 1, "VALID"),
        i32(1, 3, 3, 2),
        i32(2, 2, 2, 2),
    ),
    case(
        "conv2d_1x1",
        lambda tf, x, f: tf.nn.conv2d(x, f, 2, "VALID"),
        f32(1, 3, 3, 2),
        f32(1, 1, 2, 3),
    ),
    case(
        "conv2d_first",
        lambda tf, x, f: first(
            tf, tf.nn.conv2d, x, f, data_format="NCHW", strides=[1, 1, 2, 1], padding="SAME"
        ),
        f32(2, 2, 5, 4),
        FILTER,
    ),
    case(
        "conv2d_first_explicit",
        lambda tf, x, f: first(
            tf,
            tf.nn.conv2d,
            x,
            f,
            data_format="NCHW",
            strides=1,
            padding=[[0, 0], [0, 0], [1, 0], [0, 2]],
        ),
        f32(2, 2, 5, 4),
        FILTER,
    ),
    case("conv1d", lambda tf, x, f: tf.nn.conv1d(x, f, 1, "SAME"), f32(2, 5, 2), f32(2, 2, 3)),
    case(
        "conv1d_stride",
        lambda tf, x, f: tf.nn.conv1d(x, f, [1, 2, 1], "VALID"),
        f32(2, 5, 2),
        f32(2, 2, 3),
    ),
    case(
        "conv1d_dilated",
        lambda tf, x, f: tf.nn.conv1d(x, f, 1, "VALID", dilations=2),
        f32(2, 5, 2),
        f32(2, 2, 3),
    ),
    case(
        "conv1d_batches",
        lambda tf, x, f: tf.nn.conv1d(x, f, 1, "SAME"),
        f32(2, 2, 4, 1),
        f32(2, 1, 2),
    ),
    case(
        "conv1d_first",
        lambda tf, x, f: first(tf, tf.nn.conv1d, x, f, data_format="NCW", stride=2, padding="SAME"),
        f32(2, 2, 5),
        f32(2, 2, 3),
    ),
    case(
        "conv3d",
        lambda tf, x, f: tf.nn.conv3d(x, f, [1, 1, 2, 1, 1], "SAME"),
        f32(1, 3, 3, 2, 1),
        f32(2, 2, 1, 1, 2),
    ),
    case(
        "conv3d_valid",
        lambda tf, x, f: tf.nn.conv3d(x, f, [1] * 5, "VALID"),
        f32(1, 3, 3, 2, 2),
        f32(2, 2, 1, 2, 2),
    ),
    case(
        "conv3d_first",
        lambda tf, x, f: first(
            tf, tf.nn.conv3d, x, f, data_format="NCDHW", strides=[1] * 5, padding="VALID"
        ),
        f32(1, 2, 3, 3, 2),
        f32(2, 2, 1, 2, 2),
    ),
    case("convolution_1", lambda tf, x, f: tf.nn.convolution(x, f), f32(1, 4, 2), f32(2, 2, 3)),
    case("convolution_2", lambda tf, x, f: tf.nn.convolution(x, f, 2, "SAME"), IMAGE, FILTER),
    case(
        "convolution_3",
        lambda tf, x, f: tf.nn.convolution(x, f, padding="SAME", data_format="NDHWC"),
        f32(1, 2, 3, 2, 1),
        f32(2, 1, 2, 1, 2),
    ),
    case(
        "convolution_dilated",
        lambda tf, x, f: tf.nn.convolution(x, f, padding="SAME", dilations=[2, 1]),
        IMAGE,
        FILTER,
    ),
    case("atrous", lambda tf, x, f: tf.nn.atrous_conv2d(x, f, 2, "SAME"), IMAGE, FILTER),
    case(
        "atrous_valid",
        lambda tf, x, f: tf.nn.atrous_conv2d(x, f, 2, "VALID"),
        f32(1, 6, 5, 2),
        FILTER,
    ),
    case("conv", lambda tf, x, f: tf.conv(x, f, [1, 2, 1, 1], "SAME"), IMAGE, FILTER, grad=[]),
    case(
        "conv_explicit",
        lambda tf, x, f: tf.conv(
            x, f, [1, 1, 1, 1], "EXPLICIT", explicit_paddings=[0, 0, 1, 0, 0, 2, 0, 0]
        ),
        IMAGE,
        FILTER,
        grad=[],
    ),
    case(
        "conv_3d",
        lambda tf, x, f: tf.conv(x, f, [1] * 5, "VALID"),
        f32(1, 3, 3, 2, 1),
        f32(2, 2, 1, 1, 2),
        grad=[],
    ),
]
test_parity = parity("nn_convolution", CASES)


def ones(*shape):
    return np.ones(shape, np.float32)


def test_wrong_channels(tf):
    with pytest.raises(ValueError, match="input has 4 channels and the filter takes 3") as caught:
        tf.nn.conv2d(ones(1, 5, 5, 4), ones(3, 3, 3, 2), 1, "SAME")
    assert "NHWC" in str(caught.value)
    with pytest.raises(ValueError, match="3 output channels cannot be split into the 2 groups"):
        tf.nn.conv2d(ones(1, 5, 5, 4), ones(3, 3, 2, 3), 1, "SAME")


def test_wrong_ranks(tf):
    with pytest.raises(ValueError, match=r"input has 3 dimensions, expected 4.*expand_dims"):
        tf.nn.conv2d(ones(5, 5, 4), ones(3, 3, 4, 2), 1, "SAME")
    with pytest.raises(ValueError, match="filter has 3 dimensions, expected 4"):
        tf.nn.conv2d(ones(1, 5, 5, 4), ones(3, 3, 4), 1, "SAME")


def test_filter_larger_than_input(tf):
    with pytest.raises(ValueError, match=r"spans 4 along spatial dimension 1.*has 3"):
        tf.nn.conv2d(ones(1, 5, 3, 1), ones(2, 4, 1, 1), 1, "VALID")
    with pytest.raises(ValueError, match="spans 5 along spatial dimension 0"):
        tf.nn.conv2d(ones(1, 4, 4, 1), ones(3, 3, 1, 1), 1, "VALID", dilations=2)


def test_wrong_options(tf):
    x, f = ones(1, 5, 5, 1), ones(2, 2, 1, 1)
    with pytest.raises(ValueError, match=r"has 3 entries, expected 1, 2 or 4"):
        tf.nn.conv2d(x, f, [1, 1, 1], "SAME")
    with pytest.raises(ValueError, match=r"expected 1 for the batch and the channel"):
        tf.nn.conv2d(x, f, [1, 1, 1, 2], "SAME")
    with pytest.raises(ValueError, match="positive integer"):
        tf.nn.conv2d(x, f, 0, "SAME")
    with pytest.raises(ValueError, match="'SAME', 'VALID' or"):
        tf.nn.conv2d(x, f, 1, "FULL")
    with pytest.raises(ValueError, match=r"4 pairs \[before, after\]"):
        tf.nn.conv2d(x, f, 1, [[1, 1], [1, 1]])
    with pytest.raises(ValueError, match="'NHWC' or 'NCHW'"):
        tf.nn.conv2d(x, f, 1, "SAME", data_format="HWCN")
    with pytest.raises(ValueError, match="groups=3 was given"):
        tf.conv(x, f, [1, 1, 1, 1], "SAME", groups=3)


def test_empty_batch(tf):
    # TensorFlow gives one channel here, whatever the filter says.
    x, f = tf.constant(ones(0, 3, 3, 1)), tf.constant(ones(2, 2, 1, 2))
    with tf.GradientTape() as tape:
        tape.watch(f)
        y = tf.nn.conv2d(x, f, 1, "SAME")
    assert y.shape == (0, 3, 3, 2)
    np.testing.assert_array_equal(tape.gradient(y, f).numpy(), np.zeros((2, 2, 1, 2)))

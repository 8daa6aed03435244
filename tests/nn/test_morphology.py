"""Dilation and erosion."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, i32, parity

ONES = [1, 1, 1, 1]


def dilate(tf, x, f, strides=ONES, padding="SAME", dilations=ONES):
    return tf.nn.dilation2d(x, f, strides, padding, "NHWC", dilations)


def erode(tf, x, f, strides=ONES, padding="SAME", dilations=ONES):
    return tf.nn.erosion2d(x, f, strides, padding, "NHWC", dilations)


CASES = [
    case("dilation", dilate, f32(2, 4, 3, 2), f32(3, 2, 2)),
    case(
        "dilation_valid",
        lambda tf, x, f: dilate(tf, x, f, padding="VALID"),
        f32(1, 4, 3, 2),
        f32(3, 2, 2),
    ),
    case(
        "dilation_stride",
        lambda tf, x, f: dilate(tf, x, f, [1, 2, 3, 1]),
        f32(1, 5, 6, 2),
        f32(3, 2, 2),
    ),
    case(
        "dilation_rate",
        lambda tf, x, f: dilate(tf, x, f, dilations=[1, 2, 2, 1]),
        f32(1, 5, 6, 1),
        f32(3, 2, 1),
    ),
    case(
        "dilation_ties", dilate, np.ones((1, 3, 3, 1), np.float32), np.zeros((2, 2, 1), np.float32)
    ),
    case("dilation_half", dilate, f16(1, 3, 3, 1), f16(2, 2, 1)),
    case("dilation_int", dilate, i32(1, 3, 3, 1), i32(2, 2, 1)),
    case("erosion", erode, f32(2, 4, 3, 2), f32(3, 2, 2)),
    case(
        "erosion_valid",
        lambda tf, x, f: erode(tf, x, f, [1, 2, 2, 1], "VALID"),
        f32(1, 5, 4, 2),
        f32(3, 2, 2),
    ),
    case("erosion_int", erode, i32(1, 3, 3, 1), i32(2, 2, 1)),
]
test_parity = parity("nn_morphology", CASES)


def test_mistakes_are_named(tf):
    x, f = np.ones((1, 3, 3, 2), np.float32), np.ones((2, 2, 2), np.float32)
    with pytest.raises(ValueError, match="as many channels"):
        dilate(tf, x, f[..., :1])
    with pytest.raises(ValueError, match="expected 'NHWC'"):
        tf.nn.dilation2d(x, f, ONES, "SAME", "NCHW", ONES)
    with pytest.raises(ValueError, match="spans 4"):
        dilate(tf, x, np.ones((4, 1, 2), np.float32), padding="VALID")

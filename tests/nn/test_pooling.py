"""Pools over one, two and three dimensions."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, f64, i8, i32, parity, u8
from tests.nn.layouts import first

IMAGE = f32(2, 5, 4, 2)
# Many equal values, to see which one of them the gradient goes to.
TIES = np.array(
    [0, 1, 1, 0, 1, 1, 0, 0, 2, 2, 2, 2, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3], np.float32
).reshape(1, 5, 5, 1)
NEGATIVE = -np.abs(np.asarray(f32(1, 3, 3, 1))) - 1

CASES = [
    case("max2d", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "VALID"), IMAGE),
    case("max2d_same", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "SAME"), IMAGE),
    case("max2d_overlap", lambda tf, x: tf.nn.max_pool2d(x, 3, 2, "SAME"), IMAGE),
    case("max2d_overlap_valid", lambda tf, x: tf.nn.max_pool2d(x, [3, 2], 1, "VALID"), IMAGE),
    case("max2d_gap", lambda tf, x: tf.nn.max_pool2d(x, 2, 3, "SAME"), IMAGE),
    case(
        "max2d_explicit",
        lambda tf, x: tf.nn.max_pool2d(x, 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]]),
        IMAGE,
    ),
    case("max2d_padding_is_no_zero", lambda tf, x: tf.nn.max_pool2d(x, 3, 1, "SAME"), NEGATIVE),
    case("max2d_ties", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "SAME"), TIES),
    case("max2d_ties_overlap", lambda tf, x: tf.nn.max_pool2d(x, 3, 1, "SAME"), TIES),
    case("max2d_ties_valid", lambda tf, x: tf.nn.max_pool2d(x, 2, 1, "VALID"), TIES),
    case("max2d_ties_large", lambda tf, x: tf.nn.max_pool2d(x, 5, 5, "SAME"), TIES),
    case(
        "max2d_channels",
        lambda tf, x: tf.nn.max_pool2d(x, [1, 1, 1, 2], [1, 1, 1, 2], "VALID"),
        f32(1, 2, 2, 4),
        grad=[],
    ),
    case("max2d_half", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "SAME"), f16(1, 3, 3, 1)),
    case("max2d_bf16", lambda tf, x: tf.nn.max_pool2d(x, 3, 2, "SAME"), bf16(1, 4, 4, 1)),
    case("max2d_f64", lambda tf, x: tf.nn.max_pool2d(x, 3, 2, "SAME"), f64(1, 4, 4, 1)),
    case("max2d_int", lambda tf, x: tf.nn.max_pool2d(x, 3, 2, "SAME"), i32(1, 4, 4, 1)),
    case("max2d_int8", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "SAME"), i8(1, 3, 3, 1)),
    case("max2d_uint8", lambda tf, x: tf.nn.max_pool2d(x, 2, 1, "VALID"), u8(1, 3, 3, 1)),
    case("max2d_empty", lambda tf, x: tf.nn.max_pool2d(x, 2, 2, "VALID"), f32(0, 4, 4, 1)),
    case(
        "max2d_first",
        lambda tf, x: first(
            tf, tf.nn.max_pool2d, x, data_format="NCHW", ksize=3, strides=2, padding="SAME"
        ),
        f32(1, 2, 4, 5),
    ),
    case("max_pool_2", lambda tf, x: tf.nn.max_pool(x, 2, 2, "SAME"), IMAGE),
    case("max_pool_1", lambda tf, x: tf.nn.max_pool(x, [1, 2, 1], 2, "SAME"), f32(1, 5, 2)),
    case("max_pool_3", lambda tf, x: tf.nn.max_pool(x, 2, 1, "VALID", "NDHWC"), f32(1, 3, 2, 3, 1)),
    case("max1d", lambda tf, x: tf.nn.max_pool1d(x, 3, 2, "SAME"), f32(2, 5, 2)),
    case(
        "max1d_first",
        lambda tf, x: first(
            tf, tf.nn.max_pool1d, x, data_format="NCW", ksize=2, strides=2, padding="VALID"
        ),
        f32(1, 2, 5),
    ),
    case("max3d", lambda tf, x: tf.nn.max_pool3d(x, 2, 2, "SAME"), f32(1, 3, 2, 3, 2)),
    case(
        "max3d_overlap",
        lambda tf, x: tf.nn.max_pool3d(x, [2, 3, 2], [1, 2, 1], "SAME"),
        f32(1, 3, 4, 3, 1),
    ),
    case("argmax", lambda tf, x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME"), IMAGE),
    case("argmax_overlap", lambda tf, x: tf.nn.max_pool_with_argmax(x, 3, 2, "VALID"), IMAGE),
    case(
        "argmax_batch",
        lambda tf, x: tf.nn.max_pool_with_argmax(
            x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME", include_batch_in_index=True
        ),
        IMAGE,
    ),
    case(
        "argmax_int32",
        lambda tf, x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME", output_dtype=tf.int32),
        IMAGE,
        grad=[],
    ),
    case("argmax_ties", lambda tf, x: tf.nn.max_pool_with_argmax(x, 2, 2, "VALID"), TIES),
    case(
        "argmax_lowest",
        lambda tf, x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME"),
        np.full((1, 3, 3, 1), -np.inf, np.float32),
        grad=[],
    ),
    case("avg2d", lambda tf, x: tf.nn.avg_pool2d(x, 2, 2, "VALID"), IMAGE),
    case("avg2d_same", lambda tf, x: tf.nn.avg_pool2d(x, 2, 2, "SAME"), IMAGE),
    case("avg2d_overlap", lambda tf, x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), IMAGE),
    case("avg2d_overlap_valid", lambda tf, x: tf.nn.avg_pool2d(x, [3, 2], 1, "VALID"), IMAGE),
    case("avg2d_gap", lambda tf, x: tf.nn.avg_pool2d(x, 2, 3, "SAME"), IMAGE),
    case("avg2d_half", lambda tf, x: tf.nn.avg_pool2d(x, 2, 2, "SAME"), f16(1, 3, 3, 1)),
    case("avg2d_bf16", lambda tf, x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), bf16(1, 4, 4, 1)),
    case("avg2d_empty", lambda tf, x: tf.nn.avg_pool2d(x, 2, 2, "VALID"), f32(0, 4, 4, 1)),
    case(
        "avg2d_first",
        lambda tf, x: first(
            tf, tf.nn.avg_pool2d, x, data_format="NCHW", ksize=3, strides=2, padding="SAME"
        ),
        f32(1, 2, 4, 5),
    ),
    case("avg_pool_2", lambda tf, x: tf.nn.avg_pool(x, 2, 2, "SAME"), IMAGE),
    case("avg_pool_1", lambda tf, x: tf.nn.avg_pool(x, 2, 2, "SAME"), f32(1, 5, 2)),
    case("avg_pool_3", lambda tf, x: tf.nn.avg_pool(x, 2, 1, "VALID", "NDHWC"), f32(1, 3, 2, 3, 1)),
    case("avg1d", lambda tf, x: tf.nn.avg_pool1d(x, 3, 2, "SAME"), f32(2, 5, 2)),
    case("avg3d", lambda tf, x: tf.nn.avg_pool3d(x, 2, 2, "SAME"), f32(1, 3, 2, 3, 2)),
    case("pool_max", lambda tf, x: tf.nn.pool(x, [2, 2], "MAX"), IMAGE),
    case("pool_avg", lambda tf, x: tf.nn.pool(x, [3, 2], "AVG", [2, 2], "SAME"), IMAGE),
    case("pool_max_dilated", lambda tf, x: tf.nn.pool(x, [2, 2], "MAX", dilations=[2, 2]), IMAGE),
    case("pool_avg_dilated", lambda tf, x: tf.nn.pool(x, [2, 2], "AVG", dilations=[3, 1]), IMAGE),
    case("pool_1", lambda tf, x: tf.nn.pool(x, [2], "AVG", [2]), f32(1, 5, 2)),
    case(
        "pool_3",
        lambda tf, x: tf.nn.pool(x, [2, 1, 2], "MAX", padding="SAME", data_format="NDHWC"),
        f32(1, 3, 2, 3, 1),
    ),
]
test_parity = parity("nn_pooling", CASES)


@pytest.mark.parametrize("size", [3, 20])
@pytest.mark.parametrize("name", ["max_pool1d", "avg_pool1d"])
def test_long_windows_are_like_short_ones(tf, name, size):
    x = tf.constant(np.random.default_rng(0).normal(size=(1, 30, 1)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(tf.nn, name)(x, size, 2, "VALID")
    reduce = np.max if name == "max_pool1d" else np.mean
    starts = range(0, 30 - size + 1, 2)
    windows = [x.numpy()[0, s : s + size, 0] for s in starts]
    np.testing.assert_allclose(y.numpy()[0, :, 0], [reduce(w) for w in windows], rtol=1e-5)
    expected = np.zeros(30)
    for start, window in zip(starts, windows, strict=True):
        if name == "max_pool1d":
            expected[start + window.argmax()] += 1
        else:
            expected[start : start + size] += 1 / size
    np.testing.assert_allclose(tape.gradient(y, x).numpy()[0, :, 0], expected, rtol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_nan_is_not_lost(tf, stride):
    x = np.array([1, np.nan, 2, 3], np.float32).reshape(1, 4, 1)
    assert np.isnan(tf.nn.max_pool1d(x, 2, stride, "VALID").numpy()[0, 0, 0])


@pytest.mark.parametrize("stride", [1, 2])
def test_gradient_of_gradient(tf, stride):
    x = tf.constant(np.array([1, 3, 2, 5], np.float32).reshape(1, 4, 1))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.square(tf.nn.max_pool1d(x, 2, stride, "VALID"))
        slope = inner.gradient(y, x)
    expected = [0, 2, 0, 2] if stride == 2 else [0, 4, 0, 2]
    np.testing.assert_array_equal(outer.gradient(slope, x).numpy()[0, :, 0], expected)


def test_mistakes_are_named(tf):
    x = np.ones((1, 3, 3, 1), np.float32)
    with pytest.raises(ValueError, match=r"window spans 4 along dimension 1, and the input has 3"):
        tf.nn.max_pool2d(x, [4, 1], 1, "VALID")
    with pytest.raises(ValueError, match="has 3 dimensions, expected 4: NHWC"):
        tf.nn.max_pool2d(x[0], 2, 2, "VALID")
    with pytest.raises(ValueError, match="batch dimension"):
        tf.nn.avg_pool2d(x, [2, 1, 1, 1], [1, 1, 1, 1], "VALID")
    with pytest.raises(ValueError, match=r"ksize=.* has 3 entries, expected 1, 2 or 4"):
        tf.nn.avg_pool2d(x, [2, 2, 2], 1, "VALID")
    with pytest.raises(ValueError, match="'MAX' or 'AVG'"):
        tf.nn.pool(x, [2, 2], "SUM")
    with pytest.raises(ValueError, match="expected 'NHWC'"):
        tf.nn.max_pool_with_argmax(x, 2, 2, "VALID", data_format="NCHW")

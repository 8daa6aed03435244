"""Values and gradients held within limits."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f32, f64, i32, parity, u8

STEPS = np.array([0, 1, 2, 3, 4], np.float32)

CASES = [
    case("by_value", lambda tf, x: tf.clip_by_value(x, -0.5, 0.5), f32(3, 4)),
    case("by_value_ties", lambda tf, x: tf.clip_by_value(x, 1.0, 3.0), STEPS),
    case(
        "by_value_bounds",
        lambda tf, x, a, b: tf.clip_by_value(x, a, b),
        STEPS,
        np.float32(1),
        np.float32(3),
    ),
    case("by_value_rows", lambda tf, x, a: tf.clip_by_value(x, a, 1.0), f32(3, 4), f32(4)),
    case("by_value_crossed", lambda tf, x: tf.clip_by_value(x, 5.0, 2.0), f32(4)),
    case("by_value_int", lambda tf, x: tf.clip_by_value(x, -2, 2), i32(6)),
    case("by_value_unsigned", lambda tf, x: tf.clip_by_value(x, 3, 5), u8(6)),
    case("by_value_nan", lambda tf: tf.clip_by_value([np.nan, 2.0], 0.0, 1.0)),
    case("by_value_python", lambda tf: tf.clip_by_value([1, 2, 3], 2, 2)),
    case("by_norm", lambda tf, x: tf.clip_by_norm(x, 1.0), f32(3, 4)),
    case("by_norm_within", lambda tf, x: tf.clip_by_norm(x, 100.0), f32(3)),
    case("by_norm_axes", lambda tf, x: tf.clip_by_norm(x, 1.0, axes=[1]), f32(3, 4)),
    case("by_norm_axis", lambda tf, x: tf.clip_by_norm(x, 1, 0), f64(3, 4)),
    case("by_norm_zero", lambda tf, x: tf.clip_by_norm(x, 2.0), np.zeros(2, np.float32)),
    case("by_norm_tie", lambda tf, x: tf.clip_by_norm(x, 5.0), np.array([3, 4], np.float32)),
    case("by_norm_limit", lambda tf, x, c: tf.clip_by_norm(x, c), f32(3), np.float32(0.5)),
    case(
        "by_norm_limits", lambda tf, x: tf.clip_by_norm(x, [[1.0], [2.0], [3.0]], axes=1), f32(3, 4)
    ),
    case("by_norm_negative", lambda tf, x: tf.clip_by_norm(x, -1.0), f32(3), grad=[]),
    case("by_norm_half", lambda tf, x: tf.clip_by_norm(x, 1.0), bf16(3)),
    case("by_global_norm", lambda tf, x, y: tf.clip_by_global_norm([x, y], 1.0), f32(2, 3), f32(3)),
    case(
        "by_global_norm_within",
        lambda tf, x, y: tf.clip_by_global_norm([x, y], 100.0),
        f32(2, 3),
        f32(3),
    ),
    case("by_global_norm_none", lambda tf, x: tf.clip_by_global_norm([x, None], 0.5)[1], f32(3)),
    case("by_global_norm_lists", lambda tf: tf.clip_by_global_norm(([3.0, 4.0], [12.0]), 6.5)),
    case(
        "by_global_norm_use",
        lambda tf, x, n: tf.clip_by_global_norm([x], 1.0, use_norm=n),
        f32(3),
        np.float32(10),
        grad=[0],
    ),
    case("by_global_norm_infinite", lambda tf: tf.clip_by_global_norm([[np.inf, 4.0]], 1.0)),
    case("by_global_norm_empty", lambda tf: tf.clip_by_global_norm([], 1.0)),
]
test_parity = parity("math_clipping", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf, x: tf.clip_by_value(x, [1.0, 2.0], 3.0), ["clip_value_min", "[2]", "[3, 4]"]),
        (lambda tf, x: tf.clip_by_value(tf.constant(1.0), [1.0, 2.0], 3.0), ["[2]", "[]"]),
        (lambda tf, x: tf.clip_by_value(x, tf.constant(1), 3), ["float32", "int32", "tf.cast"]),
        (lambda tf, x: tf.clip_by_value(tf.constant([1 + 1j]), 0, 1), ["complex"]),
        (lambda tf, x: tf.clip_by_value(tf.constant([1, 2]), 0.5, 1.5), ["0.5", "int32"]),
        (
            lambda tf, x: tf.clip_by_norm(tf.constant([3, 4]), 2),
            ["int32", "tf.cast(t, tf.float32)"],
        ),
        (
            lambda tf, x: tf.clip_by_global_norm([x, tf.zeros([2], tf.float64)], 1.0),
            ["float32", "float64"],
        ),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf, tf.zeros([3, 4]))
    for word in words:
        assert word in str(caught.value)


def test_a_list_is_needed(tf):
    with pytest.raises(TypeError, match=r"list of tensors.*Write \[t\]"):
        tf.clip_by_global_norm(tf.constant([3.0, 4.0]), 1.0)


def test_none_stays_none(tf):
    clipped, norm = tf.clip_by_global_norm([tf.constant([3.0, 4.0]), None], 1.0)
    assert clipped[1] is None
    assert norm.numpy() == 5.0
    assert tf.clip_by_global_norm([None], 1.0)[0] == [None]


def test_indexed_slices(tf):
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]), None)
    (clipped,), norm = tf.clip_by_global_norm([slices], 1.0)
    assert norm.numpy() == 5.0
    assert np.allclose(clipped.values.numpy(), [[0.6, 0.8]])
    assert np.allclose(tf.clip_by_value(slices, 0.0, 3.5).values.numpy(), [[3.0, 3.5]])
    assert np.allclose(tf.clip_by_norm(slices, 1.0).values.numpy(), [[0.6, 0.8]])

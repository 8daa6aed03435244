import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, i32, i64, parity, u8

TIES = np.array([[1, 3, 3, 2], [2, 2, 2, 2]], np.float32)
SCORES = np.array(
    [[1, 2, 3], [3, 3, 1], [1, 2, 3], [1, 2, 3], [np.inf, 1, 2], [np.nan, 2, 1]], np.float32
)
TARGETS = np.array([0, 1, 5, -1, 1, 1], np.int32)

CASES = [
    case("top_k", lambda tf, x: tf.math.top_k(x, k=2), f32(3, 5)),
    case("top_k_default", lambda tf, x: tf.nn.top_k(x), f16(2, 4)),
    case("top_k_all", lambda tf, x: tf.math.top_k(x, 4), bf16(4)),
    case("top_k_none", lambda tf, x: tf.math.top_k(x, 0), f32(3), grad=[]),
    case("top_k_ties", lambda tf, x: tf.math.top_k(x, 3), TIES),
    case("top_k_int64_index", lambda tf, x: tf.math.top_k(x, 2, index_type="int64"), i32(2, 4)),
    case("top_k_int16_index", lambda tf, x: tf.math.top_k(x, 2, index_type=tf.int16), i64(4)),
    case("top_k_uint8", lambda tf, x: tf.math.top_k(x, 2), u8(6)),
    case("top_k_tensor", lambda tf, x: tf.math.top_k(x, tf.constant(2)), f32(2, 2, 3)),
    *[
        case(
            f"in_top_{k}", lambda tf, t, p, k=k: tf.math.in_top_k(t, p, k), TARGETS, SCORES, grad=[]
        )
        for k in (1, 2, 3)
    ],
    case(
        "in_top_k_int64",
        lambda tf, t, p: tf.nn.in_top_k(targets=t, predictions=p, k=2),
        i64(4, low=0, high=3),
        f32(4, 3),
        grad=[],
    ),
    case("approx_max_k", lambda tf, x: tf.math.approx_max_k(x, 2), f32(3, 5), grad=[]),
    case("approx_top_k", lambda tf, x: tf.approx_top_k(x, 2), f32(3, 5), grad=[]),
]
test_parity = parity("math_top_k", CASES)


def test_smallest_along_any_axis(tf):
    x = np.array([[1.0, 5.0, 2.0], [3.0, 0.0, 9.0]], np.float32)
    values, indices = tf.math.approx_min_k(tf.constant(x), 2)
    assert values.numpy().tolist() == [[1, 2], [0, 3]]
    assert indices.numpy().tolist() == [[0, 2], [1, 0]]
    values, indices = tf.math.approx_max_k(tf.constant(x), 1, reduction_dimension=0)
    assert values.numpy().tolist() == [[3, 5, 9]] and indices.numpy().tolist() == [[1, 0, 1]]


def test_approximate_search_is_differentiable(tf):
    x = tf.constant([[1.0, 5.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        values, _ = tf.math.approx_max_k(x, 2)
        y = tf.reduce_sum(values * [2.0, 3.0])
    assert tape.gradient(y, x).numpy().tolist() == [[0.0, 2.0, 3.0]]


def test_more_than_there_are(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="k must be from 0 to 2"):
        tf.math.top_k([1.0, 2.0], k=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="k must be from 0 to 2"):
        tf.math.top_k([1.0, 2.0], k=-1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="is a scalar"):
        tf.math.top_k(1.0)


def test_one_target_for_each_row(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[batch\] and \[batch, classes\]"):
        tf.math.in_top_k([0, 1], [[0.1, 0.9]], 1)

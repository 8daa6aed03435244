"""Dividing a tensor by values and putting the parts back; what occurs in it, and where."""

import numpy as np
import pytest

from tests.harness.parity import boolean, case, f32, i32, i64, parity, text

PARTS = np.array([1, 0, 1], np.int32)

CASES = [
    case("unique", lambda tf, x: tf.unique(x), i32(8, low=0, high=4), traced=False),
    case("unique_float", lambda tf: tf.unique([1.0, np.nan, np.nan, -0.0, 0.0, 1.0])),
    case("unique_bool", lambda tf, x: tf.unique(x), boolean(4), traced=False),
    case("unique_strings", lambda tf, x: tf.unique(x), text(["b", "a", "b"]), traced=False),
    case("unique_empty", lambda tf, x: tf.unique(x), f32(0), grad=[], traced=False),
    case("unique_int64", lambda tf, x: tf.unique(x, out_idx=tf.int64), i64(8), traced=False),
    case(
        "unique_with_counts",
        lambda tf, x: tf.unique_with_counts(x),
        i32(8, low=0, high=4),
        traced=False,
    ),
    case(
        "unique_with_counts_int64",
        lambda tf, x: tf.unique_with_counts(x, tf.int64),
        i32(8, low=0, high=4),
        traced=False,
    ),
    case("partition", lambda tf, x, p: tf.dynamic_partition(x, p, 2), f32(3), PARTS, traced=False),
    case(
        "partition_rows",
        lambda tf, x, p: tf.dynamic_partition(x, p, 3),
        f32(3, 2),
        PARTS,
        traced=False,
    ),
    case(
        "partition_matrix",
        lambda tf, x, p: tf.dynamic_partition(x, p, 2),
        f32(2, 3),
        i32(2, 3, low=0, high=2),
        traced=False,
    ),
    case("partition_scalar", lambda tf, x: tf.dynamic_partition(x, 1, 2), f32()),
    case("partition_strings", lambda tf, x: tf.dynamic_partition(x, [0, 1], 2), text(["a", "b"])),
    case("stitch", lambda tf, x, y: tf.dynamic_stitch([[0, 2], [1]], [x, y]), f32(2), f32(1)),
    case(
        "stitch_slices", lambda tf, x, y: tf.dynamic_stitch([2, [1, 0]], [x, y]), f32(2), f32(2, 2)
    ),
    case("stitch_twice", lambda tf, x, y: tf.dynamic_stitch([[0, 1], [0]], [x, y]), f32(2), f32(1)),
    case("stitch_gap", lambda tf, x: tf.dynamic_stitch([[0, 3]], [x]), f32(2)),
    case(
        "stitch_empty",
        lambda tf, x: tf.dynamic_stitch([tf.zeros([0], tf.int32)], [x]),
        f32(0, 2),
        grad=[],
        vectorize=False,
    ),
    case("stitch_strings", lambda tf, x: tf.dynamic_stitch([[1, 0]], [x]), text(["a", "b"])),
    case("unravel", lambda tf, x: tf.unravel_index(x, [3, 3]), i32(4, low=0, high=9)),
    case("unravel_scalar", lambda tf, x: tf.unravel_index(x, [3, 4, 5]), np.int64(37)),
    case(
        "unravel_of_shape",
        lambda tf, x, y: tf.unravel_index(x, tf.shape(y)),
        i32(4, low=0, high=6),
        f32(2, 3),
    ),
]
test_parity = parity("array_partitioning", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf: tf.unique([[1, 2]]), ["vector", "[1, 2]", "tf.reshape"]),
        (lambda tf: tf.unique(3), ["vector"]),
        (lambda tf: tf.dynamic_partition([10, 20], [1, 2], 2), ["partitions[1] = 2", "[0, 2)"]),
        (lambda tf: tf.dynamic_partition([10, 20], [1, -1], 2), ["partitions[1] = -1"]),
        (lambda tf: tf.dynamic_partition([[1], [2], [3]], [1, 0], 3), ["[3, 1]", "[2]"]),
        (lambda tf: tf.dynamic_partition([1], [0], 0), ["num_partitions=0"]),
        (lambda tf: tf.dynamic_stitch([[-1]], [[1]]), ["-1", "0 or more"]),
        (lambda tf: tf.dynamic_stitch([[0, 1]], [[1]]), ["data[0] has shape [1]", "[2]"]),
        (lambda tf: tf.dynamic_stitch([[0, 1]], [[1, 2], [3]]), ["1 indices and 2 data"]),
        (lambda tf: tf.unravel_index([9], [3, 3]), ["9", "[3, 3]"]),
        (lambda tf: tf.unravel_index([[1]], [3, 3]), ["[1, 1]"]),
        (lambda tf: tf.unravel_index([1], 3), ["dims=3", "[3]"]),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "function",
    [lambda tf, x: tf.unique(x), lambda tf, x: tf.dynamic_partition(x, x, 2)],
)
def test_results_of_unknown_size_are_refused_while_tracing(tf, function):
    @tf.function
    def program(x):
        return function(tf, x)

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"outside of tf\.function"):
        program(tf.constant([0, 1]))


def test_partition_and_stitch_are_inverse(tf):
    x = tf.Variable([1.0, 2.0, 3.0, 4.0])
    keep = tf.constant([1, 0, 0, 1])
    with tf.GradientTape() as tape:
        parts = tf.dynamic_partition(x, keep, 2)
        places = tf.dynamic_partition(tf.range(4), keep, 2)
        y = tf.dynamic_stitch(places, [parts[0] * 10.0, parts[1]])
    assert y.numpy().tolist() == [1.0, 20.0, 30.0, 4.0]
    assert tape.gradient(y, x).numpy().tolist() == [1.0, 10.0, 10.0, 1.0]

"""Sorting, and searching in what is sorted."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f32, i32, i64, parity, u8

ODD = np.array([3, 1, 3, -0.0, 0.0, np.inf, -np.inf], np.float32)
EDGE = np.array([1, -(2**31), 2**31 - 1, 1], np.int32)

CASES = [
    case("sort", lambda tf, x: tf.sort(x), f32(5)),
    case("sort_axis", lambda tf, x: tf.sort(x, axis=0), f32(3, 4)),
    case("sort_descending", lambda tf, x: tf.sort(x, axis=-1, direction="DESCENDING"), f32(3, 4)),
    case("sort_int", lambda tf, x: tf.sort(x), i64(5)),
    case("sort_unsigned", lambda tf, x: tf.sort(x, direction="DESCENDING"), u8(5)),
    case("sort_edge", lambda tf, x: tf.sort(x), EDGE),
    case("sort_odd", lambda tf, x: tf.sort(x), ODD, grad=[]),
    case("sort_ties", lambda tf, x: tf.sort(x), np.array([3, 1, 1], np.float32)),
    case("sort_nan", lambda tf: tf.sort([3.0, np.nan, 1.0])),
    case("sort_empty", lambda tf, x: tf.sort(x), f32(0), grad=[]),
    case("argsort", lambda tf, x: tf.argsort(x), f32(3, 4)),
    case("argsort_axis", lambda tf, x: tf.argsort(x, axis=0), i32(3, 4)),
    case("argsort_descending", lambda tf, x: tf.argsort(x, direction="DESCENDING"), i32(8)),
    case("argsort_unsigned", lambda tf, x: tf.argsort(x), u8(8)),
    case("argsort_unsigned_descending", lambda tf, x: tf.argsort(x, direction="DESCENDING"), u8(8)),
    case("argsort_stable", lambda tf, x: tf.argsort(x, stable=True), i32(8, low=0, high=3)),
    case("argsort_odd", lambda tf, x: tf.argsort(x), ODD),
    case("argsort_odd_descending", lambda tf, x: tf.argsort(x, direction="DESCENDING"), ODD),
    case("argsort_half", lambda tf, x: tf.argsort(x), bf16(5)),
    case("searchsorted", lambda tf: tf.searchsorted([1, 3, 5], [0, 3, 9])),
    case("searchsorted_right", lambda tf: tf.searchsorted([1, 3, 3, 5], [0, 3, 9], side="right")),
    case(
        "searchsorted_rows",
        lambda tf, x, y: tf.searchsorted(tf.sort(x), y),
        f32(2, 4),
        f32(2, 3),
        grad=[],
    ),
    case(
        "searchsorted_cube",
        lambda tf, x, y: tf.searchsorted(tf.sort(x), y),
        i32(2, 2, 4),
        i32(2, 2, 3),
    ),
    case("searchsorted_int64", lambda tf: tf.searchsorted([1.0, 3.0], [2.0], out_type=tf.int64)),
    case("searchsorted_empty", lambda tf, x: tf.searchsorted(x, [2]), i32(0)),
]
test_parity = parity("array_sorting", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf: tf.sort([1, 2], direction="up"), ["'up'", "'DESCENDING'"]),
        (lambda tf: tf.argsort([1, 2], direction="descending"), ["'descending'"]),
        (lambda tf: tf.sort([1, 2], axis=1), ["axis=1"]),
        (lambda tf: tf.sort(3), ["rank 0"]),
        (lambda tf: tf.sort([True, False]), ["bool"]),
        (lambda tf: tf.sort(["b", "a"]), ["string"]),
        (lambda tf: tf.searchsorted([[1, 3], [2, 4]], [3, 4]), ["[2, 2]", "[2]", "tf.reshape"]),
        (lambda tf: tf.searchsorted([1, 3], 2), ["[]"]),
        (lambda tf: tf.searchsorted(tf.constant([1, 3]), tf.constant([2.5])), ["int32", "float32"]),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    for word in words:
        assert word in str(caught.value)


def test_side_is_checked(tf):
    with pytest.raises(ValueError, match="'left' or 'right'; given 'middle'"):
        tf.searchsorted([1, 3], [2], side="middle")

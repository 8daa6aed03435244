"""Picking elements by their indices, and by conditions."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f16, f32, i32, i64, parity, text

WORDS = text([["a", "bc"], ["", "d"]])
ROWS = np.array([2, 0, 2], np.int32)
MASK = np.array([True, False, True])

CASES = [
    case("gather", lambda tf, x, i: tf.gather(x, i), f32(3, 4), ROWS),
    case("gather_scalar", lambda tf, x, i: tf.gather(x, i), f32(3, 4), np.int64(1)),
    case("gather_axis", lambda tf, x, i: tf.gather(x, i, axis=1), f32(2, 3), ROWS),
    case("gather_last", lambda tf, x, i: tf.gather(x, i, axis=-1), i64(2, 2, 3), ROWS),
    case(
        "gather_matrix",
        lambda tf, x, i: tf.gather(x, i, axis=1),
        f32(2, 3),
        i32(2, 2, low=0, high=3),
    ),
    case(
        "gather_batch",
        lambda tf, x, i: tf.gather(x, i, axis=1, batch_dims=1),
        f32(3, 4),
        i32(3, 2, low=0, high=4),
    ),
    case(
        "gather_batch_default",
        lambda tf, x, i: tf.gather(x, i, batch_dims=1),
        f32(3, 4, 2),
        i32(3, 2, low=0, high=4),
    ),
    case(
        "gather_batch_negative",
        lambda tf, x, i: tf.gather(x, i, batch_dims=-1),
        f32(3, 4),
        i32(3, 2, low=0, high=4),
    ),
    case(
        "gather_batch_later_axis",
        lambda tf, x, i: tf.gather(x, i, axis=2, batch_dims=1),
        f32(2, 3, 4),
        i32(2, 2, low=0, high=4),
    ),
    case(
        "gather_batch_two",
        lambda tf, x, i: tf.gather(x, i, axis=2, batch_dims=2),
        f32(2, 3, 4),
        i32(2, 3, low=0, high=4),
    ),
    case("gather_empty", lambda tf, x, i: tf.gather(x, i), f32(3, 4), i32(0)),
    case("gather_bool", lambda tf, x, i: tf.gather(x, i), boolean(3, 2), ROWS),
    case("gather_complex", lambda tf, x, i: tf.gather(x, i), c64(3, 2), ROWS),
    case("gather_half", lambda tf, x, i: tf.gather(x, i), f16(3, 2), ROWS.astype(np.int16)),
    case("gather_list", lambda tf, x: tf.gather(x, [1, 0]), f32(3, 4)),
    case("gather_of_shape", lambda tf, x: tf.gather(tf.shape(x), [1, 0]), f32(3, 4)),
    case("gather_strings", lambda tf, x: tf.gather(x, [1, 1], axis=1), WORDS),
    case("gather_strings_batch", lambda tf, x: tf.gather(x, [[1], [0]], batch_dims=1), WORDS),
    case(
        "gather_nd",
        lambda tf, x, i: tf.gather_nd(x, i),
        f32(3, 4),
        np.array([[0, 1], [2, 3]]),
        vectorize=[0],
    ),
    case(
        "gather_nd_rows",
        lambda tf, x, i: tf.gather_nd(x, i),
        f32(3, 4),
        np.array([[0], [2]], np.int32),
    ),
    case("gather_nd_whole", lambda tf, x, i: tf.gather_nd(x, i), f32(3, 4), i32(2, 0), grad=[]),
    case(
        "gather_nd_vector",
        lambda tf, x, i: tf.gather_nd(x, i),
        f32(3, 4),
        np.array([1, 2]),
        grad=[],
    ),
    case(
        "gather_nd_matrix",
        lambda tf, x, i: tf.gather_nd(x, i),
        i32(2, 2, 2),
        i32(2, 2, 2, low=0, high=2),
    ),
    case(
        "gather_nd_batch",
        lambda tf, x, i: tf.gather_nd(x, i, batch_dims=1),
        f32(3, 4),
        i32(3, 1, low=0, high=4),
    ),
    case(
        "gather_nd_batch_slices",
        lambda tf, x, i: tf.gather_nd(x, i, batch_dims=1),
        f32(3, 2, 2),
        i32(3, 1, 1, low=0, high=2),
    ),
    case(
        "gather_nd_policy",
        lambda tf, x, i: tf.gather_nd(x, i, bad_indices_policy="IGNORE"),
        i32(3, 4),
        np.array([[0, 4], [0, 1]]),
    ),
    case("gather_nd_strings", lambda tf, x: tf.gather_nd(x, [[1, 1], [0, 1]]), WORDS),
    case("boolean_mask", lambda tf, x, m: tf.boolean_mask(x, m), f32(3, 4), MASK, traced=False),
    case("boolean_mask_matrix", lambda tf, x: tf.boolean_mask(x, x > 0), f32(3, 4), traced=False),
    case(
        "boolean_mask_axis",
        lambda tf, x, m: tf.boolean_mask(x, m, axis=1),
        f32(2, 3),
        MASK,
        traced=False,
    ),
    case(
        "boolean_mask_later",
        lambda tf, x, m: tf.boolean_mask(x, m, axis=1),
        i32(2, 2, 3),
        boolean(2, 3),
        traced=False,
    ),
    case("boolean_mask_ints", lambda tf, x: tf.boolean_mask(x, [1, 0, 1]), f32(3, 4)),
    case("boolean_mask_none", lambda tf, x: tf.boolean_mask(x, [False, False, False]), f32(3, 4)),
    case(
        "boolean_mask_empty",
        lambda tf, x, m: tf.boolean_mask(x, m),
        f32(0, 4),
        boolean(0),
        traced=False,
    ),
    case(
        "boolean_mask_python", lambda tf: tf.boolean_mask([1, 2, 3], np.array([True, False, True]))
    ),
    case("boolean_mask_strings", lambda tf, x: tf.boolean_mask(x, [True, False]), WORDS),
    case("where_indices", lambda tf, x: tf.where(x), boolean(2, 3), traced=False),
    case("where_numbers", lambda tf, x: tf.where(x), i32(2, 3), traced=False),
    case("where_floats", lambda tf: tf.where([1.0, 0.0, np.nan]), traced=False),
    case("where_none", lambda tf: tf.where([False, False]), traced=False),
    case("where", lambda tf, c, x, y: tf.where(c, x, y), boolean(2, 3), f32(2, 3), f32(2, 3)),
    case("where_broadcast", lambda tf, c, x, y: tf.where(c, x, y), boolean(2, 1), f32(3), f32()),
    case("where_scalars", lambda tf, c, x: tf.where(c, x, 0.0), boolean(2), f32(2)),
    case("where_number_first", lambda tf, c, x: tf.where(c, 2, x), boolean(2), f32(2)),
    case("where_python", lambda tf: tf.where(True, [1, 2], [3, 4])),
    case("where_nan", lambda tf, x: tf.where(x > 0, tf.sqrt(x), x), f32(6), grad=[]),
    case("where_strings", lambda tf, x: tf.where([True, False], x, "z"), WORDS),
]
test_parity = parity("array_gathering", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda tf, x: tf.gather(x, [0, 3]),
            ["indices[1] = 3 is not in [0, 3)", "tf.clip_by_value"],
        ),
        (lambda tf, x: tf.gather(x, [-1]), ["indices[0] = -1 is not in [0, 3)"]),
        (lambda tf, x: tf.gather(x, 7), ["indices = 7"]),
        (lambda tf, x: tf.gather(x, tf.constant([[0, 9]])), ["indices[0, 1] = 9"]),
        (lambda tf, x: tf.gather(x, [4], axis=1), ["[0, 4)"]),
        (lambda tf, x: tf.gather(x, [1.0]), ["float32", "tf.cast(indices, tf.int32)"]),
        (lambda tf, x: tf.gather(x, [0], axis=2), ["axis=2"]),
        (lambda tf, x: tf.gather(3, [0]), ["scalar"]),
        (
            lambda tf, x: tf.gather(x, [[0], [1]], axis=1, batch_dims=1),
            ["[3, 4]", "[2, 1]", "alike"],
        ),
        (lambda tf, x: tf.gather(x, [0, 1, 2], axis=0, batch_dims=1), ["batch_dims=1", "axis 0"]),
        (lambda tf, x: tf.gather_nd(x, [[0, 4]]), ["indices[0] = [0, 4]", "[3, 4]"]),
        (lambda tf, x: tf.gather_nd(x, [[-1]]), ["indices[0] = [-1]"]),
        (lambda tf, x: tf.gather_nd(x, [[0, 0, 0]]), ["length 3", "2 axes"]),
        (lambda tf, x: tf.gather_nd(x, 1), ["scalar"]),
        (lambda tf, x: tf.gather_nd(x, [[0]], bad_indices_policy="X"), ["'X'", "IGNORE"]),
        (lambda tf, x: tf.where(True), ["scalar"]),
        (lambda tf, x: tf.where(["a", ""]), ["strings"]),
        (lambda tf, x: tf.where([True, False, True], [1, 2], [3, 4]), ["[3]", "[2]", "broadcast"]),
        (
            lambda tf, x: tf.where(True, x, tf.ones([3, 4], tf.int32)),
            ["float32", "int32", "tf.cast"],
        ),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf, tf.zeros([3, 4]))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf, x: tf.where(True, x), "y is missing"),
        (lambda tf, x: tf.boolean_mask(x, [True]), "mask has shape \\[1\\].*sizes \\[3\\]"),
        (lambda tf, x: tf.boolean_mask(x, True), "scalar"),
        (lambda tf, x: tf.boolean_mask(x[0], [[True, False, True, True]]), "shape \\[1, 4\\]"),
    ],
)
def test_value_errors(tf, call, words):
    with pytest.raises(ValueError, match=words):
        call(tf, tf.zeros([3, 4]))


def test_a_condition_is_boolean(tf):
    with pytest.raises(TypeError, match=r"tf\.cast\(condition, tf\.bool\)"):
        tf.where([1, 0], 1, 2)


def test_indices_out_of_range_give_zeros_in_a_compiled_function(tf):
    @tf.function
    def program(x, i):
        return tf.gather(x, i), tf.gather_nd(x, i[:, None])

    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    for result in program(x, tf.constant([0, 2, -1])):
        assert result.numpy().tolist() == [[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda tf, x: tf.where(x > 0), "tf.where\\(condition, x, y\\)"),
        (lambda tf, x: tf.boolean_mask(x, x > 0), "tf.where\\(mask, x, 0\\)"),
    ],
)
def test_results_of_unknown_size_are_refused_while_tracing(tf, function, words):
    @tf.function
    def program(x):
        return function(tf, x)

    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        program(tf.ones([2]))


def test_gather_from_a_variable(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(table, [1, 1])
    assert tf.convert_to_tensor(tape.gradient(y, table)).numpy().tolist() == [[0, 0], [2, 2]]


def test_gather_of_symbols_keeps_its_place(tf):
    mask = tf.constant([True, False, True])
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.boolean_mask(x, mask) ** 2)
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 0.0, 6.0]

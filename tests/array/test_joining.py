"""Tensors put together, taken apart, repeated, padded and turned around."""

import numpy as np
import pytest

from tests.harness.parity import bf16, boolean, c64, case, f32, i32, i64, parity, text, u8

WORDS = text([["a", "bc"], ["", "d"]])

CASES = [
    case("concat", lambda tf, x, y: tf.concat([x, y], 0), f32(2, 3), f32(1, 3)),
    case("concat_last", lambda tf, x, y: tf.concat([x, y], -1), i64(2, 3), i64(2, 1)),
    case("concat_one", lambda tf, x: tf.concat([x], 0), f32(2, 3)),
    case("concat_tensor", lambda tf, x: tf.concat(x, 0), f32(2, 3)),
    case("concat_empty", lambda tf, x, y: tf.concat([x, y], 0), f32(0), f32(2)),
    case("concat_python", lambda tf, x: tf.concat([[1, 2], x], 0), f32(1)),
    case("concat_axis_tensor", lambda tf, x: tf.concat([x, x], tf.constant(1)), f32(2, 3)),
    case(
        "concat_of_shape", lambda tf, x: tf.zeros(tf.concat([tf.shape(x)[:1], [4]], 0)), f32(2, 3)
    ),
    case("concat_bool", lambda tf, x, y: tf.concat([x, y], 0), boolean(2), boolean(3)),
    case("concat_strings", lambda tf, x: tf.concat([x, x], 1), WORDS),
    case("stack", lambda tf, x, y: tf.stack([x, y]), f32(2, 3), f32(2, 3)),
    case("stack_last", lambda tf, x, y: tf.stack([x, y], axis=-1), c64(2, 3), c64(2, 3)),
    case("stack_middle", lambda tf, x, y: tf.stack((x, y), 1), bf16(2, 3), bf16(2, 3)),
    case("stack_python", lambda tf: tf.stack([1, 2.0])),
    case("stack_mixed", lambda tf, x: tf.stack([1, x]), f32()),
    case("stack_lists", lambda tf: tf.stack([[1, 2], [3, 4]], axis=1)),
    case("stack_nested", lambda tf, x: tf.stack([[x, 2], [3, 4]], axis=1), i32()),
    case("stack_tensor", lambda tf, x: tf.stack(x), f32(2, 3)),
    case("stack_tensor_axis", lambda tf, x: tf.stack(x, axis=1), f32(2, 3)),
    case("stack_nothing", lambda tf: tf.stack([])),
    case("stack_of_shape", lambda tf, x: tf.reshape(x, tf.stack([tf.shape(x)[1], -1])), f32(2, 3)),
    case("stack_strings", lambda tf, x: tf.stack([x, x]), WORDS),
    case("unstack", lambda tf, x: tf.unstack(x), f32(2, 3)),
    case("unstack_axis", lambda tf, x: tf.unstack(x, axis=-1), i32(2, 3)),
    case("unstack_num", lambda tf, x: tf.unstack(x, num=2), f32(2, 3)),
    case("unstack_empty", lambda tf, x: tf.unstack(x), f32(0, 3)),
    case("unstack_strings", lambda tf, x: tf.unstack(x, axis=1), WORDS),
    case("split", lambda tf, x: tf.split(x, 2, axis=1), f32(2, 4)),
    case("split_sizes", lambda tf, x: tf.split(x, [1, 3], 1), i32(2, 4)),
    case("split_rest", lambda tf, x: tf.split(x, [1, -1, 2], -1), f32(2, 5)),
    case("split_zero", lambda tf, x: tf.split(x, [0, 4], 1), f32(2, 4)),
    case("split_tensor", lambda tf, x: tf.split(x, tf.constant([1, 3]), 1), f32(2, 4)),
    case("split_num", lambda tf, x: tf.split(x, [1, 3], 1, num=2), f32(2, 4)),
    case("split_strings", lambda tf, x: tf.split(x, 2), WORDS),
    case("tile", lambda tf, x: tf.tile(x, [2, 3]), f32(2, 2)),
    case("tile_zero", lambda tf, x: tf.tile(x, [0]), i32(2)),
    case("tile_scalar", lambda tf, x: tf.tile(x, tf.constant([], tf.int32)), f32()),
    case("tile_of_shape", lambda tf, x, y: tf.tile(x, [tf.shape(y)[0], 1]), f32(1, 2), f32(3)),
    case("tile_strings", lambda tf, x: tf.tile(x, [1, 2]), WORDS),
    case("repeat", lambda tf, x: tf.repeat(x, 2), f32(3)),
    case("repeat_axis", lambda tf, x: tf.repeat(x, 2, axis=-1), f32(2, 2)),
    case("repeat_flat", lambda tf, x: tf.repeat(x, 2), f32(2, 2)),
    case("repeat_each", lambda tf, x: tf.repeat(x, [2, 0, 1], axis=0), f32(3, 2)),
    case("repeat_each_flat", lambda tf, x: tf.repeat(x, [2, 0, 1, 1]), i32(2, 2)),
    case("repeat_one_number", lambda tf, x: tf.repeat(x, [2], axis=1), i32(2, 2)),
    case(
        "repeat_tensor", lambda tf, x, n: tf.repeat(x, n), f32(3), np.array([1, 0, 2]), traced=False
    ),
    case("repeat_scalar", lambda tf, x: tf.repeat(x, 3), f32()),
    case("repeat_zero", lambda tf, x: tf.repeat(x, 0), f32(3)),
    case("repeat_strings", lambda tf, x: tf.repeat(x, [1, 2], axis=0), WORDS),
    case("pad", lambda tf, x: tf.pad(x, [[1, 2], [0, 1]]), f32(2, 2)),
    case("pad_value", lambda tf, x: tf.pad(x, [[1, 0], [0, 1]], constant_values=9), f32(2, 2)),
    case(
        "pad_tensor_value", lambda tf, x, v: tf.pad(x, [[1, 1]], constant_values=v), f32(2), f32()
    ),
    case("pad_reflect", lambda tf, x: tf.pad(x, [[2, 1]], "REFLECT"), f32(3)),
    case("pad_reflect_matrix", lambda tf, x: tf.pad(x, [[1, 0], [1, 2]], "reflect"), i32(2, 3)),
    case("pad_symmetric", lambda tf, x: tf.pad(x, [[3, 1]], "SYMMETRIC"), f32(3)),
    case("pad_int", lambda tf, x: tf.pad(x, [[1, 1]], constant_values=-1), i64(2)),
    case("pad_bool", lambda tf, x: tf.pad(x, [[0, 1]]), boolean(2)),
    case("pad_complex", lambda tf, x: tf.pad(x, [[0, 1]]), c64(2)),
    case("pad_scalar", lambda tf, x: tf.pad(x, tf.zeros([0, 2], tf.int32)), f32()),
    case("pad_strings", lambda tf, x: tf.pad(x, [[0, 1], [1, 0]]), WORDS),
    case(
        "pad_strings_value", lambda tf, x: tf.pad(x, [[0, 1], [1, 0]], constant_values="z"), WORDS
    ),
    case("pad_empty", lambda tf, x: tf.pad(x, [[1, 1]]), f32(0)),
    case("reverse", lambda tf, x: tf.reverse(x, [0]), f32(2, 3)),
    case("reverse_both", lambda tf, x: tf.reverse(x, axis=[0, -1]), i32(2, 3)),
    case("reverse_none", lambda tf, x: tf.reverse(x, tf.constant([], tf.int32)), f32(2)),
    case("reverse_strings", lambda tf, x: tf.reverse(x, [1]), WORDS),
    case(
        "reverse_sequence",
        lambda tf, x, n: tf.reverse_sequence(x, n, seq_axis=1),
        f32(3, 4),
        np.array([1, 4, 0]),
    ),
    case(
        "reverse_sequence_axes",
        lambda tf, x, n: tf.reverse_sequence(x, n, seq_axis=0, batch_axis=1),
        f32(4, 3, 2),
        np.array([1, 4, 3], np.int32),
    ),
    case(
        "reverse_sequence_later",
        lambda tf, x, n: tf.reverse_sequence(x, n, 2, 0),
        i32(2, 2, 3),
        np.array([2, 3], np.int64),
    ),
    case(
        "reverse_sequence_strings", lambda tf, x: tf.reverse_sequence(x, [2, 1], seq_axis=1), WORDS
    ),
    case("roll", lambda tf, x: tf.roll(x, 1, 0), f32(3, 2)),
    case("roll_negative", lambda tf, x: tf.roll(x, shift=-2, axis=-1), i32(2, 5)),
    case("roll_axes", lambda tf, x: tf.roll(x, [1, -2], [0, 1]), f32(3, 4)),
    case("roll_same_axis", lambda tf, x: tf.roll(x, [1, 1], [1, 1]), f32(3, 4)),
    case("roll_far", lambda tf, x: tf.roll(x, 7, 0), u8(3)),
    case("roll_tensor", lambda tf, x, n: tf.roll(x, n, 0), f32(3), np.int32(2)),
    case("roll_empty", lambda tf, x: tf.roll(x, 1, 0), f32(0)),
    case("roll_strings", lambda tf, x: tf.roll(x, 1, 0), WORDS),
]
test_parity = parity("array_joining", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda tf, x: tf.concat([x, tf.zeros([2, 3])], 0),
            ["[3, 4]", "[2, 3]", "axis 0", "along 1"],
        ),
        (
            lambda tf, x: tf.concat([x, tf.zeros([3])], 0),
            ["rank 2", "values[1] rank 1", "tf.stack"],
        ),
        (lambda tf, x: tf.concat([x, x], 2), ["axis=2", "from -2 to 1"]),
        (lambda tf, x: tf.concat([1, 2], 0), ["scalars", "tf.stack"]),
        (lambda tf, x: tf.concat([], 0), ["empty"]),
        (
            lambda tf, x: tf.concat([x, tf.ones([3, 4], tf.int32)], 0),
            ["float32", "int32", "tf.cast"],
        ),
        (lambda tf, x: tf.stack([x, x[0]]), ["[3, 4]", "values[1] [4]", "tf.concat"]),
        (lambda tf, x: tf.stack([x, x], axis=3), ["axis=3", "from -3 to 2"]),
        (lambda tf, x: tf.unstack(x, num=2), ["num=2", "size 3"]),
        (lambda tf, x: tf.unstack(x, axis=2), ["axis=2"]),
        (lambda tf, x: tf.unstack(tf.constant(1)), ["rank 0", "no axes"]),
        (lambda tf, x: tf.split(x, 3, 1), ["size 4", "3 equal parts"]),
        (lambda tf, x: tf.split(x, [1, 1], 1), ["[1, 1]", "size 4"]),
        (lambda tf, x: tf.split(x, [5, -1], 1), ["[5, -1]", "size 4"]),
        (lambda tf, x: tf.split(x, [1, 3], 1, num=3), ["num=3", "2 parts"]),
        (lambda tf, x: tf.split(x, 0, 1), ["0 equal parts"]),
        (lambda tf, x: tf.tile(x, [2]), ["multiples=[2]", "list of 2"]),
        (lambda tf, x: tf.tile(x, 2), ["multiples=2", "list of 2"]),
        (lambda tf, x: tf.tile(x, [-1, 1]), ["[-1, 1]", "0 or more"]),
        (lambda tf, x: tf.repeat(x, -1), ["repeats=-1"]),
        (lambda tf, x: tf.repeat(x, 2, axis=2), ["axis=2"]),
        (lambda tf, x: tf.pad(x, [[3, 1]]), ["[[3, 1]]", "2 axes", "[3, 4]"]),
        (lambda tf, x: tf.pad(x, [[-1, 1], [0, 0]]), ["0 or more"]),
        (lambda tf, x: tf.pad(x, [[3, 0], [0, 0]], "REFLECT"), ["REFLECT", "at most 2"]),
        (lambda tf, x: tf.pad(x, [[4, 0], [0, 0]], "SYMMETRIC"), ["SYMMETRIC", "at most 3"]),
        (
            lambda tf, x: tf.pad(x, [[0, 1], [0, 0]], constant_values=tf.constant(2)),
            ["float32", "int32"],
        ),
        (lambda tf, x: tf.reverse(x, [2]), ["axis=2"]),
        (lambda tf, x: tf.reverse(x, [0, -2]), ["twice"]),
        (lambda tf, x: tf.reverse(x, 0), ["axis=[0]"]),
        (lambda tf, x: tf.reverse_sequence(x, [1, 2, 5], seq_axis=1), ["[1, 2, 5]", "size 4"]),
        (lambda tf, x: tf.reverse_sequence(x, [1, 2, -1], seq_axis=1), ["[1, 2, -1]"]),
        (lambda tf, x: tf.reverse_sequence(x, [1, 2], seq_axis=1), ["[2]", "size 3"]),
        (lambda tf, x: tf.reverse_sequence(x, [1, 2, 1], seq_axis=0), ["both 0"]),
        (lambda tf, x: tf.roll(x, 1, 2), ["axis=2"]),
        (lambda tf, x: tf.roll(x, [1, 2], 0), ["[2]", "one shift for each axis"]),
        (lambda tf, x: tf.roll(3, 1, 0), ["scalar"]),
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
        (
            lambda tf: tf.repeat([1, 2, 3], [1, 2]),
            "2 numbers, but axis 0 of shape \\[3\\] has size 3",
        ),
        (lambda tf: tf.repeat([1, 2, 3], [[1, 2, 3]]), "vector of integers"),
        (lambda tf: tf.pad([1], [[1, 1]], "EDGE"), "CONSTANT, REFLECT, SYMMETRIC; given 'EDGE'"),
    ],
)
def test_value_errors(tf, call, words):
    with pytest.raises(ValueError, match=words):
        call(tf)


def test_reverse_sequence_needs_an_axis(tf):
    with pytest.raises(TypeError, match="seq_axis"):
        tf.reverse_sequence([[1, 2]], [1])


def test_repeats_that_are_computed_are_refused_while_tracing(tf):
    @tf.function
    def program(x, n):
        return tf.repeat(x, n)

    with pytest.raises(tf.errors.InvalidArgumentError, match="must be known"):
        program(tf.ones([2]), tf.constant([1, 2]))


def test_shift_of_roll_is_not_part_of_the_program(tf):
    @tf.function
    def program(x, shift):
        return tf.roll(x, shift, 0)

    x = tf.range(4)
    assert program(x, tf.constant(1)).numpy().tolist() == [3, 0, 1, 2]
    assert program(x, tf.constant(2)).numpy().tolist() == [2, 3, 0, 1]
    assert program.experimental_get_tracing_count() == 1


def test_parallel_stack(tf):
    assert tf.parallel_stack([[1, 2], [3, 4]]).numpy().tolist() == [[1, 2], [3, 4]]

"""Parts by functions: `tf.slice` and `tf.strided_slice`."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, i32, parity, text

WORDS = text([["a", "bc"], ["", "d"]])
ONE = np.int32(1)

CASES = [
    case("slice", lambda tf, x: tf.slice(x, [1, 0], [1, 2]), f32(3, 4)),
    case("slice_rest", lambda tf, x: tf.slice(x, [1, 1], [-1, 2]), f32(3, 4)),
    case("slice_all", lambda tf, x: tf.slice(x, [0, 0], [-1, -1]), f32(3, 4)),
    case("slice_empty", lambda tf, x: tf.slice(x, [3, 0], [0, 1]), f32(3, 4)),
    case(
        "slice_begin",
        lambda tf, x, b: tf.slice(x, b, [1, 2]),
        f32(3, 4),
        np.array([1, 2], np.int32),
    ),
    case("slice_begin_list", lambda tf, x, i: tf.slice(x, [i, 0], [2, -1]), f32(3, 4), ONE),
    case("slice_of_shape", lambda tf, x: tf.slice(x, [0, 1], [tf.shape(x)[0], 2]), f32(3, 4)),
    case(
        "slice_shape_tensors",
        lambda tf, x: tf.slice(x, tf.zeros([2], tf.int32), tf.shape(x)),
        f32(3, 4),
    ),
    case("slice_strings", lambda tf, x: tf.slice(x, [0, 1], [2, 1]), WORDS),
    case("strided", lambda tf, x: tf.strided_slice(x, [0, 1], [3, 4], [2, 1]), f32(3, 4)),
    case(
        "strided_masks",
        lambda tf, x: tf.strided_slice(x, [1, 1], [2, 2], begin_mask=1, end_mask=2),
        f32(3, 4),
    ),
    case(
        "strided_shrink",
        lambda tf, x: tf.strided_slice(x, [1, 1], [2, 2], shrink_axis_mask=1),
        f32(3, 4),
    ),
    case(
        "strided_shrink_and_begin",
        lambda tf, x: tf.strided_slice(x, [1], [2], begin_mask=1, shrink_axis_mask=1),
        f32(3, 4),
    ),
    case(
        "strided_ellipsis",
        lambda tf, x: tf.strided_slice(x, [0, 1], [0, 2], ellipsis_mask=1),
        f32(3, 4),
    ),
    case(
        "strided_new_axis",
        lambda tf, x: tf.strided_slice(x, [0, 1], [0, 2], new_axis_mask=1),
        f32(3, 4),
    ),
    case("strided_short", lambda tf, x: tf.strided_slice(x, [1], [3]), i32(3, 4)),
    case("strided_back", lambda tf, x: tf.strided_slice(x, [-1], [-4], [-1]), f32(3, 4)),
    case("strided_strings", lambda tf, x: tf.strided_slice(x, [0], [1]), WORDS),
]
test_parity = parity("array_slicing", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf, x: tf.slice(x, [1, 0], [3, 2]), ["size[0]=3", "[0, 2]", "begin is 1"]),
        (lambda tf, x: tf.slice(x, [1], [1]), ["lists of 2", "[3, 4]"]),
        (lambda tf, x: tf.slice(x, [-1, 0], [1, 1]), ["begin[0]=-1", "[0, 3]"]),
        (lambda tf, x: tf.slice(x, [4, 0], [0, 1]), ["begin[0]=4"]),
        (lambda tf, x: tf.strided_slice(x, [1], [3, 2]), ["same length", "1, 2 and 1"]),
        (lambda tf, x: tf.strided_slice(x, [7], [8], shrink_axis_mask=1), ["index 7"]),
        (lambda tf, x: tf.strided_slice(x, [0], [1], [0]), ["step of a slice is 0"]),
        (lambda tf, x: tf.strided_slice(x, [1], [0], [-1], shrink_axis_mask=1), ["strides[0]=-1"]),
        (lambda tf, x: tf.strided_slice(x, [0] * 3, [1] * 3), ["3 indices"]),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf, tf.zeros([3, 4]))
    for word in words:
        assert word in str(caught.value)


def test_a_size_that_is_not_known_while_tracing_is_refused(tf):
    @tf.function
    def program(x, i):
        return tf.slice(x, [i, 0], [-1, 2])

    with pytest.raises(tf.errors.InvalidArgumentError, match="Give the size as a number"):
        program(tf.zeros([3, 4]), tf.constant(1))


def test_begins_are_not_part_of_the_program(tf):
    @tf.function
    def program(x, i):
        return tf.slice(x, [i], [2])

    x = tf.range(5)
    assert program(x, tf.constant(1)).numpy().tolist() == [1, 2]
    assert program(x, tf.constant(3)).numpy().tolist() == [3, 4]
    assert program(x, tf.constant(4)).numpy().tolist() == [3, 4]  # moved inwards
    assert program.experimental_get_tracing_count() == 1


def test_strided_slice_of_a_variable_can_be_assigned_to(tf):
    variable = tf.Variable([1.0, 2.0, 3.0])
    tf.strided_slice(variable, [1], [3], var=variable).assign([8.0, 9.0])
    assert variable.numpy().tolist() == [1.0, 8.0, 9.0]

"""Shapes: asking for them, and giving a tensor another one with the same values."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f32, f64, i32, i64, parity, text

WORDS = text([["a", "bc"], ["", "d"]])

CASES = [
    case("shape", lambda tf, x: tf.shape(x), f32(2, 3)),
    case("shape_int64", lambda tf, x: tf.shape(x, out_type=tf.int64), f32(2, 3)),
    case("shape_scalar", lambda tf, x: tf.shape(x), f32()),
    case("shape_strings", lambda tf, x: tf.shape(x), WORDS),
    case("shape_n", lambda tf, x, y: tf.shape_n([x, y]), f32(2, 3), f32(4)),
    case("size", lambda tf, x: tf.size(x), f32(2, 3)),
    case("size_empty", lambda tf, x: tf.size(x, tf.int64), f32(0, 3)),
    case("rank", lambda tf, x: tf.rank(x), f32(2, 3)),
    case(
        "broadcast_static_shape",
        lambda tf: tf.broadcast_static_shape(tf.TensorShape([1, 3]), tf.TensorShape([4, 2, 1])),
    ),
    case(
        "broadcast_static_shape_unknown",
        lambda tf: tf.broadcast_static_shape(
            tf.TensorShape([None, 3, 1]), tf.TensorShape([2, 1, None])
        ),
    ),
    case("broadcast_dynamic_shape", lambda tf: tf.broadcast_dynamic_shape((1, 2, 3), (5, 1, 3))),
    case("broadcast_dynamic_shape_empty", lambda tf: tf.broadcast_dynamic_shape([], [5])),
    case(
        "broadcast_dynamic_shape_int64",
        lambda tf, x, y: tf.broadcast_dynamic_shape(x, y),
        np.array([1, 3], np.int64),
        np.array([2, 1], np.int64),
        vectorize=False,
        traced=False,
    ),
    case("reshape", lambda tf, x: tf.reshape(x, [3, 2]), f32(2, 3)),
    case("reshape_minus_one", lambda tf, x: tf.reshape(x, [-1, 2]), i32(2, 3)),
    case("reshape_number", lambda tf, x: tf.reshape(x, -1), c64(2, 3)),
    case("reshape_scalar", lambda tf, x: tf.reshape(x, []), boolean(1, 1)),
    case("reshape_of_shape", lambda tf, x: tf.reshape(x, [tf.shape(x)[1], -1]), f32(2, 3)),
    case("reshape_by_shape", lambda tf, x: tf.reshape(x, tf.shape(x)[::-1]), f32(2, 3)),
    case("reshape_shape", lambda tf, x: tf.reshape(x, tf.TensorShape([6])), f32(2, 3)),
    case("reshape_empty", lambda tf, x: tf.reshape(x, [-1, 3]), f32(0, 3)),
    case("reshape_empty_zero", lambda tf, x: tf.reshape(x, [-1, 0]), f32(0, 3)),
    case("reshape_empty_other", lambda tf, x: tf.reshape(x, [5, 0, 2]), f32(0, 3)),
    case("reshape_strings", lambda tf, x: tf.reshape(x, [4]), WORDS),
    case("transpose", lambda tf, x: tf.transpose(x), f32(2, 3, 4)),
    case("transpose_perm", lambda tf, x: tf.transpose(x, [1, 0, 2]), f32(2, 3, 4)),
    case("transpose_negative", lambda tf, x: tf.transpose(x, [-1, 0, 1]), i64(2, 3, 4)),
    case("transpose_conjugate", lambda tf, x: tf.transpose(x, conjugate=True), c64(2, 3)),
    case("transpose_conjugate_real", lambda tf, x: tf.transpose(x, conjugate=True), f32(2, 3)),
    case("transpose_scalar", lambda tf, x: tf.transpose(x), f32()),
    case("transpose_strings", lambda tf, x: tf.transpose(x), WORDS),
    case("expand_dims", lambda tf, x: tf.expand_dims(x, 1), f32(2, 3)),
    case("expand_dims_last", lambda tf, x: tf.expand_dims(x, -1), f32(2, 3)),
    case("expand_dims_first", lambda tf, x: tf.expand_dims(x, -3), f32(2, 3)),
    case("expand_dims_list", lambda tf, x: tf.expand_dims(x, [0]), f32(2)),
    case("expand_dims_scalar", lambda tf, x: tf.expand_dims(x, 0), f32()),
    case("expand_dims_strings", lambda tf, x: tf.expand_dims(x, 1), WORDS),
    case("squeeze", lambda tf, x: tf.squeeze(x), f32(1, 2, 1)),
    case("squeeze_axis", lambda tf, x: tf.squeeze(x, axis=[0]), f32(1, 2, 1)),
    case("squeeze_negative", lambda tf, x: tf.squeeze(x, -1), f32(1, 2, 1)),
    case("squeeze_empty_list", lambda tf, x: tf.squeeze(x, []), f32(1, 2, 1)),
    case("squeeze_strings", lambda tf, x: tf.squeeze(tf.expand_dims(x, 0)), WORDS),
    case("broadcast_to", lambda tf, x: tf.broadcast_to(x, [2, 3]), f32(3)),
    case("broadcast_to_ones", lambda tf, x: tf.broadcast_to(x, [2, 3, 2]), f32(3, 1)),
    case(
        "broadcast_to_of_shape", lambda tf, x, y: tf.broadcast_to(x, tf.shape(y)), i32(3), f32(2, 3)
    ),
    case("broadcast_to_strings", lambda tf, x: tf.broadcast_to(x, [3, 2, 2]), WORDS),
    case("broadcast_to_bool", lambda tf, x: tf.broadcast_to(x, [2]), boolean()),
    case("ensure_shape", lambda tf, x: tf.ensure_shape(x, [None, 3]), f32(2, 3)),
    case("ensure_shape_any", lambda tf, x: tf.ensure_shape(x, None), f32(2, 3)),
    case("identity", lambda tf, x: tf.identity(x), f32(2)),
    case("identity_strings", lambda tf, x: tf.identity(x), WORDS),
    case("identity_list", lambda tf: tf.identity([1, 2])),
    case("identity_n", lambda tf, x, y: tf.identity_n([x, y]), f32(2), i32(3)),
    case("stop_gradient", lambda tf, x: tf.stop_gradient(x), f32(2)),
    case("stop_gradient_path", lambda tf, x: x * tf.stop_gradient(x), f32(2)),
    case("stop_gradient_int", lambda tf, x: tf.stop_gradient(x), i32(2)),
    case("guarantee_const", lambda tf, x: tf.guarantee_const(x), f64(2), grad=[]),
]
test_parity = parity("array_shape", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda tf: tf.reshape(tf.zeros([3, 4]), [5, 2]),
            ["[3, 4] holds 12", "[5, 2]", "needs 10"],
        ),
        (lambda tf: tf.reshape(tf.zeros([3, 4]), [-1, 5]), ["12 values", "[-1, 5]"]),
        (lambda tf: tf.reshape(tf.zeros([3, 4]), [-1, -1]), ["at most one"]),
        (lambda tf: tf.reshape(tf.zeros([3, 4]), [2.0, 6.0]), ["integers", "2.0"]),
        (lambda tf: tf.reshape(tf.zeros([3, 4]), [None, 12]), ["integers", "None"]),
        (
            lambda tf: tf.transpose(tf.zeros([3, 4]), [0, 0]),
            ["perm=[0, 0]", "permutation of [0, 1]"],
        ),
        (lambda tf: tf.transpose(tf.zeros([3, 4]), [0]), ["perm=[0]", "rank 2"]),
        (lambda tf: tf.expand_dims(tf.zeros([3, 4]), 3), ["axis=3", "from -3 to 2"]),
        (lambda tf: tf.expand_dims(tf.zeros([3, 4]), [0, 1]), ["one integer", "(0, 1)"]),
        (lambda tf: tf.squeeze(tf.zeros([3, 4]), 0), ["axis 0 has size 3", "[3, 4]"]),
        (lambda tf: tf.squeeze(tf.zeros([3, 4]), [4]), ["axis=4", "from -2 to 1"]),
        (lambda tf: tf.broadcast_to(tf.zeros([2]), [2, 3]), ["[2] cannot be broadcast to [2, 3]"]),
        (lambda tf: tf.broadcast_to(tf.zeros([2, 2]), [2]), ["[2, 2] cannot be broadcast to [2]"]),
        (lambda tf: tf.broadcast_to(tf.zeros([2]), [-1, 2]), ["[-1, 2]", "negative"]),
        (lambda tf: tf.ensure_shape(tf.zeros([3, 4]), [None, 5]), ["[3, 4]", "[None, 5]"]),
        (lambda tf: tf.broadcast_dynamic_shape([4], [5]), ["(4,)", "(5,)", "tf.expand_dims"]),
        (lambda tf: tf.broadcast_static_shape([4, 3], [2, 1]), ["(4, 3)", "4 and 2 differ"]),
        (lambda tf: tf.shape([1], out_type=tf.float32), ["float32", "tf.int64"]),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    for word in words:
        assert word in str(caught.value)


def test_unknown_keywords_name_the_nearest(tf):
    with pytest.raises(TypeError, match="Did you mean 'shape'"):
        tf.reshape([1], shap=[1])
    with pytest.raises(TypeError, match="Did you mean 'out_type'"):
        tf.shape([1], outtype=tf.int64)


def test_shapes_are_known_while_tracing(tf):
    found = []

    @tf.function
    def program(x):
        rows = tf.shape(x)[0]
        found.append(tf.get_static_value(rows))
        batch, width = tf.unstack(tf.shape(x))
        return tf.zeros([rows, 2]), tf.range(batch), tf.reshape(x, [batch * width])

    zeros, numbers, flat = program(tf.ones([3, 4]))
    assert found == [3]
    assert (zeros.shape, numbers.shape, flat.shape) == ([3, 2], [3], [12])


def test_a_shape_that_is_computed_is_refused_while_tracing(tf):
    @tf.function
    def program(x, n):
        return tf.reshape(x, [n, -1])

    with pytest.raises(ValueError, match="the argument 'shape' must be known"):
        program(tf.ones([4]), tf.constant(2))


def test_identity_of_a_variable_keeps_its_value(tf):
    variable = tf.Variable([1.0, 2.0])
    before = tf.identity(variable)
    variable.assign_add([1.0, 1.0])
    assert before.numpy().tolist() == [1.0, 2.0]


def test_stop_gradient_cuts(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x) * 2.0
    with pytest.warns(UserWarning):
        assert tape.gradient(y, x) is None

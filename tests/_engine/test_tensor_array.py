"""Tensor arrays, eagerly and in compiled loops."""

import pytest

from tests.harness.parity import case, f32, parity


def written(tf, x):
    array = tf.TensorArray(tf.float32, size=3)
    for i in range(3):
        array = array.write(i, x * float(i))
    return array.stack(), array.read(1), array.gather([2, 0]), array.size()


def loop(tf, x):
    array = tf.TensorArray(tf.float32, size=4, clear_after_read=False)

    def body(i, array, previous):
        now = previous * 0.5 + x
        return i + 1, array.write(i, now), now

    return tf.while_loop(lambda i, *_: i < 4, body, (0, array, x))[1].stack()


def unstacked(tf, x):
    array = tf.TensorArray(tf.float32, size=3).unstack(x)
    return tf.while_loop(
        lambda i, t: i < 3, lambda i, t: (i + 1, t + array.read(i)), (0, tf.zeros([2]))
    )[1]


def in_function(function):
    return lambda tf, *xs: tf.function(lambda *a: function(tf, *a), autograph=False)(*xs)


ALONE = {"vectorize": False, "traced": False}
CASES = [
    case("written", written, f32(2), **ALONE),
    case("written_compiled", in_function(written), f32(2), **ALONE),
    case(
        "dynamic",
        lambda tf, x: (
            tf.TensorArray(tf.float32, 0, dynamic_size=True).write(0, x).write(2, x).size()
        ),
        f32(2),
        **ALONE,
    ),
    case(
        "concat",
        lambda tf, x: (
            tf.TensorArray(tf.float32, 2, infer_shape=False).write(0, x).write(1, x[:1]).concat()
        ),
        f32(2),
        **ALONE,
    ),
    case(
        "split",
        lambda tf, x: tf.TensorArray(tf.float32, 2, infer_shape=False).split(x, [1, 2]).read(1),
        f32(3),
        **ALONE,
    ),
    case(
        "scatter",
        lambda tf, x: tf.TensorArray(tf.float32, 3).scatter([2, 0, 1], x).stack(),
        f32(3),
        **ALONE,
    ),
    case("loop", loop, f32(2), **ALONE),
    case("loop_compiled", in_function(loop), f32(2), **ALONE),
    case("unstack_loop", in_function(unstacked), f32(3, 2), **ALONE),
    case(
        "element_shape",
        lambda tf: (
            tf.TensorArray(tf.float32, 1, element_shape=[2]).element_shape,
            tf.TensorArray(tf.int64, 1).dtype,
        ),
        **ALONE,
    ),
]
test_parity = parity("_engine_tensor_array", CASES)


def test_results_that_are_dropped_count_eagerly(tf):
    array = tf.TensorArray(tf.float32, size=2)
    array.write(0, 1.0)
    array.write(1, 2.0)
    assert array.stack().numpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (lambda tf, a: a.write(5, 1.0), "outside of the size 2"),
        (lambda tf, a: a.write(0, tf.constant(1)), "tf.cast"),
        (lambda tf, a: a.write(0, 1.0).write(1, [1.0, 2.0]), "have shape ()"),
        (lambda tf, a: a.read(0), "nothing was written"),
        (lambda tf, a: a.grad("x"), "GradientTape"),
        (lambda tf, a: tf.TensorArray(tf.float32, handle=1), "graphs"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    with pytest.raises((TypeError, ValueError, tf.errors.OpError)) as caught:
        misuse(tf, tf.TensorArray(tf.float32, size=2))
    assert expected in str(caught.value)


def test_a_loop_of_unknown_length_needs_a_size(tf):
    @tf.function
    def f(n):
        array = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(n):
            array = array.write(i, i)
        return array.stack()

    with pytest.raises(tf.errors.InvalidArgumentError, match="size=n"):
        f(tf.constant(3))


def test_spec(tf):
    array = tf.TensorArray(tf.float32, size=2, element_shape=[3])
    spec = tf.TensorArraySpec.from_value(array)
    assert spec == tf.TensorArraySpec([3], tf.float32)
    assert spec.value_type is tf.TensorArray

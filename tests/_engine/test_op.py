"""The decorator of ops: arguments, dtypes, kernels, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keratin._engine.op import DTypeArg, Static, T, op


@pytest.fixture
def scaled(tf):
    @op(T="float complex")
    def scaled(x: T, y: T | None = None, factor: float = 1.0, dtype: DTypeArg = None):
        total = x if y is None else x + y
        return (total * factor).astype(dtype or x.dtype)

    return scaled


def test_arguments_of_every_kind(tf, scaled):
    assert scaled(tf.constant([1.0]), factor=3.0).numpy().tolist() == [3.0]
    assert scaled([1, 2]).dtype == tf.float32
    assert scaled(np.ones(2)).dtype == tf.float64
    assert scaled(tf.constant(1.0), 2).numpy() == 3.0
    assert scaled(tf.Variable(1.0), dtype="float64").dtype == tf.float64
    assert scaled(1.0, name="any name").numpy() == 1.0
    assert scaled(jnp.float32(2.0)).numpy() == 2.0
    assert scaled.__signature__.parameters["name"].default is None


def test_one_kernel_for_each_set_of_static_arguments(tf, scaled):
    for _ in range(3):
        scaled(tf.constant(1.0), factor=2.0)
        scaled(tf.constant([1.0, 2.0]), factor=2.0)
    assert len(scaled.spec.kernels) == 1
    scaled(tf.constant(1.0), factor=3.0)
    assert len(scaled.spec.kernels) == 2


@pytest.mark.parametrize(
    ("call", "kind", "expected"),
    [
        (
            lambda tf, f: f(tf.constant([1])),
            ValueError,
            "x has dtype int32, but this op takes float or complex",
        ),
        (
            lambda tf, f: f(tf.constant(1.0), tf.constant(1.0, tf.float64)),
            ValueError,
            "y is float64",
        ),
        (lambda tf, f: f(), TypeError, "missing the argument 'x'"),
        (lambda tf, f: f(1.0, factr=2.0), TypeError, "Did you mean 'factor'"),
        (lambda tf, f: f(1.0, x=2.0), TypeError, "two values for the argument 'x'"),
        (lambda tf, f: f(1.0, 2.0, 3.0, None, None, 6), TypeError, "takes 5 arguments"),
        (lambda tf, f: f(None), ValueError, "'x' is None"),
        (lambda tf, f: f("text"), ValueError, "this op takes float or complex"),
    ],
)
def test_misuse_names_the_argument(tf, scaled, call, kind, expected):
    with pytest.raises(kind) as caught:
        call(tf, scaled)
    assert expected in str(caught.value)


def test_shape_arithmetic_is_done_while_tracing(tf):
    seen = []

    @tf.function
    def f(x):
        rows = tf.shape(x)[0] * 2 + 1
        seen.append(tf.get_static_value(rows))
        return tf.zeros([rows, 1])

    assert f(tf.ones([3, 2])).shape == (7, 1)
    assert seen == [7]


def test_objects_can_take_ops_upon_themselves(tf):
    class Lazy:
        def __keratin_op__(self, function, args):
            return "lazy", function.__name__, args[1]

    assert tf.add(Lazy(), 3)[:3] == ("lazy", "add", 3)


PAIRS = "add subtract multiply maximum minimum equal not_equal less less_equal greater"


@pytest.mark.parametrize("name", [*PAIRS.split(), "greater_equal", "negative"])
def test_known_integers_follow_the_ops(tf, name):
    from keratin._engine.op import _ON_INTEGERS

    assert name in _ON_INTEGERS
    function = getattr(tf.math, name)
    given = [np.array([7, -3, 0], np.int32), np.array([2, -3, 5], np.int32)]
    given = given[:1] if name == "negative" else given
    expected = function(*map(tf.constant, given)).numpy()
    known = []

    @tf.function
    def f():
        known.append(tf.get_static_value(function(*map(tf.constant, given))))

    f()
    assert known[0].dtype == expected.dtype
    assert known[0].tolist() == expected.tolist()


def test_a_refused_argument_does_not_stand_in_for_an_equal_one(tf):
    x = tf.ones([77])  # sizes that no other test has made a kernel for
    with pytest.raises((TypeError, ValueError)):
        tf.reshape(x, (7.0, 11.0))
    assert tf.reshape(x, (7, 11)).shape == (7, 11)


@pytest.mark.parametrize("wrong", [(7.0, 13.0), [7.0, 13.0], (7.0, 13)], ids=str)
def test_an_argument_that_is_only_equal_to_a_right_one_is_refused(tf, wrong):
    x = tf.ones([91])
    for _ in range(2):
        assert tf.reshape(x, (7, 13)).shape == tf.reshape(x, [7, 13]).shape == (7, 13)
        with pytest.raises((TypeError, ValueError), match="shape must hold integers"):
            tf.reshape(x, wrong)
    with pytest.raises((TypeError, ValueError), match="shape must hold integers"):
        tf.function(lambda: tf.reshape(x, wrong))()


def test_floats_and_integers_in_tuples_have_kernels_of_their_own(tf):
    seen = []

    @op(T="float")
    def noted(x: T, values: Static = ()) -> T:
        seen.append(values)
        return x * sum(values)

    x = tf.constant(2.0)
    for _ in range(3):
        for values in ((1, 2), (1.0, 2.0), (True, 2)):
            assert noted(x, values).numpy() == 6.0
    assert [[type(v) for v in values] for values in seen][:2] == [[int, int], [float, float]]
    assert len(seen) <= 3


def test_a_body_that_knows_its_gradient_runs_and_the_other_is_pushed_forward(tf):
    @jax.custom_vjp
    def quick(x):
        return x * x

    quick.defvjp(lambda x: (x * x, x), lambda x, cotangent: (20 * x * cotangent,))

    @op(T="float", vjp=lambda x: quick(x))
    def square(x: T) -> T:
        return x * x

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    assert tape.gradient(y, x).numpy() == 60.0
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = square(x)
    assert accumulator.jvp(y).numpy() == 6.0

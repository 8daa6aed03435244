"""Gradients of losses, custom gradients and their kin."""

import numpy as np
import pytest

from keratin._engine.differentiation import value_and_gradients
from tests.harness.parity import case, f32, parity


def log1pexp(tf, x):
    @tf.custom_gradient
    def f(x):
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    return f(x)


def second_order(tf, x):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda upstream: upstream * 3 * x**2

    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = cube(x)
        first = inner.gradient(y, x)
    return first, outer.gradient(first, x)


def two_in_two_out(tf, x, y):
    @tf.custom_gradient
    def f(x, y):
        def gradient(a, b):
            return a * 2.0 + b, b * 3.0

        return (x * y, x + y), gradient

    return f(x, y)


def straight_through(tf, x):
    return tf.grad_pass_through(tf.round)(x) * x


def recomputed(tf, x):
    return tf.recompute_grad(lambda v: tf.sin(v) * v)(x)


def in_function(function):
    return lambda tf, *xs: tf.function(lambda *a: function(tf, *a), autograph=False)(*xs)


CASES = []
for name, function, inputs in (
    ("log1pexp", log1pexp, (f32(3),)),
    ("two_in_two_out", two_in_two_out, (f32(2), f32(2))),
    ("straight_through", straight_through, (f32(3),)),
    ("recomputed", recomputed, (f32(3),)),
):
    CASES.append(case(name, function, *inputs, vectorize=False))
    CASES.append(case(name + "_compiled", in_function(function), *inputs, vectorize=False))
CASES.append(case("second_order", second_order, f32(2), grad=[], vectorize=False))
test_parity = parity("_engine_differentiation", CASES)


def test_variables_of_a_custom_gradient(tf):
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def gradient(upstream, variables=None):
            assert variables == [w]
            return upstream * w, [upstream * 100.0]

        return x * w, gradient

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert [g.numpy() for g in tape.gradient(y, [x, w])] == [3.0, 100.0]


def test_misuse_is_answered_with_a_remedy(tf):
    w = tf.Variable(3.0)
    x = tf.constant(1.0)

    @tf.custom_gradient
    def silent(x):
        return x * w, lambda upstream: upstream

    @tf.custom_gradient
    def short(x, y):
        return x * y, lambda upstream: upstream

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = silent(x)
    with pytest.raises(TypeError, match="keyword argument `variables`"):
        tape.gradient(y, x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = short(x, x)
    with pytest.raises(ValueError, match="takes 2 arguments"):
        tape.gradient(y, x)
    with pytest.raises(RuntimeError, match=r"tf\.GradientTape"):
        tf.gradients(x, x)
    with pytest.raises(RuntimeError, match="jacobian"):
        tf.hessians(x, x)


def test_recomputing_reaches_variables(tf):
    w = tf.Variable(2.0)
    f = tf.recompute_grad(lambda x: x * w * w)
    with tf.GradientTape() as tape:
        y = f(tf.constant(3.0))
    assert tape.gradient(y, w).numpy() == 12.0
    assert np.isclose(y.numpy(), 12.0)


def loss_of(tf, w, spare, total):
    def function():
        total.assign_add(1.0)
        return tf.reduce_sum(w * w), {"double": w * 2, "text": "kept", "none": None}

    return function


@pytest.mark.parametrize("traced", [False, True])
def test_value_and_gradients(tf, traced):
    w, spare, count = tf.Variable([1.0, 2.0]), tf.Variable(3.0), tf.Variable(5)
    total = tf.Variable(0.0, trainable=False)

    def run():
        return value_and_gradients(loss_of(tf, w, spare, total), [w, spare, count])

    loss, rest, gradients = (tf.function(run) if traced else run)()
    assert float(loss) == 5.0
    assert rest["text"] == "kept"
    assert rest["none"] is None
    np.testing.assert_array_equal(rest["double"], [2.0, 4.0])
    np.testing.assert_array_equal(gradients[0], [2.0, 4.0])
    assert gradients[1:] == [None, None]
    assert float(total) == 1.0


def test_value_and_gradients_of_what_is_no_loss(tf):
    w = tf.Variable([1.0, 2.0])
    run = tf.function(lambda: value_and_gradients(lambda: (w * 2, None), [w])[0])
    with pytest.raises(ValueError, match=r"one real floating number; this one has shape \(2,\)"):
        run()

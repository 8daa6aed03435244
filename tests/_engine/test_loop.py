"""Loops, staged and eager."""

import pytest

from tests.harness.parity import case, f32, i32, parity


def in_function(function):
    """A row that runs `function(tf, ...)` compiled, whatever the harness does around it."""

    def run(tf, *inputs):
        return tf.function(lambda *tensors: function(tf, *tensors), autograph=False)(*inputs)

    return run


def power(tf, x, n):
    """x to the n by a loop of unknown length."""
    return tf.while_loop(
        lambda i, y: i < n, lambda i, y: (i + 1, y * x), (tf.constant(0), tf.ones_like(x))
    )[1]


def newton(tf, x):
    """A square root by steps until it is close: the length depends on the value."""
    return tf.while_loop(
        lambda r: tf.reduce_any(tf.abs(r * r - x) > 1e-4), lambda r: [(r + x / r) / 2.0], [x]
    )[0]


def bounded(tf, x):
    return tf.while_loop(
        lambda i, y: i < 100, lambda i, y: (i + 1, y * 2.0), (0, x), maximum_iterations=3
    )


def nested(tf, x):
    def outer(i, total):
        inner = tf.while_loop(
            lambda j, t: j < i, lambda j, t: (j + 1, t + x), (tf.constant(0), total)
        )
        return i + 1, inner[1]

    return tf.while_loop(lambda i, t: i < 4, outer, (tf.constant(0), x * 0.0))[1]


SHORT = {"vectorize": False}
CASES = [
    case("while", lambda tf, x: power(tf, x, 5), f32(3)),
    case("while_compiled", in_function(lambda tf, x: power(tf, x, 5)), f32(3), **SHORT),
    case(
        "while_unknown",
        in_function(lambda tf, x, n: power(tf, x, n)),
        f32(3),
        i32(low=6, high=7),
        **SHORT,
    ),
    case("while_until_close", in_function(newton), f32(2, low=1, high=9), **SHORT),
    case("while_bounded", in_function(bounded), f32(2), **SHORT),
    case("while_nested", in_function(nested), f32(), **SHORT),
    case(
        "while_long",
        in_function(
            lambda tf, x, n: tf.while_loop(
                lambda i, y: i < n, lambda i, y: (i + 1, tf.sin(y) + x), (0, x)
            )[1]
        ),
        f32(2),
        i32(low=300, high=301),
        rtol=1e-4,
        **SHORT,
    ),
    case(
        "while_one",
        in_function(lambda tf, x: tf.while_loop(lambda y: y[0] < 3.0, lambda y: y + 1.0, [x])),
        f32(2),
        **SHORT,
    ),
]
test_parity = parity("_engine_loop", CASES)


def test_loops_assign_variables(tf):
    v = tf.Variable(1.0)

    @tf.function
    def f(n):
        def body(i):
            v.assign(v * 2.0)
            return [i + 1]

        tf.while_loop(lambda i: i < n, body, [0])
        return v + 0.0

    assert f(tf.constant(3)).numpy() == 8.0
    assert f(tf.constant(2)).numpy() == 32.0
    assert v.numpy() == 32.0


def test_gradients_reach_variables_used_in_a_loop(tf):
    w = tf.Variable(2.0)

    @tf.function
    def f(x, n):
        return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * w), (0, x))[1]

    with tf.GradientTape() as tape:
        y = f(tf.constant(3.0), tf.constant(4))
    assert y.numpy() == 48.0
    assert tape.gradient(y, w).numpy() == 4 * 3.0 * 8.0


def test_forward_mode_goes_through_loops(tf):
    x = tf.constant(2.0)

    @tf.function
    def f(x, n):
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), (0, x))[1]
        return accumulator.jvp(y)

    assert f(x, tf.constant(2)).numpy() == 3 * 4.0


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (
            lambda tf, x: tf.while_loop(lambda y: y < 9.0, lambda y: tf.stack([y, y]), [x]),
            "has shape () before the loop and (2,) after a round",
        ),
        (
            lambda tf, x: tf.while_loop(lambda y: y < 9.0, lambda y: tf.cast(y, tf.float64), [x]),
            "has dtype float32 before the loop and float64",
        ),
        (lambda tf, x: tf.while_loop(lambda y: y < 9.0, lambda y: (y, y), [x]), "structure"),
        (lambda tf, x: tf.while_loop(lambda y: y, lambda y: y, [x]), "a scalar bool"),
        (lambda tf, x: tf.while_loop(lambda y: y < 1.0, lambda y: y, []), "loop_vars"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    @tf.function(autograph=False)
    def f(x):
        return misuse(tf, x)

    with pytest.raises((TypeError, ValueError)) as caught:
        f(tf.constant(2.0))
    assert expected in str(caught.value)
    assert "jax" not in str(caught.value).lower()


def test_a_range_of_unknown_length_is_for_loops(tf):
    @tf.function
    def f(n):
        return tf.range(n) * 2

    with pytest.raises(tf.errors.InvalidArgumentError, match="takes any n"):
        f(tf.constant(3))

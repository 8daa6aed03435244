"""Forward accumulators."""

from tests.harness.parity import case, f32, parity


def forward(tf, x, v):
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        y = tf.tanh(x) * tf.reduce_sum(x)
    return accumulator.jvp(y)


def hessian_vector(tf, x, v):
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x**3)
        first = tape.gradient(y, x)
    return accumulator.jvp(first)


def forward_twice(tf, x, v):
    with tf.autodiff.ForwardAccumulator(x, v) as outer:
        with tf.autodiff.ForwardAccumulator(x, v) as inner:
            y = x**4
        first = inner.jvp(y)
    return first, outer.jvp(first)


CASES = [
    case("forward", forward, f32(3), f32(3), grad=[]),
    case("hessian_vector", hessian_vector, f32(3), f32(3), grad=[]),
    case("forward_twice", forward_twice, f32(2), f32(2), grad=[]),
]
test_parity = parity("_engine_forward", CASES)

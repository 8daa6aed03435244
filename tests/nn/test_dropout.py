"""Dropout; its masks are those of TensorFlow on the CPU."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, f64, i32, parity

MANY = f32(4, 5)


def seeded(fn):
    def run(tf, *tensors):
        tf.random.set_seed(7)
        return fn(tf, *tensors)

    return run


def row(name, fn, *inputs, **options):
    # A stream moves on from call to call: eagerly, traced and mapped calls draw other masks.
    return case(name, seeded(fn), *inputs, traced=False, **options)


CASES = [
    row("dropout", lambda tf, x: tf.nn.dropout(x, 0.4), MANY),
    row("dropout_seed", lambda tf, x: tf.nn.dropout(x, 0.4, seed=3), MANY),
    row("dropout_twice", lambda tf, x: [tf.nn.dropout(x, 0.4) for _ in range(2)], MANY),
    row("dropout_noise_shape", lambda tf, x: tf.nn.dropout(x, 0.4, noise_shape=[4, 1]), MANY),
    row("dropout_noise_shape_none", lambda tf, x: tf.nn.dropout(x, 0.4, [1, None]), MANY),
    row(
        "dropout_rate_tensor",
        lambda tf, x, r: tf.nn.dropout(x, r),
        MANY,
        np.array(0.25, np.float32),
        grad=[0],
    ),
    row("dropout_zero", lambda tf, x: tf.nn.dropout(x, 0), MANY),
    row("dropout_half", lambda tf, x: tf.nn.dropout(x, 0.4), f16(4, 5)),
    row("dropout_bf16", lambda tf, x: tf.nn.dropout(x, 0.4), bf16(4, 5)),
    row("dropout_f64", lambda tf, x: tf.nn.dropout(x, 0.4), f64(4, 5)),
    row("dropout_int_list", lambda tf: tf.nn.dropout([1.0, 2.0, 3.0], 0.4)),
    case(
        "stateless",
        lambda tf, x: tf.nn.experimental.stateless_dropout(x, 0.4, [1, 2]),
        MANY,
        vectorize=False,
    ),
    case(
        "stateless_algorithm",
        lambda tf, x: tf.nn.experimental.stateless_dropout(
            x, 0.4, [1, 2], rng_alg="philox", noise_shape=[4, 1]
        ),
        MANY,
        vectorize=False,
    ),
    case(
        "general",
        lambda tf, x: tf.nn.experimental.general_dropout(
            x, 0.4, lambda shape, dtype: tf.cast(tf.reshape(tf.range(20), shape) % 3, dtype) / 3.0
        ),
        MANY,
        vectorize=False,
    ),
]
test_parity = parity("nn_dropout", CASES)


def test_traced_and_eager_draw_alike(tf):
    x = tf.ones([50])
    tf.random.set_seed(1)
    eager = [tf.nn.dropout(x, 0.5).numpy() for _ in range(2)]
    compiled = tf.function(lambda x: tf.nn.dropout(x, 0.5))
    tf.random.set_seed(1)
    traced = [compiled(x).numpy() for _ in range(2)]
    np.testing.assert_array_equal(eager, traced)
    assert (eager[0] != eager[1]).any()


def test_a_rate_of_zero_moves_the_stream_on_as_any_other(tf):
    drawn = []
    for rate in (0, 0.5):
        tf.random.set_seed(1)
        tf.nn.dropout(tf.ones([10]), rate)
        drawn.append(tf.random.uniform([3]).numpy())
    np.testing.assert_array_equal(*drawn)


def test_mistakes_are_named(tf):
    x = np.ones((2, 3), np.float32)
    for rate in (1, -0.1, "half", None):
        with pytest.raises(ValueError, match=r"number in \[0, 1\)"):
            tf.nn.dropout(x, rate)
    with pytest.raises(ValueError, match=r"expected a scalar"):
        tf.nn.dropout(x, tf.constant([0.5]))
    with pytest.raises(ValueError, match=r"does not broadcast to the shape \[2, 3\]"):
        tf.nn.dropout(x, 0.5, noise_shape=[2, 2])
    with pytest.raises(ValueError, match="int32"):
        tf.nn.dropout(np.asarray(i32(3)), 0.5)

"""Activations of tf.nn."""

import math

import jax
import numpy as np

from tests.harness.parity import bf16, case, f16, f32, i32, parity

ZEROS = np.array([-1.0, 0.0, -0.0, 1.0], np.float32)

CASES = [
    case("relu", lambda tf, x: tf.nn.relu(x), f32(2, 3)),
    case("relu_at_zero", lambda tf, x: tf.nn.relu(x), ZEROS),
    case("relu_int", lambda tf, x: tf.nn.relu(x), i32(5)),
    case("relu_half", lambda tf, x: tf.nn.relu(x), f16(5)),
    case("relu_list", lambda tf: tf.nn.relu([-1, 2])),
    case("relu6", lambda tf, x: tf.nn.relu6(x), np.array([-1, 0, 3, 6, 7], np.float32)),
    case("relu6_int", lambda tf, x: tf.nn.relu6(x), i32(6, low=-3, high=12)),
    case("relu6_bf16", lambda tf, x: tf.nn.relu6(x), bf16(4, low=-3, high=9)),
    case("elu", lambda tf, x: tf.nn.elu(x), f32(2, 3)),
    case("elu_at_zero", lambda tf, x: tf.nn.elu(x), ZEROS),
    case("elu_large", lambda tf, x: tf.nn.elu(x), np.array([-200, 200], np.float32)),
    case("selu", lambda tf, x: tf.nn.selu(x), f32(2, 3)),
    case("selu_at_zero", lambda tf, x: tf.nn.selu(x), ZEROS),
    case("selu_half", lambda tf, x: tf.nn.selu(x), f16(5)),
    case("gelu", lambda tf, x: tf.nn.gelu(x), f32(2, 3)),
    case("gelu_approximate", lambda tf, x: tf.nn.gelu(x, approximate=True), f32(2, 3)),
    case("gelu_bf16", lambda tf, x: tf.nn.gelu(x, True), bf16(5), atol=0.02),
    case("silu", lambda tf, x: tf.nn.silu(x), f32(2, 3)),
    case("silu_beta", lambda tf, x: tf.nn.silu(x, beta=1.7), f32(2, 3)),
    case("silu_beta_tensor", lambda tf, x, b: tf.nn.silu(x, b), f32(2, 3), f32()),
    case("silu_large", lambda tf, x: tf.nn.silu(x), np.array([-200, 200], np.float32)),
    case("swish", lambda tf, x: tf.nn.swish(x), f32(4)),
    case("leaky_relu", lambda tf, x: tf.nn.leaky_relu(x), f32(2, 3)),
    case("leaky_relu_alpha", lambda tf, x: tf.nn.leaky_relu(x, alpha=0.5), ZEROS),
    case("leaky_relu_int", lambda tf, x: tf.nn.leaky_relu(x), i32(5)),
    case("leaky_relu_half", lambda tf, x: tf.nn.leaky_relu(x), f16(5)),
    case("crelu", lambda tf, x: tf.nn.crelu(x), f32(2, 3)),
    case("crelu_axis", lambda tf, x: tf.nn.crelu(x, axis=0), f32(2, 3)),
    case("crelu_int", lambda tf, x: tf.nn.crelu(x), i32(4)),
]
test_parity = parity("nn_activations", CASES)


def test_names_of_math_are_the_same_objects(tf):
    assert tf.nn.swish is tf.nn.silu
    assert tf.nn.sigmoid is tf.math.sigmoid
    assert tf.nn.tanh is tf.math.tanh
    assert tf.nn.softmax is tf.math.softmax


def test_nan_stays_nan(tf):
    for name in ("relu", "relu6", "elu", "selu", "gelu", "silu", "leaky_relu"):
        result = getattr(tf.nn, name)(tf.convert_to_tensor([np.nan, 1.0]))
        assert np.isnan(result.numpy()[0]), name


def test_gelu_is_exact_in_double_and_in_the_tail(tf):
    # TensorFlow rounds the square root of 2 to float32, so its float64 is no oracle.
    x = np.array([-8.0, -1.0, 0.3], np.float64)
    expected = [0.5 * v * math.erfc(-v / math.sqrt(2)) for v in x]
    np.testing.assert_allclose(tf.nn.gelu(x).numpy(), expected, rtol=1e-13)


def test_another_number_is_not_another_program(tf):
    x, zeros, ones = tf.constant([[-1.0, 2.0]]), tf.zeros([2]), tf.ones([2])
    compiled = []

    def listen(event, *args, **kwargs):
        compiled.append(event) if "backend_compile" in event else None

    calls = [
        lambda rate: tf.nn.dropout(x, rate, seed=1),
        lambda rate: tf.nn.experimental.stateless_dropout(x, rate, [1, 2]),
        lambda alpha: tf.nn.leaky_relu(x, alpha),
        lambda epsilon: tf.nn.batch_normalization(x, zeros, ones, None, None, epsilon),
        lambda epsilon: tf.math.l2_normalize(x, 1, epsilon),
        lambda bound: tf.clip_by_value(x, bound, 1.0),
        lambda bound: tf.clip_by_norm(x, bound),
    ]
    for call in calls:
        call(0.9)
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        tf.zeros([3, 1, 7, 11]) + 1.0  # a new shape: the listener hears of it
        assert compiled
        compiled.clear()
        for call in calls:
            for step in range(1, 31):
                call(step / 40)
        assert not compiled
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)

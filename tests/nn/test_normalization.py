"""Moments and what is normalised by them."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, f64, i32, parity

# Far from zero much is cancelled, and how much is left depends on the compiler.
pytestmark = pytest.mark.optimized

POSITIVE = {"low": 0.1, "high": 2.0}

CASES = [
    case("moments", lambda tf, x: tf.nn.moments(x, [0]), f32(3, 2)),
    case("moments_all", lambda tf, x: tf.nn.moments(x, [0, 1, 2]), f32(3, 2, 2)),
    case("moments_keepdims", lambda tf, x: tf.nn.moments(x, [-1], keepdims=True), f32(3, 4)),
    case(
        "moments_far_from_zero",
        lambda tf, x: tf.nn.moments(x, [0]),
        np.array([10000, 10001, 10002], np.float32),
    ),
    case("moments_half", lambda tf, x: tf.nn.moments(x, [0]), f16(5, 2)),
    case("moments_bf16", lambda tf, x: tf.nn.moments(x, [0]), bf16(4, 2), atol=0.03),
    case("moments_f64", lambda tf, x: tf.nn.moments(x, [0]), f64(5, 2)),
    case("moments_int", lambda tf, x: tf.nn.moments(x, [0]), i32(5, 2)),
    case(
        "weighted",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        f32(3, 2),
        f32(3, 2, **POSITIVE),
    ),
    case(
        "weighted_broadcast",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w, keepdims=True),
        f32(3, 2),
        f32(3, 1, **POSITIVE),
    ),
    case(
        "weighted_wide",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        f32(3, 1),
        f32(3, 2, **POSITIVE),
    ),
    case(
        "weighted_int",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        f32(3, 2),
        i32(3, 1, low=0, high=4),
    ),
    case(
        "weighted_none",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        f32(3),
        np.zeros(3, np.float32),
    ),
    case(
        "weighted_half",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        f16(3),
        f16(3, **POSITIVE),
    ),
    case("sufficient", lambda tf, x: tf.nn.sufficient_statistics(x, [0, 2])[:3], f32(3, 2, 2)),
    case(
        "sufficient_keepdims",
        lambda tf, x: tf.nn.sufficient_statistics(x, [-1], keepdims=True)[:3],
        f32(3, 2),
    ),
    case(
        "sufficient_shift",
        lambda tf, x, s: tf.nn.sufficient_statistics(x, [0], s),
        f32(3, 2),
        f32(2),
    ),
    case("sufficient_int", lambda tf, x: tf.nn.sufficient_statistics(x, [0])[:3], i32(3, 2)),
    case("normalize", lambda tf, m, v: tf.nn.normalize_moments(4.0, m, v, None), f32(3), f32(3)),
    case(
        "normalize_shift",
        lambda tf, m, v, s: tf.nn.normalize_moments(4.0, m, v, s),
        f32(3),
        f32(3),
        f32(3),
    ),
    case(
        "batch",
        lambda tf, x, m, v, o, s: tf.nn.batch_normalization(x, m, v, o, s, 0.001),
        f32(3, 2),
        f32(2),
        f32(2, **POSITIVE),
        f32(2),
        f32(2),
    ),
    case(
        "batch_plain",
        lambda tf, x, m, v: tf.nn.batch_normalization(x, m, v, None, None, 0.1),
        f32(3, 2),
        f32(2),
        f32(2, **POSITIVE),
    ),
    case(
        "batch_image",
        lambda tf, x, m, v, o: tf.nn.batch_normalization(x, m, v, o, None, 0.1),
        f32(1, 2, 2, 2),
        f32(1, 1, 1, 2),
        f32(1, 1, 1, 2, **POSITIVE),
        f32(2),
    ),
    case(
        "batch_mixed",
        lambda tf, x, m, v, o, s: tf.nn.batch_normalization(x, m, v, o, s, 0.001),
        f16(3, 2),
        f32(2),
        f32(2, **POSITIVE),
        f32(2),
        f32(2),
        rtol=1e-2,
    ),
    case(
        "global",
        lambda tf, x, m, v, b, g: tf.nn.batch_norm_with_global_normalization(
            x, m, v, b, g, 0.001, True
        ),
        f32(1, 2, 2, 2),
        f32(2),
        f32(2, **POSITIVE),
        f32(2),
        f32(2),
    ),
    case(
        "global_no_scale",
        lambda tf, x, m, v, b: tf.nn.batch_norm_with_global_normalization(
            x, m, v, b, b, 0.001, False
        ),
        f32(1, 2, 2, 2),
        f32(2),
        f32(2, **POSITIVE),
        f32(2),
    ),
    case("lrn", lambda tf, x: tf.nn.lrn(x), f32(1, 2, 2, 8)),
    case(
        "lrn_options",
        lambda tf, x: tf.nn.local_response_normalization(x, 1, 2.0, 0.3, 0.75),
        f32(1, 2, 2, 4),
    ),
    case("lrn_half", lambda tf, x: tf.nn.lrn(x, 2), f16(1, 1, 2, 4)),
]
test_parity = parity("nn_normalization", CASES)


def test_lrn_has_two_names(tf):
    assert tf.nn.lrn is tf.nn.local_response_normalization


def test_mistakes_are_named(tf):
    with pytest.raises(ValueError, match="axes=2 is out of range for a tensor of rank 2"):
        tf.nn.moments(np.ones((2, 2), np.float32), [2])
    with pytest.raises(ValueError, match="expected 4"):
        tf.nn.lrn(np.ones((2, 2), np.float32))
    with pytest.raises(ValueError, match=r"\[2, 3\] and \[4\] and \[4\] cannot be broadcast"):
        tf.nn.batch_normalization(
            np.ones((2, 3), np.float32),
            np.ones(4, np.float32),
            np.ones(4, np.float32),
            None,
            None,
            0.1,
        )

import numpy as np
import pytest

from tests.harness.parity import c64, case, f16, f32, f64, i32, i64, parity, u8

NAMES = ["cumsum", "cumprod", "cumulative_logsumexp"]


def running(name, **options):
    return lambda tf, x: getattr(tf.math, name)(x, **options)


CASES = [
    *[
        case(f"{n}_{e}_{r}", running(n, exclusive=e, reverse=r), f32(5))
        for n in NAMES
        for e in (False, True)
        for r in (False, True)
    ],
    *[case(f"{n}_axis", running(n, axis=-2, reverse=True), f64(2, 3, 2)) for n in NAMES],
    *[case(f"{n}_exclusive_axis", running(n, axis=1, exclusive=True), f32(2, 3)) for n in NAMES],
    *[case(f"{n}_half", running(n), f16(3)) for n in NAMES],
    *[case(f"{n}_empty", running(n, exclusive=True), f32(0, 2)) for n in NAMES],
    *[case(f"{n}_int32", running(n, axis=1), i32(2, 3)) for n in NAMES[:2]],
    *[case(f"{n}_uint8_wraps", running(n), u8(5, low=100, high=200)) for n in NAMES[:2]],
    case("cumsum_int64", running("cumsum", exclusive=True), i64(4)),
    case("cumsum_complex", running("cumsum"), c64(3)),
    case("cumprod_complex", running("cumprod"), c64(3), grad=[]),
    case("cumsum_axis_of_tensor", lambda tf, x: tf.cumsum(x, axis=tf.constant(1)), f32(2, 3)),
    case("cumprod_zero", running("cumprod"), np.array([2, 0, 3, 4], np.float32)),
    case("cumprod_zeros", running("cumprod", exclusive=True), np.array([2, 0, 3, 0], np.float32)),
    case(
        "cumulative_logsumexp_infinite",
        running("cumulative_logsumexp"),
        np.array([-np.inf, -np.inf, 1, 1000, -1000], np.float32),
        grad=[],
    ),
]
test_parity = parity("math_cumulative", CASES)


@pytest.mark.parametrize("name", NAMES)
def test_axis_out_of_range(tf, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match="axis=1 is out of range"):
        getattr(tf.math, name)(tf.constant([1.0, 2.0]), axis=1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="A scalar has no axes"):
        getattr(tf.math, name)(1.0)


def test_booleans_are_not_added(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="bool"):
        tf.cumsum(tf.constant([True, False]))

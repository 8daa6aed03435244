import numpy as np
import pytest

from tests.harness.parity import bf16, boolean, c64, case, f16, f32, f64, i32, parity

INF = np.inf
LARGE = np.array([-1000, -20, -1e-6, 0, 1e-6, 20, 1000], np.float32)
ENDLESS = np.array([INF, -INF, np.nan], np.float32)
SQUASHING = ["sigmoid", "log_sigmoid", "softplus", "softsign"]
NORMALISING = ["softmax", "log_softmax"]


def unary(name, **options):
    return lambda tf, x: getattr(tf.math, name)(x, **options)


CASES = [
    *[case(f"{n}_float32", unary(n), f32(2, 3)) for n in SQUASHING],
    *[case(f"{n}_float64", unary(n), f64(2, 3)) for n in SQUASHING],
    *[case(f"{n}_float16", unary(n), f16(3)) for n in SQUASHING],
    *[case(f"{n}_bfloat16", unary(n), bf16(3)) for n in SQUASHING],
    *[case(f"{n}_large", unary(n), LARGE) for n in SQUASHING],
    *[case(f"{n}_endless", unary(n), ENDLESS, grad=[]) for n in SQUASHING],
    case("sigmoid_complex", unary("sigmoid"), c64(3)),
    *[case(f"{n}_float32", unary(n), f32(2, 3)) for n in NORMALISING],
    *[case(f"{n}_float64_axis", unary(n, axis=1), f64(2, 3, 2)) for n in NORMALISING],
    *[case(f"{n}_float16", unary(n, axis=-2), f16(3, 2)) for n in NORMALISING],
    *[case(f"{n}_bfloat16", unary(n), bf16(4)) for n in NORMALISING],
    *[case(f"{n}_large", unary(n), LARGE) for n in NORMALISING],
    *[
        case(f"{n}_minus_infinity", unary(n), np.array([-INF, 1, 2], np.float32))
        for n in NORMALISING
    ],
    case("log_softmax_infinity", unary("log_softmax"), np.array([INF, 1], np.float32), grad=[]),
    *[case(f"{n}_no_classes", unary(n), f32(2, 0)) for n in NORMALISING],
    case("l2_normalize", unary("l2_normalize"), f32(2, 3)),
    case("l2_normalize_axis", unary("l2_normalize", axis=1), f64(2, 3)),
    case("l2_normalize_axes", unary("l2_normalize", axis=(0, -1)), f32(2, 3, 2)),
    case("l2_normalize_dim", lambda tf, x: tf.nn.l2_normalize(x, dim=0), f32(2, 3)),
    case("l2_normalize_epsilon", unary("l2_normalize", epsilon=100.0), f32(3)),
    case("l2_normalize_zero", unary("l2_normalize"), np.zeros(2, np.float32)),
    case("l2_normalize_complex", unary("l2_normalize"), c64(3), grad=[]),
    case("zero_fraction", unary("zero_fraction"), np.array([0, 1, 0, 2], np.float32)),
    case("zero_fraction_int", unary("zero_fraction"), i32(2, 3, low=0, high=2)),
    case("zero_fraction_float64", unary("zero_fraction"), f64(3)),
    case("zero_fraction_empty", unary("zero_fraction"), f32(0)),
]
test_parity = parity("math_activation", CASES)


def test_names_of_one_function(tf):
    assert tf.sigmoid is tf.math.sigmoid is tf.nn.sigmoid
    assert tf.nn.softmax is tf.math.softmax
    assert tf.nn.l2_normalize is tf.math.l2_normalize


@pytest.mark.parametrize("name", NORMALISING)
def test_a_scalar_has_no_classes(tf, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match="an axis of classes"):
        getattr(tf.nn, name)(1.0)


def test_axis_out_of_range(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="axis=2 is out of range"):
        tf.nn.softmax(tf.constant([[1.0, 2.0]]), axis=2)


def test_no_softmax_of_integers(tf):
    with pytest.raises((TypeError, ValueError), match=r"tf.cast\(\w+, tf.float32\)"):
        tf.nn.softmax(tf.constant([1, 2]))


def test_share_of_false(tf):
    assert tf.math.zero_fraction(tf.constant(boolean(4))).dtype == tf.float32

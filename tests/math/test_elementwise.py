import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.parity import bf16, c64, case, f16, f32, f64, i8, i32, i64, parity, u8

INF, NAN = np.inf, np.nan
EDGES = np.array([0, -0.0, 1, -1, INF, -INF, NAN], np.float32)
AT_0 = np.array([0, 1, -1, 4], np.float32)
ANY = [
    "exp",
    "expm1",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "atan",
    "square",
    "sigmoid",
]
POSITIVE = ["sqrt", "rsqrt", "log", "log1p"]
WITHIN_ONE = ["asin", "acos", "atanh"]
ROUNDING = ["floor", "ceil", "rint", "round"]


def unary(name):
    return lambda tf, x: getattr(tf.math, name)(x)


CASES = [
    *[case(f"{n}_float32", unary(n), f32(2, 3)) for n in ANY],
    *[case(f"{n}_float64", unary(n), f64(2, 3)) for n in ANY],
    *[case(f"{n}_float16", unary(n), f16(3)) for n in ANY],
    *[case(f"{n}_bfloat16", unary(n), bf16(3)) for n in ("exp", "tanh", "sigmoid", "square")],
    *[case(f"{n}_float32", unary(n), f32(2, 3, low=0.1, high=5)) for n in POSITIVE],
    *[case(f"{n}_float64", unary(n), f64(2, 3, low=0.1, high=5)) for n in POSITIVE],
    *[case(f"{n}_float32", unary(n), f32(2, 3, low=-0.9, high=0.9)) for n in WITHIN_ONE],
    *[case(f"{n}_float64", unary(n), f64(2, 3, low=-0.9, high=0.9)) for n in WITHIN_ONE],
    case("acosh_float32", unary("acosh"), f32(2, 3, low=1.1, high=5)),
    *[
        case(f"{n}_complex", unary(n), c64(2, 3))
        for n in [*ANY, *POSITIVE, *WITHIN_ONE, "acosh", "abs", "sign"]
    ],
    *[
        case(f"{n}_edges", unary(n), EDGES, grad=[])
        for n in [*ANY, *POSITIVE, *WITHIN_ONE, "acosh", "abs", "sign", *ROUNDING]
    ],
    *[
        case(f"{n}_gradient_at_zero", unary(n), np.zeros(1, np.float32))
        for n in ["abs", "sign", "sqrt", "rsqrt", "log", "tanh", "square", *ROUNDING]
    ],
    *[
        case(f"{n}_gradient_at_one", unary(n), np.ones(1, np.float32))
        for n in ["asin", "acos", "acosh", "atanh"]
    ],
    case("abs_float32", unary("abs"), f32(2, 3)),
    case("abs_int8", unary("abs"), i8(5)),
    case("abs_complex_zero", unary("abs"), np.array([0, 1 + 2j])),
    case("sign_int64", unary("sign"), i64(5)),
    case("sign_float32", unary("sign"), f32(5)),
    case("sign_complex_zero", unary("sign"), np.array([0j]), grad=[]),
    case("square_int32", unary("square"), i32(5)),
    case("square_uint8", unary("square"), u8(5)),
    *[
        case(f"{n}_halves", unary(n), np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4], np.float32))
        for n in ROUNDING
    ],
    case("round_int32", unary("round"), i32(5)),
    case("round_float16", unary("round"), f16(5)),
    case("exp_scalar", unary("exp"), f32()),
    case("exp_empty", unary("exp"), f32(0, 2)),
    case("atan2", lambda tf, y, x: tf.atan2(y, x), f32(2, 3), f32(3)),
    case(
        "atan2_quadrants",
        lambda tf, y, x: tf.atan2(y, x),
        np.array([0.0, -0.0, 0.0, 1, -1, 1]),
        np.array([1.0, -1.0, -1.0, 0, 0, -1]),
    ),
    case("atan2_half", lambda tf, y, x: tf.atan2(y, x), f16(3), f16(3)),
    case("nextafter", lambda tf, x, y: tf.math.nextafter(x, y), f32(2, 3), f32(3), rtol=1e-7),
    *[
        case(
            f"{n}_not_chosen", lambda tf, x, n=n: tf.where(x > 0, getattr(tf.math, n)(x), 0.0), AT_0
        )
        for n in ("sqrt", "rsqrt", "reciprocal")
    ],
    case("nextafter_float64", lambda tf, x: tf.math.nextafter(x, 0.0), f64(3), rtol=1e-16),
]
test_parity = parity("math_elementwise", CASES)


@pytest.mark.parametrize(
    ("name", "second"),
    [("sqrt", [0, -1 / 32]), ("rsqrt", [0, 3 / 128]), ("reciprocal", [0, 1 / 32])],
)
def test_second_gradient_where_not_chosen_is_zero(tf, name, second):
    x = tf.constant([0.0, 4.0])

    def total(x):
        return tf.reduce_sum(tf.where(x > 0, getattr(tf.math, name)(x), 0.0))

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = total(x)
        return tape.gradient(y, x)

    def curvature(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = slope(x)
        return tape.gradient(y, x)

    for function in (curvature, tf.function(curvature)):
        np.testing.assert_allclose(function(x).numpy(), second, rtol=1e-5)
    with tf.autodiff.ForwardAccumulator(x, tf.ones(2)) as forward:
        y = slope(x)
    np.testing.assert_allclose(forward.jvp(y).numpy()[1], second[1], rtol=1e-5)


@pytest.mark.parametrize("name", ["exp", "sqrt", "sin", "floor", "sigmoid"])
def test_integers_are_refused_with_a_remedy(tf, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf.cast\(x, tf.float32\)"):
        getattr(tf.math, name)(tf.constant([1, 2]))


def test_no_gradient_flows_through_rounding(tf):
    x = tf.constant([0.3, 1.7])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x + tf.round(x) - tf.floor(x)
    assert tape.gradient(y, x).numpy().tolist() == [1.0, 1.0]


DOMAINS = {
    **dict.fromkeys(ANY, (-2.0, 2.0)),
    **dict.fromkeys(POSITIVE, (0.2, 4.0)),
    **dict.fromkeys(WITHIN_ONE, (-0.8, 0.8)),
    "acosh": (1.2, 4.0),
}


@pytest.mark.parametrize("name", sorted(DOMAINS))
@settings(max_examples=5, deadline=None, derandomize=True)
@given(data=st.data())
def test_gradient_is_the_slope(tf, name, data):
    low, high = DOMAINS[name]
    point = data.draw(st.floats(low, high))
    step = 1e-5
    x = tf.constant([point - step, point, point + step], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(tf.math, name)(x)
    slope = (y[2].numpy() - y[0].numpy()) / (2 * step)
    assert tape.gradient(y, x).numpy()[1] == pytest.approx(slope, rel=1e-6, abs=1e-7)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.parity import (
    bf16,
    boolean,
    c64,
    c128,
    case,
    f16,
    f32,
    f64,
    i32,
    i64,
    parity,
    text,
    u8,
    u64,
)

INF, NAN = np.inf, np.nan
NUMBERS = ["reduce_sum", "reduce_mean", "reduce_prod", "reduce_euclidean_norm"]
ORDERED = ["reduce_max", "reduce_min"]
STATISTICS = ["reduce_variance", "reduce_std"]
FLOATS = [*NUMBERS, *ORDERED, *STATISTICS, "reduce_logsumexp"]


def floats(*values):
    return np.array(values, np.float32)


def reduced(name, **options):
    return lambda tf, x: getattr(tf.math, name)(x, **options)


CASES = [
    *[case(f"{n}_all", reduced(n), f32(2, 3)) for n in FLOATS],
    *[case(f"{n}_axis_tuple", reduced(n, axis=(0, -1)), f32(2, 3, 2)) for n in FLOATS],
    *[case(f"{n}_keepdims", reduced(n, axis=[-1], keepdims=True), f64(2, 3)) for n in FLOATS],
    *[case(f"{n}_axis_0", reduced(n, axis=0), f16(2, 3)) for n in FLOATS],
    *[case(f"{n}_bfloat16", reduced(n), bf16(4)) for n in ["reduce_sum", "reduce_max"]],
    *[case(f"{n}_no_axes", reduced(n, axis=[]), f32(2, 3)) for n in ["reduce_sum", "reduce_max"]],
    *[case(f"{n}_axis_of_tensor", reduced(n, axis=np.array([1])), f32(2, 3)) for n in NUMBERS[:2]],
    *[case(f"{n}_scalar", reduced(n), f32()) for n in ["reduce_sum", "reduce_mean", "reduce_max"]],
    *[case(f"{n}_int32", reduced(n, axis=1), i32(2, 3)) for n in [*NUMBERS, *ORDERED]],
    *[case(f"{n}_uint8", reduced(n), u8(5)) for n in [*NUMBERS, *ORDERED]],
    *[case(f"{n}_int64", reduced(n), i64(5)) for n in [*NUMBERS, *ORDERED]],
    *[case(f"{n}_uint64", reduced(n), u64(5)) for n in ["reduce_sum", "reduce_mean"]],
    *[case(f"{n}_complex", reduced(n, axis=0), c64(2, 3)) for n in NUMBERS[:3]],
    case("reduce_euclidean_norm_complex", reduced("reduce_euclidean_norm"), c128(3), grad=[]),
    *[case(f"{n}_complex", reduced(n, axis=0), c128(2, 3), grad=[]) for n in STATISTICS],
    *[case(f"{n}_empty", reduced(n, axis=0), f32(0, 2), grad=[]) for n in [*FLOATS]],
    *[case(f"{n}_empty_int", reduced(n), i32(0)) for n in [*NUMBERS, *ORDERED]],
    case("reduce_mean_rounds_to_zero", reduced("reduce_mean"), np.array([-7, 0], np.int32)),
    case("reduce_mean_int8", reduced("reduce_mean"), np.array([127, 127, 127], np.int8)),
    case("reduce_sum_int8_wraps", reduced("reduce_sum"), np.array([127, 127, 127], np.int8)),
    *[case(f"{n}_ties", reduced(n, axis=1), floats([1, 1, 0], [0, 2, 0])) for n in ORDERED],
    *[case(f"{n}_nan", reduced(n), floats(1, NAN, 2), grad=[]) for n in ORDERED],
    case("reduce_prod_zero", reduced("reduce_prod", axis=1), floats([0, 2, 3], [0, 0, 3])),
    case("reduce_euclidean_norm_zero", reduced("reduce_euclidean_norm"), floats(0, 0)),
    case("reduce_std_zero", reduced("reduce_std"), floats(1, 1)),
    case("reduce_logsumexp_large", reduced("reduce_logsumexp"), floats(1000, 1000.5, -1000)),
    case("reduce_logsumexp_minus_infinity", reduced("reduce_logsumexp"), floats(-INF, -INF)),
    case("reduce_logsumexp_some_infinite", reduced("reduce_logsumexp"), floats(-INF, 1.0)),
    case("reduce_logsumexp_infinity", reduced("reduce_logsumexp"), floats(INF, 1.0)),
    *[case(f"{n}", reduced(n), boolean(2, 3)) for n in ["reduce_all", "reduce_any"]],
    *[case(f"{n}_axis", reduced(n, axis=1), boolean(3, 2)) for n in ["reduce_all", "reduce_any"]],
    *[
        case(f"{n}_empty", reduced(n, axis=1, keepdims=True), boolean(2, 0))
        for n in ["reduce_all", "reduce_any"]
    ],
    case("count_nonzero", reduced("count_nonzero"), floats(0, 1, NAN, -0.0), grad=[]),
    case("count_nonzero_axis", reduced("count_nonzero", axis=1, keepdims=True), i32(2, 3, high=2)),
    case("count_nonzero_bool", reduced("count_nonzero", dtype="int32"), boolean(5)),
    case("count_nonzero_complex", reduced("count_nonzero"), c64(2), grad=[]),
    case("count_nonzero_string", reduced("count_nonzero", axis=0), text([["a", ""], ["b", ""]])),
    *[case(f"{n}", reduced(n), i32(3, 4)) for n in ["argmax", "argmin"]],
    *[
        case(f"{n}_last_axis", reduced(n, axis=-1), f32(2, 3, 2), grad=[])
        for n in ["argmax", "argmin"]
    ],
    *[case(f"{n}_int32", reduced(n, output_type="int32"), u8(5)) for n in ["argmax", "argmin"]],
    *[case(f"{n}_ties", reduced(n), floats(1, 2, 2, 1, 1), grad=[]) for n in ["argmax", "argmin"]],
    *[case(f"{n}_bool", reduced(n), boolean(4)) for n in ["argmax", "argmin"]],
    *[
        case(f"{n}_nan_{i}", reduced(n), x, grad=[], vectorize=False)
        for n in ["argmax", "argmin"]
        for i, x in enumerate([floats(1, NAN, 2), floats(NAN, 1, NAN), floats(NAN, NAN)])
    ],
    case("argmax_int16_index", reduced("argmax", output_type="int16"), f16(3), grad=[]),
    case("argmax_uint16_index", reduced("argmax", output_type="uint16"), bf16(3), grad=[]),
    case(
        "std_not_chosen",
        lambda tf, x: tf.where(x[:, 0] > 1, tf.math.reduce_std(x, 1), 0),
        np.array([[1, 1], [2, 4]], np.float32),
    ),
]
test_parity = parity("math_reduction", CASES)


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_max", "reduce_logsumexp", "argmax"])
def test_axis_out_of_range(tf, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"axis=2 .* rank 2.*from -2 to 1"):
        getattr(tf.math, name)(tf.zeros([2, 3]), axis=2)


def test_axis_named_twice(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="more than once"):
        tf.reduce_sum(tf.zeros([2, 3]), axis=[0, -2])


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean", "reduce_max"])
def test_booleans_are_not_added(tf, name):
    with pytest.raises(tf.errors.InvalidArgumentError, match="dtype bool"):
        getattr(tf, name)(tf.constant([True]))


def test_numbers_are_no_truth_values(tf):
    with pytest.raises((TypeError, ValueError), match="bool"):
        tf.reduce_any(tf.constant([1, 0]))


def test_no_variance_of_integers(tf):
    with pytest.raises((TypeError, ValueError), match=r"tf.cast\(\w+, tf.float32\)"):
        tf.math.reduce_variance(tf.constant([1, 2]))


def test_extreme_of_nothing(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="is empty"):
        tf.argmax(tf.zeros([0, 2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="A scalar has no axes"):
        tf.argmax(1.0)


SHAPES = st.lists(st.integers(1, 3), min_size=1, max_size=3)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min"])
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_as_numpy_reduces(tf, name, data):
    shape = data.draw(SHAPES)
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True))
    keepdims = data.draw(st.booleans())
    x = np.random.RandomState(len(axes)).standard_normal(shape)
    ours = getattr(tf, f"reduce_{name}")(tf.constant(x), axis=axes, keepdims=keepdims)
    theirs = getattr(np, name)(x, axis=tuple(axes), keepdims=keepdims)
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-12)


@pytest.mark.parametrize("name", FLOATS)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000))
def test_gradient_is_the_slope(tf, name, seed):
    x, direction = np.random.RandomState(seed).standard_normal((2, 4))
    function = getattr(tf.math, name)
    point = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(point)
        y = function(point)
    step = 1e-6
    ahead, behind = (function(tf.constant(x + s * direction)).numpy() for s in (step, -step))
    slope = (ahead - behind) / (2 * step)
    assert tape.gradient(y, point).numpy() @ direction == pytest.approx(slope, rel=1e-5, abs=1e-7)

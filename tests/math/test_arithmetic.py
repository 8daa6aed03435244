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
    i8,
    i16,
    i32,
    i64,
    parity,
    text,
    u8,
    u16,
    u32,
    u64,
)

NAN, INF = float("nan"), float("inf")


def floats(*values):
    return np.array(values, np.float32)


X, Y = i32(2, 3, low=-9, high=10), i32(2, 3, low=1, high=5)
SIGNED, DIVISOR = np.array([7, -7, 7, -7, 0]), np.array([2, 2, -2, -2, 3])

CASES = [
    case("add", lambda tf, x, y: tf.add(x, y), f32(2, 3), f32(2, 3)),
    case("add_broadcast", lambda tf, x, y: tf.add(x, y), f32(2, 1, 3), f32(4, 1)),
    case("add_number", lambda tf, x: tf.add(x, 2), f32(3)),
    case("add_number_first", lambda tf, x: 2 + x, f64(3)),
    case("add_list", lambda tf, x: tf.add(x, [1, 2, 3]), f16(3)),
    case("add_bfloat16", lambda tf, x, y: tf.add(x, y), bf16(2, 3), bf16(2, 3)),
    case("add_complex", lambda tf, x, y: tf.add(x, y), c64(2, 3), c64(3)),
    case("add_uint8_wraps", lambda tf, x: tf.add(x, 250), u8(4)),
    case("add_scalars", lambda tf, x, y: tf.add(x, y), f32(), f32()),
    case("add_empty", lambda tf, x, y: tf.add(x, y), f32(0, 3), f32(3)),
    case("add_strings", lambda tf, x: tf.add(x, "!"), text([["a", "b"], ["c", "d"]])),
    case("add_strings_scalar", lambda tf, x, y: tf.add(x, y), text("a"), text("b")),
    case("add_mixed_numpy", lambda tf, x: tf.add(np.arange(3), tf.cast(x, tf.int64)), i32(3)),
    case("subtract", lambda tf, x, y: tf.subtract(x, y), f32(2, 3), f32(3)),
    case("subtract_uint_wraps", lambda tf, x, y: tf.subtract(x, y), u16(4), u16(4)),
    case("subtract_number_first", lambda tf, x: tf.subtract(1.0, x), bf16(3)),
    case("multiply", lambda tf, x, y: tf.multiply(x, y), f32(2, 3), f32(2, 1)),
    case("multiply_complex", lambda tf, x, y: tf.multiply(x, y), c64(2, 3), c64(2, 3)),
    case("multiply_int64", lambda tf, x, y: tf.multiply(x, y), i64(2, 3), i64(2, 3)),
    *[
        case(f"truediv_{name}", lambda tf, x, y: tf.truediv(x, y), x, y)
        for name, x, y in [
            ("int8", i8(4), i8(4, low=1, high=5)),
            ("uint16", u16(4), u16(4, low=1, high=5)),
            ("int32", i32(4), i32(4, low=1, high=5)),
            ("int64", i64(4), i64(4, low=1, high=5)),
            ("uint64", u64(4), u64(4, low=1, high=5)),
            ("half", f16(4), f16(4)),
            ("float", f32(2, 3), f32(3)),
            ("complex", c64(2, 3), c64(3)),
        ]
    ],
    case("truediv_int_by_zero", lambda tf, x: tf.truediv(x, 0), i32(4)),
    case("divide", lambda tf, x, y: tf.divide(x, y), i32(4), i32(4, low=1, high=5)),
    case("divide_number", lambda tf, x: tf.divide(x, 4), f32(3)),
    case("realdiv", lambda tf, x, y: tf.realdiv(x, y), f32(2, 3), f32(2, 3)),
    case("realdiv_by_zero", lambda tf, x, y: tf.realdiv(x, y), floats(0, 1, -1), floats(0, 0, 0)),
    *[
        case(
            f"{name}_{np.dtype(dtype).name}",
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            SIGNED.astype(dtype),
            DIVISOR.astype(dtype),
        )
        for name in ("floordiv", "floormod")
        for dtype in (np.int8, np.int16, np.int32, np.int64, np.float16, np.float32, np.float64)
    ],
    case("floordiv_uint8", lambda tf, x, y: tf.math.floordiv(x, y), u8(5), u8(5, low=1, high=4)),
    case("floormod_uint32", lambda tf, x, y: tf.math.floormod(x, y), u32(5), u32(5, low=1, high=4)),
    case(
        "floordiv_rounds_the_quotient",
        lambda tf, x, y: tf.math.floordiv(x, y),
        floats(1, -1, 5, 1),
        floats(0.1, 0.1, 0, INF),
    ),
    case(
        "floormod_of_infinities",
        lambda tf, x, y: tf.math.floormod(x, y),
        floats(5, -5, 5, -0.0, INF),
        floats(INF, INF, -INF, 3, 2),
        grad=[],
    ),
    case("floormod_broadcast", lambda tf, x, y: tf.math.floormod(x, y), f32(2, 3), f32(3)),
    case("mod", lambda tf, x: tf.math.mod(x, 3), i32(2, 3)),
    case("truncatediv_int32", lambda tf, x, y: tf.truncatediv(x, y), X, Y),
    case("truncatediv_uint8", lambda tf, x: tf.truncatediv(x, 2), u8(3)),
    case("truncatediv_float", lambda tf, x, y: tf.truncatediv(x, y), f32(5), f32(5)),
    case("truncatemod_int64", lambda tf, x: tf.truncatemod(x, 3), i64(5)),
    case("truncatemod_float", lambda tf, x, y: tf.truncatemod(x, y), f32(5), f32(5), grad=[]),
    case("negative", lambda tf, x: tf.negative(x), f32(2, 3)),
    case("negative_complex", lambda tf, x: tf.negative(x), c64(2, 3)),
    case("negative_int8", lambda tf, x: tf.negative(x), i8(5)),
    case("pow", lambda tf, x, y: tf.pow(x, y), f32(2, 3, low=0.5, high=2), f32(3)),
    case("pow_square", lambda tf, x: tf.pow(x, 2), f32(2, 3)),
    *[
        case(f"pow_{y}", lambda tf, x, y=y: x**y, f32(2, 3, low=0.2, high=3))
        for y in (3, 5, 2.0, 3.0, 2.5, 0.5, -0.5, -1, -1.0, -2)
    ],
    case("pow_half", lambda tf, x: tf.pow(x, 0.5), floats(0, 1, 4)),
    case("pow_square_int", lambda tf, x: x**2, i32(5)),
    case("pow_cube_complex", lambda tf, x: x**3, c64(3)),
    case("pow_square_of_list", lambda tf: tf.pow([1, 2, 3], 2)),
    case("pow_of_number", lambda tf, x: tf.pow(2.0, x), f32(3)),
    case("pow_int32", lambda tf, x, y: tf.pow(x, y), i32(6), i32(6, low=0, high=5)),
    case("pow_int64_wraps", lambda tf, x, y: tf.pow(x, y), i64(4), i64(4, low=60, high=70)),
    case("pow_int8", lambda tf, x: tf.pow(x, 3), i8(5)),
    case("pow_half_precision", lambda tf, x: tf.pow(x, 3), f16(3)),
    case("pow_complex", lambda tf, x, y: tf.pow(x, y), c128(4), c128(4)),
    case(
        "pow_edges",
        lambda tf, x, y: tf.pow(x, y),
        floats(0, 0, 0, 0, -2, -2, 2, 0),
        floats(0, 1, 2, 0.5, 2, 0.5, 3, -1),
    ),
    case("pow_zero_at_zero", lambda tf, x: x**0, floats(0, 1)),
    case("pow_one_at_zero", lambda tf, x: x**1, floats(0, 1)),
    case("pow_zero_base", lambda tf, x: 0.0**x, floats(0, 1, 2)),
    case("maximum", lambda tf, x, y: tf.maximum(x, y), f32(2, 3), f32(3)),
    case("maximum_ties", lambda tf, x, y: tf.maximum(x, y), floats(1, 2, 0), floats(1, 1, 1)),
    case("maximum_nan", lambda tf, x, y: tf.maximum(x, y), floats(NAN, 1), floats(1, NAN)),
    case("maximum_uint64", lambda tf, x, y: tf.maximum(x, y), u64(4), u64(4)),
    case("maximum_number", lambda tf, x: tf.maximum(x, 0), bf16(5)),
    case("minimum", lambda tf, x, y: tf.minimum(x, y), f32(2, 3), f32(2, 1)),
    case("minimum_ties", lambda tf, x, y: tf.minimum(x, y), floats(1, 2, 0), floats(1, 1, 1)),
    case("minimum_nan", lambda tf, x, y: tf.minimum(x, y), floats(NAN, 1), floats(1, NAN)),
    case("minimum_int8", lambda tf, x, y: tf.minimum(x, y), i8(4), i8(4)),
    case(
        "squared_difference",
        lambda tf, x, y: tf.math.squared_difference(x, y),
        f32(2, 3),
        f32(3),
    ),
    case(
        "squared_difference_int", lambda tf, x, y: tf.math.squared_difference(x, y), i64(3), i64(3)
    ),
    case(
        "squared_difference_complex",
        lambda tf, x, y: tf.math.real(tf.math.squared_difference(x, y)),
        c64(3),
        c64(3),
    ),
    case(
        "divide_no_nan",
        lambda tf, x, y: tf.math.divide_no_nan(x, y),
        floats(0, 1, 2, NAN, 1),
        floats(0, 0, 2, 0, NAN),
    ),
    case("divide_no_nan_broadcast", lambda tf, x: tf.math.divide_no_nan(x, 0.0), f32(2, 3)),
    case("divide_no_nan_int", lambda tf, x, y: tf.math.divide_no_nan(x, y), i32(6), i32(6)),
    case("divide_no_nan_int16", lambda tf, x, y: tf.math.divide_no_nan(x, y), i16(6), i16(6)),
    case("divide_no_nan_complex", lambda tf, x, y: tf.math.divide_no_nan(x, y), c64(3), c64(3)),
    case("reciprocal", lambda tf, x: tf.math.reciprocal(x), f32(2, 3)),
    case("reciprocal_complex", lambda tf, x: tf.math.reciprocal(x), c128(3)),
    case("reciprocal_zero", lambda tf, x: tf.math.reciprocal(x), floats(0, -0.0)),
    case("reciprocal_no_nan", lambda tf, x: tf.math.reciprocal_no_nan(x), floats(0, 2, INF)),
    case(
        "multiply_no_nan",
        lambda tf, x, y: tf.math.multiply_no_nan(x, y),
        floats(INF, 1, 2, NAN, 0),
        floats(0, 0, 2, 0, NAN),
    ),
    case("multiply_no_nan_broadcast", lambda tf, x: tf.math.multiply_no_nan(x, 0.0), f32(2, 3)),
    *[
        case(
            f"{name}_at_zero",
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            floats(0, 1, 0, 2, 0),
            floats(0, 0, 2, 0.5, NAN) - (name == "xlog1py"),
        )
        for name in ("xlogy", "xlog1py", "xdivy")
    ],
    *[
        case(
            f"{name}_broadcast",
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            f64(2, 3),
            f64(3, low=0.1, high=2),
        )
        for name in ("xlogy", "xlog1py", "xdivy")
    ],
    case("xlogy_complex", lambda tf, x, y: tf.math.xlogy(x, y), c64(3), c64(3), grad=[]),
    case("xlogy_half", lambda tf, x, y: tf.math.xlogy(x, y), f16(3), f16(3, low=0.5, high=2)),
    case("add_n", lambda tf, x, y, z: tf.add_n([x, y, z]), f32(2, 3), f32(2, 3), f32(2, 3)),
    case("add_n_one", lambda tf, x: tf.add_n([x]), f32(2, 3)),
    case("add_n_of_tensor", lambda tf, x: tf.add_n(x), i32(3)),
    case("accumulate_n", lambda tf, x, y: tf.math.accumulate_n([x, y]), f32(2, 3), f32(2, 3)),
    case(
        "accumulate_n_stated",
        lambda tf, x, y: tf.math.accumulate_n([x, y], shape=[3], tensor_dtype=tf.int32),
        i32(3),
        i32(3),
    ),
    case("scalar_mul", lambda tf, s, x: tf.scalar_mul(s, x), f32(), f32(2, 3)),
    case("scalar_mul_number", lambda tf, x: tf.math.scalar_mul(2, x), f64(2, 3)),
    case("polyval", lambda tf, a, b, c, x: tf.math.polyval([a, b, c], x), *[f32()] * 3, f32(3)),
    case("polyval_numbers", lambda tf, x: tf.math.polyval([2.0, 0.0, 1.0], x), f32(3)),
    case("polyval_empty", lambda tf, x: tf.math.polyval([], x), f32(3), grad=[]),
    case("polyval_constant", lambda tf, x: tf.math.polyval([3.0], x), f32(3), grad=[]),
]
test_parity = parity("math_arithmetic", CASES)


def test_one_function_has_its_names(tf):
    assert tf.divide is tf.truediv is tf.math.divide is tf.math.truediv
    assert tf.math.mod is tf.math.floormod


def test_dtypes_are_not_mixed(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf.cast\(y, tf.int32\)"):
        tf.add(tf.constant(1), tf.constant(1.0))


def test_shapes_that_do_not_go_together(tf):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"\[2\] and \[3\] cannot be broadcast"
    ):
        tf.add([1, 2], [1, 2, 3])
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot be broadcast"):
        tf.add(tf.constant(["a", "b"]), tf.constant(["a", "b", "c"]))


def test_no_arithmetic_of_booleans(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="bool"):
        tf.add(tf.constant(boolean(3)), tf.constant(boolean(3)))


def test_no_subtraction_of_strings(tf):
    with pytest.raises((TypeError, ValueError), match="string"):
        tf.subtract(tf.constant("a"), tf.constant("b"))


def test_integers_to_a_fraction(tf):
    with pytest.raises((TypeError, ValueError), match=r"tf.cast\(x, tf.float32\)"):
        tf.constant([1, 4]) ** 0.5


def test_integers_to_a_negative_power_where_compiled(tf):
    bases = tf.constant([2, -1, -1, 1, 0])
    power = tf.function(tf.pow)(bases, tf.constant([-1, -1, -2, -3, -1]))
    assert power.numpy().tolist() == [0, -1, 1, 1, 0]


BINARY = {
    "add": (-2.0, 2.0),
    "multiply": (-2.0, 2.0),
    "divide": (0.5, 2.0),
    "pow": (0.5, 2.0),
    "squared_difference": (-2.0, 2.0),
    "maximum": (-2.0, 2.0),
    "xlogy": (0.5, 2.0),
    "divide_no_nan": (0.5, 2.0),
}


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(data=st.data())
def test_broadcast_and_gradient(tf, name, data):
    full = data.draw(st.lists(st.integers(1, 3), max_size=3))
    shapes = []
    for _ in range(2):
        kept = [data.draw(st.sampled_from([size, 1])) for size in full]
        shapes.append(kept[data.draw(st.integers(0, len(full))) :])
    random = np.random.RandomState(len(full))
    low, high = BINARY[name]
    x, y, dx, dy = (random.uniform(low, high, shape) for shape in (*shapes, *shapes))
    function = getattr(tf.math, name)

    def total(x, y):
        return tf.reduce_sum(function(tf.constant(x), tf.constant(y))).numpy()

    sources = [tf.constant(x), tf.constant(y)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        z = function(*sources)
    assert tuple(z.shape) == np.broadcast_shapes(*shapes)
    by_x, by_y = tape.gradient(z, sources)
    step = 1e-6
    slope = total(x + step * dx, y + step * dy) - total(x - step * dx, y - step * dy)
    found = np.sum(by_x.numpy() * dx) + np.sum(by_y.numpy() * dy)
    assert found == pytest.approx(slope / (2 * step), rel=1e-5, abs=1e-6)


def test_sum_of_tensors_of_different_shapes(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="all must have the same"):
        tf.add_n([tf.constant(1.0), tf.constant([1.0, 2.0])])
    with pytest.raises(ValueError, match="Give one tensor or more"):
        tf.add_n([])


def test_what_accumulate_n_is_told_is_checked(tf):
    tensors = [tf.constant([1.0, 2.0])] * 2
    with pytest.raises(ValueError, match=r"shape=\[3\] is stated"):
        tf.math.accumulate_n(tensors, shape=[3])
    with pytest.raises(ValueError, match="tensor_dtype"):
        tf.math.accumulate_n(tensors, tensor_dtype=tf.int32)


def test_scalar_mul_wants_a_scalar(tf):
    with pytest.raises(ValueError, match=r"a scalar \(shape \[\]\) is expected"):
        tf.scalar_mul(tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0]))


@pytest.mark.parametrize("name", ["floordiv", "floormod", "truncatediv", "truncatemod"])
@pytest.mark.parametrize("divisor", [0, [2, 0], np.array([0, 1], np.int32)])
def test_integers_divided_by_zero_raise(tf, name, divisor):
    divide = getattr(tf, name, None) or getattr(tf.math, name)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
        divide(tf.constant([1, 2]), divisor)
    divide(tf.constant([1.0, 2.0]), 0)
    tf.function(divide)(tf.constant([1, 2]), tf.constant([1, 0]))


@pytest.mark.parametrize("exponent", [-1, [1, -2]])
def test_integers_to_negative_powers_raise(tf, exponent):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integers to negative integer powers"):
        tf.constant([1, 2]) ** exponent
    assert (tf.constant([1.0, 2.0]) ** -1).numpy().tolist() == [1.0, 0.5]

import numpy as np
import pytest

from tests.harness.parity import (
    bf16,
    boolean,
    c64,
    c128,
    case,
    f16,
    f32,
    f64,
    i16,
    i32,
    i64,
    parity,
    u8,
)

DTYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float16", "bfloat16", "float32", "float64"]
WIDE = np.array([-1.7, 0.5, 100.2, 255.9], np.float32)
BEYOND = np.array([-1.0, 0.0, 300.7, 70000.0, -40000.0], np.float32)


def to(dtype, function="cast"):
    return lambda tf, x: getattr(tf, function)(x, dtype)


CASES = [
    *[case(f"cast_float32_to_{d}", to(d), WIDE[1:], grad=[]) for d in DTYPES],
    *[case(f"cast_wraps_to_{d}", to(d), BEYOND) for d in ("int8", "uint8", "int16", "uint16")],
    case("cast_wraps_to_uint32", to("uint32"), np.array([-1, 300, 4e9], np.float64)),
    case("cast_wraps_to_uint64", to("uint64"), np.array([-1, 3e9, 1.5e19], np.float64)),
    *[case(f"cast_float32_to_{d}", to(d), f32(2, 3)) for d in FLOATS],
    *[case(f"cast_int64_to_{d}", to(d), i64(5, low=-300, high=300)) for d in DTYPES + FLOATS],
    case("cast_float16_to_float64", to("float64"), f16(3)),
    case("cast_bfloat16_to_float32", to("float32"), bf16(3)),
    case("cast_to_bool", to("bool"), np.array([0, 0.5, np.nan, -1], np.float32)),
    case("cast_bool_to_float", to("float32"), boolean(4)),
    case("cast_bool_to_int8", to("int8"), boolean(4)),
    case("cast_complex_to_float", to("float32"), c64(3)),
    case("cast_complex_to_double", to("float64"), c64(3)),
    case("cast_complex_to_int", to("int32"), c64(3)),
    case("cast_complex_to_complex", to("complex64"), c128(3)),
    case("cast_float_to_complex", to("complex64"), f32(3)),
    case("cast_int_to_complex", to("complex128"), i32(3)),
    case("cast_same", to("float32"), f32(3)),
    case("cast_list", lambda tf, x: tf.cast([1, 2, 3], x.dtype), f32(3), grad=[]),
    case("cast_string_same", to("string"), np.array([b"a"], object)),
    *[case(f"saturate_to_{d}", to(d, "saturate_cast"), BEYOND) for d in DTYPES],
    case(
        "saturate_far_to_int32", to("int32", "saturate_cast"), np.array([-1, 1e20, -np.inf], "f4")
    ),
    case("saturate_to_half", to("float16", "saturate_cast"), np.array([1.0, 1e10, -1e10])),
    case("saturate_int_to_uint", to("uint32", "saturate_cast"), i32(5)),
    case("saturate_int_to_int8", to("int8", "saturate_cast"), i32(5, low=-300, high=300)),
    case("saturate_uint_to_int", to("int8", "saturate_cast"), u8(5, low=0, high=255)),
    case("saturate_complex", to("int8", "saturate_cast"), c64(4)),
    case("saturate_to_complex", to("complex64", "saturate_cast"), f32(3), grad=[]),
    case("bitcast", to("int32", "bitcast"), f32(2, 3), grad=[]),
    case("bitcast_narrower", to("uint8", "bitcast"), f32(2, 3), grad=[]),
    case("bitcast_wider", to("int32", "bitcast"), i16(3, 2)),
    case("bitcast_same_width", to("uint32", "bitcast"), i32(3)),
    case("bitcast_bfloat16", to("uint16", "bitcast"), bf16(3), grad=[]),
    case("bitcast_double", to("float32", "bitcast"), f64(3), grad=[]),
    case("bitcast_complex_to_float", to("float32", "bitcast"), c64(3), grad=[]),
    case("bitcast_complex_to_int64", to("int64", "bitcast"), c64(3), grad=[]),
    case("bitcast_complex128_to_complex64", to("complex64", "bitcast"), c128(3), grad=[]),
    case("bitcast_float_to_complex", to("complex64", "bitcast"), f32(3, 2), grad=[]),
]
test_parity = parity("math_casting", CASES)


def test_strings_are_not_cast(tf):
    with pytest.raises((TypeError, ValueError), match=r"tf.strings.to_number"):
        tf.cast(tf.constant(["1"]), tf.float32)


def test_bool_does_not_saturate(tf):
    with pytest.raises((TypeError, ValueError), match=r"Use tf.cast"):
        tf.saturate_cast(tf.constant([3, 0]), tf.bool)


def test_far_beyond_int64(tf):
    limits = np.iinfo(np.int64)
    found = tf.saturate_cast(tf.constant([1e30, -1e30]), tf.int64).numpy()
    assert found[0] > 0.999 * limits.max and found[1] == limits.min


def test_a_wider_range_leaves_all_as_it_is(tf):
    numbers = np.array([-5, 2**62])
    found = tf.saturate_cast(tf.constant(numbers), tf.float32).numpy()
    np.testing.assert_array_equal(found, numbers.astype(np.float32))


def test_bits_that_do_not_fill_an_element(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="the last axis must have the size 2"):
        tf.bitcast(tf.constant([1, 2, 3], tf.int16), tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Use tf.cast"):
        tf.bitcast(tf.constant([True]), tf.uint8)

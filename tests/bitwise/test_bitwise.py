import numpy as np
import pytest

from tests.harness.parity import case, f32, i8, i32, i64, parity, u8, u64

LOGIC = ["bitwise_and", "bitwise_or", "bitwise_xor"]
SHIFTS = ["left_shift", "right_shift"]
WIDTHS = np.array([-1, 0, 3, 7, 70, 1])


def binary(name):
    return lambda tf, x, y: getattr(tf.bitwise, name)(x, y)


CASES = [
    *[case(f"{n}_int32", binary(n), i32(2, 3), i32(3)) for n in LOGIC],
    *[case(f"{n}_int8", binary(n), i8(4), i8(4)) for n in LOGIC],
    *[case(f"{n}_uint64", binary(n), u64(4), u64(4)) for n in LOGIC],
    case("bitwise_or_number", lambda tf, x: tf.bitwise.bitwise_or(x, 1), i64(4)),
    *[
        case(f"invert_{x.dtype.name}", lambda tf, x: tf.bitwise.invert(x), x)
        for x in (i32(5), i64(5), u8(5))
    ],
    *[
        case(f"{n}_{x.dtype.name}", binary(n), x, WIDTHS.astype(x.dtype))
        for n in SHIFTS
        for x in (i8(6), i32(6, low=-99, high=99), i64(6))
    ],
    *[case(f"{n}_uint8", binary(n), u8(4), u8(4, low=0, high=8)) for n in SHIFTS],
]
test_parity = parity("bitwise", CASES)


def test_floats_have_no_bits_to_combine(tf):
    with pytest.raises((TypeError, ValueError), match="float32"):
        tf.bitwise.bitwise_and(tf.constant(f32(3)), tf.constant(f32(3)))


def test_operators_on_integers(tf):
    x, y = tf.constant([12, 10]), tf.constant([10, 3])
    assert (x & y).numpy().tolist() == [8, 2]
    assert (x | y).numpy().tolist() == [14, 11]
    assert (x ^ y).numpy().tolist() == [6, 9]
    assert (~x).numpy().tolist() == [-13, -11]

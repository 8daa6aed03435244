import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f32, i32, parity, text, u8

SPECIAL = np.array([1, -np.inf, np.inf, np.nan, 0], np.float32)
SAME = np.array([0, 1, 2, 3], np.int32)

CASES = [
    *[
        case(
            f"{name}_{x.dtype.name}",
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            x,
            y,
            grad=[],
        )
        for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
        for x, y in [(i32(2, 6), i32(6)), (SPECIAL, SPECIAL[::-1].copy()), (u8(4), u8(4))]
    ],
    case("less_number", lambda tf, x: tf.less(x, 0.5), f32(5), grad=[]),
    case("equal_bool", lambda tf, x, y: tf.equal(x, y), boolean(6), boolean(6)),
    case("equal_complex", lambda tf, x: tf.equal(x, x), c64(3), grad=[]),
    case("equal_string", lambda tf, x: tf.equal(x, "a"), text([["a", "b"], ["", "a"]])),
    case("not_equal_string", lambda tf, x, y: tf.not_equal(x, y), text(["a", "b"]), text("b")),
    *[
        case(
            name,
            lambda tf, x, y, name=name: getattr(tf.math, name)(x, y),
            boolean(2, 6),
            boolean(6),
        )
        for name in ("logical_and", "logical_or", "logical_xor")
    ],
    case("logical_not", lambda tf, x: tf.logical_not(x), boolean(6)),
    case("logical_and_python", lambda tf, x: tf.logical_and(x, True), boolean(6)),
    case("is_finite", lambda tf, x: tf.math.is_finite(x), SPECIAL, grad=[]),
    case("is_inf", lambda tf, x: tf.math.is_inf(x), SPECIAL, grad=[]),
    case("is_nan", lambda tf, x: tf.math.is_nan(x), SPECIAL, grad=[]),
    *[
        case(f"{name}_{i}", lambda tf, x, name=name: getattr(tf.math, name)(x), x, grad=[])
        for name in ("is_non_decreasing", "is_strictly_increasing")
        for i, x in enumerate(
            [SAME, SAME // 2, SAME.reshape(2, 2), SPECIAL, SAME[:0], np.array(3.0, np.float32)]
        )
    ],
]
test_parity = parity("math_comparison", CASES)


def test_shapes_that_do_not_go_together(tf):
    from keratin.math._comparison import tensor_equals, tensor_not_equals

    x, y = tf.constant([1, 2]), tf.constant([1, 2, 3])
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot be broadcast"):
        tf.equal(x, y)
    assert tensor_equals(x, y).numpy() is np.False_
    assert tensor_not_equals(x, y).numpy() is np.True_
    words = tf.constant(["a", "b"])
    assert tensor_equals(words, tf.constant(["a", "b", "c"])).numpy() is np.False_
    assert tensor_equals(words, "b").numpy().tolist() == [False, True]


def test_numbers_are_no_truth_values(tf):
    with pytest.raises((TypeError, ValueError), match="bool"):
        tf.logical_and(tf.constant(1), True)


def test_complex_numbers_have_no_order(tf):
    with pytest.raises(ValueError, match="complex"):
        tf.less(tf.constant(1j), tf.constant(2j))


def test_strings_have_no_order(tf):
    with pytest.raises((TypeError, ValueError), match="string"):
        tf.less(tf.constant("a"), tf.constant("b"))

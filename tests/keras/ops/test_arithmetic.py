"""Functions of two tensors."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

X, Y = floats(2, 3), floats(2, 3, seed=1)
ROW = floats(3, seed=2)
POSITIVE = floats(2, 3, low=0.2, high=2.0)
WHOLE, OTHER = ints(2, 3), ints(2, 3, seed=1)
NATURAL, SMALL = ints(2, 3, low=1, high=9), ints(2, 3, low=0, high=4, seed=1)
A, B = bools(4), bools(4, seed=3)
ODD = np.array([np.nan, 1.0, np.nan, 2.0], np.float32)
EVEN = np.array([3.0, np.nan, np.nan, 2.5], np.float32)

ROWS = [
    *[
        row(name, X, Y, gradient=True)
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "true_divide",
            "maximum",
            "minimum",
            "arctan2",
            "hypot",
            "logaddexp",
            "logaddexp2",
            "mod",
            "fmod",
            "fmax",
            "fmin",
            "floor_divide",
            "heaviside",
            "divide_no_nan",
        ]
    ],
    *[
        row(name, X, ROW)
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "maximum",
            "equal",
            "not_equal",
            "greater",
            "greater_equal",
            "less",
            "less_equal",
            "isclose",
            "nextafter",
        ]
    ],
    *[
        row(name, WHOLE, NATURAL)
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "maximum",
            "minimum",
            "mod",
            "fmod",
            "floor_divide",
            "gcd",
            "lcm",
            "equal",
            "greater",
            "less",
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "logical_and",
            "logical_or",
            "logical_xor",
            "fmax",
            "fmin",
            "hypot",
        ]
    ],
    *[
        row(name, NATURAL, SMALL)
        for name in [
            "left_shift",
            "right_shift",
            "bitwise_left_shift",
            "bitwise_right_shift",
            "power",
            "heaviside",
        ]
    ],
    *[
        row(name, A, B)
        for name in [
            "add",
            "multiply",
            "maximum",
            "minimum",
            "logical_and",
            "logical_or",
            "logical_xor",
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "equal",
            "not_equal",
            "less",
            "greater_equal",
            "power",
            "divide",
        ]
    ],
    *[row(name, X, WHOLE) for name in ["add", "multiply", "divide", "greater", "maximum"]],
    *[
        row(name, X, 2)
        for name in ["add", "multiply", "divide", "power", "floor_divide", "mod", "equal"]
    ],
    *[row(name, 2.5, X) for name in ["add", "subtract", "divide", "maximum", "less"]],
    *[row(name, WHOLE, 1.5) for name in ["add", "multiply", "divide", "maximum", "greater"]],
    *[row(name, WHOLE, True) for name in ["add", "logical_and", "equal"]],
    row("power", POSITIVE, Y, gradient=True),
    row("power", X, 3, gradient=True),
    row("power", NATURAL.astype(np.uint8), 2),
    row("fmax", ODD, EVEN),
    row("fmin", ODD, EVEN),
    row("divide_no_nan", X, np.array([0.0, 1.0, 0.0], np.float32), gradient=True),
    row("ldexp", X, SMALL),
    row("ldexp", WHOLE, SMALL),
    row("ldexp", X, 2),
    row("isclose", X, Y, rtol=0.5, atol=0.1),
    row("isclose", ODD, ODD, equal_nan=True),
    row("allclose", X, X),
    row("allclose", X, Y, 1e-2, 1e-2),
    row("allclose", ODD, ODD, equal_nan=True),
    row("clip", X, -1.0, 1.0, gradient=True),
    row("clip", WHOLE, -2, 2),
    row("clip", X, x_min=0.0, x_max=ROW * 0 + 1),
    row("clip", X, None, 0.5),
    row("clip", A, 0, 1),
    row("add", [1, 2], [0.5, 1.5]),
    row("left_shift", NATURAL, 2),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_a_python_number_takes_the_dtype_of_the_tensor(tf):
    half = tf.ones([2], "float16")
    assert keras.ops.add(half, 1.5).dtype == "float16"
    assert keras.ops.multiply(2, half).dtype == "float16"
    assert keras.ops.add(tf.constant([1], tf.int8), 1).dtype == "int8"
    assert keras.ops.multiply(tf.ones([2]), np.sqrt(2)).dtype == "float32"
    assert keras.ops.add(1, 2).dtype == "int32"


def test_variables_are_taken_and_differentiated(tf):
    v = keras.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = keras.ops.multiply(v, keras.ops.array([3, 4]))
    assert tape.gradient(y, v).numpy().tolist() == [3.0, 4.0]


def test_an_exponent_of_ldexp_is_whole():
    with pytest.raises(TypeError, match=r"ldexp.*integer dtype; given float32"):
        keras.ops.ldexp(1.0, 2.0)


def test_booleans_are_not_subtracted():
    with pytest.raises(ValueError, match=r"bool"):
        keras.ops.subtract(keras.ops.array([True]), keras.ops.array([False]))


def test_floats_have_no_bits_or_divisors():
    for name in ("bitwise_and", "left_shift", "gcd", "lcm"):
        with pytest.raises(ValueError, match=r"float32.*int"):
            getattr(keras.ops, name)(keras.ops.array([1.0]), keras.ops.array([1.0]))


def test_a_clip_needs_a_limit():
    with pytest.raises(ValueError, match=r"x_min, x_max or both"):
        keras.ops.clip([1.0], None, None)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\[2, 3\].*\[2\]"):
        keras.ops.add(keras.ops.ones((2, 3)), keras.ops.ones(2))


def test_a_misspelt_keyword_is_answered_with_the_nearest():
    with pytest.raises(TypeError, match=r"x_max"):
        keras.ops.clip([1.0], 0.0, x_maxx=1.0)
    with pytest.raises(TypeError, match=r"missing the argument 'x2'"):
        keras.ops.add(1)

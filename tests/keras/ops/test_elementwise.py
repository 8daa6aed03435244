"""Functions of one tensor."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras._core.settings import settings
from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(2, 3)
POSITIVE = floats(2, 3, low=0.1, high=3.0)
UNIT = floats(2, 3, low=-0.9, high=0.9)
ABOVE_ONE = floats(2, 3, low=1.1, high=3.0)
COMPLEX = (floats(2, 3) + 1j * floats(2, 3, seed=1)).astype(np.complex64)
ODD = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5], np.float32)

ROWS = [
    *[
        row(name, X, gradient=True)
        for name in [
            "abs",
            "absolute",
            "angle",
            "arcsinh",
            "arctan",
            "cbrt",
            "ceil",
            "conj",
            "conjugate",
            "copy",
            "cos",
            "cosh",
            "deg2rad",
            "exp",
            "exp2",
            "expm1",
            "fabs",
            "floor",
            "i0",
            "negative",
            "rad2deg",
            "real",
            "reciprocal",
            "round",
            "sign",
            "sin",
            "sinc",
            "sinh",
            "square",
            "tan",
            "tanh",
            "trunc",
            "nan_to_num",
        ]
    ],
    *[row(name, POSITIVE, gradient=True) for name in ["log", "log10", "log1p", "log2", "sqrt"]],
    *[row(name, UNIT, gradient=True) for name in ["arccos", "arcsin", "arctanh"]],
    row("arccosh", ABOVE_ONE, gradient=True),
    *[
        row(name, ODD)
        for name in [
            "isfinite",
            "isinf",
            "isnan",
            "isneginf",
            "isposinf",
            "isreal",
            "signbit",
            "nan_to_num",
            "sign",
            "logical_not",
        ]
    ],
    *[
        row(name, ints(2, 3))
        for name in [
            "abs",
            "exp",
            "sqrt",
            "cos",
            "floor",
            "sign",
            "negative",
            "square",
            "reciprocal",
            "isfinite",
            "isinf",
            "isnan",
            "isneginf",
            "isposinf",
            "isreal",
            "signbit",
            "bitwise_not",
            "bitwise_invert",
            "logical_not",
            "trunc",
            "round",
            "angle",
            "conj",
            "imag",
        ]
    ],
    *[
        row(name, bools(4))
        for name in ["abs", "bitwise_not", "logical_not", "square", "exp", "trunc"]
    ],
    *[
        row(name, COMPLEX)
        for name in ["abs", "angle", "conj", "real", "imag", "isreal", "exp", "square"]
    ],
    row("negative", ints(3, low=0, dtype=np.uint8)),
    row("sign", ints(3, low=0, dtype=np.uint8)),
    row("bitwise_not", ints(3, low=0, dtype=np.uint8)),
    row("imag", X),
    row("round", X, 1),
    row("round", X, decimals=2),
    row("round", ints(4, low=-99, high=99), -1),
    row("nan_to_num", ODD, nan=7.0, posinf=1.0, neginf=-1.0),
    row("copy", [1, 2]),
    row("sin", 0.5),
    row("exp", [0.5, 1.5]),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_halves_stay_halves(tf):
    for dtype in ("float16", "bfloat16"):
        assert keras.ops.exp(tf.ones([2], dtype)).dtype == dtype


def test_what_integers_become_follows_floatx():
    before, settings.floatx = settings.floatx, "float16"
    try:
        assert keras.ops.sin(1).dtype == "float16"
        assert keras.ops.zeros(1).dtype == "float16"
    finally:
        settings.floatx = before
    assert keras.ops.sin(1).dtype == "float32"


def test_absolute_value_of_complex_numbers_has_its_own_name():
    with pytest.raises(TypeError, match=r"fabs takes no complex.*Use keras.ops.abs"):
        keras.ops.fabs(keras.ops.array([1j]))


def test_booleans_have_no_sign():
    for function in (keras.ops.negative, keras.ops.sign):
        with pytest.raises(ValueError, match=r"bool"):
            function(keras.ops.array([True]))

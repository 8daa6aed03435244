"""Keras's promotion of dtypes, against a table read off Keras; see make_dtypes.py."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras._core.settings import settings
from keratin.keras.ops._promotion import promote, result_type, tensor
from tests.keras.ops import make_dtypes

TABLE = make_dtypes.read()
# Where the table is not followed, each with the reason.
OTHERWISE = {
    ("bincount", "float64"): "floats are refused, as the smaller ones are",
    ("geomspace", "float64"): "float64 is kept, as in linspace and logspace",
    ("histogram", "int64"): "edges are no integers",
    ("prod_dtype", "int64"): "the dtype asked for is given",
    ("prod_dtype", "float64"): "the dtype asked for is given",
    ("matmul", "bool int8"): "is int32, as of int8 alone",
    ("matmul", "int8 bool"): "is int32, as of int8 alone",
}
# The shapes of their results depend on values: not in functional models.
EAGER = {"bincount", "nonzero", "unique"}


@pytest.fixture
def floatx():
    def set_to(dtype):
        settings.floatx = dtype

    before = settings.floatx
    yield set_to
    settings.floatx = before


@pytest.mark.parametrize("name", sorted(TABLE))
def test_dtypes_are_those_of_keras(tf, name):
    compared = 0
    for key, wanted in TABLE[name].items():
        if wanted == "-" or (name, key) in OTHERWISE:
            continue
        make = (lambda d: tf.ones([2, 2], d)) if name in EAGER else _symbol
        found = make_dtypes.called(keras.ops, name, [make(dtype) for dtype in key.split()])
        parts = found if isinstance(found, (list, tuple)) else [found]
        assert "+".join(make_dtypes.short(part.dtype.name) for part in parts) == wanted, key
        compared += 1
    assert compared


def _symbol(dtype):
    return keras.KerasTensor((2, 2), dtype)


def test_exceptions_are_still_needed():
    assert {name for name, _ in OTHERWISE} <= TABLE.keys()
    assert all(TABLE[name][key] != "-" for name, key in OTHERWISE)


def test_dtypes_that_meet(floatx):
    assert result_type("int32", "float16") == "float16"
    assert result_type("int32", float) == "float32"
    assert result_type("int64", float) == "float32"
    assert result_type("uint64", "int64") == "float32"
    assert result_type("float16", "bfloat16") == "float32"
    assert result_type("int8", complex) == "complex64"
    assert result_type("float64", complex) == "complex128"
    assert result_type() == result_type(None) == "float32"
    floatx("float64")
    assert result_type("int32", float) == "float64"
    assert result_type(None, int) == "float64"


def test_64_bits_come_of_64_bits_only():
    assert result_type("int32", "uint32") == "int32"
    assert result_type("int8", "uint32") == "int32"
    assert result_type("int64", "uint32") == "int64"


def test_lists_are_tensors_and_numbers_are_not():
    assert result_type([1.5], "float16") == "float32"
    assert result_type(1.5, "float16") == "float16"
    assert result_type([1], "int8") == "int32"
    assert result_type(np.float64(1.5), "float32") == "float32"
    assert result_type(np.int64(1), "int8") == "int8"
    assert result_type(np.ones(1), "float32") == "float64"
    assert result_type([np.ones(1, "int8"), np.ones(1, "int16")]) == "int16"
    assert tensor([]).dtype == "float32"
    assert tensor([True]).dtype == "bool"
    assert tensor(1, "int8").dtype == "int8"


def test_promoted_values_have_one_dtype(tf):
    x, y = promote(tf.Variable([1]), [0.5])
    assert x.dtype == y.dtype == "float32"


def test_dtypes_that_do_not_meet_are_named():
    with pytest.raises(TypeError, match=r"float8_e5m2.*float32"):
        result_type("float8_e5m2", "float32")

"""Dtypes in `keras.backend`, compared with Keras."""

import numpy as np
import pytest

from keratin.keras import backend
from tests.harness.real_keras import real

NAMES = ["bool", "int8", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"]

NARROWED = {"int64": "int32", "float64": "float32"}


@pytest.mark.parametrize("first", NAMES)
def test_result_type(first):
    for second in [*NAMES, int, float]:
        # JAX as the tests run Keras on it has no 64-bit types: it narrows what it is given.
        found = backend.result_type(first, second)
        assert NARROWED.get(found, found) == real.backend.result_type(first, second), (
            first,
            second,
        )


@pytest.mark.parametrize("dtype", [None, int, float, "int32", np.float16, np.dtype("uint8")])
def test_standardize_dtype(dtype):
    assert backend.standardize_dtype(dtype) == real.backend.standardize_dtype(dtype)


@pytest.mark.parametrize("dtype", NAMES)
def test_kinds(dtype):
    assert backend.is_float_dtype(dtype) == real.backend.is_float_dtype(dtype)
    assert backend.is_int_dtype(dtype) == real.backend.is_int_dtype(dtype)


def test_errors():
    with pytest.raises(ValueError, match=r"There is no dtype 'float33'. Give a name"):
        backend.standardize_dtype("float33")
    with pytest.raises(ValueError, match="at least one dtype"):
        backend.result_type()


def test_64_bits_are_kept():
    assert backend.result_type("int64", "int8") == "int64"
    assert backend.result_type("float64", "int32") == "float64"

import ml_dtypes
import numpy as np
import pytest


@pytest.mark.parametrize(
    "dtype, kinds",
    [
        (np.bool_, []),
        (np.int8, ["is_integer"]),
        (np.uint16, ["is_integer", "is_unsigned"]),
        (np.float16, ["is_floating"]),
        (ml_dtypes.bfloat16, ["is_floating"]),
        (np.complex64, ["is_complex"]),
    ],
)
def test_each_dtype_is_of_its_kind(tf, dtype, kinds):
    from keratin.math import _kind

    names = ["is_integer", "is_unsigned", "is_floating", "is_complex"]
    assert [name for name in names if getattr(_kind, name)(np.dtype(dtype))] == kinds

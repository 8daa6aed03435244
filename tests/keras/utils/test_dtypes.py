"""Names of dtypes."""

import jax.numpy as jnp
import numpy as np
import pytest

import keratin as tf
from keratin.keras import utils
from tests.harness.real_keras import real


@pytest.mark.parametrize(
    "dtype",
    [None, "float16", "int", int, float, bool, str, np.int8, np.dtype("uint16"), jnp.bfloat16],
    ids=str,
)
def test_names_are_those_of_keras(dtype):
    assert utils.standardize_dtype(dtype) == real.utils.standardize_dtype(dtype)


def test_other_libraries():
    class TorchDtype:
        def __str__(self):
            return "torch.float64"

    assert utils.standardize_dtype(TorchDtype()) == "float64"
    assert utils.standardize_dtype(tf.complex64) == "complex64"
    with pytest.raises(ValueError, match="'float33' is not a dtype"):
        utils.standardize_dtype("float33")

import numpy as np
import pytest

from tests.harness.layers import case, check

MASKABLE = np.array([[[0, 0], [1, 2]], [[3, 0], [0, 0]]], "float32")

CASES = [
    case("Dense", (2, 3), units=4),
    case("Dense", (2, 3, 4), units=2, activation="relu", use_bias=False),
    case("Identity", (2, 3)),
    case("Masking", MASKABLE, mask_value=0.0),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)

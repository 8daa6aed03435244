import numpy as np
import pytest

from tests.harness.layers import case, check

SHAPE = (2, 4, 3)
MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1]], bool)

# Without what other cases check: gradients are those of tests/nn/test_recurrent.py.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("GRU", SHAPE, units=3),
    case("GRU", SHAPE, units=3, reset_after=False, return_sequences=True, return_state=True),
    case("GRU", SHAPE, {"mask": MASK}, units=3, return_sequences=True, go_backwards=True, **QUICK),
    case(
        "GRU",
        SHAPE,
        {"mask": MASK},
        units=3,
        reset_after=False,
        recurrent_activation="linear",
        **QUICK,
    ),
    case("GRU", SHAPE, units=3, activation="softsign", use_bias=False, unroll=True, **QUICK),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)

import numpy as np
import pytest

from tests.harness.layers import case, check

SHAPE = (2, 4, 3)
MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1]], bool)

# Without what other cases check: gradients are those of tests/nn/test_recurrent.py.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("SimpleRNN", SHAPE, units=3),
    case("SimpleRNN", SHAPE, units=3, return_sequences=True, activation="softmax", **QUICK),
    case(
        "SimpleRNN", SHAPE, {"mask": MASK}, units=3, return_state=True, go_backwards=True, **QUICK
    ),
    case("SimpleRNN", SHAPE, units=3, unroll=True, use_bias=False, activation=None, **QUICK),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)

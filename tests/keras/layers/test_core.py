import pytest

from tests.harness.layers import case, check

CASES = [
    case("Dense", (2, 3), units=4),
    case("Dense", (2, 3, 4), units=2, activation="relu", use_bias=False),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)

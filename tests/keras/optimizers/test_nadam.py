import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Nadam", {"learning_rate": 0.01}),
    ("Nadam", {"beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-2}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Ftrl", {"learning_rate": 0.1}),
    ("Ftrl", {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}),
    (
        "Ftrl",
        {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.3, "learning_rate_power": -0.7},
    ),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

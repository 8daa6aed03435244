import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.01, "global_clipnorm": 0.5}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1, "amsgrad": True}),
    ("Adamax", {"learning_rate": 0.01}),
    ("Adamax", {"beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-2}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Adafactor", {"learning_rate": 0.05}),
    ("Adafactor", {"beta_2_decay": -0.5, "epsilon_2": 0.1, "clip_threshold": 0.5}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

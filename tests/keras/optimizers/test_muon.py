import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Muon", {"learning_rate": 0.01}),
    ("Muon", {"nesterov": False, "ns_steps": 3, "momentum": 0.8, "rms_rate": None}),
    ("Muon", {"exclude_layers": ["kern"], "adam_lr_ratio": 2, "adam_weight_decay": None}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

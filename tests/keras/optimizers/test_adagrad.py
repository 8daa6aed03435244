import pytest

from tests.keras.optimizers.agreement import check

ROWS = [
    ("Adagrad", {"learning_rate": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "epsilon": 1e-3, "clipnorm": 1.0}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adadelta", {"rho": 0.8, "epsilon": 1e-4, "clipvalue": 0.3}),
    ("RMSprop", {"learning_rate": 0.01}),
    ("RMSprop", {"rho": 0.7, "momentum": 0.9, "epsilon": 1e-5}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "epsilon": 1e-2}),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)

import pytest

from keratin import keras
from tests.keras.optimizers.schedules.agreement import check

schedules = keras.optimizers.schedules

ROWS = [
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.3}),
    (
        "CosineDecay",
        {
            "initial_learning_rate": 0.01,
            "decay_steps": 20,
            "alpha": 0.3,
            "warmup_target": 0.1,
            "warmup_steps": 6,
        },
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 9, "warmup_target": 0.2}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 7}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 9, "t_mul": 1.0, "m_mul": 0.5},
    ),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 7,
            "t_mul": 1.5,
            "m_mul": 0.9,
            "alpha": 0.1,
        },
    ),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=str)
def test_agrees_with_keras(name, arguments):
    check(name, arguments)


def test_arguments_that_make_no_sense():
    with pytest.raises(ValueError, match="CosineDecay: decay_steps must be greater than 0"):
        schedules.CosineDecay(0.1, 0)
    with pytest.raises(ValueError, match="first_decay_steps must be greater than 0; given -1"):
        schedules.CosineDecayRestarts(0.1, -1)

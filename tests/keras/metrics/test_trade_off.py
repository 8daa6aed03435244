import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

NAMES = {
    "SensitivityAtSpecificity": "specificity",
    "SpecificityAtSensitivity": "sensitivity",
    "PrecisionAtRecall": "recall",
    "RecallAtPrecision": "precision",
}
ROWS = [
    ("binary", {"value": 0.4}),
    ("column", {"value": 0.75, "num_thresholds": 10}),
    ("binary", {"value": 0.5, "num_thresholds": 1}),
    ("multi", {"value": 0.3, "num_thresholds": 3, "class_id": 2}),
]


@pytest.mark.parametrize(("kind", "arguments"), ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_keras(name, kind, arguments):
    rest = {key: value for key, value in arguments.items() if key != "value"}
    check_agreement(name, kind, {NAMES[name]: arguments["value"], **rest})


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_outside_of_0_to_1_is_refused(name):
    with pytest.raises(
        ValueError, match=rf"{name}: {NAMES[name]} is 1.5; expected a number from 0"
    ):
        getattr(metrics, name)(1.5)
    with pytest.raises(ValueError, match=rf"{name}: num_thresholds is 0; expected .* above 0"):
        getattr(metrics, name)(0.5, num_thresholds=0)

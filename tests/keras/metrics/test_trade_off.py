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
    ("SensitivityAtSpecificity", "binary", {"specificity": 0.4}),
    ("SpecificityAtSensitivity", "column", {"sensitivity": 0.75, "num_thresholds": 10}),
    ("PrecisionAtRecall", "binary", {"recall": 0.5, "num_thresholds": 1}),
    ("PrecisionAtRecall", "binary", {"recall": 0.2, "num_thresholds": 10}),
    ("RecallAtPrecision", "multi", {"precision": 0.3, "num_thresholds": 3, "class_id": 2}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_outside_of_0_to_1_is_refused(name):
    with pytest.raises(ValueError, match=rf"{name}: {NAMES[name]} is 1.5; expected a number"):
        getattr(metrics, name)(1.5)
    with pytest.raises(ValueError, match=rf"{name}: num_thresholds is 0; expected .* above 0"):
        getattr(metrics, name)(0.5, num_thresholds=0)

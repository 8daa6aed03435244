import numpy as np
import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

COUNTS = ["FalsePositives", "FalseNegatives", "TrueNegatives", "TruePositives"]
KINDS = [
    ("binary", {}),
    ("column", {"thresholds": 0.3}),
    ("multi", {"thresholds": [0.7, 0.2]}),
    ("binary", {"thresholds": [0.0, 0.5, 1.0]}),
]
SHARES = [
    ("Precision", "column", {}),
    ("Precision", "multi", {"class_id": 1}),
    ("Precision", "binary", {"thresholds": [0.0, 0.5, 1.0]}),
    ("Precision", "onehot", {"top_k": 2}),
    ("Recall", "multi", {"thresholds": [0.7, 0.2]}),
    ("Recall", "onehot", {"top_k": 1, "class_id": 2, "thresholds": [0.1, 0.4]}),
]


@pytest.mark.parametrize(("name", "row"), list(zip(COUNTS, KINDS, strict=True)))
def test_counts_agree_with_keras(name, row):
    check_agreement(name, *row)


@pytest.mark.parametrize(("name", "kind", "arguments"), SHARES)
def test_shares_agree_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


def test_ties_leave_exactly_k_on_top():
    metric = metrics.TruePositives()
    precision = metrics.Precision(top_k=2)
    precision.update_state([[1, 1, 1, 1]], [[0.5, 0.5, 0.5, 0.5]])
    assert precision.true_positives.numpy() == [2.0]
    assert metric.thresholds == [0.5]


def test_before_the_first_batch_there_is_no_precision():
    assert metrics.Precision().result().numpy() == 0.0
    np.testing.assert_array_equal(metrics.Recall(thresholds=[0.1, 0.2]).result().numpy(), [0, 0])

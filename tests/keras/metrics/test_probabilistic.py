import numpy as np
import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

ROWS = [
    ("KLDivergence", "onehot", {}),
    ("Poisson", "values", {}),
    ("BinaryCrossentropy", "column", {}),
    ("BinaryCrossentropy", "multi", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalCrossentropy", "onehot", {"label_smoothing": 0.2}),
    ("CategoricalCrossentropy", "onehot_sequence", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", "sparse", {}),
    ("SparseCategoricalCrossentropy", "sparse_column", {"from_logits": True}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


def test_what_is_ignored_agrees_with_keras():
    # It counts as 0 without weights, and not at all with weights.
    name, arguments = "SparseCategoricalCrossentropy", {"ignore_class": 1}
    check_agreement(name, "sparse", arguments, ones_are_none=False)


def test_classes_may_stand_along_another_axis():
    y_true = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    y_pred = np.array([[[0.8, 0.3], [0.2, 0.7]]])
    metric = metrics.CategoricalCrossentropy(axis=1)
    expected = -np.mean(np.log([0.8, 0.7]))
    np.testing.assert_allclose(metric(y_true, y_pred).numpy(), expected, rtol=1e-5)

import numpy as np
import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

ROWS = [
    ("FBetaScore", "onehot", {"beta": 2.0}),
    ("FBetaScore", "multi", {"threshold": 0.4, "average": "macro", "beta": 0.5}),
    ("FBetaScore", "multi", {"threshold": 0.5, "average": "micro"}),
    ("F1Score", "onehot", {}),
    ("F1Score", "onehot", {"average": "weighted"}),
    ("F1Score", "multi", {"threshold": 1.0, "average": "macro"}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


def test_a_column_of_weights_is_a_weight_for_each_sample():
    y_true, y_pred, weights = np.eye(3), np.eye(3)[[0, 1, 1]], np.array([1.0, 2.0, 3.0])
    row = metrics.F1Score()(y_true, y_pred, sample_weight=weights)
    column = metrics.F1Score()(y_true, y_pred, sample_weight=weights[:, None])
    np.testing.assert_array_equal(row.numpy(), column.numpy())


def test_vectors_are_taken_beside_columns():
    column, row = metrics.F1Score(threshold=0.5), metrics.F1Score(threshold=0.5)
    y_true, y_pred = np.array([1, 0, 1]), np.array([[0.9], [0.8], [0.7]])
    expected = column(y_true[:, None], y_pred).numpy()
    np.testing.assert_array_equal(row(y_true, y_pred).numpy(), expected)


ERRORS = [
    ({"average": "makro"}, "F1Score: average is 'makro'; expected one of None, .* Did you mean"),
    ({"threshold": 0.0}, "F1Score: threshold is 0.0; expected a number above 0 and at most 1"),
    ({"threshold": 1.5}, "F1Score: threshold is 1.5"),
    ({"threshold": "high"}, "F1Score: threshold is 'high'"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.F1Score(**arguments)


def test_beta_is_above_0():
    with pytest.raises(ValueError, match="FBetaScore: beta is -1; expected a number above 0"):
        metrics.FBetaScore(beta=-1)
    assert metrics.FBetaScore(beta=2).get_config()["beta"] == 2.0


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"y_true has the shape \(3,\) and y_pred \(3, 2\)"):
        metrics.F1Score().update_state(np.ones(3), np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"y_true has the shape \(3, 1\) and y_pred \(3, 2\)"):
        metrics.F1Score().update_state(np.ones((3, 1)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="before the first batch"):
        metrics.F1Score().result()

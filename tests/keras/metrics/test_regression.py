import numpy as np
import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

ROWS = [
    ("MeanSquaredError", "values", {}),
    ("MeanSquaredError", "vectors", {}),
    ("MeanAbsoluteError", "values", {}),
    ("MeanAbsolutePercentageError", "values", {}),
    ("MeanSquaredLogarithmicError", "values", {}),
    ("LogCoshError", "values", {}),
    ("RootMeanSquaredError", "values", {}),
    ("RootMeanSquaredError", "vectors", {"dtype": "float32"}),
    ("R2Score", "values", {}),
    ("R2Score", "values", {"class_aggregation": None}),
    ("R2Score", "values", {"class_aggregation": "variance_weighted_average"}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


def test_cosine_similarity_agrees_with_keras():
    # Keras leaves the axis out of the config, and so loses it.
    check_agreement("CosineSimilarity", "values", extra_config=frozenset({"axis"}))


def test_the_axis_of_cosine_similarity_is_kept():
    metric = metrics.CosineSimilarity(axis=0)
    again = metrics.CosineSimilarity.from_config(metric.get_config())
    y_true, y_pred = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[2.0, 1.0], [0.0, 1.0]])
    expected = np.mean([1.0, np.sqrt(0.5)])
    np.testing.assert_allclose(metric(y_true, y_pred).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(again(y_true, y_pred).numpy(), expected, rtol=1e-6)


def test_the_zero_vector_is_similar_to_none():
    assert metrics.CosineSimilarity()([[0.0, 0.0]], [[1.0, 2.0]]).numpy() == 0.0


def adjusted(score, samples, regressors):
    return 1 - (1 - score) * (samples - 1) / (samples - regressors - 1)


def test_r2_is_adjusted_for_the_number_of_inputs():
    y_true, y_pred = np.array([[1.0], [4.0], [3.0], [2.0]]), np.array([[2.0], [4.0], [4.0], [2.5]])
    plain = metrics.R2Score()(y_true, y_pred).numpy()
    result = metrics.R2Score(num_regressors=2)(y_true, y_pred).numpy()
    np.testing.assert_allclose(result, adjusted(plain, 4, 2), rtol=1e-6)
    with pytest.warns(UserWarning, match="4 samples are too few for num_regressors=3;"):
        result = metrics.R2Score(num_regressors=3)(y_true, y_pred).numpy()
    assert result == plain


def test_r2_takes_vectors_beside_columns():
    metric = metrics.R2Score()
    metric.update_state([1.0, 4.0, 3.0], [[2.0], [4.0], [4.0]])
    assert metric.result().numpy().round(3) == np.float32(0.571)


ERRORS = [
    ({"class_aggregation": "mean"}, "class_aggregation is 'mean'; expected one of None, 'uniform"),
    ({"num_regressors": -1}, "num_regressors is -1; expected 0 or more"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"R2Score: {message}"):
        metrics.R2Score(**arguments)


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"R2Score: y_true has the shape \(3,\) and y_pred \(3,\)"):
        metrics.R2Score().update_state(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"R2Score: .* before the first batch"):
        metrics.R2Score().result()
    with pytest.raises(ValueError, match=r"y_true has the shape \(3, 2\) and y_pred \(2, 2\)"):
        metrics.RootMeanSquaredError().update_state(np.ones((3, 2)), np.ones((2, 2)))

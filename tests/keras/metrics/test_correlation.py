import numpy as np
import pytest

from keratin.keras import metrics
from tests.harness.real_keras import real
from tests.keras.metrics.agreement import DATA, check_agreement

CLASSES = ["PearsonCorrelation", "ConcordanceCorrelation"]
FUNCTIONS = ["pearson_correlation", "concordance_correlation"]


@pytest.mark.parametrize("name", CLASSES)
def test_agrees_with_keras(name):
    check_agreement(name, "values")


@pytest.mark.parametrize("name", CLASSES)
def test_the_axis_may_be_that_of_samples(name):
    check_agreement(name, "values", {"axis": 0}, weights=np.ones(3, "f4"))


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree_with_keras(name, axis):
    for y_true, y_pred in DATA["values"]:
        theirs = np.asarray(getattr(real.metrics, name)(y_true, y_pred, axis=axis))
        ours = getattr(metrics, name)(y_true, y_pred, axis=axis).numpy()
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_whole_numbers_are_taken():
    assert metrics.pearson_correlation([[1, 2, 3]], [[2, 4, 6]]).numpy().round(6) == [1.0]


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"y_true has the shape \(2, 3\) and y_pred \(2, 4\)"):
        metrics.pearson_correlation(np.ones((2, 3)), np.ones((2, 4)))

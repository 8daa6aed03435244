import numpy as np
import pytest

from keratin import keras
from keratin.keras import metrics
from keratin.keras.metrics._thresholds import (
    Thresholds,
    given_thresholds,
    spaced_thresholds,
    update_counts,
)


def by_hand(y_true, y_pred, thresholds, weights):
    above = y_pred[None] > np.asarray(thresholds, "f4")[:, None]
    positive = y_true[None] > 0
    kinds = {"tp": above & positive, "fp": above & ~positive}
    kinds |= {"fn": ~above & positive, "tn": ~above & ~positive}
    return {kind: (is_kind * weights).sum(1) for kind, is_kind in kinds.items()}


THRESHOLDS = [
    [0.5],
    [0.25, 0.5],
    [0.0, 0.5, 1.0],
    [0.9, 0.1, 0.5],
    [0.3, 0.3, 0.7],
    spaced_thresholds(102),
]


@pytest.mark.parametrize("thresholds", THRESHOLDS, ids=len)
def test_counts_are_those_of_comparing_each_with_each(thresholds):
    random = np.random.default_rng(1)
    y_true = random.integers(0, 2, 50)
    y_pred = (random.integers(0, 21, 50) / 20).astype("f4")
    y_pred[:4] = [0.0, 1.0, np.nan, 0.5]
    weights = random.integers(0, 4, 50).astype("f4")
    expected = by_hand(y_true, y_pred, thresholds, weights)
    counts = {kind: keras.Variable("zeros", shape=(len(thresholds),)) for kind in expected}
    update_counts(counts, y_true, y_pred, Thresholds(thresholds), weights)
    for kind, count in counts.items():
        np.testing.assert_array_equal(count.numpy(), expected[kind])


def test_spacing_is_noticed():
    assert Thresholds([0.0, 0.5, 1.0]).even
    assert not Thresholds([0.0, 0.5, 1.0]).open_ends
    assert Thresholds([-1e-7, *spaced_thresholds(20), 1 + 1e-7]).open_ends
    assert not Thresholds([0.0, 1.0]).even
    assert not Thresholds([0.0, 0.4, 1.0]).even


def test_one_number_is_one_threshold():
    assert given_thresholds(0.3, 0.5, "Precision").values == [0.3]
    assert given_thresholds((0.3, 0.4), 0.5, "Precision").values == [0.3, 0.4]
    assert given_thresholds(None, 0.5, "Precision").values == [0.5]


@pytest.mark.parametrize("thresholds", [1.5, [0.5, -0.1], [None], []])
def test_thresholds_outside_of_0_to_1_are_refused(thresholds):
    with pytest.raises(ValueError, match=r"Recall: thresholds is .*; expected numbers from 0 to 1"):
        metrics.Recall(thresholds=thresholds)


def test_weights_of_samples_reach_all_axes():
    y_true, y_pred = np.ones((2, 3, 2)), np.ones((2, 3, 2))
    assert metrics.TruePositives()(y_true, y_pred, sample_weight=[1.0, 2.0]).numpy() == 18.0
    assert metrics.TruePositives()(y_true, y_pred, sample_weight=2.0).numpy() == 24.0


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"y_true has the shape \(3,\) and y_pred \(4,\)"):
        metrics.Precision().update_state(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match=r"sample_weight has the shape \(3,\) and y_pred \(4,\)"):
        metrics.Precision().update_state(np.ones(4), np.ones(4), sample_weight=np.ones(3))
    with pytest.raises(ValueError, match=r"class_id is 3, .* shape \(4, 3\); .* more than 3"):
        metrics.Precision(class_id=3).update_state(np.ones((4, 3)), np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"class_id is 0, .* expected \(samples, classes\)"):
        metrics.Precision(class_id=0).update_state(np.ones(4), np.ones(4))

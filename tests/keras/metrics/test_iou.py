import numpy as np
import pytest

from keratin.keras import metrics
from tests.keras.metrics.agreement import check_agreement

WHOLE = np.array([1, 2, 0, 3, 1, 1])

ROWS = [
    ("IoU", "classes", {"num_classes": 3, "target_class_ids": [0, 2]}),
    ("IoU", "classes_and_none", {"num_classes": 3, "target_class_ids": (1,)}),
    (
        "IoU",
        "onehot",
        {"num_classes": 3, "target_class_ids": [1], "sparse_y_true": False, "sparse_y_pred": False},
    ),
    ("MeanIoU", "classes", {"num_classes": 3}),
    ("MeanIoU", "classes", {"num_classes": 4, "ignore_class": 0}),
    ("MeanIoU", "classes", {"num_classes": 3, "dtype": "float32"}),
    ("MeanIoU", "sparse", {"num_classes": 3, "sparse_y_pred": False}),
    ("BinaryIoU", "binary", {}),
    ("BinaryIoU", "column", {"target_class_ids": [1], "threshold": 0.3}),
    ("OneHotIoU", "onehot", {"num_classes": 3, "target_class_ids": [0, 1]}),
    ("OneHotMeanIoU", "onehot", {"num_classes": 3}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments, weights=WHOLE)


def test_classes_may_stand_along_another_axis():
    y_true, y_pred = np.array([[0, 1], [2, 1]]), np.random.default_rng(0).random((2, 3, 2))
    last = metrics.MeanIoU(3, sparse_y_pred=False)
    second = metrics.MeanIoU(3, sparse_y_pred=False, axis=1)
    last.update_state(y_true, np.moveaxis(y_pred, 1, -1))
    second.update_state(y_true, y_pred)
    np.testing.assert_array_equal(last.total_cm.numpy(), second.total_cm.numpy())
    assert last.result().numpy() == second.result().numpy()


def test_fractions_of_weights_are_warned_of_where_they_are_lost():
    weights = np.array([0.5, 1.0], "f4")
    with pytest.warns(UserWarning, match="float32, but the metric counts in int32, so that frac"):
        metrics.MeanIoU(2).update_state([0, 1], [0, 1], sample_weight=weights)
    metric = metrics.MeanIoU(2, dtype="float32")
    metric.update_state([0, 1], [0, 1], sample_weight=weights)
    assert metric.total_cm.numpy()[0, 0] == 0.5


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"target_class_ids is \[3\]; expected classes from"):
        metrics.IoU(3, [3])
    with pytest.raises(ValueError, match=r"y_true has 2 classes and y_pred 6; expected as many"):
        metrics.MeanIoU(3).update_state([0, 1], np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"sample_weight has the shape \(3,\)"):
        metrics.MeanIoU(3).update_state([0, 1], [1, 1], sample_weight=[1, 1, 1])

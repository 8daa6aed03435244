import numpy as np
import pytest

import keratin as tf
from keratin.keras import metrics
from tests.harness.real_keras import real
from tests.keras.metrics.agreement import DATA, check_agreement

CURVES = ["ROC", "PR", "PRGAIN"]
METHODS = ["interpolation", "minoring", "majoring"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("curve", CURVES)
def test_areas_agree_with_keras(curve, method):
    arguments = {"curve": curve, "summation_method": method, "num_thresholds": 11}
    theirs = real.metrics.AUC(**arguments)
    for y_true, y_pred in DATA["binary"]:
        ours = metrics.AUC(**arguments)(y_true, y_pred)
        theirs.reset_state()
        theirs.update_state(y_true, y_pred)
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs.result()), rtol=1e-5)


ROWS = [
    ("binary", {}),
    ("column", {"thresholds": [0.7, 0.2, 0.4]}),
    ("column", {"thresholds": [0.25, 0.5, 0.75], "curve": "PRGAIN"}),
    ("multi", {"from_logits": True, "num_thresholds": 5}),
    ("multi", {"multi_label": True, "num_labels": 3, "curve": "PR", "num_thresholds": 7}),
    ("multi", {"multi_label": True, "num_labels": 3, "thresholds": [0.2, 0.3]}),
]


@pytest.mark.parametrize(("kind", "arguments"), ROWS)
def test_agrees_with_keras(kind, arguments):
    check_agreement("AUC", kind, arguments)


def test_labels_are_weighed():
    y_true, y_pred = DATA["multi"][0]
    each = metrics.AUC(multi_label=True, num_labels=3, num_thresholds=20)
    areas = []
    for label in range(3):
        areas.append(metrics.AUC(num_thresholds=20)(y_true[:, label], y_pred[:, label]).numpy())
    np.testing.assert_allclose(each(y_true, y_pred).numpy(), np.mean(areas), rtol=1e-6)
    weighed = metrics.AUC(
        multi_label=True, num_labels=3, num_thresholds=20, label_weights=[1.0, 0.0, 3.0]
    )
    expected = (areas[0] + 3 * areas[2]) / 4
    np.testing.assert_allclose(weighed(y_true, y_pred).numpy(), expected, rtol=1e-6)
    again = metrics.AUC.from_config(weighed.get_config())
    np.testing.assert_allclose(again(y_true, y_pred).numpy(), expected, rtol=1e-6)


def test_label_weights_weigh_predictions_without_multi_label():
    y_true, y_pred = DATA["multi"][0]
    metric = metrics.AUC(label_weights=[1.0, 0.0, 0.0], num_thresholds=20)
    first = metrics.AUC(num_thresholds=20)(y_true[:, 0], y_pred[:, 0])
    np.testing.assert_allclose(metric(y_true, y_pred).numpy(), first.numpy(), rtol=1e-6)


def test_the_number_of_labels_is_seen_in_the_first_batch():
    y_true, y_pred = DATA["multi"][0]
    eager, traced = (metrics.AUC(multi_label=True, num_thresholds=5) for _ in range(2))
    assert eager.variables == []
    eager.update_state(y_true, y_pred)
    tf.function(traced.update_state)(tf.constant(y_true), tf.constant(y_pred))
    assert [tuple(v.shape) for v in eager.variables] == [(5, 3)] * 4
    assert eager.result().numpy() == traced.result().numpy()


def test_the_interpolated_area_is_there_for_each_curve():
    y_true, y_pred = DATA["binary"][0]
    roc, pr = metrics.AUC(), metrics.AUC(curve="pr")
    roc.update_state(y_true, y_pred)
    assert roc.interpolate_pr_auc().numpy() == pr(y_true, y_pred).numpy()


def test_thresholds_begin_below_0_and_end_above_1():
    thresholds = metrics.AUC(thresholds=[0.5]).thresholds
    assert thresholds[0] < 0 and thresholds[1] == 0.5 and thresholds[2] > 1
    assert len(metrics.AUC().thresholds) == 200


ERRORS = [
    ({"curve": "ROOC"}, "AUC: curve is 'ROOC'; expected one of 'ROC', 'PR', 'PRGAIN'"),
    ({"summation_method": "mean"}, "summation_method is 'mean'; expected one of 'interpolation'"),
    ({"num_thresholds": 1}, "num_thresholds is 1; expected a number above 1"),
    ({"num_labels": 2}, "num_labels is 2, but multi_label is False"),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.AUC(**arguments)


def test_several_labels_need_matrices():
    with pytest.raises(ValueError, match=r"y_pred has the shape \(3,\); expected \(samples"):
        metrics.AUC(multi_label=True).update_state([0, 1, 1], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match=r"not known before the first batch. Give it: AUC\("):
        metrics.AUC(multi_label=True).result()

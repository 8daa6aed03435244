import numpy as np
import pytest

import keratin as tf
from keratin.keras import metrics
from keratin.keras.metrics._mixing import mixing

LABELS, PREDICTIONS = tf.constant([1, 0, 2]), tf.constant([0.5, 0.25, 2.0])


def test_integers_become_floats_only_within():
    with mixing():
        difference = LABELS - PREDICTIONS
    np.testing.assert_array_equal(difference.numpy(), [0.5, -0.25, 0.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="different dtypes"):
        LABELS - PREDICTIONS


def test_floats_of_two_dtypes_are_still_refused():
    with mixing(), pytest.raises(tf.errors.InvalidArgumentError, match="different dtypes"):
        tf.cast(LABELS, "float64") - PREDICTIONS


@pytest.mark.parametrize("traced", [False, True])
def test_functions_of_users_take_labels_as_numbers_or_as_indices(traced):
    def distance(y_true, y_pred):
        return tf.abs(y_true - y_pred)

    def picked(y_true, y_pred):
        return tf.gather(y_pred, y_true)

    expected = {distance: 0.25, picked: (0.25 + 0.5 + 2.0) / 3}
    for function, value in expected.items():
        metric = metrics.MeanMetricWrapper(function)
        update = tf.function(metric.update_state) if traced else metric.update_state
        update(LABELS, PREDICTIONS)
        np.testing.assert_allclose(metric.result().numpy(), value, rtol=1e-6)

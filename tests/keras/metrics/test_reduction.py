import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras import metrics
from tests.harness.real_keras import real
from tests.keras.metrics.agreement import DATA

VALUES = np.arange(12, dtype="f4").reshape(2, 3, 2)
CASES = [
    (VALUES, None),
    (VALUES, [1.0, 3.0]),
    (VALUES, [[1.0, 0.0, 2.0], [3.0, 1.0, 0.0]]),
    (VALUES, VALUES / 5),
    (VALUES, 2.0),
    (VALUES[..., 0], [[1.0], [2.0]]),
    (VALUES[:, 0, 0], [[1.0], [2.0]]),
    ([1, 3, 5, 7], [1, 1, 0, 0]),
    (4.0, None),
]


@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_weights_of_any_rank_agree_with_keras(name):
    ours, theirs = getattr(metrics, name)(), getattr(real.metrics, name)()
    for values, weights in CASES:
        ours.update_state(values, weights)
        theirs.update_state(values, None if weights is None else np.asarray(weights, "f4"))
        np.testing.assert_allclose(ours.result().numpy(), np.asarray(theirs.result()), rtol=1e-6)
    for own, other in zip(ours.variables, theirs.variables, strict=True):
        assert own.path == other.path
        np.testing.assert_allclose(own.numpy(), np.asarray(other), rtol=1e-6)
    assert ours.get_config() == theirs.get_config()
    ours.reset_state()
    assert ours.result().numpy() == 0.0
    assert ours.result().dtype == "float32"


def test_the_dtype_is_that_of_the_state():
    metric = metrics.Mean(dtype="float64")
    assert [variable.dtype.name for variable in metric.variables] == ["float64", "float64"]
    assert metric([1, 2]).dtype == "float64"


class Masked(tf.Tensor):
    """A tensor as a layer that masks gives it."""

    __slots__ = ("_keras_mask",)


def masked(values, mask):
    tensor = Masked.__new__(Masked)
    tensor._value, tensor._keras_mask = tf.constant(values)._value, tf.constant(mask)
    return tensor


def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2


Y_TRUE, Y_PRED = np.zeros((2, 3), "f4"), np.array([[1, 2, 3], [4, 5, 6]], "f4")
MASK = np.array([[True, True, False], [True, False, False]])


def test_masked_predictions_do_not_count():
    metric = metrics.MeanMetricWrapper(squared)
    metric.update_state(Y_TRUE, masked(Y_PRED, MASK))
    # As Keras does: of a sample the mean over its steps, masked ones included as 0.
    expected = ((1 + 4) / 3 + 16 / 3) / (2 / 3 + 1 / 3)
    np.testing.assert_allclose(metric.result().numpy(), expected, rtol=1e-6)


def test_weights_of_samples_hold_for_their_steps():
    metric = metrics.MeanMetricWrapper(squared)
    metric.update_state(Y_TRUE, masked(Y_PRED, MASK), sample_weight=[1.0, 2.0])
    expected = ((1 + 4) / 3 + 2 * 16 / 3) / (2 / 3 + 2 * 1 / 3)
    np.testing.assert_allclose(metric.result().numpy(), expected, rtol=1e-6)


def test_a_mask_does_not_weigh_one_number_for_the_batch():
    metric = metrics.MeanMetricWrapper(
        lambda y_true, y_pred: tf.reduce_mean(squared(y_true, y_pred))
    )
    metric.update_state(Y_TRUE, masked(Y_PRED, MASK))
    np.testing.assert_allclose(metric.result().numpy(), 91 / 6, rtol=1e-6)
    with pytest.raises(ValueError, match=r"one number for the batch; expected a value for each"):
        metric.update_state(Y_TRUE, Y_PRED, sample_weight=[1.0, 2.0])


@keras.saving.register_keras_serializable("shop")
def above(y_true, y_pred, by=0.0):
    return tf.cast(y_pred > y_true + by, "float32")


def test_functions_of_users_are_wrapped():
    metric = metrics.MeanMetricWrapper(above, name="above", by=2.0)
    assert metric(Y_TRUE, Y_PRED).numpy() == np.float32(4 / 6)
    assert not hasattr(metric, "_direction")
    config = metric.get_config()
    assert config["fn"]["config"] == "shop>above" and config["by"] == 2.0
    again = metrics.MeanMetricWrapper.from_config(config)
    assert again(Y_TRUE, Y_PRED).numpy() == np.float32(4 / 6)
    read = metrics.deserialize(metrics.serialize(metric))
    assert (read.name, read(Y_TRUE, Y_PRED).numpy()) == ("above", np.float32(4 / 6))


def test_subclasses_of_the_wrapper_keep_their_arguments():
    class Above(metrics.MeanMetricWrapper):
        def __init__(self, margin=1.0, **kwargs):
            super().__init__(above, by=margin, **kwargs)
            self.margin = margin

    metric = Above(margin=4.5, name="far")
    assert metric.get_config() == {"name": "far", "dtype": "float32", "margin": 4.5}
    assert Above.from_config(metric.get_config())(Y_TRUE, Y_PRED).numpy() == np.float32(2 / 6)


def test_losses_are_to_go_down():
    for function in (keras.losses.mean_squared_error, keras.losses.MeanSquaredError()):
        assert metrics.MeanMetricWrapper(function)._direction == "down"
    theirs = real.metrics.MeanMetricWrapper(real.losses.mean_squared_error, name="loss")
    ours = metrics.MeanMetricWrapper(keras.losses.mean_squared_error, name="loss")
    expected = {key: value for key, value in theirs.get_config().items() if key != "fn"}
    config = ours.get_config()
    assert config.pop("fn")["config"] == "mean_squared_error"
    assert config == expected
    assert real.metrics.deserialize(metrics.serialize(ours)).get_config() == theirs.get_config()
    y_true, y_pred = DATA["values"][0]
    np.testing.assert_allclose(ours(y_true, y_pred).numpy(), theirs(y_true, y_pred), rtol=1e-6)


def test_only_a_function_is_wrapped():
    with pytest.raises(ValueError, match="MeanMetricWrapper: fn is 'mse'; expected a function"):
        metrics.MeanMetricWrapper("mse")


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"shape \(3,\) and the values \(4,\)"):
        metrics.Mean().update_state([1.0, 2.0, 3.0, 4.0], sample_weight=[1.0, 1.0, 1.0])

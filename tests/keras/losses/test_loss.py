"""The base class, subclasses of users, and losses of functions."""

import numpy as np
import pytest

import keratin as tf
from keratin.keras import losses
from keratin.keras._core import custom_objects
from keratin.keras._core.dtype_policy import DTypePolicy
from tests.harness.real_keras import real
from tests.keras.losses.agreement import NUMBERS, OTHER_NUMBERS, WEIGHTS

SQUARES = ((NUMBERS - OTHER_NUMBERS) ** 2).mean(-1)


class Squares(losses.Loss):
    def call(self, y_true, y_pred):
        self.seen = y_true, y_pred
        return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


class Scaled(losses.Loss):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


class Fixed(losses.Loss):
    def __init__(self, factor):
        super().__init__(name="fixed", reduction="sum")
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * tf.reduce_sum(y_true - y_pred, axis=-1)


def test_only_call_is_needed():
    np.testing.assert_allclose(Squares()(NUMBERS, OTHER_NUMBERS), SQUARES.mean(), rtol=1e-6)
    np.testing.assert_allclose(
        Squares(reduction="sum")(NUMBERS, OTHER_NUMBERS, sample_weight=WEIGHTS),
        (SQUARES * WEIGHTS).sum(),
        rtol=1e-6,
    )
    none = Squares(reduction=None)(NUMBERS, OTHER_NUMBERS)
    np.testing.assert_allclose(none, SQUARES, rtol=1e-6)


def test_names_are_made_up():
    class Unheard(Squares):
        pass

    assert [Unheard().name, Unheard().name] == ["unheard", "unheard_1"]
    assert Squares(name="mine").name == "mine"


def test_arguments_are_in_the_config_without_a_get_config():
    loss = Scaled(3.0, name="scaled", reduction="sum")
    assert loss.get_config() == {"name": "scaled", "reduction": "sum", "factor": 3.0}
    again = Scaled.from_config(loss.get_config())
    assert (again.factor, again.name, again.reduction) == (3.0, "scaled", "sum")
    fixed = Fixed.from_config(Fixed(4).get_config())
    assert (fixed.factor, fixed.name, fixed.reduction) == (4, "fixed", "sum")


def test_a_get_config_of_the_user():
    class Old(Scaled):
        def get_config(self):
            return {**super().get_config(), "factor": 2 * self.factor}

    assert Old.from_config(Old(1.5).get_config()).factor == 3.0


@pytest.mark.parametrize(
    ("given", "seen"),
    [(None, "float32"), ("float64", "float64"), (DTypePolicy("mixed_float16"), "float16")],
)
def test_labels_and_predictions_are_cast(given, seen):
    loss = Squares(dtype=given)
    assert loss.dtype == seen == real.losses.Loss(dtype=real_policy(given)).dtype
    result = loss([[1, 2]], np.array([[1.0, 3.0]]))
    assert [x.dtype for x in loss.seen] == [seen, seen] and result.dtype == seen
    assert loss(np.array([[True]]), tf.constant([[3]])).dtype == seen


def real_policy(given):
    return real.DTypePolicy(given.name) if isinstance(given, DTypePolicy) else given


def test_floatx_is_the_default_dtype(monkeypatch):
    from keratin.keras._core.settings import settings

    monkeypatch.setattr(settings, "floatx", "float64")
    assert losses.MeanSquaredError().dtype == "float64"
    assert losses.MeanSquaredError()([[1.0]], [[2.0]]).dtype == "float64"


def test_the_mask_of_predictions_counts():
    prediction = tf.constant(OTHER_NUMBERS)
    prediction._keras_mask = tf.constant([True, False, True, False])
    kept = SQUARES[[0, 2]]
    for loss in (Squares(), losses.MeanSquaredError()):
        np.testing.assert_allclose(loss(NUMBERS, prediction), kept.mean(), rtol=1e-6)
        found = loss(NUMBERS, prediction, sample_weight=WEIGHTS)
        np.testing.assert_allclose(found, (kept * WEIGHTS[[0, 2]]).mean(), rtol=1e-6)


def test_the_masks_of_predictions_and_losses_are_both_applied():
    shares = tf.constant([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
    shares._keras_mask = tf.constant([True, True, False])
    loss = losses.SparseCategoricalCrossentropy(ignore_class=0)
    np.testing.assert_allclose(loss([0, 1, 1], shares), -np.log(0.8), rtol=1e-6)


def test_structures():
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            left = tf.reduce_sum(tf.abs(y_true["left"] - y_pred["left"]), axis=-1)
            right = tf.reduce_sum(tf.abs(y_true["right"][0] - y_pred["right"][0]), axis=-1)
            return left + right

    labels = {"left": np.zeros((2, 1), "int32"), "right": [np.ones((2, 3))]}
    predictions = {"left": np.ones((2, 1)), "right": [tf.zeros((2, 3))]}
    assert float(Both()(labels, predictions)) == 4.0
    wrapped = losses.LossFunctionWrapper(
        lambda t, p: tf.abs(t["a"] - p["a"]), reduction="none", name="wrapped"
    )
    found = wrapped({"a": np.zeros(2)}, {"a": np.ones((2, 1))})
    np.testing.assert_array_equal(found, [[1], [1]])


def test_in_a_compiled_function():
    @tf.function
    def compute(y_true, y_pred, weights):
        return losses.MeanSquaredError()(y_true, y_pred, sample_weight=weights)

    found = compute(NUMBERS, OTHER_NUMBERS, WEIGHTS)
    np.testing.assert_allclose(found, (SQUARES * WEIGHTS).mean(), rtol=1e-6)


def test_plain_functions_are_wrapped():
    def distance(y_true, y_pred, power=1.0):
        return tf.reduce_sum(tf.abs(y_true - y_pred) ** power, axis=-1)

    loss = losses.LossFunctionWrapper(distance, power=2.0)
    assert loss.name == "loss_function_wrapper" or loss.name.startswith("loss_function_wrapper_")
    np.testing.assert_allclose(loss(NUMBERS, OTHER_NUMBERS), 3 * SQUARES.mean(), rtol=1e-5)
    column = losses.LossFunctionWrapper(distance, reduction="none")([1.0, 2.0], [[1.0], [4.0]])
    np.testing.assert_array_equal(column, [0, 2])
    total = losses.LossFunctionWrapper(lambda t, p: tf.reduce_sum(p - t))
    assert total([[1.0, 2.0]], [[3.0, 5.0]]).shape == () and float(total([[1.0]], [[3.0]])) == 2


def test_functions_of_arrays_and_numbers_are_wrapped():
    by_numpy = losses.LossFunctionWrapper(lambda t, p: np.abs(t - p).mean(-1))
    np.testing.assert_allclose(by_numpy([[1.0, 2.0]], [[2.0, 4.0]]), 1.5)
    assert float(losses.LossFunctionWrapper(lambda t, p: 3.0)([[1.0]], [[1.0]])) == 3


def test_the_config_of_a_wrapped_function():
    ours = losses.LossFunctionWrapper(losses.huber, reduction="sum", name="wrapped", delta=2.0)
    read = real.saving.deserialize_keras_object(losses.serialize(ours))
    assert read.fn is real.losses.huber and read._fn_kwargs == {"delta": 2.0}
    again = losses.deserialize(real.losses.serialize(read))
    assert again.fn is losses.huber and again.get_config() == ours.get_config()
    assert (again.name, again.reduction) == ("wrapped", "sum")
    assert repr(again) == "<LossFunctionWrapper(huber, delta=2.0), reduction='sum'>"


def test_the_config_of_a_function_of_the_user():
    def mine(y_true, y_pred):
        return tf.reduce_sum(y_true - y_pred, axis=-1)

    config = losses.serialize(losses.LossFunctionWrapper(mine))
    with custom_objects.CustomObjectScope({"mine": mine}):
        assert losses.deserialize(config).fn is mine


def test_configs_of_keras_2():
    config = {"reduction": "auto", "name": "mine", "fn": "mean_squared_error"}
    loss = losses.deserialize({"class_name": "MeanSquaredError", "config": config})
    assert (type(loss), loss.name) == (losses.MeanSquaredError, "mine")
    assert loss.reduction == "sum_over_batch_size"


def test_rows_in_a_list():
    rows = [np.array([1.0, 2.0]), np.array([3.0, 5.0])]
    assert float(losses.MeanSquaredError()(rows, [[1, 2], [3, 4]])) == 0.25
    assert float(losses.MeanSquaredError()([[1, 2], [3, 4]], rows)) == 0.25
    shares = [tf.constant([0.5, 0.5]), tf.constant([0.2, 0.8])]
    found = losses.SparseCategoricalCrossentropy(reduction="sum")(
        [np.array(0), np.array(1)], shares
    )
    np.testing.assert_allclose(found, -np.log(0.5) - np.log(0.8), rtol=1e-6)


def test_mistakes():
    with pytest.raises(NotImplementedError, match=r"Loss: a loss overrides call\(self, y_true"):
        losses.Loss()(NUMBERS, NUMBERS)
    with pytest.raises(ValueError, match=r"returned None.*Is a `return` missing\? At"):
        losses.LossFunctionWrapper(lambda t, p: None)(NUMBERS, NUMBERS)
    with pytest.raises(TypeError, match=r"fn must be a function.*'mse'.*keras.losses.get\(name\)"):
        losses.LossFunctionWrapper("mse")
    with pytest.raises(TypeError, match=r"no argument 'dleta'. Did you mean 'delta'"):
        losses.Huber(dleta=2.0)
    with pytest.raises(TypeError, match=r"Huber.from_config: the config .*'dleta'"):
        losses.Huber.from_config({"dleta": 2.0})

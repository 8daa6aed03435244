"""Losses compared with real Keras: values, gradients, dtypes and configs."""

import jax
import numpy as np
import pytest

import keratin as tf
from keratin.keras import losses
from tests.harness.real_keras import real

generator = np.random.default_rng(7)

NUMBERS = generator.normal(size=(4, 3)).astype("float32")
OTHER_NUMBERS = generator.normal(size=(4, 3)).astype("float32")
POSITIVE = np.abs(NUMBERS) + 0.1
SHARES = POSITIVE / POSITIVE.sum(-1, keepdims=True)
OTHER_SHARES = (np.abs(OTHER_NUMBERS) + 0.1) / (np.abs(OTHER_NUMBERS) + 0.1).sum(-1, keepdims=True)
PROBABILITIES = generator.uniform(0.05, 0.95, size=(4, 3)).astype("float32")
COUNTS = generator.integers(0, 5, size=(4, 3)).astype("float32")
BITS = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0]], "float32")
SIGNS = 2 * BITS - 1
ONE_HOT = np.eye(3, dtype="float32")[[0, 2, 1, 2]]
CLASSES = np.array([0, 2, 1, 2], "int32")
UNIT = NUMBERS / np.sqrt((NUMBERS**2).sum(-1, keepdims=True))
IMAGES = generator.uniform(0.05, 0.95, size=(2, 3, 2)).astype("float32")
MASKS = (generator.uniform(size=(2, 3, 2)) > 0.5).astype("float32")
FRAMES = generator.normal(size=(4, 5, 4)).astype("float32")
SEQUENCES = np.array([[1, 2, 0], [3, 3, 0], [1, 0, 0], [2, 1, 3]], "int32")
WEIGHTS = np.array([1.0, 0.5, 0.0, 2.0], "float32")


def case(function, y_true, y_pred, label="", **settings):
    """A row: the loss function, its labels and predictions, and its further arguments."""
    text = label or ", ".join(f"{key}={value}" for key, value in settings.items())
    return pytest.param(function, y_true, y_pred, settings, id=f"{function} {text}".strip())


def functions_agree(cases, tolerance=1e-5):
    """A test that each row's function has the values and gradients of real Keras."""

    @pytest.mark.parametrize(("function", "y_true", "y_pred", "settings"), cases)
    def test(function, y_true, y_pred, settings):
        ours, theirs = getattr(losses, function), getattr(real.losses, function)

        def of_prediction(prediction):
            return theirs(y_true, prediction, **settings)

        made = jax.eval_shape(of_prediction, y_pred)
        downstream = np.linspace(0.5, 1.5, made.size).reshape(made.shape)
        expected, pulled = jax.jit(_with_pullback, static_argnums=0)(
            of_prediction, y_pred, downstream.astype(made.dtype)
        )
        prediction = tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            found = ours(y_true, prediction, **settings)
        slope = tape.gradient(found, prediction, output_gradients=downstream.astype(y_pred.dtype))
        # Not the dtype of `expected`: 64-bit types are on here, and one_hot of Keras follows them.
        assert found.dtype == str(y_pred.dtype) and found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(slope, pulled, rtol=tolerance, atol=tolerance)
        traced = tf.function(lambda t, p: ours(t, p, **settings))(y_true, y_pred)
        np.testing.assert_allclose(traced, found, rtol=1e-6, atol=1e-6)

    return test


def _with_pullback(function, x, downstream):
    value, pull = jax.vjp(function, x)
    return value, pull(downstream)[0]


def class_case(kind, y_true, y_pred, more=(), **settings):
    """A row: a class of losses, labels, predictions, arguments, config keys real Keras lacks."""
    text = ", ".join(f"{key}={value}" for key, value in settings.items())
    return pytest.param(kind, y_true, y_pred, set(more), settings, id=f"{kind} {text}".strip())


def classes_agree(cases, tolerance=1e-5):
    """A test that each row's class has the losses, gradients and configs of real Keras."""

    @pytest.mark.parametrize(("kind", "y_true", "y_pred", "more", "settings"), cases)
    def test(kind, y_true, y_pred, more, settings):
        ours, theirs = getattr(losses, kind)(**settings), getattr(real.losses, kind)(**settings)
        # Losses along the batch are none of samples, and cannot be weighed.
        several = [None] if settings.get("axis") == 0 else [None, WEIGHTS[: len(y_pred)]]

        def of_prediction(prediction):
            return [
                jax.value_and_grad(lambda p, w=w: theirs(y_true, p, sample_weight=w))(prediction)
                for w in several
            ]

        for weights, (expected, slope) in zip(several, jax.jit(of_prediction)(y_pred), strict=True):
            prediction = tf.constant(y_pred)
            with tf.GradientTape() as tape:
                tape.watch(prediction)
                found = ours(y_true, prediction, sample_weight=weights)
            assert found.dtype == str(expected.dtype) == "float32"
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
            found_slope = tape.gradient(found, prediction)
            np.testing.assert_allclose(found_slope, slope, rtol=tolerance, atol=tolerance)
        configs_agree(ours, theirs, more, y_true, y_pred)

    return test


def configs_agree(ours, theirs, more, y_true, y_pred):
    """Each reads the config of the other, and is the same loss as before."""
    config = ours.get_config()
    assert {key: value for key, value in config.items() if key not in more} == theirs.get_config()
    again = losses.deserialize(losses.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == config
    np.testing.assert_array_equal(again(y_true, y_pred), ours(y_true, y_pred))
    read = real.saving.deserialize_keras_object(losses.serialize(ours))
    assert type(read) is type(theirs) and read._fn_kwargs == theirs._fn_kwargs
    assert read.get_config() == theirs.get_config()
    described, expected = losses.serialize(ours), real.losses.serialize(theirs)
    assert {**described, "config": 0} == {**expected, "config": 0}
    assert losses.deserialize(expected).name == ours.name

"""Divergences, counts, and the cross-entropies of two or many classes."""

import jax
import numpy as np
import pytest

from keratin.keras import losses
from tests.harness.real_keras import real
from tests.keras.losses.agreement import (
    BITS,
    CLASSES,
    COUNTS,
    IMAGES,
    NUMBERS,
    OTHER_SHARES,
    POSITIVE,
    PROBABILITIES,
    SHARES,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

SURE = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]], "float32")
WORDS = np.array([[0, 1, 1], [1, 0, 0]], "int64")
SPARSE = "sparse_categorical_crossentropy"

FUNCTIONS = [
    case("kl_divergence", SHARES, OTHER_SHARES),
    case("kl_divergence", SURE, OTHER_SHARES, "zeros"),
    case("poisson", COUNTS, POSITIVE),
    case("binary_crossentropy", BITS, PROBABILITIES),
    case("binary_crossentropy", BITS, SURE, "sure"),
    case("binary_crossentropy", BITS.astype("int32"), NUMBERS * 20, from_logits=True),
    case("binary_crossentropy", BITS, PROBABILITIES, label_smoothing=0.1),
    case("binary_crossentropy", BITS, PROBABILITIES, axis=0),
    case(SPARSE, CLASSES, SHARES),
    case(SPARSE, CLASSES[:, None], SHARES, "a column of labels"),
    case(SPARSE, CLASSES.astype("float32"), SHARES, "floating labels"),
    case(SPARSE, CLASSES.astype("uint8"), PROBABILITIES, "not normalized"),
    case(SPARSE, CLASSES, SURE, "sure"),
    case(SPARSE, CLASSES, NUMBERS * 20, from_logits=True),
    case(SPARSE, WORDS, IMAGES, from_logits=True),
    case(SPARSE, CLASSES, SHARES, ignore_class=2),
    case(SPARSE, CLASSES - 1, NUMBERS, ignore_class=-1, from_logits=True),
    case(SPARSE, CLASSES[:, None], SHARES, ignore_class=0),
]
test_functions = functions_agree(FUNCTIONS)

CASES = [
    class_case("KLDivergence", SHARES, OTHER_SHARES),
    class_case("Poisson", COUNTS, POSITIVE),
    class_case("BinaryCrossentropy", BITS, PROBABILITIES),
    class_case("BinaryCrossentropy", BITS, NUMBERS, from_logits=True, label_smoothing=0.2, axis=0),
    class_case("SparseCategoricalCrossentropy", CLASSES, SHARES, ["axis"]),
    class_case("SparseCategoricalCrossentropy", CLASSES, NUMBERS, ["axis"], from_logits=True),
    class_case("SparseCategoricalCrossentropy", CLASSES, SHARES, ["axis"], ignore_class=2),
]
test_classes = classes_agree(CASES)


def test_classes_along_another_axis():
    first = losses.sparse_categorical_crossentropy(WORDS, IMAGES)
    moved = losses.sparse_categorical_crossentropy(WORDS, np.moveaxis(IMAGES, -1, 1), axis=1)
    np.testing.assert_allclose(moved, first, rtol=1e-6)
    ignored = losses.sparse_categorical_crossentropy(
        WORDS, np.moveaxis(IMAGES, -1, 1), axis=1, ignore_class=1
    )
    np.testing.assert_allclose(ignored, np.where(WORDS == 1, 0, first), rtol=1e-6)


def test_the_class_that_is_ignored_does_not_count_in_means():
    losses_of = losses.sparse_categorical_crossentropy(CLASSES, SHARES, ignore_class=2)
    np.testing.assert_array_equal(losses_of._keras_mask, CLASSES != 2)
    expected = losses_of.numpy()[CLASSES != 2].mean()
    for loss in (
        losses.SparseCategoricalCrossentropy(ignore_class=2),
        losses.LossFunctionWrapper(losses.sparse_categorical_crossentropy, ignore_class=2),
    ):
        assert float(loss(CLASSES, SHARES)) == pytest.approx(expected, rel=1e-6)


def test_ignored_predictions_of_nan_do_no_harm(tf):
    prediction = tf.constant([[0.5, 0.5], [np.nan, np.nan]])
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)([1, -1], prediction)
    assert float(loss) == pytest.approx(np.log(2), rel=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, prediction), [[1, -1], [0, 0]], atol=1e-6)


def test_labels_that_are_no_class_have_no_loss_where_they_cannot_be_seen(tf):
    labels = np.array([0, 7, -1, 2], "int32")
    expected = jax.jit(lambda p: real.losses.sparse_categorical_crossentropy(labels, p))(SHARES)
    found = tf.function(losses.sparse_categorical_crossentropy)(tf.constant(labels), SHARES)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found.numpy()[1] == 0 and found.numpy()[2] == 0


def test_many_classes_in_half_precision():
    """Labels are not cast to the dtype of the loss, which holds no odd numbers above 2048."""
    logits = np.zeros([1, 4100], "float16")
    logits[0, 4099] = 9
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float16")
    wide = losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(loss([4099], logits)) == pytest.approx(float(wide([4099], logits)), rel=1e-3)


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
def test_half_precision_of_sure_predictions_is_finite(tf, name):
    prediction = tf.cast([[0.0, 1.0]], "float16")
    found = getattr(losses, name)([[0.0, 1.0]], prediction)
    assert found.dtype == "float16" and 0 <= float(found[0]) < 1e-6


def test_epsilon_is_the_one_that_is_set(tf, monkeypatch):
    from keratin.keras._core.settings import settings

    monkeypatch.setattr(settings, "epsilon", 1e-2)
    np.testing.assert_allclose(
        losses.binary_crossentropy([[1.0]], [[0.0]]), [-np.log(0.01)], rtol=1e-6
    )

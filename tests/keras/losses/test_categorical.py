"""Cross-entropies of one-hot labels, focal ones, and one for labels that may be wrong."""

import numpy as np
import pytest

from keratin.keras import losses
from tests.keras.losses.agreement import (
    BITS,
    CLASSES,
    IMAGES,
    MASKS,
    NUMBERS,
    ONE_HOT,
    OTHER_SHARES,
    PROBABILITIES,
    SHARES,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

FOCAL = "categorical_focal_crossentropy"

FUNCTIONS = [
    case("categorical_crossentropy", ONE_HOT, SHARES),
    case("categorical_crossentropy", ONE_HOT.astype("int64"), PROBABILITIES, "not normalized"),
    case("categorical_crossentropy", OTHER_SHARES, SHARES, "shares"),
    case("categorical_crossentropy", ONE_HOT, ONE_HOT, "sure"),
    case("categorical_crossentropy", ONE_HOT, NUMBERS * 20, from_logits=True),
    case("categorical_crossentropy", BITS, NUMBERS, "several labels", from_logits=True),
    case("categorical_crossentropy", ONE_HOT, SHARES, label_smoothing=0.1),
    case("categorical_crossentropy", MASKS, IMAGES, axis=1),
    case(FOCAL, ONE_HOT, SHARES),
    case(FOCAL, ONE_HOT, PROBABILITIES, alpha=0.5, gamma=1.5, label_smoothing=0.1),
    case(FOCAL, ONE_HOT, SHARES, alpha=[0.1, 0.2, 0.7]),
    case(FOCAL, ONE_HOT, NUMBERS, from_logits=True),
    case(FOCAL, MASKS, IMAGES, axis=1),
    case("binary_focal_crossentropy", BITS, PROBABILITIES),
    case("binary_focal_crossentropy", BITS, PROBABILITIES, apply_class_balancing=True, alpha=0.7),
    case("binary_focal_crossentropy", BITS, NUMBERS, from_logits=True, gamma=3.0),
    case("binary_focal_crossentropy", BITS, PROBABILITIES, label_smoothing=0.2, axis=0),
    case("categorical_generalized_cross_entropy", CLASSES, SHARES, q=0.5),
    case("categorical_generalized_cross_entropy", CLASSES.astype("float32"), SHARES, q=0.9),
]
test_functions = functions_agree(FUNCTIONS)

CASES = [
    class_case("CategoricalCrossentropy", ONE_HOT, SHARES),
    class_case("CategoricalCrossentropy", ONE_HOT, NUMBERS, from_logits=True, label_smoothing=0.1),
    class_case("CategoricalFocalCrossentropy", ONE_HOT, SHARES),
    class_case("CategoricalFocalCrossentropy", ONE_HOT, NUMBERS, alpha=0.5, from_logits=True),
    class_case("BinaryFocalCrossentropy", BITS, PROBABILITIES),
    class_case("BinaryFocalCrossentropy", BITS, NUMBERS, gamma=1.0, from_logits=True),
    class_case("CategoricalGeneralizedCrossEntropy", CLASSES, SHARES),
    class_case("CategoricalGeneralizedCrossEntropy", CLASSES, SHARES, q=0.2),
]
test_classes = classes_agree(CASES)


def test_a_column_of_classes_is_one_class_for_each_sample():
    name = "categorical_generalized_cross_entropy"
    np.testing.assert_allclose(
        getattr(losses, name)(CLASSES[:, None], SHARES, q=0.5),
        getattr(losses, name)(CLASSES, SHARES, q=0.5),
    )


def test_smoothing_counts_the_classes_along_the_axis():
    last = losses.categorical_crossentropy(ONE_HOT, SHARES, label_smoothing=0.1)
    first = losses.categorical_crossentropy(ONE_HOT.T, SHARES.T, label_smoothing=0.1, axis=0)
    np.testing.assert_allclose(first, last, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "row"), [("categorical_crossentropy", 2), ("categorical_focal_crossentropy", 3)]
)
def test_one_class_alone_is_told(name, row):
    column = np.full((row, 1), 0.5, "float32")
    with pytest.warns(SyntaxWarning, match=rf"{name}: y_pred has shape \({row}, 1\).*binary_cross"):
        getattr(losses, name)(column, column)


def test_q_lies_between_0_and_1():
    for q in (0, 1, 1.5):
        with pytest.raises(ValueError, match=rf"q must be in the interval \(0, 1\); given {q}"):
            losses.CategoricalGeneralizedCrossEntropy(q=q)


@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal_crossentropy"])
def test_an_axis_is_one_integer_in_range(name):
    for axis in (True, None, 1.0):
        with pytest.raises(ValueError, match=rf"{name}: axis={axis} is no axis; give the integer"):
            getattr(losses, name)(ONE_HOT, SHARES, axis=axis)
    with pytest.raises(ValueError, match=rf"{name}: axis=5 .* of rank 2; give one from -2 to 1"):
        getattr(losses, name)(ONE_HOT, SHARES, axis=5)

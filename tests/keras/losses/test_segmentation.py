"""Losses of overlap."""

import numpy as np

from keratin.keras import losses
from tests.keras.losses.agreement import (
    IMAGES,
    MASKS,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

FUNCTIONS = [
    case("dice", MASKS, IMAGES),
    case("dice", MASKS.astype("int32"), IMAGES, axis=(1, 2)),
    case("tversky", MASKS, IMAGES),
    case("tversky", MASKS, IMAGES, alpha=0.2, beta=0.7, axis=-1),
]
test_functions = functions_agree(FUNCTIONS)

CLASSES = [
    class_case("Dice", MASKS, IMAGES),
    class_case("Dice", MASKS, IMAGES, axis=[1, 2]),
    class_case("Tversky", MASKS, IMAGES),
    class_case("Tversky", MASKS, IMAGES, alpha=0.2, beta=0.7, axis=[1, 2]),
]
test_classes = classes_agree(CLASSES)


def test_nothing_where_nothing_was_to_be_found_is_finite():
    nothing = np.zeros((2, 3), "float32")
    assert float(losses.dice(nothing, nothing)) == 1
    assert float(losses.tversky(nothing, nothing)) == 1

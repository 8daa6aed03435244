"""Losses of margins."""

from tests.keras.losses.agreement import (
    BITS,
    NUMBERS,
    ONE_HOT,
    SIGNS,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

FUNCTIONS = [
    case("hinge", SIGNS, NUMBERS, "signs"),
    case("hinge", BITS, NUMBERS, "bits"),
    case("hinge", BITS - 0.5, NUMBERS, "halves"),
    case("squared_hinge", SIGNS, NUMBERS, "signs"),
    case("squared_hinge", BITS.astype("int32"), NUMBERS, "bits"),
    case("categorical_hinge", ONE_HOT, NUMBERS),
]
test_functions = functions_agree(FUNCTIONS)

CLASSES = [
    class_case("Hinge", BITS, NUMBERS),
    class_case("SquaredHinge", SIGNS, NUMBERS),
    class_case("CategoricalHinge", ONE_HOT, NUMBERS),
]
test_classes = classes_agree(CLASSES)

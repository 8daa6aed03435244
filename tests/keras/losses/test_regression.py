"""Losses between numbers."""

import numpy as np
import pytest

from keratin.keras import losses
from tests.keras.losses.agreement import (
    NUMBERS,
    OTHER_NUMBERS,
    POSITIVE,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

FUNCTIONS = [
    case("mean_squared_error", NUMBERS, OTHER_NUMBERS),
    case("mean_squared_error", NUMBERS[:, 0], OTHER_NUMBERS[:, :1], "vector and column"),
    case("mean_squared_error", NUMBERS[:, :1], OTHER_NUMBERS[:, 0], "column and vector"),
    case("mean_squared_error", NUMBERS[:, :, None], OTHER_NUMBERS, "an axis too many"),
    case("mean_squared_error", NUMBERS.astype("float64"), OTHER_NUMBERS, "wide labels"),
    case("mean_squared_error", NUMBERS, OTHER_NUMBERS.astype("float64"), "wide predictions"),
    case("mean_squared_error", (NUMBERS * 9).astype("int64"), OTHER_NUMBERS, "integer labels"),
    case("mean_absolute_error", NUMBERS, OTHER_NUMBERS),
    case("mean_absolute_percentage_error", NUMBERS, OTHER_NUMBERS),
    case("mean_absolute_percentage_error", np.maximum(NUMBERS, 0) + 1, OTHER_NUMBERS, "clipped"),
    case("mean_squared_logarithmic_error", POSITIVE, OTHER_NUMBERS),
    case("huber", NUMBERS, OTHER_NUMBERS),
    case("huber", NUMBERS, OTHER_NUMBERS, delta=0.3),
    case("log_cosh", NUMBERS, OTHER_NUMBERS),
    case("log_cosh", NUMBERS, 100 * OTHER_NUMBERS, "large"),
    case("cosine_similarity", NUMBERS, OTHER_NUMBERS),
    case("cosine_similarity", NUMBERS, OTHER_NUMBERS, axis=0),
]
test_functions = functions_agree(FUNCTIONS)

CLASSES = [
    class_case("MeanSquaredError", NUMBERS, OTHER_NUMBERS),
    class_case("MeanSquaredError", NUMBERS, OTHER_NUMBERS, reduction="sum", name="mine"),
    class_case("MeanAbsoluteError", NUMBERS, OTHER_NUMBERS),
    class_case("MeanAbsolutePercentageError", NUMBERS, OTHER_NUMBERS),
    class_case("MeanSquaredLogarithmicError", POSITIVE, OTHER_NUMBERS),
    class_case("Huber", NUMBERS, OTHER_NUMBERS, ["delta"]),
    class_case("Huber", NUMBERS, OTHER_NUMBERS, ["delta"], delta=0.5),
    class_case("LogCosh", NUMBERS, OTHER_NUMBERS),
    class_case("CosineSimilarity", NUMBERS, OTHER_NUMBERS, ["axis"]),
]
test_classes = classes_agree(CLASSES)


def test_a_vector_of_zeros_has_a_gradient(tf):
    x = tf.constant([[0.0, 0.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = losses.cosine_similarity([[1.0, 0.0], [0.6, 0.8]], x)
    np.testing.assert_allclose(loss, [0, -1], atol=1e-6)
    slope = tape.gradient(loss, x).numpy()
    assert np.isfinite(slope).all() and slope[0, 0] < 0


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh"])
def test_integer_predictions_are_compared_as_floats(name):
    function = getattr(losses, name)
    found = function([[0.5, 1.0]], [[1, 3]])
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, function([[0.5, 1.0]], [[1.0, 3.0]]))


def test_half_precision_stays(tf):
    for dtype in ("float16", "bfloat16"):
        x = tf.cast([[1.0, 2.0]], dtype)
        assert losses.mean_squared_error([[0.0, 0.0]], x).dtype == dtype
        assert float(losses.mean_squared_error([[0.0, 0.0]], x)[0]) == 2.5

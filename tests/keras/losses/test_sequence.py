"""The loss of label sequences."""

import numpy as np
import pytest

from keratin.keras import losses
from tests.keras.losses.agreement import (
    FRAMES,
    SEQUENCES,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

test_functions = functions_agree([case("ctc", SEQUENCES, FRAMES)])

test_classes = classes_agree([class_case("CTC", SEQUENCES.astype("float32"), FRAMES)])


def test_half_precision_is_computed_in_float32(tf):
    found = losses.ctc(SEQUENCES, tf.cast(FRAMES, "float16"))
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, losses.ctc(SEQUENCES, FRAMES), rtol=1e-2)


def test_labels_longer_than_the_frames_are_possible_nowhere():
    found = losses.ctc([[1, 1, 1]], np.zeros((1, 2, 3), "float32")).numpy()
    assert np.isfinite(found).all() and found[0] > 500


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"ctc: y_true has shape \(3,\).*\(batch, most labels\)"):
        losses.ctc(SEQUENCES[0], FRAMES)
    with pytest.raises(ValueError, match=r"ctc: y_true has .* y_pred \(5, 4\)"):
        losses.ctc(SEQUENCES, FRAMES[0])

"""Cross-entropies of probabilities and of logits."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, shares, table

row = table("nn")
OUTPUT = shares(5, 4)
CLASSES = np.array([0, 1, 2, 3, 1])
HOT = np.eye(4, dtype="float32")[CLASSES]

ROWS = [
    *[
        made
        for logits in (False, True)
        for made in (
            row("categorical_crossentropy", HOT, OUTPUT, from_logits=logits),
            row("categorical_crossentropy", HOT, OUTPUT, from_logits=logits, axis=0),
            row("binary_crossentropy", HOT, OUTPUT, from_logits=logits),
            row("sparse_categorical_crossentropy", CLASSES, OUTPUT, logits, symbolic=False),
            row("sparse_categorical_crossentropy", CLASSES[:, None], OUTPUT, from_logits=logits),
        )
    ],
    row("binary_crossentropy", np.array([0, 1, 1]), np.float32([0.0, 1.0, 0.3]), gradient=False),
    row("sparse_categorical_crossentropy", np.array([7, -1]), OUTPUT[:2], symbolic=False),
    row("psnr", OUTPUT, shares(5, 4, seed=1), 2.0),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_targets_of_float64_do_not_widen_the_loss():
    found = keras.ops.categorical_crossentropy(HOT.astype("float64"), OUTPUT)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, keras.ops.categorical_crossentropy(HOT, OUTPUT), 1e-6)


def test_classes_may_stand_along_any_axis():
    found = keras.ops.sparse_categorical_crossentropy(CLASSES, OUTPUT.T.copy(), axis=0)
    expected = keras.ops.sparse_categorical_crossentropy(CLASSES, OUTPUT)
    np.testing.assert_allclose(found, expected, 1e-6)


def test_errors_tell_the_kinds_of_targets_apart():
    ops = keras.ops
    assert "Use sparse_categorical_crossentropy" in refused(
        ops.categorical_crossentropy, CLASSES, OUTPUT
    )
    assert "use categorical_crossentropy" in refused(
        ops.sparse_categorical_crossentropy, HOT, OUTPUT
    )
    assert "same shape" in refused(ops.binary_crossentropy, HOT[:2], OUTPUT)
    assert "same shape" in refused(ops.psnr, floats(2), floats(3), 1.0)

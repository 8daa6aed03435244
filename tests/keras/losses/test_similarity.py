"""The circle loss."""

import jax
import numpy as np
import pytest

from keratin.keras import losses
from tests.harness.real_keras import real
from tests.keras.losses.agreement import (
    CLASSES,
    UNIT,
    case,
    class_case,
    classes_agree,
    functions_agree,
)

FUNCTIONS = [
    case("circle", CLASSES, UNIT, gamma=4.0),
    case("circle", CLASSES[:, None], UNIT, "a column of labels", gamma=8.0, margin=0.2),
    case("circle", CLASSES, UNIT, gamma=4.0, remove_diagonal=False),
]
test_functions = functions_agree(FUNCTIONS)

CASES = [
    class_case("Circle", CLASSES, UNIT, gamma=4.0),
    class_case("Circle", CLASSES, UNIT, gamma=2.0, margin=0.2, remove_diagonal=False),
]
test_classes = classes_agree(CASES)


def test_references_of_their_own():
    labels, references = np.array([0, 1, 2, 1, 0]), np.concatenate([UNIT[::-1], UNIT[:1]])
    given = {"ref_labels": labels, "ref_embeddings": references, "gamma": 4.0}
    for remove_diagonal in (False, True):
        given["remove_diagonal"] = remove_diagonal
        expected = jax.jit(lambda p, g=dict(given): real.losses.circle(CLASSES, p, **g))(UNIT)
        np.testing.assert_allclose(losses.circle(CLASSES, UNIT, **given), expected, rtol=1e-5)


def test_samples_without_loss_do_not_count():
    found = losses.circle(CLASSES, UNIT, gamma=4.0)
    np.testing.assert_array_equal(found._keras_mask, found.numpy() > 0)
    assert (found.numpy() == 0).any()  # the classes that are there once
    mean = found.numpy()[found.numpy() > 0].mean()
    assert float(losses.Circle(gamma=4.0)(CLASSES, UNIT)) == pytest.approx(mean, rel=1e-6)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"circle: y_true has shape \(3,\), and its embeddings"):
        losses.circle(CLASSES[:3], UNIT)
    with pytest.raises(
        ValueError, match=r"circle: ref_labels has shape \(3,\).*\(n,\) or \(n, 1\)"
    ):
        losses.circle(CLASSES, UNIT, ref_labels=CLASSES[:3], ref_embeddings=UNIT)

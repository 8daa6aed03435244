"""How far boxes overlap."""

import numpy as np
import pytest

from keratin.keras.utils import bounding_boxes
from tests.harness.real_keras import real

FIRST = np.array([[[0, 0, 2, 2], [1, 0, 3, 2]], [[5, 5, 9, 7], [-1, -1, -1, -1]]], "float32")
SECOND = np.array([[[0, 0, 2, 2], [9, 9, 12, 10], [0, 1, 4, 3]]] * 2, "float32")
theirs = real.utils.bounding_boxes


@pytest.mark.parametrize("first", [FIRST, FIRST[0]], ids=["batch", "one"])
@pytest.mark.parametrize("second", [SECOND, SECOND[0]], ids=["batch", "one"])
@pytest.mark.parametrize("form", ["xyxy", "center_xywh"])
def test_iou_is_that_of_keras(first, second, form):
    found = bounding_boxes.compute_iou(first, second, form)
    expected = theirs.compute_iou(first, second, form)
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-5, atol=1e-6)


def test_padding_and_fractions():
    found = bounding_boxes.compute_iou(FIRST, SECOND, "xyxy", use_masking=True, mask_val=-2)
    expected = theirs.compute_iou(FIRST, SECOND, "xyxy", use_masking=True, mask_val=-2)
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-5, atol=1e-6)
    assert (found.numpy()[1, 1] == -2).all()
    options = {"bounding_box_format": "rel_yxyx", "image_shape": (10, 20, 3)}
    relative = bounding_boxes.compute_iou(FIRST / 10, SECOND / 10, **options)
    expected = theirs.compute_iou(FIRST / 10, SECOND / 10, **options)
    np.testing.assert_allclose(relative, np.asarray(expected), rtol=1e-5, atol=1e-6)


def test_ciou_is_that_of_keras():
    for first, second in ((FIRST, SECOND[:, :2]), (FIRST[0], SECOND[0, 1:]), (FIRST[0], FIRST[0])):
        found = bounding_boxes.compute_ciou(first, second, "xyxy")
        expected = theirs.compute_ciou(first, second, "xyxy")
        np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-4, atol=1e-5)


def test_errors():
    with pytest.raises(ValueError, match=r"boxes2 has the shape \(4,\); expected \[batch, n, 4\]"):
        bounding_boxes.compute_iou(FIRST, SECOND[0, 0], "xyxy")
    with pytest.raises(ValueError, match=r"are fractions of the image: give image_shape"):
        bounding_boxes.compute_ciou(FIRST, FIRST, "rel_xyxy")
    with pytest.raises(ValueError, match=r"given 'xyxx'. Did you mean 'yxyx'"):
        bounding_boxes.compute_iou(FIRST, SECOND, "xyxx")

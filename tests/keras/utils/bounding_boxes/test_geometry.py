"""Boxes cut, moved and turned."""

import numpy as np
import pytest

import keratin as tf
from keratin import errors
from keratin.keras.utils import bounding_boxes
from tests.harness.real_keras import real

BOXES = np.array(
    [[[10, 20, 30, 60], [-5, 5, 500, 45]], [[70, 90, 80, 95], [1, 2, 3, 4]]], "float32"
)
LABELS = np.array([[1, 2], [3, 4]])
theirs = real.utils.bounding_boxes


@pytest.mark.parametrize("bounding_box_format", ["xyxy", "rel_xyxy"])
def test_boxes_are_cut_at_the_edges_of_the_image(bounding_box_format):
    boxes = BOXES / 60 if bounding_box_format == "rel_xyxy" else BOXES
    options = {"height": 50, "width": 60, "bounding_box_format": bounding_box_format}
    given = {"boxes": boxes, "labels": LABELS}
    found = bounding_boxes.clip_to_image_size(given, **options)
    expected = theirs.clip_to_image_size(
        {"boxes": tf.constant(boxes).numpy(), "labels": LABELS}, **options
    )
    np.testing.assert_allclose(found["boxes"], np.asarray(expected["boxes"]))
    np.testing.assert_array_equal(found["labels"], np.asarray(expected["labels"]))
    assert -1 in found["labels"].numpy()
    assert set(bounding_boxes.clip_to_image_size({"boxes": boxes}, **options)) == {"boxes"}


def test_parts_of_images_and_larger_images():
    options = {"top": 10, "left": 20, "height": 40, "width": 30}
    found = bounding_boxes.crop(BOXES, **options)
    np.testing.assert_array_equal(found, np.asarray(theirs.crop(BOXES, **options)))
    assert found.dtype == "float32"
    found = bounding_boxes.pad(BOXES, top=3, left=4, height=100, width=100)
    np.testing.assert_array_equal(found, np.asarray(theirs.pad(BOXES, top=3, left=4)))


PARAMETERS = {
    "angle": [30.0, -75.0],
    "translate_x": [0.1, 0.0],
    "translate_y": [0.0, -0.3],
    "scale": [1.0, 1.5],
    "shear_x": [0.0, 10.0],
    "shear_y": [5.0, -3.0],
}


@pytest.mark.parametrize(
    "center", [{}, {"center_x": 0.2, "center_y": 0.9}], ids=["middle", "aside"]
)
def test_turned_boxes_are_those_of_keras(center):
    options = {name: np.array(value, "float32") for name, value in PARAMETERS.items()}
    found = bounding_boxes.affine_transform(BOXES, **options, height=50, width=60, **center)
    expected = theirs.affine_transform(BOXES, **options, height=50, width=60, **center)
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-4, atol=1e-3)
    first = {name: value[0] for name, value in options.items()}
    alone = bounding_boxes.affine_transform(BOXES[0], **first, height=50, width=60, **center)
    np.testing.assert_allclose(alone, found[0], rtol=1e-5, atol=1e-4)


def test_other_formats():
    for call in (
        lambda f: bounding_boxes.crop(BOXES, 0, 0, 1, 1, bounding_box_format=f),
        lambda f: bounding_boxes.pad(BOXES, 0, 0, bounding_box_format=f),
        lambda f: bounding_boxes.clip_to_image_size({"boxes": BOXES}, 1, 1, f),
        lambda f: bounding_boxes.affine_transform(
            BOXES, 0, 0, 0, 1, 0, 0, 1, 1, bounding_box_format=f
        ),
    ):
        with pytest.raises(
            errors.UnimplementedError, match=r"given 'xywh'. Use .*convert_format first"
        ):
            call("xywh")
    with pytest.raises(ValueError, match=r"takes the height and the width of the image"):
        bounding_boxes.clip_to_image_size({"boxes": BOXES})

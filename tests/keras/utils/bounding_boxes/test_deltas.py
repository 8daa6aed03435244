"""Boxes as differences from anchors."""

import numpy as np
import pytest

from keratin.keras.utils import bounding_boxes
from tests.harness.real_keras import real

ANCHORS = np.array([[10, 20, 30, 60], [0, 5, 50, 45], [1, 1, 9, 9]], "float32")
BOXES = np.stack([ANCHORS + 3, ANCHORS * 1.25])
theirs = real.utils.bounding_boxes

OPTIONS = [
    {},
    {"variance": [0.1, 0.1, 0.2, 0.2]},
    {"encoding": "center_xywh"},
    {"image_shape": (80, 100, 3), "box_format": "rel_xyxy"},
    {"anchor_format": "xywh", "box_format": "center_yxhw"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("boxes", [BOXES, BOXES[0]], ids=["batch", "one"])
def test_deltas_are_those_of_keras_and_give_the_boxes_back(boxes, options):
    options = {"anchor_format": "xyxy", "box_format": "xyxy", **options}
    boxes = boxes / 200 if options["box_format"] == "rel_xyxy" else boxes
    encoding = options.pop("encoding", "center_yxhw")
    ours = bounding_boxes.encode_box_to_deltas(ANCHORS, boxes, **options, encoding_format=encoding)
    expected = theirs.encode_box_to_deltas(ANCHORS, boxes, **options, encoding_format=encoding)
    np.testing.assert_allclose(ours, np.asarray(expected), rtol=1e-5, atol=1e-5)
    back = bounding_boxes.decode_deltas_to_boxes(ANCHORS, ours, **options, encoded_format=encoding)
    np.testing.assert_allclose(back, boxes, rtol=1e-4, atol=1e-4)


def test_levels():
    deltas = np.full((3, 4), 0.1, "float32")
    found = bounding_boxes.decode_deltas_to_boxes(
        {"P3": ANCHORS, "P4": ANCHORS * 2}, {"P3": deltas, "P4": deltas}, "xyxy", "xyxy"
    )
    expected = theirs.decode_deltas_to_boxes(ANCHORS * 2, deltas, "xyxy", "xyxy")
    assert list(found) == ["P3", "P4"]
    np.testing.assert_allclose(found["P4"], np.asarray(expected), rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variance": [1, 2]}, r"variance is 4 numbers, .* given \[1, 2\]"),
        (
            {"encoding_format": "xyxy"},
            "encoding_format is 'center_yxhw' or 'center_xywh'; given 'xyxy'",
        ),
        ({"box_format": "rel_xyxy"}, "'rel_xyxy' are fractions of the image: give image_shape"),
        ({"anchor_format": "none"}, "anchor_format is a format of boxes"),
    ],
    ids=range(4),
)
def test_errors(options, message):
    options = {"anchor_format": "xyxy", "box_format": "xyxy", **options}
    with pytest.raises(ValueError, match=message):
        bounding_boxes.encode_box_to_deltas(ANCHORS, BOXES, **options)

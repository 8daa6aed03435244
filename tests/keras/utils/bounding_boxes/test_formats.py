"""Formats of boxes."""

import numpy as np
import pytest

import keratin as tf
from keratin.keras.utils import bounding_boxes
from keratin.keras.utils.bounding_boxes._formats import FORMATS
from tests.harness.real_keras import real

BOXES = np.array([[[10, 20, 30, 60], [0, 5, 50, 45]], [[7, 7, 8, 9], [1, 2, 3, 4]]], np.float32)
SIZE = {"height": 80, "width": 100}


PAIRS = [
    *[(source, "xyxy") for source in FORMATS],
    *[("xyxy", target) for target in FORMATS[1:]],
    ("rel_xywh", "rel_center_xywh"),
    ("center_yxhw", "rel_yxyx"),
    ("rel_yxyx", "center_xywh"),
]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_conversions_are_those_of_keras(source, target):
    boxes = BOXES / 100 if source.startswith("rel_") else BOXES
    expected = real.utils.bounding_boxes.convert_format(boxes, source=source, target=target, **SIZE)
    found = bounding_boxes.convert_format(boxes, source=source, target=target, **SIZE)
    assert isinstance(found, tf.Tensor) and found.dtype == "float32"
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-5, atol=1e-5)


def test_forms_of_boxes():
    named = {"boxes": BOXES[0].astype(int), "labels": [1, 2]}
    found = bounding_boxes.convert_format(named, "XYXY", "xywh", dtype="float16")
    assert found["labels"] == [1, 2] and found["boxes"].dtype == "float16"
    assert named["boxes"] is not found["boxes"]
    one = bounding_boxes.convert_format(BOXES[0, 0], "xyxy", "yxyx")
    assert one.numpy().tolist() == [20, 10, 60, 30]


def test_gradients_flow():
    boxes = tf.Variable(BOXES)
    with tf.GradientTape() as tape:
        area = tf.reduce_sum(bounding_boxes.convert_format(boxes, "xyxy", "xywh")[..., 2])
    assert tape.gradient(area, boxes).numpy()[0, 0].tolist() == [-1, 0, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (BOXES, "xyxx", "xywh"),
            "source is a format of boxes, .* given 'xyxx'. Did you mean 'yxyx'",
        ),
        ((BOXES, "xyxy", "rel"), "target is a format of boxes"),
        (
            (BOXES, "xyxy", "rel_xyxy"),
            "takes the height and the width of the image; given height=None",
        ),
        ((BOXES[..., :3], "xyxy", "xywh"), r"boxes has the shape \(2, 2, 3\); the last axis"),
    ],
    ids=range(4),
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        bounding_boxes.convert_format(*arguments)

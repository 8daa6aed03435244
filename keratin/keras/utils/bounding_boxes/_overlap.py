"""How far boxes overlap."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin.keras._core.settings import settings
from keratin.keras.utils.bounding_boxes._deltas import sizes_of
from keratin.keras.utils.bounding_boxes._formats import between, check_boxes, format_of


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Any = None,
) -> Any:
    """The intersection over the union of each box [batch, n, 4] with each [batch, m, 4].

    Either may be without the batch. With `use_masking`, boxes of negative numbers alone are
    padding, and have `mask_val`.

    >>> boxes = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2]])
    >>> keras.utils.bounding_boxes.compute_iou(boxes, boxes, "xyxy").numpy().round(3)
    array([[1.   , 0.333],
           [0.333, 1.   ]], dtype=float32)
    """
    height, width = sizes_of(image_shape, bounding_box_format)
    source = format_of(bounding_box_format, "bounding_box_format")
    options = (source, bool(use_masking), float(mask_val), settings.epsilon)
    return _iou(boxes1, boxes2, height, width, *options)


def compute_ciou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None
) -> Any:
    """The complete intersection over union of boxes [..., 4], one by one: less for centers that
    lie apart and for other proportions.

    >>> boxes = np.array([[0.0, 0, 2, 2]])
    >>> keras.utils.bounding_boxes.compute_ciou(boxes, boxes, "xyxy").numpy().round(3)
    array([1.], dtype=float32)
    """
    height, width = sizes_of(image_shape, bounding_box_format)
    source = format_of(bounding_box_format, "bounding_box_format")
    return _ciou(boxes1, boxes2, height, width, source, settings.epsilon)


def _corners(boxes: Any, source: str, height: Any, width: Any, name: str) -> tuple[Any, ...]:
    check_boxes(boxes, name)
    sizes = (height.astype(jnp.float32), width.astype(jnp.float32))
    found = between(boxes.astype(jnp.float32), source, "xyxy", *sizes)
    return tuple([found[..., i] for i in range(4)])


@op
def _iou(
    boxes1: Array,
    boxes2: Array,
    height: Array,
    width: Array,
    source: str,
    use_masking: bool,
    mask_value: float,
    epsilon: float,
) -> Array:
    for name, boxes in (("boxes1", boxes1), ("boxes2", boxes2)):
        if boxes.ndim not in (2, 3):
            raise ValueError(
                f"{name} has the shape {boxes.shape}; expected [batch, n, 4] or [n, 4]."
            )
    first = tuple([x[..., :, None] for x in _corners(boxes1, source, height, width, "boxes1")])
    second = tuple([x[..., None, :] for x in _corners(boxes2, source, height, width, "boxes2")])
    shared = _shared_area(first, second)
    union = _area(*first) + _area(*second) - shared
    found = shared / (union + epsilon)
    if not use_masking:
        return found
    is_padding = [jnp.stack(jnp.broadcast_arrays(*box)).max(axis=0) < 0 for box in (first, second)]
    return jnp.where(is_padding[0] | is_padding[1], jnp.asarray(mask_value, found.dtype), found)


def _area(left: Any, top: Any, right: Any, bottom: Any) -> Any:
    return (right - left) * (bottom - top)


def _shared_area(first: tuple[Any, ...], second: tuple[Any, ...]) -> Any:
    width = jnp.minimum(first[2], second[2]) - jnp.maximum(first[0], second[0])
    height = jnp.minimum(first[3], second[3]) - jnp.maximum(first[1], second[1])
    return jnp.maximum(width, 0) * jnp.maximum(height, 0)


@op
def _ciou(
    boxes1: Array, boxes2: Array, height: Array, width: Array, source: str, epsilon: float
) -> Array:
    first = _corners(boxes1, source, height, width, "boxes1")
    second = _corners(boxes2, source, height, width, "boxes2")
    sizes = [(box[2] - box[0], box[3] - box[1] + epsilon) for box in (first, second)]
    shared = _shared_area(first, second)
    union = sizes[0][0] * sizes[0][1] + sizes[1][0] * sizes[1][1] - shared + epsilon
    overlap = shared / (union + epsilon)
    around_width = jnp.maximum(first[2], second[2]) - jnp.minimum(first[0], second[0])
    around_height = jnp.maximum(first[3], second[3]) - jnp.minimum(first[1], second[1])
    diagonal = around_width**2 + around_height**2 + epsilon
    apart_x = (first[0] + first[2]) / 2 - (second[0] + second[2]) / 2
    apart_y = (first[1] + first[3]) / 2 - (second[1] + second[3]) / 2
    slopes = [jnp.arctan(size[0] / size[1]) for size in sizes]
    proportions = 4 / math.pi**2 * (slopes[1] - slopes[0]) ** 2
    share = proportions / (proportions - overlap + 1 + epsilon)
    return overlap - (apart_x**2 + apart_y**2) / diagonal - proportions * share

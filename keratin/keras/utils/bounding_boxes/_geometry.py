"""Boxes moved, cut and turned as the image is that they are in."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, op
from keratin.keras.utils.bounding_boxes._formats import check_boxes


def _check_corners(bounding_box_format: str, name: str, known: tuple[str, ...] = ("xyxy",)) -> None:
    if bounding_box_format not in known:
        raise errors.UnimplementedError(
            f"{name} takes boxes of the format {' or '.join(map(repr, known))}; given "
            f"{bounding_box_format!r}. Use keras.utils.bounding_boxes.convert_format first."
        )


def clip_to_image_size(
    bounding_boxes: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Any:
    """A dict of "boxes" and "labels" with the boxes cut at the edges of the image.

    The labels of boxes of which nothing is left become -1.

    >>> boxes = {"boxes": np.array([[-5.0, 0, 5, 5], [20, 20, 30, 30]]), "labels": np.array([1, 2])}
    >>> found = keras.utils.bounding_boxes.clip_to_image_size(boxes, height=10, width=10)
    >>> found["boxes"].numpy().tolist(), found["labels"].numpy().tolist()
    ([[0.0, 0.0, 5.0, 5.0], [10.0, 10.0, 10.0, 10.0]], [1, -1])
    """
    _check_corners(bounding_box_format, "clip_to_image_size", ("xyxy", "rel_xyxy"))
    if bounding_box_format == "rel_xyxy":
        height = width = 1
    elif height is None or width is None:
        raise ValueError(
            "clip_to_image_size takes the height and the width of the image for boxes of the "
            f"format 'xyxy'; given height={height!r} and width={width!r}."
        )
    boxes = _clipped(bounding_boxes["boxes"], height, width)
    found = {**bounding_boxes, "boxes": boxes}
    if found.get("labels") is not None:
        found["labels"] = _labels_of(boxes, found["labels"])
    return found


@op
def _clipped(boxes: Array, height: Array, width: Array) -> Array:
    check_boxes(boxes, "boxes")
    return _within(boxes, height, width)


def _within(boxes: Any, height: Any, width: Any) -> Any:
    most = jnp.stack(jnp.broadcast_arrays(width, height, width, height), axis=-1)
    return jnp.clip(boxes, 0, most.astype(boxes.dtype))


@op
def _labels_of(boxes: Array, labels: Array) -> Array:
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return jnp.where(area > 0, labels, jnp.array(-1, labels.dtype))


@op
def _cropped(boxes: Array, top: Array, left: Array, height: Array, width: Array) -> Array:
    check_boxes(boxes, "boxes")
    return _within(_moved(boxes, -top, -left), height, width)


@op
def _padded(boxes: Array, top: Array, left: Array) -> Array:
    check_boxes(boxes, "boxes")
    return _moved(boxes, top, left)


def _moved(boxes: Any, top: Any, left: Any) -> Any:
    return boxes + jnp.stack(jnp.broadcast_arrays(left, top, left, top), axis=-1)


def crop(
    boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy"
) -> Any:
    """Boxes as they stand in the part of the image that begins at `top` and `left`, cut at its
    edges.

    >>> boxes = np.array([[10.0, 20, 50, 60]])
    >>> keras.utils.bounding_boxes.crop(boxes, top=10, left=20, height=40, width=30).numpy()
    array([[ 0., 10., 30., 40.]])
    """
    _check_corners(bounding_box_format, "crop")
    return _cropped(boxes, top, left, height, width)


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Boxes as they stand in an image with `top` and `left` more pixels before it.

    `height` and `width` are of no meaning, and taken because Keras takes them.

    >>> keras.utils.bounding_boxes.pad(np.array([[10.0, 20, 50, 60]]), top=1, left=2).numpy()
    array([[12., 21., 52., 61.]])
    """
    _check_corners(bounding_box_format, "pad")
    return _padded(boxes, top, left)


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """The boxes around what becomes of boxes, [batch, n, 4] or [n, 4], when the image is turned.

    Angles are in degrees; the shift and the center are fractions of the image.

    >>> boxes = np.array([[[0.0, 0, 1, 1]]])
    >>> keras.utils.bounding_boxes.affine_transform(
    ...     boxes, np.array([90.0]), 0.0, 0.0, 1.0, 0.0, 0.0, height=11, width=11
    ... ).numpy().round(3).tolist()
    [[[0.0, 9.0, 1.0, 10.0]]]
    """
    _check_corners(bounding_box_format, "affine_transform")
    center_x, center_y = (0.5 if each is None else each for each in (center_x, center_y))
    return _transformed(
        boxes,
        angle,
        translate_x,
        translate_y,
        scale,
        shear_x,
        shear_y,
        height,
        width,
        center_x,
        center_y,
    )


@op
def _transformed(
    boxes: Array,
    angle: Array,
    translate_x: Array,
    translate_y: Array,
    scale: Array,
    shear_x: Array,
    shear_y: Array,
    height: Array,
    width: Array,
    center_x: Array,
    center_y: Array,
) -> Array:
    check_boxes(boxes, "boxes")
    dtype = angle.dtype if jnp.issubdtype(angle.dtype, jnp.floating) else jnp.float32
    boxes = boxes.astype(dtype)
    # A number for each image of the batch stands beside all of its boxes.
    angle, translate_x, translate_y, scale, shear_x, shear_y, center_x, center_y = (
        each.astype(dtype)[..., None]
        for each in (
            angle,
            translate_x,
            translate_y,
            scale,
            shear_x,
            shear_y,
            center_x,
            center_y,
        )
    )
    turn, lean_x, lean_y = (-each * (math.pi / 180) for each in (angle, shear_x, shear_y))
    middle_x, middle_y = center_x * (width - 1), center_y * (height - 1)
    from_x = middle_x - translate_x * (width - 1)
    from_y = middle_y - translate_y * (height - 1)
    # The inverse of rotation and shear, whose determinants are 1.
    a = jnp.cos(turn - lean_y) / jnp.cos(lean_y)
    b = a * jnp.tan(lean_x) + jnp.sin(turn)
    c = -jnp.sin(turn - lean_y) / jnp.cos(lean_y)
    d = jnp.cos(turn) - c * jnp.tan(lean_x)
    corners_x = boxes[..., jnp.array([0, 2, 2, 0])] - from_x[..., None]
    corners_y = boxes[..., jnp.array([1, 1, 3, 3])] - from_y[..., None]
    a, b, c, d, scale = (each[..., None] for each in (a, b, c, d, scale))
    x = (d * corners_x - b * corners_y) * scale + middle_x[..., None]
    y = (a * corners_y - c * corners_x) * scale + middle_y[..., None]
    edges = [x.min(axis=-1), y.min(axis=-1), x.max(axis=-1), y.max(axis=-1)]
    return jnp.stack(edges, axis=-1).astype(dtype)

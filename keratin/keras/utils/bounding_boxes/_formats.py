"""The formats of boxes: in which order the four numbers stand, and what they say.

xyxy         left, top, right, bottom
yxyx         top, left, bottom, right
xywh         left, top, width, height
center_xywh  x and y of the center, width, height
center_yxhw  y and x of the center, height, width
rel_...      fractions of the image's width and height (not of center_yxhw)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, op

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Any = None,
    width: Any = None,
    dtype: Any = "float32",
) -> Any:
    """Boxes [..., 4] of one format in another; `height` and `width` are of the image.

    The formats are "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", and with fractions of
    the image "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh". Of a dict, its "boxes".

    >>> boxes = np.array([[10, 20, 30, 60]])
    >>> keras.utils.bounding_boxes.convert_format(boxes, source="xyxy", target="xywh").numpy()
    array([[10., 20., 20., 40.]], dtype=float32)
    """
    if isinstance(boxes, Mapping):
        converted = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": converted}
    source, target = format_of(source, "source"), format_of(target, "target")
    is_relative = source.startswith("rel_"), target.startswith("rel_")
    if is_relative == (True, True):
        source, target = source.removeprefix("rel_"), target.removeprefix("rel_")
    elif any(is_relative) and (height is None or width is None):
        raise ValueError(
            f"convert_format: from {source!r} to {target!r} takes the height and the width of the "
            f"image; given height={height!r} and width={width!r}."
        )
    if not any(is_relative) or all(is_relative):
        height = width = 1
    return _converted(boxes, height, width, source, target, dtype)


def format_of(name: str, argument: str) -> str:
    """The name of a format in small letters; an error for one that there is not."""
    found = str(name).lower()
    if found not in FORMATS:
        raise ValueError(
            f"{argument} is a format of boxes, one of {', '.join(FORMATS)}; given {name!r}."
            f"{errors.nearest(found, FORMATS)}"
        )
    return found


@op
def _converted(
    boxes: Array, height: Array, width: Array, source: str, target: str, dtype: DTypeArg
) -> Array:
    check_boxes(boxes, "boxes")
    boxes, height, width = boxes.astype(dtype), height.astype(dtype), width.astype(dtype)
    return between(boxes, source, target, height, width)


def check_boxes(boxes: Any, name: str) -> None:
    """An error for an array of which the last axis is not 4."""
    if boxes.ndim < 1 or boxes.shape[-1] != 4:
        raise ValueError(f"{name} has the shape {boxes.shape}; the last axis of boxes is 4.")


def between(boxes: Any, source: str, target: str, height: Any, width: Any) -> Any:
    """Boxes of one format in another; arrays, which an op has checked."""
    if source == target:
        return boxes
    corners = _to_corners(boxes, source.removeprefix("rel_"))
    sizes = jnp.stack(jnp.broadcast_arrays(width, height, width, height), axis=-1)
    if source.startswith("rel_"):
        corners = corners * sizes
    if target.startswith("rel_"):
        corners = corners / sizes
    return _from_corners(corners, target.removeprefix("rel_"))


def _to_corners(boxes: Any, source: str) -> Any:
    a, b, c, d = (boxes[..., i] for i in range(4))
    if source == "xyxy":
        return boxes
    if source == "yxyx":
        return jnp.stack([b, a, d, c], axis=-1)
    if source == "xywh":
        return jnp.stack([a, b, a + c, b + d], axis=-1)
    if source == "center_yxhw":
        a, b, c, d = b, a, d, c
    return jnp.stack([a - c / 2, b - d / 2, a + c / 2, b + d / 2], axis=-1)


def _from_corners(corners: Any, target: str) -> Any:
    left, top, right, bottom = (corners[..., i] for i in range(4))
    if target == "xyxy":
        return corners
    if target == "yxyx":
        return jnp.stack([top, left, bottom, right], axis=-1)
    width, height = right - left, bottom - top
    if target == "xywh":
        return jnp.stack([left, top, width, height], axis=-1)
    x, y = left + width / 2, top + height / 2
    parts = [x, y, width, height] if target == "center_xywh" else [y, x, height, width]
    return jnp.stack(parts, axis=-1)

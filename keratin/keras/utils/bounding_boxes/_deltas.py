"""Boxes as differences from anchors, as detectors learn them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin.keras._core.settings import settings
from keratin.keras.utils.bounding_boxes._formats import between, check_boxes, format_of

_ENCODINGS = ("center_yxhw", "center_xywh")


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """How boxes [batch, n, 4] or [n, 4] differ from anchors [n, 4]: shifts of the center in sizes
    of the anchor, and logarithms of the ratios of sizes; all divided by `variance`.

    >>> anchors, boxes = np.array([[0.0, 0, 10, 10]]), np.array([[1.0, 0, 11, 10]])
    >>> keras.utils.bounding_boxes.encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy").numpy()
    array([[0. , 0.1, 0. , 0. ]], dtype=float32)
    """
    height, width = sizes_of(image_shape, anchor_format, box_format)
    return _encoded(
        anchors,
        boxes,
        _variance(variance),
        height,
        width,
        format_of(anchor_format, "anchor_format"),
        format_of(box_format, "box_format"),
        _encoding(encoding_format, "encoding_format"),
        settings.epsilon,
    )


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """The boxes that differ from anchors as `encode_box_to_deltas` says; also dicts of them.

    >>> anchors, deltas = np.array([[0.0, 0, 10, 10]]), np.array([[0, 0.1, 0, 0]])
    >>> keras.utils.bounding_boxes.decode_deltas_to_boxes(anchors, deltas, "xyxy", "xyxy").numpy()
    array([[ 1.,  0., 11., 10.]], dtype=float32)
    """
    if isinstance(anchors, Mapping) and isinstance(boxes_delta, Mapping):
        options = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {
            level: decode_deltas_to_boxes(anchor, boxes_delta[level], *options)
            for level, anchor in anchors.items()
        }
    height, width = sizes_of(image_shape, anchor_format, box_format)
    return _decoded(
        anchors,
        boxes_delta,
        _variance(variance),
        height,
        width,
        format_of(anchor_format, "anchor_format"),
        format_of(box_format, "box_format"),
        _encoding(encoded_format, "encoded_format"),
    )


def _encoding(name: str, argument: str) -> str:
    if name not in _ENCODINGS:
        raise ValueError(f"{argument} is 'center_yxhw' or 'center_xywh'; given {name!r}.")
    return name


def sizes_of(image_shape: Any, *formats: str) -> tuple[Any, Any]:
    """The height and the width of images, which boxes in fractions of them need."""
    if image_shape is not None:
        return image_shape[0], image_shape[1]
    relative = [name for name in formats if str(name).lower().startswith("rel_")]
    if relative:
        raise ValueError(
            f"Boxes of the format {relative[0]!r} are fractions of the image: give image_shape, "
            "(height, width, channels)."
        )
    return 1, 1


def _variance(variance: Any) -> Any:
    if variance is None:
        return np.ones(4, np.float32)
    found = np.asarray(variance, np.float32)
    if found.shape[-1:] != (4,):
        raise ValueError(f"variance is 4 numbers, one for each delta; given {variance!r}.")
    return found


def _in_encoding(boxes: Any, given: str, encoding: str, height: Any, width: Any, name: str) -> Any:
    check_boxes(boxes, name)
    sizes = (height.astype(jnp.float32), width.astype(jnp.float32))
    return between(boxes.astype(jnp.float32), given, encoding, *sizes)


@op
def _encoded(
    anchors: Array,
    boxes: Array,
    variance: Array,
    height: Array,
    width: Array,
    anchor_format: str,
    box_format: str,
    encoding: str,
    epsilon: float,
) -> Array:
    anchors = _in_encoding(anchors, anchor_format, encoding, height, width, "anchors")
    boxes = _in_encoding(boxes, box_format, encoding, height, width, "boxes")
    anchor_sizes = jnp.maximum(anchors[..., 2:], epsilon)
    sizes = jnp.maximum(boxes[..., 2:], epsilon)
    shifts = (boxes[..., :2] - anchors[..., :2]) / anchor_sizes
    return jnp.concatenate([shifts, jnp.log(sizes / anchor_sizes)], axis=-1) / variance


@op
def _decoded(
    anchors: Array,
    deltas: Array,
    variance: Array,
    height: Array,
    width: Array,
    anchor_format: str,
    box_format: str,
    encoding: str,
) -> Array:
    anchors = _in_encoding(anchors, anchor_format, encoding, height, width, "anchors")
    check_boxes(deltas, "boxes_delta")
    deltas = deltas.astype(jnp.float32) * variance
    sizes = anchors[..., 2:]
    centers = deltas[..., :2] * sizes + anchors[..., :2]
    parts = jnp.broadcast_arrays(centers, jnp.exp(deltas[..., 2:]) * sizes)
    boxes = jnp.concatenate(parts, axis=-1)
    sizes_of_image = (height.astype(jnp.float32), width.astype(jnp.float32))
    return between(boxes, encoding, box_format, *sizes_of_image)

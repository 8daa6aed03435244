"""Images as pixels: a NumPy array of bytes, (batch, height, width, channels)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.keras._core.settings import standardize_data_format

# Resizing overshoots a little: so much of the range may values lie outside of it.
_SLACK = 0.1


def batch(images: Any, caller: str, data_format: str | None) -> np.ndarray[Any, Any]:
    """A batch of images as an array whose last axis is the channels, of any range."""
    array = np.asarray(images)
    if array.dtype.kind not in "uifb":
        array = array.astype(np.float32)  # such as bfloat16
    if array.ndim != 4:
        one = " Give one image as a batch: image[None]." if array.ndim == 3 else ""
        raise ValueError(
            f"{caller}: images have the shape {array.shape}; expected four axes, (batch, height, "
            f"width, channels).{one}"
        )
    data_format = standardize_data_format(data_format)
    if data_format == "channels_first":
        array = array.transpose(0, 2, 3, 1)
    if array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"{caller}: images have the shape {np.shape(images)}, which has {array.shape[-1]} "
            f"channels as {data_format!r}; an image has 1, 3 or 4. Say how they lie with "
            'data_format="channels_last" or "channels_first".'
        )
    return array


def as_bytes(array: np.ndarray[Any, Any], caller: str) -> np.ndarray[Any, Any]:
    """Pixels of images from 0 to 255, or, if none is above 1, of floats from 0 to 1."""
    if array.dtype == np.uint8 or not array.size:
        return array.astype(np.uint8)
    low, high = _range(array, caller)
    scale = 1 if array.dtype.kind == "f" and high <= 1 else 255
    # Values around 0 with no more than a few units are standardized, and not nearly black.
    if low < -_SLACK * scale or (low < -_SLACK and high < 10):
        raise ValueError(
            f"{caller}: images have values from {low:g} to {high:g}; expected 0 to 255, or 0 to 1."
            " Undo their preprocessing first, such as (images + 1) / 2 for those from -1 to 1."
        )
    return _rounded(array, 0, scale)


def between(
    array: np.ndarray[Any, Any], value_range: Sequence[float], caller: str
) -> np.ndarray[Any, Any]:
    """Pixels of images whose values lie in a range."""
    low, high = _checked_range(value_range, caller)
    if not array.size or (array.dtype == np.uint8 and (low, high) == (0, 255)):
        return array.astype(np.uint8)
    least, greatest = _range(array, caller)
    slack = _SLACK * (high - low)
    outside = least < low - slack or greatest > high + slack
    fractions = array.dtype.kind == "f" and 0 <= least < greatest <= 1 < high == 255
    if outside or (fractions and bool((array % 1).any())):
        likely = "(0, 1)" if least >= 0 and greatest <= 1 else "(0, 255)"
        likely = "(-1, 1)" if -1 <= least < 0 and greatest <= 1 else likely
        raise ValueError(
            f"{caller}: images have values from {least:g} to {greatest:g}, and value_range is "
            f"({low:g}, {high:g}). Give the range they are in, such as value_range={likely}."
        )
    return _rounded(array, low, high)


def _range(array: np.ndarray[Any, Any], caller: str) -> tuple[float, float]:
    low, high = float(array.min()) + 0.0, float(array.max()) + 0.0  # never -0
    if not np.isfinite(low + high):
        raise ValueError(f"{caller}: images hold NaN or infinite values, which have no color.")
    return low, high


def _checked_range(value_range: Sequence[float], caller: str) -> tuple[float, float]:
    if np.shape(value_range) != (2,) or not value_range[0] < value_range[1]:
        raise ValueError(
            f"{caller}: value_range is a pair (least, greatest), such as (0, 1); given "
            f"{value_range!r}."
        )
    return float(value_range[0]), float(value_range[1])


def _rounded(array: np.ndarray[Any, Any], low: float, high: float) -> np.ndarray[Any, Any]:
    values = (array.astype(np.float32) - low) * (255 / (high - low))
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def check_color(color: Any, caller: str, argument: str) -> tuple[int, ...]:
    """A color as three numbers."""
    found = np.asarray(color)
    if found.shape not in ((3,), (4,)) or found.dtype.kind not in "uif":
        raise ValueError(
            f"{caller}: {argument} is a color of three numbers from 0 to 255, such as "
            f"(255, 0, 0); given {color!r}."
        )
    return tuple([int(each) for each in np.clip(found[:3], 0, 255)])


def paint(pixels: np.ndarray[Any, Any], where: Any, color: tuple[int, ...]) -> None:
    """Give the pixels at an index a color; those of gray images its red, as OpenCV does."""
    channels = pixels.shape[-1]
    pixels[where] = (*color, 255)[:channels]

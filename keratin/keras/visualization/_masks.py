"""Masks that say of each pixel of an image which class it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keratin.keras._core.settings import standardize_data_format
from keratin.keras.visualization import _pixels
from keratin.keras.visualization._gallery import plot_image_gallery

# Multiples of these, modulo 255, are colors that differ much from class to class.
_PALETTE = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray[Any, Any]:
    """Color the pixels of images by their classes; an array of bytes, channels last.

    Classes are numbered from 1; the pixels of class 0, the background, stay as they are unless
    `color_mapping` has a color for it.

    Args:
        images: A batch, (batch, height, width, channels), from 0 to 255, or floats from 0 to 1.
        segmentation_masks: The class of each pixel, (batch, height, width), with or without an
            axis of one channel.
        num_classes: The greatest class; others are not drawn. By default that of the masks.
        color_mapping: The colors of classes, from 0 to 255; classes without one are not drawn.
        alpha: How much of a pixel is the color of its class, from 0 to 1.
        blend: Whether colors are mixed with the image. If not, `alpha` has no meaning.
        ignore_index: A class that is not drawn.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.

    >>> images = np.full((1, 2, 2, 3), 100, np.uint8)
    >>> masks = np.array([[[0, 1], [1, 2]]])
    >>> colors = {1: (200, 0, 0), 2: (0, 0, 200)}
    >>> keras.visualization.draw_segmentation_masks(
    ...     images, masks, color_mapping=colors, alpha=0.5
    ... )[0, 0].tolist()
    [[100, 100, 100], [150, 50, 50]]
    """
    caller = "draw_segmentation_masks"
    pixels = _pixels.as_bytes(_pixels.batch(images, caller, data_format), caller)
    masks = _masks(segmentation_masks, pixels.shape, caller, data_format)
    if not 0 <= alpha <= 1:
        raise ValueError(f"{caller}: alpha is between 0 and 1; given {alpha!r}.")
    if num_classes is None:
        num_classes = int(masks[masks != ignore_index].max(initial=0))
    share = np.float32(alpha) if blend else np.float32(1)
    drawn = pixels.copy()
    for number, color in _colors(num_classes, color_mapping, caller).items():
        if number == ignore_index:
            continue
        where = masks == number
        kept = pixels[where].astype(np.float32) * (1 - share)
        painted = np.array((*color, 255)[: pixels.shape[-1]], np.float32) * share
        drawn[where] = np.rint(kept + painted).astype(np.uint8)
    return drawn


def _masks(
    given: Any, shape: tuple[int, ...], caller: str, data_format: str | None
) -> np.ndarray[Any, Any]:
    masks = np.asarray(given)
    if masks.dtype.kind not in "iub":
        raise TypeError(
            f"{caller}: masks hold the numbers of classes, integers; given {masks.dtype}. Of "
            "probabilities, give np.argmax(probabilities, axis=-1)."
        )
    if masks.ndim == 4:
        axis = 1 if standardize_data_format(data_format) == "channels_first" else 3
        masks = masks.squeeze(axis) if masks.shape[axis] == 1 else masks
    if masks.shape != shape[:3]:
        raise ValueError(
            f"{caller}: masks have the shape {np.shape(given)}; expected the class of each pixel "
            f"of the images, {shape[:3]}."
        )
    return masks.astype(np.int64)


def _colors(num_classes: int, given: Any, caller: str) -> dict[int, tuple[int, ...]]:
    if given is None:
        return {
            number: tuple((number * _PALETTE % 255).tolist())
            for number in range(1, num_classes + 1)
        }
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{caller}: color_mapping is a dictionary of colors by the numbers of classes, such "
            f"as {{1: (255, 0, 0)}}; given {type(given).__name__}."
        )
    return {
        int(number): _pixels.check_color(color, caller, f"color_mapping[{number!r}]")
        for number, color in given.items()
        if int(number) <= num_classes
    }


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int,
    value_range: Sequence[float] = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """Draw each image in a row, followed by the image with its true and with its predicted masks.

    Args:
        images: A batch, (batch, height, width, channels).
        num_classes: The greatest class.
        value_range: The least and the greatest value that images may have.
        y_true: The true class of each pixel, see `draw_segmentation_masks`.
        y_pred: The predicted one.
        color_mapping: The colors of classes, from 0 to 255.
        blend: Whether colors are mixed with the image.
        alpha: How much of a pixel is the color of its class, from 0 to 1.
        ignore_index: A class that is not drawn.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.
        **kwargs: What else `plot_image_gallery` takes: `scale`, `path`, `show`, `dpi`, ...

    >>> images, masks = np.zeros((2, 8, 8, 3)), np.ones((2, 8, 8))
    >>> figure = keras.visualization.plot_segmentation_mask_gallery(
    ...     images, num_classes=1, y_true=masks, y_pred=masks, show=False
    ... )
    >>> len(figure.axes)
    6
    """
    caller = "plot_segmentation_mask_gallery"
    pixels = _pixels.between(_pixels.batch(images, caller, data_format), value_range, caller)
    columns = [pixels]
    for masks in (y_true, y_pred):
        if masks is None:
            continue
        masks = _masks(_whole_numbers(masks, caller), pixels.shape, caller, data_format)
        columns.append(
            draw_segmentation_masks(
                pixels,
                masks,
                num_classes=num_classes,
                color_mapping=color_mapping,
                alpha=alpha,
                blend=blend,
                ignore_index=ignore_index,
                data_format="channels_last",
            )
        )
    side_by_side = np.stack(columns, axis=1).reshape(-1, *pixels.shape[1:])
    return plot_image_gallery(
        side_by_side,
        rows=len(pixels),
        cols=len(columns),
        data_format="channels_last",
        **kwargs,
    )


def _whole_numbers(masks: Any, caller: str) -> np.ndarray[Any, Any]:
    """Masks in floating point as integers, if they are."""
    array = np.asarray(masks)
    if array.dtype.kind in "iub":
        return array
    whole = array.astype(np.int64)
    if (whole != array).any():
        raise TypeError(
            f"{caller}: masks hold the numbers of classes, and some are no whole numbers. Of "
            "probabilities, give np.argmax(probabilities, axis=-1)."
        )
    return whole

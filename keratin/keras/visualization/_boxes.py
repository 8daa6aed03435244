"""Boxes around what is in images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keratin.keras._core.settings import standardize_data_format
from keratin.keras.utils._figures import pyplot
from keratin.keras.utils._images import pillow
from keratin.keras.utils.bounding_boxes._formats import convert_format
from keratin.keras.visualization import _pixels
from keratin.keras.visualization._gallery import plot_image_gallery

# The size of type at a `font_scale` of 1, in pixels: its capitals are as high as OpenCV's.
_TYPE = 29.0
_ABOVE = 6  # pixels between a box and the text above it


def draw_bounding_boxes(
    images: Any,
    bounding_boxes: Any,
    bounding_box_format: str,
    class_mapping: Mapping[int, str] | Sequence[str] | None = None,
    color: Sequence[int] = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int | None = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> np.ndarray[Any, Any]:
    """Draw boxes on images; an array of bytes of the same shape.

    Args:
        images: A batch, (batch, height, width, channels), from 0 to 255, or floats from 0 to 1.
        bounding_boxes: A dictionary of "boxes", (batch, n, 4), and "labels", (batch, n), where -1
            stands for no box; and "confidences", (batch, n), if there are.
        bounding_box_format: How boxes are written, see `keras.utils.bounding_boxes`.
        class_mapping: The names of classes by their numbers, or a list of them. Boxes of classes
            without a name have no text.
        color: The color of boxes and text, from 0 to 255.
        line_thickness: Of the lines of boxes, in pixels; boxes are filled if it is negative.
        text_thickness: Of letters; that of lines if None.
        font_scale: The size of letters; at 1 capitals are 21 pixels high.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.

    >>> images = np.zeros((1, 20, 20, 3), np.uint8)
    >>> boxes = {"boxes": np.array([[[5, 5, 14, 14]]]), "labels": np.array([[0]])}
    >>> drawn = keras.visualization.draw_bounding_boxes(images, boxes, "xyxy", color=(255, 0, 0))
    >>> drawn[0, 5, 10].tolist(), drawn[0, 10, 10].tolist()
    ([255, 0, 0], [0, 0, 0])
    """
    caller = "draw_bounding_boxes"
    pixels = _pixels.as_bytes(_pixels.batch(images, caller, data_format), caller).copy()
    color = _pixels.check_color(color, caller, "color")
    boxes, labels, confidences = _checked(bounding_boxes, pixels.shape, bounding_box_format)
    names = _names(class_mapping)
    for index in range(len(pixels)):
        for place, label in enumerate(labels[index]):
            if label == -1:
                continue
            box = [int(side) for side in boxes[index, place]]
            _rectangle(pixels[index], box, color, line_thickness)
            if label in names:
                text = names[label]
                if confidences is not None:
                    text += f" | {confidences[index, place]:.2f}"
                thickness = text_thickness or max(line_thickness, 1)
                _text(pixels[index], text, box, color, thickness, font_scale)
    if standardize_data_format(data_format) == "channels_first":
        pixels = pixels.transpose(0, 3, 1, 2)
    return pixels


def _names(class_mapping: Any) -> dict[int, str]:
    if not isinstance(class_mapping, Mapping):
        class_mapping = dict(enumerate(class_mapping or ()))
    return {int(number): str(name) for number, name in class_mapping.items()}


def _checked(given: Any, shape: tuple[int, ...], source: str) -> tuple[Any, Any, Any]:
    """Boxes as corners, labels and confidences or None, each of a batch."""
    caller = "draw_bounding_boxes"
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{caller}: bounding_boxes is a dictionary of 'boxes' and 'labels'; given "
            f"{type(given).__name__}."
        )
    for key in ("boxes", "labels"):
        if key not in given:
            raise ValueError(
                f"{caller}: bounding_boxes is a dictionary of 'boxes' and 'labels'; {key!r} is "
                f"not there. It has: {', '.join(map(repr, given)) or 'nothing'}."
            )
    boxes, labels = np.asarray(given["boxes"]), np.asarray(given["labels"])
    if boxes.ndim != 3 or boxes.shape[-1] != 4 or len(boxes) != shape[0]:
        raise ValueError(
            f"{caller}: boxes have the shape {boxes.shape}; expected (batch, n, 4) for a batch of "
            f"{shape[0]} images. Fill up with boxes of label -1 where images have fewer."
        )
    confidences = given.get("confidences")
    confidences = None if confidences is None else np.asarray(confidences)
    for key, values in (("labels", labels), ("confidences", confidences)):
        if values is not None and values.shape != boxes.shape[:2]:
            raise ValueError(
                f"{caller}: {key} have the shape {values.shape} and boxes the shape "
                f"{boxes.shape}; expected {boxes.shape[:2]}, one for each box."
            )
    corners = convert_format(
        boxes.astype(np.float32), source, "xyxy", shape[1], shape[2], dtype="float32"
    )
    return np.asarray(corners), labels.astype(int), confidences


def _rectangle(
    pixels: np.ndarray[Any, Any], box: list[int], color: tuple[int, ...], thickness: int
) -> None:
    left, top, right, bottom = box
    if thickness < 0:
        _fill(pixels, left, top, right, bottom, color)
        return
    before, after = thickness // 2, (thickness - 1) // 2
    for y in (top, bottom):
        _fill(pixels, left - before, y - before, right + after, y + after, color)
    for x in (left, right):
        _fill(pixels, x - before, top - before, x + after, bottom + after, color)


def _fill(
    pixels: np.ndarray[Any, Any],
    left: int,
    top: int,
    right: int,
    bottom: int,
    color: tuple[int, ...],
) -> None:
    """Paint all from one corner to the other, both included, that lies in the image."""
    top, left = max(top, 0), max(left, 0)
    if top <= bottom and left <= right:
        _pixels.paint(pixels, np.s_[top : bottom + 1, left : right + 1], color)


def _text(
    pixels: np.ndarray[Any, Any],
    text: str,
    box: list[int],
    color: tuple[int, ...],
    thickness: int,
    scale: float,
) -> None:
    """Write above a box, or into it where there is no room above."""
    from PIL import ImageDraw, ImageFont

    font = ImageFont.load_default(max(_TYPE * scale, 1))
    height, width = pixels.shape[:2]
    image = pillow().new("L", (width, height))
    pen = ImageDraw.Draw(image)
    options: dict[str, Any] = {"font": font, "stroke_width": (thickness - 1) // 2}
    left, top, right, bottom = pen.textbbox((0, 0), text, **options)
    x = max(0, min(box[0], width - (right - left)))
    y = box[1] - _ABOVE - (bottom - top)
    if y < 0:
        y = max(box[1], 0) + _ABOVE
    pen.text((x - left, y - top), text, fill=255, **options)
    share = np.asarray(image, np.float32)[..., None] / 255
    letters = np.array((*color, 255)[: pixels.shape[-1]], np.float32)
    pixels[:] = np.rint(pixels * (1 - share) + letters * share).astype(np.uint8)


def plot_bounding_box_gallery(
    images: Any,
    bounding_box_format: str,
    y_true: Any = None,
    y_pred: Any = None,
    value_range: Sequence[float] = (0, 255),
    true_color: Sequence[int] = (0, 188, 212),
    pred_color: Sequence[int] = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: Mapping[int, str] | Sequence[str] | None = None,
    ground_truth_mapping: Mapping[int, str] | Sequence[str] | None = None,
    prediction_mapping: Mapping[int, str] | Sequence[str] | None = None,
    legend: bool = False,
    legend_handles: Any = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """Draw images side by side, with boxes around what is there and what is predicted.

    Args:
        images: A batch, (batch, height, width, channels).
        bounding_box_format: How boxes are written, see `keras.utils.bounding_boxes`.
        y_true: The true boxes, as `draw_bounding_boxes` takes them.
        y_pred: The predicted ones.
        value_range: The least and the greatest value that images may have.
        true_color: The color of true boxes, from 0 to 255.
        pred_color: That of predicted boxes.
        line_thickness: Of the lines of boxes, in pixels.
        font_scale: The size of letters; at 1 capitals are 21 pixels high.
        text_thickness: Of letters; that of lines if None.
        class_mapping: The names of classes by their numbers, or a list of them.
        ground_truth_mapping: Those for true boxes, if they are others.
        prediction_mapping: Those for predicted boxes, if they are others.
        legend: Whether to say below the images which color is which.
        legend_handles: What matplotlib's legend shows instead.
        rows: How many rows, see `plot_image_gallery`.
        cols: How many columns.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.
        **kwargs: What else `plot_image_gallery` takes: `scale`, `path`, `show`, `dpi`, ...

    >>> boxes = {"boxes": np.array([[[5, 5, 14, 14]]]), "labels": np.array([[0]])}
    >>> figure = keras.visualization.plot_bounding_box_gallery(
    ...     np.zeros((1, 20, 20, 3)), "xyxy", y_true=boxes, legend=True, show=False
    ... )
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['Ground Truth', 'Prediction']
    """
    caller = "plot_bounding_box_gallery"
    pyplot(f"keras.visualization.{caller}")
    if legend and legend_handles:
        raise ValueError(f"{caller}: give legend=True or legend_handles; both were given.")
    pixels = _pixels.between(_pixels.batch(images, caller, data_format), value_range, caller)
    sets = (
        (y_true, true_color, "true_color", ground_truth_mapping, "Ground Truth"),
        (y_pred, pred_color, "pred_color", prediction_mapping, "Prediction"),
    )
    handles = []
    for boxes, color, argument, mapping, label in sets:
        color = _pixels.check_color(color, caller, argument)
        handles.append(_patch(color, label))
        if boxes is not None:
            pixels = draw_bounding_boxes(
                pixels,
                boxes,
                bounding_box_format,
                class_mapping=mapping or class_mapping,
                color=color,
                line_thickness=line_thickness,
                text_thickness=text_thickness,
                font_scale=font_scale,
                data_format="channels_last",
            )
    return plot_image_gallery(
        pixels,
        rows=rows,
        cols=cols,
        legend_handles=handles if legend else legend_handles,
        data_format="channels_last",
        **kwargs,
    )


def _patch(color: tuple[int, ...], label: str) -> Any:
    from matplotlib.patches import Patch

    red, green, blue = (part / 255 for part in color)
    return Patch(color=(red, green, blue), label=label)

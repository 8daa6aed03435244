"""Images with what a model takes them for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.keras.utils._classes import Classes, check_lengths, count_of, names_of
from keratin.keras.utils._figures import grid, pyplot
from keratin.keras.visualization import _pixels

_CALLER = "plot_predictions"
_MOST = 25
_SIZE = (1.7, 2.0)  # inches, of an image with its title
_RIGHT, _WRONG, _UNKNOWN = "#1a7f37", "#cf222e", "black"


def plot_predictions(
    images: Any,
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[str] | None = None,
    *,
    rows: int | None = None,
    columns: int | None = None,
    mistakes_only: bool = False,
    value_range: Sequence[float] | None = None,
    data_format: str | None = None,
    figure: Any = None,
) -> Any:
    """Draw images, above each what it was taken for: in green if that is right.

    If it is wrong, it stands in red, with the true class below it.

    Args:
        images: A batch, (batch, height, width, channels), or (batch, height, width).
        y_true: The class of each image: its number, its name or a one-hot row; None if it is not
            known.
        y_pred: The predicted ones: numbers, names, probabilities or scores of all classes,
            (batch, classes), or probabilities of class 1, (batch,) or (batch, 1), as
            `model.predict` gives them.
        class_names: The names of the classes, in the order of their numbers.
        rows: How many rows.
        columns: How many columns. Without both, 25 images are drawn at most; those beyond rows
            times columns are left out.
        mistakes_only: Whether only those images are drawn that were taken for something else.
        value_range: The least and the greatest value that images may have; by default 0 to 255,
            or 0 to 1 for floats that are not above 1.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.
        figure: A figure of matplotlib to draw in, in place of a new one.

    Returns the figure of matplotlib.

    >>> images = np.zeros((2, 8, 8))
    >>> figure = keras.utils.plot_predictions(images, [0, 1], [0.1, 0.2], ["cat", "dog"])
    >>> [axes.get_title() for axes in figure.axes]
    ['cat 90%', 'cat 80%\\nnot dog']
    """
    pyplot(f"keras.utils.{_CALLER}")
    pixels = _checked_images(images, value_range, data_format)
    names = names_of(class_names, _CALLER)
    predicted = Classes(y_pred, "y_pred", _CALLER, names)
    true = None if y_true is None else Classes(y_true, "y_true", _CALLER, names)
    given = [predicted] if true is None else [predicted, true]
    lengths = {each.name: len(each.numbers) for each in given}
    check_lengths(_CALLER, images=len(pixels), **lengths)
    count = count_of(given, names, _CALLER)
    labels = names or [str(number) for number in range(count)]
    chosen = _chosen(true, predicted, mistakes_only)
    rows, columns = _shape(len(chosen), rows, columns)
    chosen = chosen[: rows * columns]
    figure, axes = grid(_CALLER, len(chosen), columns, _SIZE, figure)
    for each, index in zip(axes, chosen, strict=True):
        _draw(each, pixels[index], *_title(index, true, predicted, labels))
    return figure


def _checked_images(
    images: Any, value_range: Sequence[float] | None, data_format: str | None
) -> np.ndarray[Any, Any]:
    array = np.asarray(images)
    if array.ndim == 3:  # images of one channel, without an axis for it
        array, data_format = array[..., None], "channels_last"
    array = _pixels.batch(array, _CALLER, data_format)
    if not len(array):
        raise ValueError(f"{_CALLER}: images is an empty batch.")
    if value_range is None:
        return _pixels.as_bytes(array, _CALLER)
    return _pixels.between(array, value_range, _CALLER)


def _chosen(true: Any, predicted: Classes, mistakes_only: bool) -> list[int]:
    """The numbers of the images to draw."""
    if not mistakes_only:
        return list(range(len(predicted.numbers)))
    if true is None:
        raise ValueError(f"{_CALLER}: mistakes_only needs y_true, to know what is wrong.")
    found: list[int] = np.flatnonzero(true.numbers != predicted.numbers).tolist()
    if not found:
        raise ValueError(f"{_CALLER}: mistakes_only, and there are none: all images are right.")
    return found


def _shape(count: int, rows: int | None, columns: int | None) -> tuple[int, int]:
    for name, value in (("rows", rows), ("columns", columns)):
        if value is not None and value < 1:
            raise ValueError(f"{_CALLER}: {name} is 1 or more, or None; given {value!r}.")
    shown = min(count, _MOST)
    if columns is None:
        columns = math.ceil(shown / rows) if rows else min(shown, math.ceil(math.sqrt(_MOST)))
    return rows or math.ceil(shown / columns), columns


def _title(index: int, true: Any, predicted: Classes, labels: list[str]) -> tuple[str, str]:
    """What stands above an image, and in which color."""
    number = predicted.numbers[index]
    text = _short(labels[number])
    if predicted.probabilities is not None:
        text += f" {predicted.probabilities[index]:.0%}"
    if true is None:
        return text, _UNKNOWN
    if true.numbers[index] == number:
        return text, _RIGHT
    return f"{text}\nnot {_short(labels[true.numbers[index]])}", _WRONG


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def _draw(axes: Any, pixels: Any, title: str, color: str) -> None:
    axes.set_axis_off()
    if pixels.shape[-1] == 1:
        axes.imshow(pixels[..., 0], cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(pixels)
    axes.set_title(title, fontsize=8, color=color, parse_math=False)

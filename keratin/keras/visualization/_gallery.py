"""Images side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keratin.keras.utils._figures import pyplot, show_once
from keratin.keras.visualization import _pixels

_CALLER = "plot_image_gallery"


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: Mapping[int, str] | Sequence[str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: Sequence[float] = (0, 255),
    scale: float = 2,
    path: Any = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: float = 60,
    legend_handles: Any = None,
    data_format: str | None = None,
) -> Any:
    """Draw images in rows and columns, with the names of their classes above them.

    It is shown, or written to a file if there is a `path`. Where it is neither, matplotlib's figure
    is returned.

    Args:
        images: A batch, (batch, height, width, channels).
        y_true: The number of the class of each image.
        y_pred: The predicted one.
        label_map: The names of classes by their numbers, or a list of them.
        rows: How many rows; by default as many as make a square, or as `cols` need.
        cols: How many columns. Images beyond rows times columns are left out.
        value_range: The least and the greatest value that images may have.
        scale: The size of an image, in inches.
        path: The file to write.
        show: Whether to show the figure; by default if there is no `path`.
        transparent: Whether the file has a transparent background.
        dpi: The resolution of the file, in pixels to the inch.
        legend_handles: What matplotlib's legend shows, below the images.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.

    >>> images = np.zeros((6, 8, 8, 3), np.uint8)
    >>> figure = keras.visualization.plot_image_gallery(
    ...     images, y_true=[0, 1, 0, 1, 0, 1], label_map={0: "cat", 1: "dog"}, show=False
    ... )
    >>> len(figure.axes), figure.axes[1].get_title()
    (6, 'Label: dog')
    """
    plt = pyplot(f"keras.visualization.{_CALLER}")
    if path is not None and show:
        raise ValueError(f"{_CALLER}: give path, to write a file, or show=True; both were given.")
    pixels = _pixels.batch(images, _CALLER, data_format)
    pixels = _pixels.between(pixels, value_range, _CALLER)
    rows, cols = _shape(len(pixels), rows, cols)
    titles = _titles(len(pixels), y_true, y_pred, label_map)
    figure = plt.figure(figsize=(cols * scale, rows * scale), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03)
    show_once(figure)
    for index in range(min(rows * cols, len(pixels))):
        _draw(figure.add_subplot(rows, cols, index + 1), pixels[index], titles[index])
    if legend_handles is not None:
        figure.legend(handles=legend_handles, loc="outside lower center")
    return _deliver(plt, figure, path, show, transparent, dpi)


def _shape(count: int, rows: int | None, cols: int | None) -> tuple[int, int]:
    for name, value in (("rows", rows), ("cols", cols)):
        if value is not None and value < 1:
            raise ValueError(f"{_CALLER}: {name} is 1 or more, or None; given {value!r}.")
    if rows is None:
        rows = math.ceil(count / cols) if cols else math.ceil(math.sqrt(count))
    return rows, cols or math.ceil(count / max(rows, 1))


def _titles(count: int, y_true: Any, y_pred: Any, label_map: Any) -> list[str]:
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ValueError(
            f"{_CALLER}: y_true and y_pred are numbers of classes: give label_map, the names of "
            'the classes by their numbers, such as {0: "cat", 1: "dog"}.'
        )
    parts: list[list[str]] = [[] for _ in range(count)]
    for word, name, classes in (("Label", "y_true", y_true), ("Pred", "y_pred", y_pred)):
        if classes is None:
            continue
        classes = np.asarray(classes)
        if classes.shape not in ((count,), (count, 1)):
            raise ValueError(
                f"{_CALLER}: {name} has the shape {classes.shape}; expected the number of a class "
                f"for each of the {count} images, ({count},). Of probabilities, give "
                "np.argmax(probabilities, axis=-1)."
            )
        for part, number in zip(parts, classes.reshape(-1), strict=True):
            part.append(f"{word}: {_name(label_map, int(number))}")
    return ["  ".join(part) for part in parts]


def _name(label_map: Any, number: int) -> str:
    if isinstance(label_map, Mapping):
        return str(label_map.get(number, "Unknown"))
    return str(label_map[number]) if 0 <= number < len(label_map) else "Unknown"


def _draw(axes: Any, pixels: Any, title: str) -> None:
    axes.axis("off")
    if pixels.shape[-1] == 1:
        axes.imshow(pixels[..., 0], cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(pixels)
    if title:
        axes.set_title(title, fontsize=8, parse_math=False)


def _deliver(
    plt: Any, figure: Any, path: Any, show: bool | None, transparent: bool, dpi: float
) -> Any:
    """Write, show or return the figure."""
    if path is not None:
        figure.savefig(path, pad_inches=0, bbox_inches="tight", transparent=transparent, dpi=dpi)
        plt.close(figure)
        return None
    # Without a screen there is nothing to show it on, and matplotlib would warn.
    if show is None:
        show = plt.get_backend().lower() != "agg"
    if not show:
        return figure
    plt.show()
    plt.close(figure)
    return None

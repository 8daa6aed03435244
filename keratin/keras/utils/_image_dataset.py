"""Images in folders as batches."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.utils._directories import Options, dataset_of
from keratin.keras.utils._images import converted, opened, pillow
from keratin.keras.utils._resizing import METHODS, cropped, padded, resized

_FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_COLOR_MODES = ("rgb", "rgba", "grayscale")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A data set of batches (images, labels) of the images in a folder, one folder in it a class.

    Images are float32 from 0 to 255, all of `image_size`. Labels are int32, one-hot rows
    ("categorical") or a column of 0 and 1 ("binary"); `label_mode=None` gives images alone. The
    data set has `class_names` and `file_paths`. `subset="both"` gives two.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("cats", "dogs"):
    ...     (folder / name).mkdir()
    ...     keras.utils.save_img(folder / name / "1.png", np.ones((4, 4, 3)))
    >>> data = keras.utils.image_dataset_from_directory(folder, image_size=(2, 2), shuffle=False)
    Found 2 files belonging to 2 classes.
    >>> [(images.shape, labels.numpy().tolist()) for images, labels in data]
    [(TensorShape([2, 2, 2, 3]), [0, 1])]
    """
    if color_mode not in _COLOR_MODES:
        raise ValueError(
            f"color_mode is 'rgb', 'rgba' or 'grayscale'; given {color_mode!r}."
            f"{errors.nearest(str(color_mode), _COLOR_MODES)}"
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Give crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
    check_format(format)
    pillow()
    read = functools.partial(
        _read_all,
        color_mode=color_mode,
        size=_size(image_size),
        method=_method(interpolation),
        fit="crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else "stretch",
        channels_first=standardize_data_format(data_format) == "channels_first",
    )
    options = Options(
        directory,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
        _FORMATS,
        "images",
    )
    return dataset_of(options, read, min(8, os.cpu_count() or 1))


def check_format(format: str) -> None:
    """An error for a `format` other than Keras has; both give the same data set here."""
    if format not in ("tf", "grain"):
        raise ValueError(f"format is 'tf' or 'grain'; given {format!r}.")


def _size(image_size: Any) -> tuple[int, int]:
    if isinstance(image_size, int):
        return image_size, image_size
    if not isinstance(image_size, (list, tuple)) or len(image_size) != 2:
        raise ValueError(f"image_size is (height, width); given {image_size!r}.")
    return int(image_size[0]), int(image_size[1])


def _method(interpolation: str) -> str:
    method = str(interpolation).lower()
    if method not in METHODS:
        raise ValueError(
            f"interpolation is one of {', '.join(METHODS)}; given {interpolation!r}."
            f"{errors.nearest(method, METHODS)}"
        )
    return method


def _read_all(paths: list[str], **options: Any) -> np.ndarray:
    return np.stack([_read(path, **options) for path in paths])


def _read(
    path: str, color_mode: str, size: tuple[int, int], method: str, fit: str, channels_first: bool
) -> np.ndarray:
    image = _decoded(path, color_mode)
    if fit == "pad":
        image = padded(image, *size, method)
    else:
        image = resized(cropped(image, *size) if fit == "crop" else image, *size, method)
    return image.transpose(2, 0, 1) if channels_first else image


def _decoded(path: str, color_mode: str) -> np.ndarray:
    """The image of a file as 8-bit numbers (height, width, channels)."""
    try:
        image = opened(path)
        if image.mode.startswith("I"):  # 16 bits a pixel, of which the upper 8 are kept
            image = pillow().fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
        array = np.asarray(converted(image, color_mode))
    except OSError as error:
        raise OSError(
            f"The image {path!r} cannot be read: {error}. Delete the file, or mend it."
        ) from error
    return array[:, :, None] if array.ndim == 2 else array

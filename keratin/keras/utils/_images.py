"""Images of files and of Pillow, and arrays."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin.keras._core.settings import settings, standardize_data_format

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
# Modes in which a gray image may stay: 8, 16 and 32 bits.
_GRAY = ("L", "I;16", "I")


def pillow() -> Any:
    """The module PIL.Image."""
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            "Images are read and written with Pillow, which is not installed: pip install pillow"
        ) from None
    return Image


def _dtype(dtype: Any) -> np.dtype:
    return as_dtype(settings.floatx if dtype is None else dtype).numpy_dtype


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """A Pillow image of an array of one image; `scale` stretches its values over 0 to 255.

    >>> keras.utils.array_to_img(np.zeros((2, 3, 1))).size
    (3, 2)
    """
    data_format = standardize_data_format(data_format)
    array = np.asarray(x, _dtype(dtype))
    if array.ndim != 3:
        raise ValueError(
            f"array_to_img: x has the shape {array.shape}; expected one image, of shape (height, "
            "width, channels). Give images one by one: array_to_img(x[0])."
        )
    if data_format == "channels_first":
        array = array.transpose(1, 2, 0)
    if scale:
        array = _stretched(array)
    channels = array.shape[2]
    if channels == 1:
        array = array[:, :, 0]
        # Values above 255 need an image of 32-bit integers.
        kind = np.int32 if array.size and array.max() > 255 else np.uint8
        return pillow().fromarray(array.astype(kind))
    if channels not in (3, 4):
        raise ValueError(
            f"array_to_img: x has the shape {np.shape(x)}, which has {channels} channels as "
            f"{data_format!r}; an image has 1, 3 or 4."
        )
    return pillow().fromarray(array.astype(np.uint8))


def _stretched(array: np.ndarray) -> np.ndarray:
    array = array - array.min() if array.size else array
    greatest = array.max() if array.size else 0
    return array / greatest * 255 if greatest else array * 255


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """An array (height, width, channels) of a Pillow image.

    >>> image = keras.utils.array_to_img(np.zeros((2, 3, 3)))
    >>> keras.utils.img_to_array(image).shape
    (2, 3, 3)
    """
    data_format = standardize_data_format(data_format)
    array = np.asarray(img, _dtype(dtype))
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(f"img_to_array: the image has the shape {array.shape}; expected 2 or 3.")
    return array.transpose(2, 0, 1) if data_format == "channels_first" else array


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array of one image to a file; `kwargs` go to Pillow's `save`.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "image.png")
    >>> keras.utils.save_img(path, np.zeros((2, 3, 3)))
    >>> keras.utils.load_img(path).size
    (3, 2)
    """
    image = array_to_img(x, data_format, scale)
    if file_format is None and isinstance(path, (str, Path)):
        file_format = Path(path).suffix[1:]
    kind = (file_format or "").lower()
    kind = "jpeg" if kind == "jpg" else kind
    if kind == "jpeg" and image.mode == "RGBA":
        errors.warn_user("save_img: JPEG has no transparency; the fourth channel is left out.")
        image = image.convert("RGB")
    image.save(path, format=kind or None, **kwargs)


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """A Pillow image of a file, in a color mode and of a size (height, width).

    With `keep_aspect_ratio`, its middle is cut out in the wanted proportions first.

    >>> import io
    >>> file = io.BytesIO()
    >>> keras.utils.save_img(file, np.zeros((2, 3, 3)), file_format="png")
    >>> keras.utils.load_img(file, color_mode="grayscale", target_size=(4, 4))
    <PIL.Image.Image image mode=L size=4x4...>
    """
    if color_mode not in _MODES:
        raise ValueError(
            f"load_img: color_mode is 'grayscale', 'rgb' or 'rgba'; given {color_mode!r}."
        )
    image = converted(opened(path), color_mode)
    if target_size is None:
        return image
    height, width = (int(size) for size in target_size)
    if image.size == (width, height):
        return image
    box = _middle(image.size, width, height) if keep_aspect_ratio else None
    return image.resize((width, height), resampling(interpolation), box=box)


def opened(path: Any) -> Any:
    """The Pillow image of a file, as it is."""
    if isinstance(path, io.IOBase):
        path.seek(0)
        return pillow().open(io.BytesIO(path.read()))
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(
            f"load_img: path is the path of a file or an open file; given a {type(path).__name__}."
        )
    with open(path, "rb") as file:
        image = pillow().open(file)
        image.load()
    return image


def converted(image: Any, color_mode: str) -> Any:
    """An image in a color mode."""
    if color_mode == "grayscale" and image.mode in _GRAY:
        return image
    mode = _MODES[color_mode]
    return image if image.mode == mode else image.convert(mode)


def resampling(interpolation: str) -> Any:
    """What Pillow calls an interpolation."""
    if interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"interpolation is one of {', '.join(INTERPOLATIONS)}; given {interpolation!r}."
            f"{errors.nearest(str(interpolation), INTERPOLATIONS)}"
        )
    return pillow().Resampling[interpolation.upper()]


def _middle(size: tuple[int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """The greatest box in the middle of an image that has the proportions of a size."""
    own_width, own_height = size
    crop_height = min(own_height, own_width * height // width)
    crop_width = min(own_width, own_height * width // height)
    top, left = (own_height - crop_height) // 2, (own_width - crop_width) // 2
    return left, top, left + crop_width, top + crop_height

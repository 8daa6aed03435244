"""Images of any size resized on the host, as `tf.image.resize` does it (without antialiasing)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

_HALF_PIXEL = 0.5


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - np.abs(x))


def _cubic(b: float, c: float, x: np.ndarray) -> np.ndarray:
    """The cubic kernels of Mitchell and Netravali; b=0, c=1/2 is that of Keys."""
    x = np.abs(x)
    inner = ((12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + 6 - 2 * b) / 6
    outer = ((-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 - (12 * b + 48 * c) * x) / 6
    outer = outer + (8 * b + 24 * c) / 6
    return np.where(x < 1, inner, np.where(x < 2, outer, 0))


def _lanczos(radius: int, x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0)


def _gaussian(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < 1.5, np.exp(-2 * x * x), 0)


# The kernel of each method, and how far it reaches.
_KERNELS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    "bilinear": (_triangle, 1.0),
    "bicubic": (functools.partial(_cubic, 0.0, 0.5), 2.0),
    "mitchellcubic": (functools.partial(_cubic, 1 / 3, 1 / 3), 2.0),
    "lanczos3": (functools.partial(_lanczos, 3), 3.0),
    "lanczos5": (functools.partial(_lanczos, 5), 5.0),
    "gaussian": (_gaussian, 1.5),
}
METHODS = (*_KERNELS, "nearest", "area")


@functools.lru_cache(maxsize=256)
def _taps(size: int, wanted: int, method: str) -> tuple[np.ndarray, np.ndarray]:
    """For each place of the result, the places [wanted, n] it is made of, and their weights."""
    scale = size / wanted
    if method == "nearest":
        index = np.floor((np.arange(wanted) + _HALF_PIXEL) * scale).astype(np.int64)
        return np.minimum(index, size - 1)[:, None], np.ones((wanted, 1), np.float32)
    if method == "area":
        start = np.arange(wanted) * scale
        index = np.floor(start).astype(np.int64)[:, None] + np.arange(math.ceil(scale) + 1)
        low, high = np.maximum(index, start[:, None]), index + 1
        weights = np.maximum(0, np.minimum(high, (start + scale)[:, None]) - low)
    else:
        kernel, radius = _KERNELS[method]
        center = (np.arange(wanted) + _HALF_PIXEL) * scale - _HALF_PIXEL
        if method == "bicubic":  # TensorFlow looks its kernel up in a table, at 1024 places
            center = np.floor(center) + np.rint(center % 1 * 1024) / 1024
        first = np.floor(center - radius).astype(np.int64) + 1
        index = first[:, None] + np.arange(math.ceil(2 * radius))
        weights = kernel(index - center[:, None])
    weights = np.where((index >= 0) & (index < size), weights, 0)
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.clip(index, 0, size - 1), weights.astype(np.float32)


def _along(image: np.ndarray, axis: int, wanted: int, method: str) -> np.ndarray:
    index, weights = _taps(image.shape[axis], wanted, method)
    shape = [1] * image.ndim
    shape[axis] = wanted
    found = image.take(index[:, 0], axis) * weights[:, 0].reshape(shape)
    for tap in range(1, index.shape[1]):
        found += image.take(index[:, tap], axis) * weights[:, tap].reshape(shape)
    return found


def resized(image: np.ndarray, height: int, width: int, method: str) -> np.ndarray:
    """An image (height, width, channels) of another size, as float32."""
    image = image.astype(np.float32)
    return _along(_along(image, 0, height, method), 1, width, method)


def cropped(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The greatest part in the middle that has the proportions of a size."""
    own_height, own_width = image.shape[:2]
    part_height = max(min(own_height, int(own_width * height / width)), 1)
    part_width = max(min(own_width, int(own_height * width / height)), 1)
    top, left = (own_height - part_height) // 2, (own_width - part_width) // 2
    return image[top : top + part_height, left : left + part_width]


def padded(image: np.ndarray, height: int, width: int, method: str) -> np.ndarray:
    """An image resized as far as it fits a size whole, with zeros around it."""
    own_height, own_width = image.shape[:2]
    ratio = max(own_width / width, own_height / height)
    part_height, part_width = own_height / ratio, own_width / ratio
    part = resized(image, max(1, int(part_height)), max(1, int(part_width)), method)
    top, left = int((height - part_height) / 2), int((width - part_width) / 2)
    found = np.zeros((height, width, image.shape[2]), np.float32)
    found[top : top + part.shape[0], left : left + part.shape[1]] = part
    return found

"""Images between colour spaces."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, T, op
from keratin.array._support import named
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, require


def images_of(images: Any, name: str = "images") -> Any:
    """A tensor of one image or of a batch of them."""
    tensor = as_tensor(images)
    require(
        len(tensor.shape) in (3, 4),
        f"{name} has shape {list(tensor.shape)}; expected three axes (an image) or four (a batch "
        "of images)",
    )
    return tensor


def channel_axis(data_format: str | None) -> int:
    """Where the channels are, counted from the end."""
    return -1 if standardize_data_format(data_format) == "channels_last" else -3


def _require_rgb(images: jax.Array, axis: int) -> None:
    require(
        images.shape[axis] == 3,
        f"images has shape {list(images.shape)}, with {images.shape[axis]} channels along axis "
        f"{axis}; expected 3. Check data_format",
    )


@operation
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """How bright images are: one channel for the red, green and blue one. Gray ones stay.

    >>> keras.ops.image.rgb_to_grayscale(np.ones((1, 1, 3), "float32")).numpy().round(3)
    array([[[1.]]], dtype=float32)
    """
    return _grayscale(images_of(images), channel_axis(data_format))


@named("rgb_to_grayscale")
@op
def _grayscale(images: Array, axis: int) -> Array:
    if images.shape[axis] == 1:
        return images
    _require_rgb(images, axis)
    shares = jnp.asarray([0.2989, 0.5870, 0.1140], floating(images).dtype)
    gray = jnp.tensordot(floating(images), shares, (axis, 0))
    return jnp.expand_dims(gray, axis).astype(images.dtype)


@operation
def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value, each from 0 to 1, of red, green and blue.

    >>> keras.ops.image.rgb_to_hsv(np.array([[[0.0, 1.0, 0.0]]], "float32")).numpy().round(3)
    array([[[0.333, 1.   , 1.   ]]], dtype=float32)
    """
    return _rgb_to_hsv(images_of(images), channel_axis(data_format))


@op(T="float")
def _rgb_to_hsv(images: T, axis: int) -> Array:
    _require_rgb(images, axis)
    images = jnp.where(jnp.abs(images) < jnp.finfo(images.dtype).eps, 0, images)
    red, green, blue = jnp.moveaxis(images, axis, 0)
    value = jnp.maximum(jnp.maximum(red, green), blue)
    spread = value - jnp.minimum(jnp.minimum(red, green), blue)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1), 0)
    unit = 1 / (6 * jnp.where(spread > 0, spread, 1))
    # A sixth of the circle each way from the greatest of the three.
    hue = jnp.where(
        value == red,
        unit * (green - blue),
        jnp.where(value == green, unit * (blue - red) + 2 / 6, unit * (red - green) + 4 / 6),
    )
    turned = jnp.where(hue < 0, 1, 0).astype(hue.dtype)
    hue = jnp.where(spread > 0, hue, 0) + turned
    return jnp.stack([hue, saturation, value], axis)


@operation
def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue of hue, saturation and value, each from 0 to 1.

    >>> keras.ops.image.hsv_to_rgb(np.array([[[0.0, 1.0, 1.0]]], "float32")).numpy()
    array([[[1., 0., 0.]]], dtype=float32)
    """
    return _hsv_to_rgb(images_of(images), channel_axis(data_format))


@op(T="float")
def _hsv_to_rgb(images: T, axis: int) -> Array:
    _require_rgb(images, axis)
    hue, saturation, value = jnp.moveaxis(images, axis, 0)
    sixth = jnp.mod(hue, 1) * 6
    shares = [
        jnp.clip(jnp.abs(sixth - 3) - 1, 0, 1),
        jnp.clip(2 - jnp.abs(sixth - 2), 0, 1),
        jnp.clip(2 - jnp.abs(sixth - 4), 0, 1),
    ]
    planes = [value * (1 - saturation + saturation * share) for share in shares]
    return jnp.stack(planes, axis).astype(np.dtype(images.dtype))

"""What is computed of the surroundings of each pixel: blurs, edges, likeness, patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin.array._support import named
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._image_color import images_of
from keratin.keras.ops._nn_convolution import padding_mode, patches
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, promoted, require
from keratin.math._casting import saturated
from keratin.math._number import as_number
from keratin.nn import _window
from keratin.nn._depthwise import depthwise


def per_channel(images: jax.Array, kernel: jax.Array, padding: str) -> jax.Array:
    """A convolution of each channel, the last axis, with the same kernel [height, width]."""
    channels = images.shape[-1]
    filters = jnp.broadcast_to(kernel[:, :, None, None], (*kernel.shape, channels, 1))
    return depthwise(images, filters, 1, padding, _window.layout("channels_last", 2), None)


def gaussian_kernel(size: Sequence[int], sigma: jax.Array) -> jax.Array:
    """A bell that adds up to 1, [size[1], size[0]]: Keras has the width first."""
    across, down = (_bell(length, sigma[i]) for i, length in enumerate(size))
    return jnp.outer(down, across)


def _bell(length: int, sigma: jax.Array) -> jax.Array:
    places = jnp.arange(length, dtype=sigma.dtype) - (length - 1) / 2
    bell = jnp.exp(-0.5 * jnp.square(places / sigma))
    return bell / jnp.sum(bell)


def _channels_last(images: jax.Array, data_format: str) -> jax.Array:
    """A batch of images with the channels last."""
    images = images[None] if images.ndim == 3 else images
    return images if data_format == "channels_last" else jnp.moveaxis(images, 1, -1)


@operation
def gaussian_blur(
    images: Any,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Any:
    """Images smoothed by a bell curve of standard deviation `sigma`, with zeros around them.

    `kernel_size` and `sigma` are pairs; the first number of each is along the width.

    >>> image = np.zeros((3, 3, 1), "float32")
    >>> image[1, 1] = 1.0
    >>> keras.ops.image.gaussian_blur(image)[1, :, 0].numpy().round(3)
    array([0.124, 0.204, 0.124], dtype=float32)
    """
    images = images_of(images)
    sizes = (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
    require(
        len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes),
        f"kernel_size must be two positive integers; given {kernel_size!r}",
    )
    deviations = (sigma,) * 2 if isinstance(sigma, (int, float)) else sigma
    data_format = standardize_data_format(data_format)
    return _blurred(images, as_tensor(deviations), sizes, data_format)


@named("gaussian_blur")
@op
def _blurred(images: Array, sigma: Array, kernel_size: Any, data_format: str) -> Array:
    require(sigma.shape == (2,), f"sigma has shape {list(sigma.shape)}; expected two numbers")
    batch = _channels_last(floating(images), data_format)
    kernel = gaussian_kernel(kernel_size, sigma.astype(batch.dtype))
    blurred = per_channel(batch, kernel, "same")
    if data_format == "channels_first":
        blurred = jnp.moveaxis(blurred, -1, 1)
    blurred = blurred.reshape(images.shape)
    if jnp.issubdtype(images.dtype, jnp.integer):
        blurred = jnp.round(blurred)
    return saturated(blurred, images.dtype)


@operation
def sobel_edges(images: Any, data_format: str | None = None) -> Any:
    """How steep images are downwards and to the right, along a new last axis; zeros around them.

    >>> image = np.tile(np.arange(3, dtype="float32")[None, None, :, None], (1, 3, 1, 1))
    >>> keras.ops.image.sobel_edges(image)[0, 1, 1, 0].numpy()
    array([0., 8.], dtype=float32)
    """
    images = as_tensor(images)
    require(
        len(images.shape) == 4,
        f"images has shape {list(images.shape)}; expected four axes, a batch of images",
    )
    return _edges(images, standardize_data_format(data_format))


@named("sobel_edges")
@op
def _edges(images: Array, data_format: str) -> Array:
    to_right = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    batch = _channels_last(floating(images), data_format)
    kernels = [jnp.asarray(kernel, batch.dtype) for kernel in (to_right.T, to_right)]
    edges = jnp.stack([per_channel(batch, kernel, "same") for kernel in kernels], -1)
    edges = edges if data_format == "channels_last" else jnp.moveaxis(edges, -2, 1)
    return edges.astype(images.dtype)


@operation
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """How alike images are in structure, for each image: 1 where they are equal.

    Means, variances and covariances are those under a bell of `filter_size` and `filter_sigma`.
    `max_val` is the largest value that there can be; `k1` and `k2` keep divisions from zero.

    >>> image = np.ones((16, 16, 1), "float32")
    >>> float(keras.ops.image.ssim(image, image))
    1.0
    """
    first, second = images_of(image1, "image1"), images_of(image2, "image2")
    require(
        tuple(first.shape) == tuple(second.shape),
        f"image1 has shape {list(first.shape)} and image2 {list(second.shape)}: they must be the "
        "same",
    )
    constants = [(float(k) * float(max_val)) ** 2 for k in (k1, k2)]
    return _likeness(
        first,
        second,
        as_number(float(filter_sigma)),
        as_number(constants[0]),
        as_number(constants[1]),
        int(filter_size),
        standardize_data_format(data_format),
    )


@named("ssim")
@op
def _likeness(
    image1: Array,
    image2: Array,
    sigma: Array,
    c1: Array,
    c2: Array,
    filter_size: int,
    data_format: str,
) -> Array:
    dtype = image1.dtype
    first, second = promoted(image1, image2)
    first, second = (_channels_last(image, data_format) for image in (first, second))
    deviation = sigma.astype(first.dtype)
    bell = gaussian_kernel((filter_size, filter_size), jnp.stack([deviation, deviation]))
    c1, c2 = c1.astype(first.dtype), c2.astype(first.dtype)

    def mean(x: jax.Array) -> jax.Array:
        return per_channel(x, bell, "valid")

    mean1, mean2 = mean(first), mean(second)
    variances = mean(first * first) - mean1 * mean1 + mean(second * second) - mean2 * mean2
    covariance = mean(first * second) - mean1 * mean2
    above = (2 * mean1 * mean2 + c1) * (2 * covariance + c2)
    below = (mean1 * mean1 + mean2 * mean2 + c1) * (variances + c2)
    found = jnp.mean(above / below, (1, 2, 3))
    return (found if image1.ndim == 4 else found[0]).astype(dtype)


# Patches


def _per_side(value: Any, rank: int, name: str) -> tuple[int, ...]:
    sides = (value,) * rank if isinstance(value, int) else tuple(value)
    require(
        len(sides) == rank and all(isinstance(side, int) and side > 0 for side in sides),
        f"{name} must be a positive integer, or {rank} of them; given {value!r}",
    )
    return sides


@operation
def extract_patches(
    images: Any,
    size: int | Sequence[int],
    strides: Any = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The windows of images, each with all of its values along the axis of channels.

    `size` is one number, or (height, width); three numbers are for volumes. Without `strides` the
    windows lie side by side.

    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> keras.ops.image.extract_patches(image, 2).numpy()
    array([[[0., 1., 2., 3.]]], dtype=float32)
    """
    if not isinstance(size, (int, tuple, list)):
        raise TypeError(f"size must be an integer or a tuple of them; given {type(size).__name__}")
    rank = 2 if isinstance(size, int) else len(size)
    require(rank in (2, 3), f"size must be one number, two or three of them; given {size!r}")
    return _patches_of(images, size, strides, dilation_rate, padding, data_format, rank)


@operation
def extract_patches_3d(
    volumes: Any,
    size: int | Sequence[int],
    strides: Any = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The windows of volumes, each with all of its values along the axis of channels.

    `size` is one number, or (depth, height, width). Without `strides` they lie side by side.

    >>> volume = np.arange(8, dtype="float32").reshape(2, 2, 2, 1)
    >>> keras.ops.image.extract_patches_3d(volume, 2).shape
    TensorShape([1, 1, 1, 8])
    """
    return _patches_of(volumes, size, strides, dilation_rate, padding, data_format, 3)


def _patches_of(
    images: Any,
    size: Any,
    strides: Any,
    dilation_rate: Any,
    padding: str,
    data_format: str | None,
    rank: int,
) -> Any:
    images = as_tensor(images)
    require(
        len(images.shape) in (rank + 1, rank + 2),
        f"the input has shape {list(images.shape)}; expected {rank + 1} axes, or {rank + 2} for a "
        "batch",
    )
    sizes = _per_side(size, rank, "size")
    return _patches(
        images,
        sizes,
        sizes if strides is None else _per_side(strides, rank, "strides"),
        _per_side(dilation_rate, rank, "dilation_rate"),
        padding_mode(padding, ("valid", "same")),
        standardize_data_format(data_format),
    )


@named("extract_patches")
@op
def _patches(
    images: Array, size: Any, strides: Any, dilations: Any, padding: str, data_format: str
) -> Array:
    rank = len(size)
    where = _window.layout(data_format, rank)
    batch = images[None] if images.ndim == rank + 1 else images
    spans = _window.span(size, dilations)
    pairs = _window.pad_pairs(padding, where.pick(batch.shape), spans, strides, where)
    padded = jnp.pad(batch, where.full(pairs, (0, 0)))
    found = patches(padded, list(where.spatial), size, strides, dilations)
    # Within a patch the channels vary fastest.
    moved = jnp.moveaxis(found, where.channel, -1)
    shape = (*moved.shape[: rank + 1], -1)
    result = moved.reshape(shape)
    result = result if data_format == "channels_last" else jnp.moveaxis(result, -1, 1)
    return result if images.ndim == rank + 2 else result[0]

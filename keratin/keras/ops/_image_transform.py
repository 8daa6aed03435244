"""Images seen through a map of coordinates: turned, sheared, in perspective, distorted."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import ndimage

from keratin._engine.op import Array, op
from keratin.array._support import named
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._image_color import images_of
from keratin.keras.ops._image_filter import gaussian_kernel, per_channel
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, require
from keratin.keras.random._distributions import normal
from keratin.math._number import as_number

_ORDERS = {"nearest": 0, "bilinear": 1}
_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def _check_names(interpolation: str, fill_mode: str = "constant") -> None:
    require(
        interpolation in _ORDERS,
        f"interpolation must be 'nearest' or 'bilinear'; given {interpolation!r}",
    )
    _check_fill_mode(fill_mode)


def _check_fill_mode(fill_mode: str) -> None:
    require(
        fill_mode in _FILL_MODES,
        f"fill_mode must be {', '.join(map(repr, _FILL_MODES))}; given {fill_mode!r}",
    )


@operation
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Any:
    """The values of `inputs` at coordinates, which along their first axis has one for each axis.

    `order` is 0 for the nearest value and 1 for interpolation. `fill_mode` says what is beyond the
    borders: "constant" (`fill_value`), "nearest", "wrap", "mirror" or "reflect".

    >>> x = np.array([10.0, 20.0, 30.0], "float32")
    >>> keras.ops.image.map_coordinates(x, [[0.5, 2.0]], order=1).numpy()
    array([15., 30.], dtype=float32)
    """
    inputs, coordinates = as_tensor(inputs), as_tensor(coordinates)
    require(order in (0, 1), f"order must be 0 or 1; given {order!r}")
    _check_fill_mode(fill_mode)
    rank = len(inputs.shape)
    require(
        len(coordinates.shape) >= 2 and coordinates.shape[0] == rank,
        f"coordinates has shape {list(coordinates.shape)}; expected [{rank}, ...], the coordinates "
        f"along each axis of inputs {list(inputs.shape)}",
    )
    return _mapped(inputs, coordinates, float(fill_value), int(order), fill_mode)


@named("map_coordinates")
@op
def _mapped(
    inputs: Array, coordinates: Array, fill_value: float, order: int, fill_mode: str
) -> Array:
    return _sampled(inputs, coordinates, fill_value, order, fill_mode)


def _sampled(
    values: jax.Array, coordinates: Any, fill_value: float, order: int, fill_mode: str
) -> jax.Array:
    return ndimage.map_coordinates(values, list(coordinates), order, fill_mode, fill_value)


def _sampled_images(
    images: jax.Array,
    rows: jax.Array,
    columns: jax.Array,
    fill_value: float,
    interpolation: str,
    fill_mode: str,
    data_format: str,
) -> jax.Array:
    """All channels of each image at the same places, [batch, height, width] of them."""

    def plane(values: jax.Array, row: jax.Array, column: jax.Array) -> jax.Array:
        return _sampled(values, (row, column), fill_value, _ORDERS[interpolation], fill_mode)

    channel = -1 if data_format == "channels_last" else 0
    image = jax.vmap(plane, (channel, None, None), channel)
    if images.ndim == 3:
        return image(images, rows[0], columns[0])
    batch = (images.shape[0], *rows.shape[1:])
    places = jnp.broadcast_to(rows, batch), jnp.broadcast_to(columns, batch)
    return jax.vmap(image)(images, *places)


def _grid(images: jax.Array, data_format: str) -> tuple[jax.Array, jax.Array]:
    """The row and the column of each pixel."""
    last = data_format == "channels_last"
    height, width = images.shape[-3:-1] if last else images.shape[-2:]
    rows, columns = np.indices((height, width), np.float32)
    return jnp.asarray(rows), jnp.asarray(columns)


# By coefficients


@operation
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images whose pixel (x, y) is that of `images` at another place.

    A transform has eight numbers a0, a1, a2, b0, b1, b2, c0, c1. The place is
    ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1. There is one
    transform for all images, or one for each.

    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> moved = keras.ops.image.affine_transform(image, [1.0, 0, 1, 0, 1, 0, 0, 0])
    >>> moved[..., 0].numpy()
    array([[1., 0.],
           [3., 0.]], dtype=float32)
    """
    images, transform = images_of(images), as_tensor(transform)
    _check_names(interpolation, fill_mode)
    return _affine(
        images,
        transform,
        float(fill_value),
        interpolation,
        fill_mode,
        standardize_data_format(data_format),
    )


@named("affine_transform")
@op
def _affine(
    images: Array,
    transform: Array,
    fill_value: float,
    interpolation: str,
    fill_mode: str,
    data_format: str,
) -> Array:
    count = 1 if images.ndim == 3 else images.shape[0]
    numbers = floating(transform)[None] if transform.ndim == 1 else floating(transform)
    require(
        numbers.ndim == 2 and numbers.shape[1] == 8 and numbers.shape[0] in (1, count),
        f"transform has shape {list(transform.shape)}; expected [8], or [{count}, 8] for one for "
        f"each of the images {list(images.shape)}",
    )
    y, x = _grid(images, data_format)
    a0, a1, a2, b0, b1, b2, c0, c1 = (numbers[:, i, None, None] for i in range(8))
    depth = c0 * x + c1 * y + 1
    columns, rows = (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth
    return _sampled_images(images, rows, columns, fill_value, interpolation, fill_mode, data_format)


@operation
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images in the perspective that moves four points, (x, y), to four others.

    The points are [4, 2], for one image, or [batch, 4, 2].

    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], "float32")
    >>> same = keras.ops.image.perspective_transform(image, corners, corners)
    >>> same[..., 0].numpy()
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """
    images = images_of(images)
    _check_names(interpolation)
    start, end = as_tensor(start_points), as_tensor(end_points)
    require(
        start.shape == end.shape and len(start.shape) in (2, 3) and start.shape[-2:] == (4, 2),
        f"start_points has shape {list(start.shape)} and end_points {list(end.shape)}; expected "
        "[4, 2] of both, or [batch, 4, 2]",
    )
    return _perspective(
        images,
        start,
        end,
        float(fill_value),
        interpolation,
        standardize_data_format(data_format),
    )


@named("perspective_transform")
@op
def _perspective(
    images: Array,
    start: Array,
    end: Array,
    fill_value: float,
    interpolation: str,
    data_format: str,
) -> Array:
    start, end = (points.reshape(-1, 4, 2).astype(np.float32) for points in (start, end))
    numbers = _homography(start, end)
    y, x = _grid(images, data_format)
    a0, a1, a2, b0, b1, b2, c0, c1 = (numbers[:, i, None, None] for i in range(8))
    depth = c0 * x + c1 * y + 1
    columns, rows = (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth
    return _sampled_images(
        images, rows, columns, fill_value, interpolation, "constant", data_format
    )


def _homography(start: jax.Array, end: jax.Array) -> jax.Array:
    """The eight coefficients that map each of four end points to its start point."""
    x, y = end[..., 0], end[..., 1]
    zeros, ones = jnp.zeros_like(x), jnp.ones_like(x)
    to_x, to_y = start[..., 0], start[..., 1]
    for_x = jnp.stack([x, y, ones, zeros, zeros, zeros, -to_x * x, -to_x * y], -1)
    for_y = jnp.stack([zeros, zeros, zeros, x, y, ones, -to_y * x, -to_y * y], -1)
    equations = jnp.concatenate([for_x, for_y], 1)
    results = jnp.concatenate([to_x, to_y], -1)
    return jnp.linalg.solve(equations, results[..., None])[..., 0]


# At random


@operation
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images distorted at random, as if they were of rubber.

    Each pixel is moved by normal noise that is smoothed with `sigma` pixels and multiplied with
    `alpha`. `seed` is an integer, a `keras.random.SeedGenerator`, or None.

    >>> image = np.ones((8, 8, 1), "float32")
    >>> keras.ops.image.elastic_transform(image, alpha=1.0, sigma=1.0, seed=1).shape
    TensorShape([8, 8, 1])
    """
    images = images_of(images)
    _check_names(interpolation, fill_mode)
    data_format = standardize_data_format(data_format)
    last = data_format == "channels_last"
    height, width = images.shape[-3:-1] if last else images.shape[-2:]
    count = 1 if len(images.shape) == 3 else images.shape[0]
    noise = normal((2, count, height, width), dtype="float32", seed=seed)
    size = int(6 * float(sigma)) | 1
    return _elastic(
        images,
        noise,
        as_number(float(alpha)),
        as_number(float(sigma)),
        float(fill_value),
        size,
        interpolation,
        fill_mode,
        data_format,
    )


@named("elastic_transform")
@op
def _elastic(
    images: Array,
    noise: Array,
    alpha: Array,
    sigma: Array,
    fill_value: float,
    size: int,
    interpolation: str,
    fill_mode: str,
    data_format: str,
) -> Array:
    sigma = sigma.astype(noise.dtype)
    kernel = gaussian_kernel((size, size), jnp.stack([sigma, sigma]))
    _, count, height, width = noise.shape
    planes = (noise * sigma).reshape(2 * count, height, width, 1)
    smooth = per_channel(planes, kernel, "same").reshape(noise.shape) * alpha.astype(noise.dtype)
    y, x = _grid(images, data_format)
    return _sampled_images(
        images, y + smooth[1], x + smooth[0], fill_value, interpolation, fill_mode, data_format
    )

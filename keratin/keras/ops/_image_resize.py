"""Images of another size: resized, moved and scaled, padded, cropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin.array._support import named
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._image_color import images_of
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, require
from keratin.math._casting import saturated
from keratin.math._number import as_number

_INTERPOLATIONS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")


def _named(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:-1])) + f" or {names[-1]!r}"


@operation
def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images of `size`, (height, width).

    `interpolation` is "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5"; `antialias`
    smooths what is made smaller. Proportions change, unless images are cropped to those of the
    size, or padded with `fill_value`. Integers stay integers, rounded.

    >>> image = np.array([[[0.0], [2.0]]], "float32")
    >>> keras.ops.image.resize(image, (1, 4)).numpy().ravel()
    array([0. , 0.5, 1.5, 2. ], dtype=float32)
    """
    images = images_of(images)
    require(
        len(size) == 2 and all(side > 0 for side in size),
        f"size must be two positive integers, (height, width); given {size!r}",
    )
    require(
        interpolation in _INTERPOLATIONS,
        f"interpolation must be {_named(_INTERPOLATIONS)}; given {interpolation!r}",
    )
    require(fill_mode == "constant", f"fill_mode must be 'constant'; given {fill_mode!r}")
    require(
        not (crop_to_aspect_ratio and pad_to_aspect_ratio),
        "crop_to_aspect_ratio and pad_to_aspect_ratio cannot both be true. Choose one",
    )
    fit = "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else None
    return _resized(
        images,
        as_number(fill_value),
        tuple([int(side) for side in size]),
        interpolation,
        bool(antialias),
        fit,
        standardize_data_format(data_format),
    )


@named("resize")
@op
def _resized(
    images: Array,
    fill_value: Array,
    size: Any,
    interpolation: str,
    antialias: bool,
    fit: str | None,
    data_format: str,
) -> Array:
    axes = _spatial_axes(images, data_format)
    parts = images
    if fit == "crop":
        parts = _cropped_to_ratio(parts, axes, size)
    elif fit == "pad":
        parts = _padded_to_ratio(floating(parts), axes, size, fill_value)
    if interpolation != "nearest":
        parts = floating(parts)
    shape = list(parts.shape)
    shape[axes[0]], shape[axes[1]] = size
    result = jax.image.resize(parts, shape, interpolation, antialias)
    if result.dtype == images.dtype:
        return result
    if jnp.issubdtype(images.dtype, jnp.integer):
        result = jnp.round(result)
    return saturated(result, images.dtype)


def _spatial_axes(images: jax.Array, data_format: str) -> tuple[int, int]:
    first = images.ndim - (3 if data_format == "channels_last" else 2)
    return first, first + 1


def _ratio_sizes(images: jax.Array, axes: tuple[int, int], size: Any) -> tuple[int, int]:
    """The height that has the wanted proportions with this width, and the width likewise."""
    height, width = (images.shape[axis] for axis in axes)
    return int(float(width * size[0]) / size[1]), int(float(height * size[1]) / size[0])


def _cropped_to_ratio(images: jax.Array, axes: tuple[int, int], size: Any) -> jax.Array:
    for axis, wanted in zip(axes, _ratio_sizes(images, axes, size), strict=True):
        whole = images.shape[axis]
        kept = max(min(whole, wanted), 1)
        images = jax.lax.slice_in_dim(
            images, (whole - kept) // 2, (whole - kept) // 2 + kept, 1, axis
        )
    return images


def _padded_to_ratio(
    images: jax.Array, axes: tuple[int, int], size: Any, fill_value: jax.Array
) -> jax.Array:
    pairs = [(0, 0)] * images.ndim
    for axis, wanted in zip(axes, _ratio_sizes(images, axes, size), strict=True):
        side = max(wanted - images.shape[axis], 0) // 2
        pairs[axis] = (side, side)
    return jnp.pad(images, pairs, constant_values=fill_value.astype(images.dtype))


_METHODS = (
    *("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic"),
    *("lanczos3", "lanczos5"),
)


@operation
def scale_and_translate(
    images: Any,
    output_shape: Sequence[int],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Any:
    """Images scaled and then moved along the axes `spatial_dims`, into `output_shape`.

    `scale` and `translation` have one number for each of these axes. What lies outside is 0.

    >>> image = np.array([[1.0, 2.0, 3.0]], "float32")
    >>> keras.ops.image.scale_and_translate(image, (1, 3), [1.0], [1.0], (1,), "linear").numpy()
    array([[0., 1., 2.]], dtype=float32)
    """
    require(method in _METHODS, f"method must be {_named(_METHODS)}; given {method!r}")
    images = as_tensor(images)
    require(
        len(output_shape) == len(images.shape),
        f"output_shape={list(output_shape)} has {len(output_shape)} sizes; expected as many as "
        f"images {list(images.shape)} has",
    )
    return _scaled_and_moved(
        images,
        as_tensor(scale),
        as_tensor(translation),
        tuple([int(side) for side in output_shape]),
        tuple(spatial_dims),
        method,
        bool(antialias),
    )


@named("scale_and_translate")
@op
def _scaled_and_moved(
    images: Array,
    scale: Array,
    translation: Array,
    output_shape: Any,
    spatial_dims: Any,
    method: str,
    antialias: bool,
) -> Array:
    count = len(spatial_dims)
    require(
        scale.shape == (count,) and translation.shape == (count,),
        f"scale has shape {list(scale.shape)} and translation {list(translation.shape)}; expected "
        f"[{count}], a number for each of spatial_dims={list(spatial_dims)}",
    )
    images = floating(images)
    return jax.image.scale_and_translate(
        images,
        output_shape,
        spatial_dims,
        floating(scale),
        floating(translation),
        method,
        antialias,
    )


# Margins


def _margins(before: Any, after: Any, target: Any, names: Sequence[str]) -> None:
    """Two of three numbers are given, and none is negative."""
    values = dict(zip(names, (before, after, target), strict=True))
    listed = ", ".join(f"{name}={value}" for name, value in values.items())
    require(
        list(values.values()).count(None) == 1,
        f"give two of {names[0]}, {names[1]} and {names[2]}; given {listed}",
    )
    for name, value in values.items():
        require(value is None or value >= 0, f"{name} must be 0 or more; given {value}")


def _spatial(images: Any, data_format: str | None) -> tuple[int, int]:
    return _spatial_axes(images, standardize_data_format(data_format))


@operation
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images with margins of zeros. Of top, bottom and target height two are given; so of widths.

    >>> image = np.ones((1, 1, 1), "float32")
    >>> padded = keras.ops.image.pad_images(image, 1, 0, target_height=3, target_width=2)
    >>> padded[..., 0].numpy()
    array([[0., 0.],
           [1., 0.],
           [0., 0.]], dtype=float32)
    """
    images = images_of(images)
    top, bottom = "top_padding", "bottom_padding"
    _margins(top_padding, bottom_padding, target_height, (top, bottom, "target_height"))
    left, right = "left_padding", "right_padding"
    _margins(left_padding, right_padding, target_width, (left, right, "target_width"))
    axes = _spatial(images, data_format)
    return _padded_images(
        images,
        axes,
        (top_padding, bottom_padding, target_height),
        (left_padding, right_padding, target_width),
    )


@named("pad_images")
@op
def _padded_images(images: Array, axes: Any, vertical: Any, horizontal: Any) -> Array:
    pairs = [(0, 0)] * images.ndim
    for axis, (before, after, target) in zip(axes, (vertical, horizontal), strict=True):
        size = images.shape[axis]
        before = target - size - after if before is None else before
        after = target - size - before if after is None else after
        require(
            before >= 0 and after >= 0,
            f"images has {size} pixels along axis {axis}, which with the padding given is more "
            f"than the target size {target}",
        )
        pairs[axis] = (before, after)
    return jnp.pad(images, pairs)


@operation
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images without their margins. Of top, bottom and target height two are given; so of widths.

    >>> image = np.arange(9, dtype="float32").reshape(3, 3, 1)
    >>> cropped = keras.ops.image.crop_images(image, 1, 0, target_height=1, target_width=2)
    >>> cropped[..., 0].numpy()
    array([[3., 4.]], dtype=float32)
    """
    images = images_of(images)
    top, bottom = "top_cropping", "bottom_cropping"
    _margins(top_cropping, bottom_cropping, target_height, (top, bottom, "target_height"))
    left, right = "left_cropping", "right_cropping"
    _margins(left_cropping, right_cropping, target_width, (left, right, "target_width"))
    return _cropped_images(
        images,
        _spatial(images, data_format),
        (top_cropping, bottom_cropping, target_height),
        (left_cropping, right_cropping, target_width),
    )


@named("crop_images")
@op
def _cropped_images(images: Array, axes: Any, vertical: Any, horizontal: Any) -> Array:
    for axis, (before, after, target) in zip(axes, (vertical, horizontal), strict=True):
        whole = images.shape[axis]
        before = whole - target - after if before is None else before
        size = whole - before - after if target is None else target
        require(
            before >= 0 and size >= 0 and before + size <= whole,
            f"images has {whole} pixels along axis {axis}: too few to leave out {before} and keep "
            f"{size}",
        )
        images = jax.lax.slice_in_dim(images, before, before + size, 1, axis)
    return images

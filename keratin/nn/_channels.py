"""Ops on the channels of a batch: a bias for each, and their exchange with space."""

from __future__ import annotations

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.nn import _window
from keratin.nn._window import Layout


@op(T="number")
def bias_add(value: T, bias: T, data_format: str | None = None) -> T:
    """Adds to each channel its bias.

    Channels are last, or second where `data_format` starts with "NC".

    >>> tf.nn.bias_add([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0])
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[11., 22.],
           [13., 24.]], dtype=float32)>
    """
    if data_format is not None and not data_format.startswith("N"):
        raise errors.InvalidArgumentError(
            f"data_format={data_format!r} was given, expected one that starts with 'NC' (channels "
            "second) or with 'N' and ends with 'C' (channels last)."
        )
    axis = 1 if data_format is not None and data_format.startswith("NC") else value.ndim - 1
    if bias.ndim != 1 or value.ndim < 2 or bias.shape[0] != value.shape[axis]:
        raise errors.InvalidArgumentError(
            f"The bias has the shape {list(bias.shape)} and the value {list(value.shape)}. "
            f"Expected one bias for each channel, shape [{value.shape[axis] if value.ndim else 1}]"
            ", and a value of two dimensions or more."
        )
    return value + bias.reshape(-1, *[1] * (value.ndim - 1 - axis))


def _image_layout(value: T, block_size: int, data_format: str) -> Layout:
    where = _window.layout(data_format, 2)
    if value.ndim != 4:
        raise errors.InvalidArgumentError(
            f"The input has {value.ndim} dimensions, expected 4: {where.name}."
        )
    if block_size < 2:
        raise errors.InvalidArgumentError(f"block_size={block_size} was given, expected 2 or more.")
    return where


@op
def depth_to_space(input: T, block_size: int, data_format: str = "NHWC") -> T:
    """Spreads the channels of each pixel over a square of `block_size` by `block_size` pixels.

    >>> tf.nn.depth_to_space([[[[1, 2, 3, 4]]]], 2)[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=int32, numpy=
    array([[1, 2],
           [3, 4]], dtype=int32)>
    """
    where = _image_layout(input, block_size, data_format)
    batch, height, width = input.shape[0], *where.pick(input.shape)
    depth, rest = divmod(input.shape[where.channel], block_size * block_size)
    if rest:
        raise errors.InvalidArgumentError(
            f"The input has {input.shape[where.channel]} channels, expected a multiple of "
            f"block_size * block_size = {block_size * block_size}."
        )
    blocks = (block_size, block_size, depth)
    if where.channels_first:
        parts = input.reshape(batch, *blocks, height, width).transpose(0, 3, 4, 1, 5, 2)
        return parts.reshape(batch, depth, height * block_size, width * block_size)
    parts = input.reshape(batch, height, width, *blocks).transpose(0, 1, 3, 2, 4, 5)
    return parts.reshape(batch, height * block_size, width * block_size, depth)


@op
def space_to_depth(input: T, block_size: int, data_format: str = "NHWC") -> T:
    """Gathers each square of `block_size` by `block_size` pixels in the channels of one pixel.

    >>> tf.nn.space_to_depth([[[[1], [2]], [[3], [4]]]], 2)[0, 0, 0]
    <tf.Tensor: shape=(4,), dtype=int32, numpy=array([1, 2, 3, 4], dtype=int32)>
    """
    where = _image_layout(input, block_size, data_format)
    sizes = where.pick(input.shape)
    if any(size % block_size for size in sizes):
        raise errors.InvalidArgumentError(
            f"The input has {sizes[0]} x {sizes[1]} pixels, expected multiples of "
            f"block_size={block_size}. Pad it with tf.pad."
        )
    batch, depth = input.shape[0], input.shape[where.channel]
    height, width = (size // block_size for size in sizes)
    split = (height, block_size, width, block_size)
    if where.channels_first:
        parts = input.reshape(batch, depth, *split).transpose(0, 3, 5, 1, 2, 4)
        return parts.reshape(batch, depth * block_size * block_size, height, width)
    parts = input.reshape(batch, *split, depth).transpose(0, 1, 3, 2, 4, 5)
    return parts.reshape(batch, height, width, depth * block_size * block_size)

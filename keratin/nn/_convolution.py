"""Convolutions. All of them, those of the other files included, are calls of `convolve`."""

from __future__ import annotations

from collections.abc import Sequence

import jax
from jax import lax

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.nn import _window
from keratin.nn._window import Layout

Axes = int | Sequence[int]
Padding = str | Sequence[Sequence[int]]


def convolve(
    inputs: jax.Array,
    filters: jax.Array,
    strides: Axes | None,
    padding: Padding,
    where: Layout,
    dilations: Axes | None = None,
) -> jax.Array:
    """The one primitive: an N-dimensional convolution in groups.

    `filters` has the shape [*window, channels of a group, output channels]; there are as many
    groups as the channels of the input divided by those of a group. Dimensions of the input before
    the last batch dimension are batch dimensions too.
    """
    batch = inputs.shape[: inputs.ndim - where.rank - 1]
    inputs = inputs.reshape(-1, *inputs.shape[len(batch) :]) if len(batch) != 1 else inputs
    strides = _window.per_axis(strides, where, "strides")
    dilations = _window.per_axis(dilations, where, "dilations")
    window = _window.span(filters.shape[: where.rank], dilations)
    sizes = where.pick(inputs.shape)
    pairs = _window.pad_pairs(padding, sizes, window, strides, where)
    _window.check_windows(sizes, window, pairs, "The filter")
    outputs = lax.conv_general_dilated(
        inputs,
        filters,
        strides,
        pairs,
        rhs_dilation=dilations,
        dimension_numbers=_dimension_numbers(where),
        feature_group_count=count_groups(inputs.shape, filters.shape, where),
    )
    return outputs.reshape(*batch, *outputs.shape[1:]) if len(batch) != 1 else outputs


def _dimension_numbers(where: Layout) -> lax.ConvDimensionNumbers:
    axes = tuple(range(where.rank))
    image = (0, where.channel, *where.spatial)
    return lax.ConvDimensionNumbers(image, (where.rank + 1, where.rank, *axes), image)


def count_groups(inputs: Sequence[int], filters: Sequence[int], where: Layout) -> int:
    """The number of groups that the shapes of input and filter ask for."""
    channels, per_group, outputs = inputs[where.channel], filters[-2], filters[-1]
    if per_group and channels % per_group == 0 and outputs % (channels // per_group or 1) == 0:
        return channels // per_group or 1
    if per_group and channels % per_group == 0:
        problem = (
            f"{outputs} output channels cannot be split into the {channels // per_group} groups "
            f"that {channels} input channels make with {per_group} in a filter"
        )
    else:
        problem = f"the input has {channels} channels and the filter takes {per_group}"
    raise errors.InvalidArgumentError(
        f"{problem[0].upper()}{problem[1:]} (input {list(inputs)}, data_format {where.name!r}; "
        f"filter {list(filters)}: [*window, input channels, output channels]). "
        "Give a filter whose input channels are those of the input, or divide them."
    )


def check_ranks(inputs: jax.Array, filters: jax.Array, rank: int, batched: bool = True) -> None:
    """Raises unless the ranks are those of a convolution over `rank` spatial dimensions."""
    if filters.ndim != rank + 2:
        raise errors.InvalidArgumentError(
            f"The filter has {filters.ndim} dimensions, expected {rank + 2}: "
            "[*window, input channels, output channels]."
        )
    if inputs.ndim < rank + 2 or (inputs.ndim > rank + 2 and not batched):
        raise errors.InvalidArgumentError(
            f"The input has {inputs.ndim} dimensions, expected {rank + 2}: batch, "
            f"{rank} spatial and channels. "
            "Add a missing one with tf.expand_dims, as in tf.expand_dims(image, 0) for the batch."
        )


def _convolution(
    inputs: jax.Array,
    filters: jax.Array,
    strides: Axes | None,
    padding: Padding,
    data_format: str | None,
    dilations: Axes | None,
    rank: int,
) -> jax.Array:
    check_ranks(inputs, filters, rank)
    where = _window.layout(data_format, rank)
    return convolve(inputs, filters, strides, padding, where, dilations)


@op(T="int float")
def conv1d(
    input: T,
    filters: T,
    stride: Axes,
    padding: Padding,
    data_format: str | None = "NWC",
    dilations: Axes | None = None,
) -> T:
    """Convolution over one dimension, of `input` [batch, width, channels].

    `filters` is [width, input channels, output channels]. `padding` is "SAME", "VALID" or a list
    of pairs, one per dimension of the input.

    >>> tf.nn.conv1d([[[1.0], [2.0], [3.0]]], [[[1.0]], [[1.0]]], stride=1, padding="VALID")
    <tf.Tensor: shape=(1, 2, 1), dtype=float32, numpy=
    array([[[3.],
            [5.]]], dtype=float32)>
    """
    return _convolution(input, filters, stride, padding, data_format, dilations, 1)


@op(T="int float")
def conv2d(
    input: T,
    filters: T,
    strides: Axes,
    padding: Padding,
    data_format: str | None = "NHWC",
    dilations: Axes | None = None,
) -> T:
    """Convolution of images [batch, height, width, channels] (or [batch, channels, ...]: "NCHW").

    `filters` is [height, width, input channels, output channels]. Fewer input channels than the
    images have make a convolution in groups. `padding` is "SAME", "VALID" or a list of pairs, one
    per dimension of the input.

    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> tf.nn.conv2d(image, tf.ones([2, 2, 1, 1]), strides=1, padding="VALID")[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[ 8., 12.],
           [20., 24.]], dtype=float32)>
    """
    return _convolution(input, filters, strides, padding, data_format, dilations, 2)


@op(T="int float")
def conv3d(
    input: T,
    filters: T,
    strides: Axes,
    padding: Padding,
    data_format: str | None = "NDHWC",
    dilations: Axes | None = None,
) -> T:
    """Convolution of volumes [batch, depth, height, width, channels].

    `filters` is [depth, height, width, input channels, output channels].

    >>> volume, filters = tf.ones([1, 3, 3, 3, 2]), tf.ones([2, 2, 2, 2, 4])
    >>> tf.nn.conv3d(volume, filters, strides=[1, 1, 1, 1, 1], padding="VALID").shape
    TensorShape([1, 2, 2, 2, 4])
    """
    return _convolution(input, filters, strides, padding, data_format, dilations, 3)


@op(T="int float")
def convolution(
    input: T,
    filters: T,
    strides: Axes | None = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Axes | None = None,
) -> T:
    """Convolution over one, two or three dimensions, as many as `filters` has beyond two.

    >>> tf.nn.convolution(tf.ones([2, 5, 3]), tf.ones([2, 3, 4]), dilations=2).shape
    TensorShape([2, 3, 4])
    """
    return _convolution(input, filters, strides, padding, data_format, dilations, filters.ndim - 2)


@op(T="int float")
def atrous_conv2d(value: T, filters: T, rate: Axes, padding: Padding) -> T:
    """Convolution of images [batch, height, width, channels] with holes in the filter.

    The filter is applied to every `rate`-th pixel: `tf.nn.conv2d` with `dilations=rate`.

    >>> tf.nn.atrous_conv2d(tf.ones([1, 5, 5, 1]), tf.ones([2, 2, 1, 1]), 2, "VALID").shape
    TensorShape([1, 3, 3, 1])
    """
    return _convolution(value, filters, 1, padding, None, rate, 2)


@op(T="int float")
def conv(
    input: T,
    filter: T,
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "CHANNELS_LAST",
    dilations: Sequence[int] = (),
    batch_dims: int = 1,
    groups: int = 1,
) -> T:
    """Convolution over two or three dimensions, with all that may be said about it.

    `padding="EXPLICIT"` takes `explicit_paddings`, the padding before and after each dimension in
    one flat list. `data_format` is "CHANNELS_LAST" or "CHANNELS_FIRST". `batch_dims` leading
    dimensions are batch dimensions. `groups` may be left at 1: the shapes tell it.

    >>> tf.conv(tf.ones([1, 4, 4, 2]), tf.ones([2, 2, 2, 3]), [1, 2, 2, 1], "VALID").shape
    TensorShape([1, 2, 2, 3])
    """
    rank = filter.ndim - 2
    where = _window.layout(data_format, rank)
    check_ranks(input, filter, rank)
    if input.ndim != rank + 1 + batch_dims:
        raise errors.InvalidArgumentError(
            f"The input has {input.ndim} dimensions, expected {rank + 1 + batch_dims}: "
            f"batch_dims={batch_dims}, {rank} spatial and the channels."
        )
    found = count_groups(input.shape[batch_dims - 1 :], filter.shape, where)
    if groups not in (1, found):
        raise errors.InvalidArgumentError(
            f"groups={groups} was given, and the shapes of input and filter make {found} groups."
        )
    pairs = explicit(padding, explicit_paddings)
    return convolve(input, filter, strides, pairs, where, dilations or None)


def explicit(padding: Padding, explicit_paddings: Sequence[int]) -> Padding:
    """The padding, from a name or, where that is "EXPLICIT", from a flat list."""
    if padding == "EXPLICIT":
        return tuple(zip(explicit_paddings[::2], explicit_paddings[1::2], strict=True))
    if explicit_paddings:
        raise errors.InvalidArgumentError(
            f"explicit_paddings={list(explicit_paddings)} was given with padding={padding!r}. "
            "Write padding='EXPLICIT' to use it, or leave it out."
        )
    return padding

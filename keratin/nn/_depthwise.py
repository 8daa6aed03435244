"""Convolutions of each channel by itself, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence

import jax

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.nn import _window
from keratin.nn._convolution import Axes, Padding, check_ranks, convolve
from keratin.nn._convolution_transpose import full_shape, pullback
from keratin.nn._window import Layout


def depthwise(
    inputs: jax.Array,
    filters: jax.Array,
    strides: Axes,
    padding: Padding,
    where: Layout,
    dilations: Axes | None,
) -> jax.Array:
    """Channel k of the input makes the channels k * multiplier to (k + 1) * multiplier - 1."""
    *window, channels, multiplier = filters.shape
    if inputs.shape[where.channel] != channels:
        raise errors.InvalidArgumentError(
            f"The input has {inputs.shape[where.channel]} channels and the filter {channels} "
            f"(input {list(inputs.shape)}, data_format {where.name!r}; filter "
            f"{list(filters.shape)}: [height, width, channels, multiplier])."
        )
    grouped = filters.reshape(*window, 1, channels * multiplier)
    return convolve(inputs, grouped, strides, padding, where, dilations)


@op(T="float")
def depthwise_conv2d(
    input: T,
    filter: T,
    strides: Axes,
    padding: Padding,
    data_format: str | None = None,
    dilations: Axes | None = None,
) -> T:
    """Convolution of each channel of an image with filters of its own.

    `filter` is [height, width, channels, multiplier]; the result has channels * multiplier
    channels, those of one input channel side by side.

    >>> image = tf.ones([1, 3, 3, 2])
    >>> tf.nn.depthwise_conv2d(image, tf.ones([2, 2, 2, 3]), [1, 1, 1, 1], "VALID").shape
    TensorShape([1, 2, 2, 6])
    """
    check_ranks(input, filter, 2, batched=False)
    where = _window.layout(data_format, 2)
    return depthwise(input, filter, strides, padding, where, dilations)


@op(T="float")
def separable_conv2d(
    input: T,
    depthwise_filter: T,
    pointwise_filter: T,
    strides: Axes,
    padding: Padding,
    data_format: str | None = None,
    dilations: Axes | None = None,
) -> T:
    """A depthwise convolution, then one of 1 by 1 that mixes its channels.

    >>> image, depthwise = tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 2])
    >>> pointwise = tf.ones([1, 1, 4, 5])
    >>> tf.nn.separable_conv2d(image, depthwise, pointwise, [1, 1, 1, 1], "SAME").shape
    TensorShape([1, 4, 4, 5])
    """
    check_ranks(input, depthwise_filter, 2, batched=False)
    _check_pointwise(depthwise_filter.shape, pointwise_filter.shape)
    where = _window.layout(data_format, 2)
    features = depthwise(input, depthwise_filter, strides, padding, where, dilations)
    return convolve(features, pointwise_filter, 1, "VALID", where)


def _check_pointwise(depthwise: Sequence[int], pointwise: Sequence[int]) -> None:
    channels = depthwise[2] * depthwise[3]
    if len(pointwise) != 4 or tuple(pointwise[:3]) != (1, 1, channels):
        raise errors.InvalidArgumentError(
            f"pointwise_filter has the shape {list(pointwise)}, expected [1, 1, {channels}, output "
            f"channels]: depthwise_filter {list(depthwise)} makes {channels} channels."
        )


@op(T="float")
def depthwise_conv2d_backprop_input(
    input_sizes: Sequence[int],
    filter: T,
    out_backprop: T,
    strides: Axes,
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
) -> T:
    """The gradient of `tf.nn.depthwise_conv2d` by its input, which has the shape `input_sizes`.

    >>> filters, gradient = tf.ones([2, 2, 1, 1]), tf.ones([1, 2, 2, 1])
    >>> tf.nn.depthwise_conv2d_backprop_input(
    ...     [1, 3, 3, 1], filters, gradient, [1, 1, 1, 1], "VALID")[0, :, :, 0]
    <tf.Tensor: shape=(3, 3), dtype=float32, numpy=
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)>
    """
    check_ranks(out_backprop, filter, 2, batched=False)
    where = _window.layout(data_format, 2)
    return pullback(
        lambda x: depthwise(x, filter, strides, padding, where, dilations),
        full_shape(input_sizes, out_backprop.shape, "input_sizes"),
        out_backprop,
    )


@op(T="float")
def depthwise_conv2d_backprop_filter(
    input: T,
    filter_sizes: Sequence[int],
    out_backprop: T,
    strides: Axes,
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
) -> T:
    """The gradient of `tf.nn.depthwise_conv2d` by its filter, which has the shape `filter_sizes`.

    >>> image, gradient = tf.ones([1, 3, 3, 1]), tf.ones([1, 2, 2, 1])
    >>> tf.nn.depthwise_conv2d_backprop_filter(
    ...     image, [2, 2, 1, 1], gradient, [1, 1, 1, 1], "VALID")[:, :, 0, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[4., 4.],
           [4., 4.]], dtype=float32)>
    """
    check_ranks(input, out_backprop, 2, batched=False)
    where = _window.layout(data_format, 2)
    return pullback(
        lambda f: depthwise(input, f, strides, padding, where, dilations),
        full_shape(filter_sizes, input.shape, "filter_sizes"),
        out_backprop,
    )

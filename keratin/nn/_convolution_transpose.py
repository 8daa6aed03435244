"""Transposed convolutions, and the gradients of convolutions as ops of their own.

Each is the pullback of a convolution: XLA throws away the convolution itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin.nn import _window
from keratin.nn._convolution import Axes, Padding, check_ranks, convolve, explicit


def pullback(
    function: Callable[[jax.Array], jax.Array], shape: Sequence[int], cotangents: jax.Array
) -> jax.Array:
    """The gradient of a linear function by its argument of that shape."""
    dtype = cotangents.dtype
    # Gradients are of floats; float64 holds every sum of products of int32 that int32 holds.
    work = cotangents if jnp.issubdtype(dtype, jnp.inexact) else cotangents.astype(jnp.float64)
    found = jax.eval_shape(function, jax.ShapeDtypeStruct(tuple(shape), work.dtype)).shape
    if found != cotangents.shape:
        raise errors.InvalidArgumentError(
            f"A convolution of shape {list(shape)} gives {list(found)}, and what is to be "
            f"transposed has the shape {list(cotangents.shape)}. Change output_shape, strides or "
            "padding so that the two are equal."
        )
    _, transposed = jax.vjp(function, jnp.zeros(shape, work.dtype))
    return transposed(work)[0].astype(dtype)


def full_shape(shape: object, like: Sequence[int], name: str) -> tuple[int, ...]:
    """A shape given as a list, with as many entries as `like`."""
    entries = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    if len(entries) != len(like) or not all(isinstance(entry, int) for entry in entries):
        raise errors.InvalidArgumentError(
            f"{name}={shape!r} was given, expected {len(like)} integers, one per dimension."
        )
    return tuple(int(entry) for entry in entries if isinstance(entry, int))


def _transpose(
    inputs: jax.Array,
    filters: jax.Array,
    output_shape: Sequence[int],
    strides: Axes,
    padding: Padding,
    data_format: str | None,
    dilations: Axes | None,
    rank: int,
) -> jax.Array:
    """The input, of `output_shape`, whose convolution with `filters` has `inputs` as gradient."""
    check_ranks(inputs, filters, rank, batched=False)
    where = _window.layout(data_format, rank)
    shape = full_shape(output_shape, inputs.shape, "output_shape")
    if inputs.shape[where.channel] != filters.shape[-1]:
        raise errors.InvalidArgumentError(
            f"The input has {inputs.shape[where.channel]} channels and the filter takes "
            f"{filters.shape[-1]} (input {list(inputs.shape)}, data_format {where.name!r}; filter "
            f"{list(filters.shape)}: [*window, output channels, input channels])."
        )
    return pullback(
        lambda x: convolve(x, filters.astype(x.dtype), strides, padding, where, dilations),
        shape,
        inputs,
    )


@op(T="int float")
def conv1d_transpose(
    input: T,
    filters: T,
    output_shape: Sequence[int],
    strides: Axes,
    padding: Padding = "SAME",
    data_format: str | None = "NWC",
    dilations: Axes | None = None,
) -> T:
    """The transpose of `tf.nn.conv1d`: what its gradient by the input computes.

    `filters` is [width, output channels, input channels], `output_shape` that of the result.

    >>> tf.nn.conv1d_transpose([[[1.0], [2.0]]], [[[1.0]], [[10.0]]], [1, 4, 1], strides=2)[0, :, 0]
    <tf.Tensor: shape=(4,), dtype=float32, numpy=array([ 1., 10.,  2., 20.], dtype=float32)>
    """
    return _transpose(input, filters, output_shape, strides, padding, data_format, dilations, 1)


@op(T="int float")
def conv2d_transpose(
    input: T,
    filters: T,
    output_shape: Sequence[int],
    strides: Axes,
    padding: Padding = "SAME",
    data_format: str | None = "NHWC",
    dilations: Axes | None = None,
) -> T:
    """The transpose of `tf.nn.conv2d`: what its gradient by the input computes.

    `filters` is [height, width, output channels, input channels], `output_shape` that of the
    result: a convolution of it with these strides and padding has the shape of `input`.

    >>> tf.nn.conv2d_transpose(tf.ones([1, 2, 2, 3]), tf.ones([3, 3, 5, 3]), [1, 4, 4, 5], 2).shape
    TensorShape([1, 4, 4, 5])
    """
    return _transpose(input, filters, output_shape, strides, padding, data_format, dilations, 2)


@op(T="int float")
def conv3d_transpose(
    input: T,
    filters: T,
    output_shape: Sequence[int],
    strides: Axes,
    padding: Padding = "SAME",
    data_format: str | None = "NDHWC",
    dilations: Axes | None = None,
) -> T:
    """The transpose of `tf.nn.conv3d`: what its gradient by the input computes.

    >>> x, filters = tf.ones([1, 2, 2, 2, 3]), tf.ones([2, 2, 2, 4, 3])
    >>> tf.nn.conv3d_transpose(x, filters, [1, 4, 4, 4, 4], strides=2).shape
    TensorShape([1, 4, 4, 4, 4])
    """
    return _transpose(input, filters, output_shape, strides, padding, data_format, dilations, 3)


@op(T="int float")
def conv_transpose(
    input: T,
    filters: T,
    output_shape: Sequence[int],
    strides: Axes,
    padding: Padding = "SAME",
    data_format: str | None = None,
    dilations: Axes | None = None,
) -> T:
    """The transpose of `tf.nn.convolution`, over as many dimensions as `filters` has beyond two.

    >>> tf.nn.conv_transpose(tf.ones([1, 3, 2]), tf.ones([2, 4, 2]), [1, 6, 4], strides=2).shape
    TensorShape([1, 6, 4])
    """
    rank = filters.ndim - 2
    return _transpose(input, filters, output_shape, strides, padding, data_format, dilations, rank)


@op(T="int float")
def atrous_conv2d_transpose(
    value: T, filters: T, output_shape: Sequence[int], rate: Axes, padding: Padding
) -> T:
    """The transpose of `tf.nn.atrous_conv2d`.

    >>> x, filters = tf.ones([1, 3, 3, 2]), tf.ones([2, 2, 4, 2])
    >>> tf.nn.atrous_conv2d_transpose(x, filters, [1, 5, 5, 4], 2, "VALID").shape
    TensorShape([1, 5, 5, 4])
    """
    return _transpose(value, filters, output_shape, 1, padding, None, rate, 2)


@op(T="int float")
def conv2d_backprop_input_v2(
    input: Array,
    filter: T,
    out_backprop: T,
    strides: Axes,
    padding: str,
    use_cudnn_on_gpu: bool = True,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
) -> T:
    """The gradient of `tf.nn.conv2d` by its input; of `input`, only the shape is read.

    `use_cudnn_on_gpu` is accepted, and has no meaning here.

    >>> image, filters = tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1])
    >>> gradient = tf.ones([1, 2, 2, 1])
    >>> tf.conv2d_backprop_input_v2(image, filters, gradient, [1, 1, 1, 1], "VALID")[0, :, :, 0]
    <tf.Tensor: shape=(3, 3), dtype=float32, numpy=
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)>
    """
    check_ranks(input, filter, 2, batched=False)
    where, pairs = _window.layout(data_format, 2), explicit(padding, explicit_paddings)
    return pullback(
        lambda x: convolve(x, filter.astype(x.dtype), strides, pairs, where, dilations),
        input.shape,
        out_backprop,
    )


@op(T="int float")
def conv2d_backprop_filter_v2(
    input: T,
    filter: Array,
    out_backprop: T,
    strides: Axes,
    padding: str,
    use_cudnn_on_gpu: bool = True,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
) -> T:
    """The gradient of `tf.nn.conv2d` by its filter; of `filter`, only the shape is read.

    `use_cudnn_on_gpu` is accepted, and has no meaning here.

    >>> image, filters = tf.ones([1, 3, 3, 1]), tf.ones([2, 2, 1, 1])
    >>> gradient = tf.ones([1, 2, 2, 1])
    >>> tf.conv2d_backprop_filter_v2(image, filters, gradient, [1, 1, 1, 1], "VALID")[:, :, 0, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[4., 4.],
           [4., 4.]], dtype=float32)>
    """
    check_ranks(input, filter, 2, batched=False)
    where, pairs = _window.layout(data_format, 2), explicit(padding, explicit_paddings)
    return pullback(
        lambda f: convolve(input.astype(f.dtype), f, strides, pairs, where, dilations),
        filter.shape,
        out_backprop,
    )

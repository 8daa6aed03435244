"""Pools: the maximum or the mean over windows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial, reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import DTypeArg, T, op
from keratin.nn import _window
from keratin.nn._convolution import Axes, Padding
from keratin.nn._window import Layout, Pairs

# Up to this many positions along an axis, a pool is written out as slices: several times faster
# than reduce_window, and than its gradient above all. Beyond it, programs would grow.
LONGEST_UNROLLED = 16


class Window(NamedTuple):
    """A window over all axes of an input, those of batch and channels included."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pairs: Pairs

    @property
    def tiles(self) -> bool:
        """Whether the windows lie side by side."""
        return self.sizes == self.strides and set(self.dilations) == {1}


def window_of(
    inputs: jax.Array,
    size: Axes,
    strides: Axes | None,
    padding: Padding,
    where: Layout,
    dilations: Axes | None = None,
) -> Window:
    """The window over `inputs` that the arguments of a pool describe."""
    if inputs.ndim != where.rank + 2:
        raise errors.InvalidArgumentError(
            f"The input has {inputs.ndim} dimensions, expected {where.rank + 2}: {where.name}. "
            "Add a missing one with tf.expand_dims."
        )
    sizes = _window.per_dimension(size, where, "ksize")
    steps = _window.per_dimension(strides, where, "strides")
    rates = _window.per_dimension(dilations, where, "dilations")
    if sizes[0] != 1 or steps[0] != 1:
        raise errors.InvalidArgumentError(
            f"ksize={list(sizes)}, strides={list(steps)} were given: the batch dimension, the "
            "first, cannot be pooled over. Write 1 there."
        )
    spans = _window.span(sizes, rates)
    lengths, inner = where.pick(inputs.shape), where.pick(spans)
    pairs = list(
        where.full(_window.pad_pairs(padding, lengths, inner, where.pick(steps), where), (0, 0))
    )
    if padding in ("SAME", "same"):
        channel = where.channel
        pairs[channel] = _window.same_pair(inputs.shape[channel], spans[channel], steps[channel])
    _window.check_windows(inputs.shape, spans, tuple(pairs), "The window", "dimension")
    return Window(sizes, steps, rates, tuple(pairs))


def _pad(inputs: jax.Array, window: Window, value: float) -> jax.Array:
    if not any(side for pair in window.pairs for side in pair):
        return inputs
    fill = jnp.asarray(value, inputs.dtype)
    return lax.pad(inputs, fill, [(before, after, 0) for before, after in window.pairs])


def _tiles(inputs: jax.Array, window: Window) -> tuple[jax.Array, tuple[int, ...]]:
    """The input with each pooled axis split in two, and which axes are within a window."""
    shape: list[int] = []
    within = []
    for axis, size in enumerate(window.sizes):
        count = inputs.shape[axis] // size
        inputs = lax.slice_in_dim(inputs, 0, count * size, axis=axis)
        shape.append(count)
        if size > 1:
            within.append(len(shape))
            shape.append(size)
    return inputs.reshape(shape), tuple(within)


def _pooled_axes(window: Window) -> list[int]:
    """From the last to the first, so that of equal maxima the first in row-major order wins."""
    steps = zip(window.sizes, window.strides, strict=True)
    return [axis for axis, step in enumerate(steps) if step != (1, 1)][::-1]


def _taps(inputs: jax.Array, window: Window, axis: int) -> Iterator[jax.Array]:
    """For each position in a window, along one axis, what all windows have there."""
    size, stride, dilation = window.sizes[axis], window.strides[axis], window.dilations[axis]
    count = (inputs.shape[axis] - (size - 1) * dilation - 1) // stride + 1
    for start in range(0, size * dilation, dilation):
        bounds = (start, start + (count - 1) * stride + 1) if count > 0 else (0, 0)
        yield lax.slice_in_dim(inputs, *bounds, stride, axis)


# Maximum


def lowest(dtype: np.dtype) -> float:
    """What is no larger than any value of a dtype."""
    return -np.inf if jnp.issubdtype(dtype, jnp.inexact) else jnp.iinfo(dtype).min


def max_over(inputs: jax.Array, window: Window) -> jax.Array:
    """The maxima of windows. The gradient goes to the first maximum of each."""
    padded = _pad(inputs, window, lowest(inputs.dtype))
    if window.tiles:
        return _first_max(*_tiles(padded, window))
    if max(window.sizes) > LONGEST_UNROLLED:
        start = np.asarray(lowest(inputs.dtype), inputs.dtype)
        sizes, strides, rates = window.sizes, window.strides, window.dilations
        return lax.reduce_window(padded, start, lax.max, sizes, strides, "VALID", None, rates)
    for axis in _pooled_axes(window):
        padded = reduce(larger, _taps(padded, window, axis))
    return padded


def larger(best: jax.Array, other: jax.Array) -> jax.Array:
    # A NaN is not larger than anything, and must not get lost.
    return jnp.where((other > best) | (other != other), other, best)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def _first_max(inputs: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    return jnp.max(inputs, axes)


@_first_max.defjvp
def _first_max_jvp(
    axes: tuple[int, ...], primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    (inputs,), (tangent,) = primals, tangents
    outputs = _first_max(inputs, axes)
    sizes = [inputs.shape[axis] if axis in axes else 1 for axis in range(inputs.ndim)]
    order = np.arange(math.prod(sizes), dtype=np.int32).reshape(sizes)
    is_max = inputs == jnp.expand_dims(outputs, axes)
    first = jnp.min(jnp.where(is_max, order, order.size), axes, keepdims=True)
    zero = jnp.zeros((), tangent.dtype)
    return outputs, jnp.sum(jnp.where(order == first, tangent, zero), axes, dtype=tangent.dtype)


def _max_pool(
    inputs: jax.Array,
    size: Axes,
    strides: Axes | None,
    padding: Padding,
    data_format: str | None,
    rank: int,
) -> jax.Array:
    where = _window.layout(data_format, rank)
    return max_over(inputs, window_of(inputs, size, strides, padding, where))


@op(T="real")
def max_pool(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = None
) -> T:
    """The maximum over windows, for one, two or three spatial dimensions.

    `ksize` and `strides` are one int, one per spatial dimension, or one per dimension. `padding`
    is "SAME", "VALID" or a list of pairs, one per dimension.

    >>> tf.nn.max_pool([[[1.0], [3.0], [2.0], [0.0]]], ksize=2, strides=2, padding="VALID")[0, :, 0]
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 2.], dtype=float32)>
    """
    return _max_pool(input, ksize, strides, padding, data_format, input.ndim - 2)


@op(T="real")
def max_pool1d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NWC"
) -> T:
    """The maximum over windows of sequences [batch, width, channels].

    >>> tf.nn.max_pool1d([[[1.0], [3.0], [2.0]]], ksize=2, strides=1, padding="VALID")[0, :, 0]
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 3.], dtype=float32)>
    """
    return _max_pool(input, ksize, strides, padding, data_format, 1)


@op(T="real")
def max_pool2d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NHWC"
) -> T:
    """The maximum over windows of images [batch, height, width, channels].

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> tf.nn.max_pool2d(image, ksize=2, strides=2, padding="SAME")[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)>
    """
    return _max_pool(input, ksize, strides, padding, data_format, 2)


@op(T="real")
def max_pool3d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NDHWC"
) -> T:
    """The maximum over windows of volumes [batch, depth, height, width, channels].

    >>> tf.nn.max_pool3d(tf.ones([1, 4, 4, 4, 2]), ksize=2, strides=2, padding="VALID").shape
    TensorShape([1, 2, 2, 2, 2])
    """
    return _max_pool(input, ksize, strides, padding, data_format, 3)


class MaxPoolWithArgmax(NamedTuple):
    """What `tf.nn.max_pool_with_argmax` gives."""

    output: T
    argmax: T


@op(T="real")
def max_pool_with_argmax(
    input: T,
    ksize: Axes,
    strides: Axes,
    padding: Padding,
    data_format: str = "NHWC",
    output_dtype: DTypeArg = "int64",
    include_batch_in_index: bool = False,
) -> MaxPoolWithArgmax:
    """The maxima over windows of images [batch, height, width, channels], and where they are.

    A place is (y * width + x) * channels + channel, in the image or, with
    `include_batch_in_index`, in the whole batch. Of equal maxima the first counts.

    >>> image = tf.reshape([1, 5, 2, 3], [1, 2, 2, 1])
    >>> maxima, places = tf.nn.max_pool_with_argmax(image, 2, 2, "VALID")
    >>> maxima.numpy().item(), places.numpy().item()
    (5, 1)
    """
    if data_format != "NHWC":
        raise errors.InvalidArgumentError(
            f"data_format={data_format!r} was given, expected 'NHWC': the places are counted in "
            "that order. Use tf.transpose."
        )
    window = window_of(input, ksize, strides, padding, _window.layout(data_format, 2))
    start = 0 if include_batch_in_index else 1
    places = lax.iota(output_dtype, math.prod(input.shape[start:])).reshape(input.shape[start:])
    places = jnp.broadcast_to(places, input.shape)
    maxima, places = _pad(input, window, lowest(input.dtype)), _pad(places, window, -1)
    for axis in _pooled_axes(window):
        taps = zip(_taps(maxima, window, axis), _taps(places, window, axis), strict=True)
        maxima, places = reduce(_larger_at, taps)
    return MaxPoolWithArgmax(maxima, places)


def _larger_at(
    best: tuple[jax.Array, jax.Array], other: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    take = (other[0] > best[0]) | (other[0] != other[0]) | (best[1] < 0)
    return jnp.where(take, other[0], best[0]), jnp.where(take, other[1], best[1])


# Mean


def mean_over(inputs: jax.Array, window: Window) -> jax.Array:
    """The means of windows, of what is within the input: padding does not count."""
    narrow = inputs.dtype.itemsize < 4
    padded = _pad(inputs.astype(jnp.float32) if narrow else inputs, window, 0)
    if window.tiles:
        total = jnp.sum(*_tiles(padded, window), dtype=padded.dtype)
    elif max(window.sizes) > LONGEST_UNROLLED:
        start = np.zeros((), padded.dtype)
        sizes, strides, rates = window.sizes, window.strides, window.dilations
        total = lax.reduce_window(padded, start, lax.add, sizes, strides, "VALID", None, rates)
    else:
        total = padded
        for axis in _pooled_axes(window):
            total = reduce(jnp.add, _taps(total, window, axis))
    return (total / _counts(inputs.shape, window).astype(total.dtype)).astype(inputs.dtype)


def _counts(shape: tuple[int, ...], window: Window) -> np.ndarray:
    """How many elements of the input each window holds."""
    counts = np.ones((1,) * len(shape))
    for axis in _pooled_axes(window):
        inside = np.pad(np.ones(shape[axis]), window.pairs[axis])
        size, stride, dilation = window.sizes[axis], window.strides[axis], window.dilations[axis]
        ends = len(inside) - (size - 1) * dilation
        along = sum(inside[i * dilation : i * dilation + ends : stride] for i in range(size))
        counts = counts * np.expand_dims(along, [a for a in range(len(shape)) if a != axis])
    return counts


def _avg_pool(
    inputs: jax.Array,
    size: Axes,
    strides: Axes | None,
    padding: Padding,
    data_format: str | None,
    rank: int,
) -> jax.Array:
    where = _window.layout(data_format, rank)
    return mean_over(inputs, window_of(inputs, size, strides, padding, where))


@op(T="float")
def avg_pool(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = None
) -> T:
    """The mean over windows, for one, two or three spatial dimensions; padding does not count.

    >>> tf.nn.avg_pool([[[1.0], [3.0], [2.0]]], ksize=2, strides=2, padding="SAME")[0, :, 0]
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2., 2.], dtype=float32)>
    """
    return _avg_pool(input, ksize, strides, padding, data_format, input.ndim - 2)


@op(T="float")
def avg_pool1d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NWC"
) -> T:
    """The mean over windows of sequences [batch, width, channels]; padding does not count.

    >>> tf.nn.avg_pool1d([[[1.0], [3.0], [2.0]]], ksize=2, strides=1, padding="VALID")[0, :, 0]
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2. , 2.5], dtype=float32)>
    """
    return _avg_pool(input, ksize, strides, padding, data_format, 1)


@op(T="float")
def avg_pool2d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NHWC"
) -> T:
    """The mean over windows of images [batch, height, width, channels]; padding does not count.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> tf.nn.avg_pool2d(image, ksize=2, strides=2, padding="SAME")[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32)>
    """
    return _avg_pool(input, ksize, strides, padding, data_format, 2)


@op(T="float")
def avg_pool3d(
    input: T, ksize: Axes, strides: Axes, padding: Padding, data_format: str | None = "NDHWC"
) -> T:
    """The mean over windows of volumes [batch, depth, height, width, channels].

    >>> tf.nn.avg_pool3d(tf.ones([1, 4, 4, 4, 2]), ksize=2, strides=2, padding="VALID").shape
    TensorShape([1, 2, 2, 2, 2])
    """
    return _avg_pool(input, ksize, strides, padding, data_format, 3)


# Either


@op(T="float")
def pool(
    input: T,
    window_shape: Axes,
    pooling_type: str,
    strides: Axes | None = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Axes | None = None,
) -> T:
    """The maximum ("MAX") or mean ("AVG") over windows, with holes of `dilations` in them.

    >>> tf.nn.pool([[[1.0], [3.0], [2.0], [0.0]]], [2], "MAX", dilations=[2])[0, :, 0]
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2., 3.], dtype=float32)>
    """
    over = {"MAX": max_over, "AVG": mean_over}.get(pooling_type)
    if over is None:
        raise errors.InvalidArgumentError(
            f"pooling_type={pooling_type!r} was given, expected 'MAX' or 'AVG'."
        )
    where = _window.layout(data_format, input.ndim - 2)
    return over(input, window_of(input, window_shape, strides, padding, where, dilations))

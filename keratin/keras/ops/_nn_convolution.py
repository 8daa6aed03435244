"""Convolutions of one, two or three dimensions; each is a call of `keratin.nn`'s `convolve`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, require
from keratin.nn import _window
from keratin.nn._convolution import convolve
from keratin.nn._convolution_transpose import pullback
from keratin.nn._depthwise import depthwise
from keratin.nn._window import Layout, Pairs

Sizes = int | Sequence[int]


def padding_mode(padding: Any, allowed: Sequence[str]) -> str:
    """The name of a padding, in lower case; an error for others."""
    mode = padding.lower() if isinstance(padding, str) else padding
    names = " or ".join(map(repr, allowed))
    require(mode in allowed, f"padding must be {names}; given {padding!r}")
    return mode


@operation
def conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """Convolution of sequences, images or volumes.

    `kernel` is [*window, input channels, output channels]; fewer input channels than `inputs` have
    make a convolution in groups. `inputs` are cast to the dtype of `kernel`. `padding` is "valid",
    "same" or, in one dimension, "causal": no output depends on later inputs.

    >>> image, kernel = np.ones([1, 4, 4, 2], "float32"), np.ones([3, 3, 2, 5], "float32")
    >>> keras.ops.conv(image, kernel, padding="same").shape
    TensorShape([1, 4, 4, 5])
    """
    return _conv(
        as_tensor(inputs),
        as_tensor(kernel),
        strides,
        padding_mode(padding, ("valid", "same", "causal")),
        standardize_data_format(data_format),
        dilation_rate,
    )


@op
def _conv(
    inputs: Array,
    kernel: Array,
    strides: Sizes,
    padding: str,
    data_format: str,
    dilation_rate: Sizes,
) -> Array:
    where = _layout(inputs, kernel, data_format)
    kernel = floating(kernel)
    if padding == "causal":
        inputs = _causal(inputs, kernel, where, dilation_rate)
        padding = "valid"
    return convolve(inputs.astype(kernel.dtype), kernel, strides, padding, where, dilation_rate)


def _layout(inputs: jax.Array, kernel: jax.Array, data_format: str) -> Layout:
    """Where the axes are, once the ranks are known to fit."""
    rank = inputs.ndim - 2
    require(
        1 <= rank <= 3,
        f"inputs has shape {list(inputs.shape)}; expected a batch, one to three spatial dimensions "
        "and channels. Add a missing axis with keras.ops.expand_dims",
    )
    require(
        kernel.ndim == inputs.ndim,
        f"the kernel has shape {list(kernel.shape)}; expected {inputs.ndim} axes, those of inputs "
        f"{list(inputs.shape)}: {rank} of the window, then input and output channels",
    )
    return _window.layout(data_format, rank)


def _causal(inputs: jax.Array, kernel: jax.Array, where: Layout, dilation_rate: Any) -> jax.Array:
    require(where.rank == 1, "padding='causal' is for one dimension; use 'same' or 'valid'")
    dilation = dilation_rate if isinstance(dilation_rate, int) else dilation_rate[0]
    pairs = where.full([((kernel.shape[0] - 1) * dilation, 0)], (0, 0))
    return jnp.pad(inputs, pairs)


@operation
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """Convolution of each channel with filters of its own.

    `kernel` is [*window, channels, multiplier]; the result has channels * multiplier channels,
    those of one input channel side by side.

    >>> image, kernel = np.ones([1, 4, 4, 2], "float32"), np.ones([3, 3, 2, 3], "float32")
    >>> keras.ops.depthwise_conv(image, kernel).shape
    TensorShape([1, 2, 2, 6])
    """
    return _depthwise_conv(
        as_tensor(inputs),
        as_tensor(kernel),
        strides,
        padding_mode(padding, ("valid", "same")),
        standardize_data_format(data_format),
        dilation_rate,
    )


@op
def _depthwise_conv(
    inputs: Array,
    kernel: Array,
    strides: Sizes,
    padding: str,
    data_format: str,
    dilation_rate: Sizes,
) -> Array:
    where = _layout(inputs, kernel, data_format)
    kernel = floating(kernel)
    return depthwise(inputs.astype(kernel.dtype), kernel, strides, padding, where, dilation_rate)


@operation
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """`depthwise_conv`, then a convolution of window 1 that mixes its channels.

    >>> image, depthwise = np.ones([1, 4, 4, 2], "float32"), np.ones([3, 3, 2, 2], "float32")
    >>> pointwise = np.ones([1, 1, 4, 5], "float32")
    >>> keras.ops.separable_conv(image, depthwise, pointwise).shape
    TensorShape([1, 2, 2, 5])
    """
    return _separable_conv(
        as_tensor(inputs),
        as_tensor(depthwise_kernel),
        as_tensor(pointwise_kernel),
        strides,
        padding_mode(padding, ("valid", "same")),
        standardize_data_format(data_format),
        dilation_rate,
    )


@op
def _separable_conv(
    inputs: Array,
    depthwise_kernel: Array,
    pointwise_kernel: Array,
    strides: Sizes,
    padding: str,
    data_format: str,
    dilation_rate: Sizes,
) -> Array:
    where = _layout(inputs, depthwise_kernel, data_format)
    by_channel, mixing = floating(depthwise_kernel), floating(pointwise_kernel)
    channels = by_channel.shape[-2] * by_channel.shape[-1]
    require(
        mixing.ndim == inputs.ndim and mixing.shape[:-1] == (*[1] * where.rank, channels),
        f"pointwise_kernel has shape {list(mixing.shape)}; expected "
        f"{[*[1] * where.rank, channels]} and the output channels: depthwise_kernel "
        f"{list(by_channel.shape)} makes {channels} channels",
    )
    inputs = inputs.astype(by_channel.dtype)
    features = depthwise(inputs, by_channel, strides, padding, where, dilation_rate)
    return convolve(features.astype(mixing.dtype), mixing, 1, "valid", where)


# Transposed


@operation
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """The transpose of a convolution, also called deconvolution.

    `kernel` is [*window, output channels, input channels]. `output_padding` is what is added to
    the size of the result; by default it is (size * strides) with "same", and with "valid" as
    much as the windows reach over.

    >>> image, kernel = np.ones([1, 3, 3, 2], "float32"), np.ones([3, 3, 5, 2], "float32")
    >>> keras.ops.conv_transpose(image, kernel, strides=2, padding="same").shape
    TensorShape([1, 6, 6, 5])
    """
    return _conv_transpose(
        as_tensor(inputs),
        as_tensor(kernel),
        strides,
        padding_mode(padding, ("valid", "same")),
        output_padding,
        standardize_data_format(data_format),
        dilation_rate,
    )


@op
def _conv_transpose(
    inputs: Array,
    kernel: Array,
    strides: Sizes,
    padding: str,
    output_padding: Sizes | None,
    data_format: str,
    dilation_rate: Sizes,
) -> Array:
    where = _layout(inputs, kernel, data_format)
    kernel = floating(kernel)
    require(
        inputs.shape[where.channel] == kernel.shape[-1],
        f"inputs {list(inputs.shape)} has {inputs.shape[where.channel]} channels "
        f"(data_format={data_format!r}), and the kernel {list(kernel.shape)} takes "
        f"{kernel.shape[-1]}: it is [*window, output channels, input channels]",
    )
    steps = _window.per_axis(strides, where, "strides")
    rates = _window.per_axis(dilation_rate, where, "dilation_rate")
    extra = _per_axis_or_none(output_padding, where.rank)
    spans = _window.span(kernel.shape[: where.rank], rates)
    sides = [transposed_padding(*each, padding) for each in zip(spans, steps, extra, strict=True)]
    sizes, cut, beyond = _transposed_sizes(where.pick(inputs.shape), spans, steps, sides)
    shape = where.full(sizes, inputs.shape[0])
    shape = (*shape[: where.channel], kernel.shape[-2], *shape[where.channel + 1 :])
    result = pullback(
        lambda x: convolve(x, kernel, steps, where.full(cut, (0, 0)), where, rates),
        shape,
        inputs.astype(kernel.dtype),
    )
    # No window reaches what lies beyond.
    return jnp.pad(result, where.full([(0, more) for more in beyond], (0, 0)))


def _per_axis_or_none(value: Any, rank: int) -> tuple[int | None, ...]:
    if value is None or isinstance(value, int):
        return (value,) * rank
    require(
        len(value) == rank,
        f"output_padding={value!r} has {len(value)} entries; expected one for each of the {rank} "
        "spatial dimensions",
    )
    return tuple(value)


def transposed_padding(span: int, stride: int, extra: int | None, padding: str) -> tuple[int, int]:
    """How far a transposed convolution reaches over the spread-out input, on both sides.

    `span` is the size of the window with its dilation, `extra` the output padding.
    """
    if padding == "valid":
        extra = max(span, stride) - span if extra is None else extra
        return span - 1, span - 1 + extra
    total = stride + span - 2 if extra is None else span + span % 2 - 2 + extra
    before = min(total - total // 2, span - 1)
    return before, total - before


def transposed_size(
    size: int | None, span: int, stride: int, extra: int | None, padding: str
) -> int | None:
    """The size of the result of a transposed convolution along an axis; None if not known."""
    if size is None:
        return None
    sides = transposed_padding(span, stride, extra, padding)
    return (size - 1) * stride + sum(sides) - span + 2


def _transposed_sizes(
    sizes: Sequence[int], spans: Sequence[int], steps: Sequence[int], sides: Sequence[Any]
) -> tuple[tuple[int, ...], Pairs, tuple[int, ...]]:
    """Of the convolution to transpose: input sizes, paddings; and what is to be added after."""
    reached, pairs, beyond = [], [], []
    for size, span, stride, (before, after) in zip(sizes, spans, steps, sides, strict=True):
        more = max(0, after - (span - 1))
        reached.append((size - 1) * stride + before + after - span + 2 - more)
        pairs.append((span - 1 - before, max(0, span - 1 - after)))
        beyond.append(more)
    return tuple(reached), tuple(pairs), tuple(beyond)


# Patches in columns


def _pair(value: Any, name: str) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else tuple(value)
    require(
        len(pair) == 2 and all(isinstance(item, int) for item in pair),
        f"{name} must be an integer or a pair of them; given {value!r}",
    )
    return pair[0], pair[1]


def patches(
    x: jax.Array,
    axes: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> jax.Array:
    """All windows: for each of the axes one more axis at the end, the place in the window."""
    for axis, size, stride, rate in zip(axes, sizes, strides, dilations, strict=True):
        reach = (size - 1) * rate + 1
        count = (x.shape[axis] - reach) // stride + 1
        require(
            count > 0,
            f"a window that spans {reach} does not fit into the {x.shape[axis]} elements of axis "
            f"{axis}. Use a smaller window or more padding",
        )
        if stride == size and rate == 1:
            x = _tiled(x, axis, count, size)
            continue
        last = (count - 1) * stride + 1
        taps = [
            jax.lax.slice_in_dim(x, start, start + last, stride, axis)
            for start in range(0, size * rate, rate)
        ]
        x = jnp.stack(taps, axis=-1)
    return x


def _tiled(x: jax.Array, axis: int, count: int, size: int) -> jax.Array:
    """`patches` along one axis where the windows lie side by side: no copies."""
    x = jax.lax.slice_in_dim(x, 0, count * size, axis=axis)
    parts = x.reshape(*x.shape[:axis], count, size, *x.shape[axis + 1 :])
    return jnp.moveaxis(parts, axis + 1, -1)


@operation
def unfold(
    x: Any, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Any:
    """The windows of images [batch, channels, height, width], each as a column.

    The result is [batch, channels * window, number of windows].

    >>> image = np.arange(9.0, dtype="float32").reshape(1, 1, 3, 3)
    >>> keras.ops.unfold(image, kernel_size=2)[0, :, 0].numpy()
    array([0., 1., 3., 4.], dtype=float32)
    """
    x = as_tensor(x)
    require(
        x.ndim == 4,
        f"x has shape {list(x.shape)}; expected four axes: batch, channels, height and width",
    )
    return _unfold(
        x,
        _pair(kernel_size, "kernel_size"),
        _pair(dilation, "dilation"),
        _pair(padding, "padding"),
        _pair(stride, "stride"),
    )


@op
def _unfold(x: Array, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Array:
    return _columns(x, kernel_size, dilation, padding, stride)


def _columns(x: jax.Array, size: Any, dilation: Any, padding: Any, stride: Any) -> jax.Array:
    padded = jnp.pad(x, [(0, 0), (0, 0), *[(side, side) for side in padding]])
    found = patches(padded, (2, 3), size, stride, dilation)
    batch, channels, rows, columns, *window = found.shape
    ordered = found.transpose(0, 1, 4, 5, 2, 3)
    return ordered.reshape(batch, channels * window[0] * window[1], rows * columns)


@operation
def fold(
    x: Any,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Any:
    """The sum of columns, as `unfold` gives them, put back into images of `output_size`.

    >>> columns = np.ones([1, 4, 4], "float32")
    >>> keras.ops.fold(columns, output_size=3, kernel_size=2)[0, 0].numpy()
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)
    """
    x = as_tensor(x)
    require(
        x.ndim == 3,
        f"x has shape {list(x.shape)}; expected three axes: batch, channels * window, windows",
    )
    return _fold(
        x,
        _pair(output_size, "output_size"),
        _pair(kernel_size, "kernel_size"),
        _pair(dilation, "dilation"),
        _pair(padding, "padding"),
        _pair(stride, "stride"),
    )


@op
def _fold(
    x: Array, output_size: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> Array:
    batch, rows, _ = x.shape
    window = kernel_size[0] * kernel_size[1]
    require(
        rows % window == 0,
        f"x has shape {list(x.shape)}; its axis 1 must be a multiple of the {window} places of a "
        f"window {list(kernel_size)}",
    )
    counts = [
        (size + 2 * side - (places - 1) * rate - 1) // step + 1
        for size, places, rate, side, step in zip(
            output_size, kernel_size, dilation, padding, stride, strict=True
        )
    ]
    require(
        x.shape[2] == counts[0] * counts[1],
        f"x has shape {list(x.shape)}; expected {counts[0]} * {counts[1]} windows along axis 2, as "
        f"many as images of output_size={list(output_size)} have",
    )
    return pullback(
        lambda image: _columns(image, kernel_size, dilation, padding, stride),
        (batch, rows // window, *output_size),
        x,
    )

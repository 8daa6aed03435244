"""Greyscale dilation and erosion of images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.nn import _window
from keratin.nn._convolution import Padding
from keratin.nn._pooling import lowest


def _dilation(
    inputs: jax.Array,
    filters: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str,
    dilations: Sequence[int],
) -> jax.Array:
    """The largest sum of filter and input in each window; what lies outside is left out."""
    if data_format != "NHWC":
        raise errors.InvalidArgumentError(
            f"data_format={data_format!r} was given, expected 'NHWC'. Use tf.transpose."
        )
    if inputs.ndim != 4 or filters.ndim != 3 or inputs.shape[3] != filters.shape[2]:
        raise errors.InvalidArgumentError(
            f"The shapes {list(inputs.shape)} and {list(filters.shape)} were given, expected "
            "[batch, height, width, channels] and [height, width, channels] with as many channels."
        )
    where = _window.layout(data_format, 2)
    steps = _window.per_axis(strides, where, "strides")
    rates = _window.per_axis(dilations, where, "dilations")
    spans = _window.span(filters.shape[:2], rates)
    sizes = inputs.shape[1:3]
    pairs = _window.pad_pairs(padding, sizes, spans, steps, where)
    _window.check_windows(sizes, spans, pairs, "The filter")
    floor = jnp.asarray(lowest(inputs.dtype), inputs.dtype)
    padded = jnp.pad(inputs, where.full(pairs, (0, 0)))
    inside = np.pad(np.ones(sizes, bool), pairs)[None, :, :, None]
    counts = [_window.out_size(*part) for part in zip(sizes, spans, steps, pairs, strict=True)]
    best: jax.Array | None = None
    for place in product(*map(range, filters.shape[:2])):
        begin = [at * rate for at, rate in zip(place, rates, strict=True)]
        window = (
            slice(None),
            *(
                slice(b, b + (n - 1) * s + 1, s)
                for b, n, s in zip(begin, counts, steps, strict=True)
            ),
        )
        total = jnp.where(inside[window], padded[window] + filters[place], floor)
        best = total if best is None else jnp.where(total > best, total, best)
    assert best is not None
    return best


@op(T="real")
def dilation2d(
    input: T,
    filters: T,
    strides: Sequence[int],
    padding: Padding,
    data_format: str,
    dilations: Sequence[int],
) -> T:
    """The largest sum of `filters` and `input` over the windows of each channel.

    `filters` is [height, width, channels]; zeros make it a maximum over windows.

    >>> image, filters = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 2, 2, 1]), tf.zeros([2, 2, 1])
    >>> tf.nn.dilation2d(image, filters, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[5., 5.],
           [3., 3.]], dtype=float32)>
    """
    return _dilation(input, filters, strides, padding, data_format, dilations)


@op(T="real")
def erosion2d(
    value: T,
    filters: T,
    strides: Sequence[int],
    padding: Padding,
    data_format: str,
    dilations: Sequence[int],
) -> T:
    """The least difference of `value` and the mirrored `filters` over the windows of each channel.

    >>> image, filters = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 2, 2, 1]), tf.zeros([2, 2, 1])
    >>> tf.nn.erosion2d(image, filters, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])[0, :, :, 0]
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[1., 3.],
           [2., 3.]], dtype=float32)>
    """
    mirrored = lax.rev(filters, (0, 1))
    return -_dilation(-value, mirrored, strides, padding, data_format, dilations)

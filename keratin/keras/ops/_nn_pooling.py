"""Pools: the maximum or the mean over windows of a size, or over as many as are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin import nn
from keratin._engine.op import Array, T, op
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.ops._nn_convolution import Sizes, padding_mode
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_floating, as_numeric, require, wide
from keratin.nn import _window
from keratin.nn._pooling import larger
from keratin.nn._window import Layout


@operation
def max_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The maximum over windows, in one, two or three dimensions.

    Without `strides` the windows lie side by side.

    >>> x = np.array([[[1.0], [3.0], [2.0], [0.0]]], "float32")
    >>> keras.ops.max_pool(x, pool_size=2).numpy().ravel()
    array([3., 2.], dtype=float32)
    """
    inputs = as_numeric(inputs)
    mode = padding_mode(padding, ("valid", "same")).upper()
    steps = pool_size if strides is None else strides
    return nn.max_pool(inputs, pool_size, steps, mode, standardize_data_format(data_format))


@operation
def average_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The mean over windows, in one, two or three dimensions; padding does not count.

    Without `strides` the windows lie side by side.

    >>> x = np.array([[[1.0], [3.0], [2.0], [0.0]]], "float32")
    >>> keras.ops.average_pool(x, pool_size=2).numpy().ravel()
    array([2., 1.], dtype=float32)
    """
    inputs = as_floating(inputs)
    mode = padding_mode(padding, ("valid", "same")).upper()
    steps = pool_size if strides is None else strides
    return nn.avg_pool(inputs, pool_size, steps, mode, standardize_data_format(data_format))


# Adaptive


@operation
def adaptive_max_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> Any:
    """The maxima over `output_size` windows that share out each spatial dimension.

    >>> x = np.array([[[1.0], [3.0], [2.0], [0.0], [4.0]]], "float32")
    >>> keras.ops.adaptive_max_pool(x, output_size=2).numpy().ravel()
    array([3., 4.], dtype=float32)
    """
    data_format = standardize_data_format(data_format)
    return _adaptive_max_pool(as_numeric(inputs), output_size, data_format)


@op(T="real")
def _adaptive_max_pool(inputs: T, output_size: Sizes, data_format: str) -> Array:
    where, counts = _shares(inputs, output_size, data_format)
    for axis, count in zip(where.spatial, counts, strict=True):
        starts, ends = _bounds(inputs.shape[axis], count)
        widest = int((ends - starts).max())
        taps = [jnp.take(inputs, np.minimum(starts + i, ends - 1), axis) for i in range(widest)]
        inputs = reduce(larger, taps)
    return inputs


@operation
def adaptive_average_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> Any:
    """The means over `output_size` windows that share out each spatial dimension.

    >>> x = np.array([[[1.0], [3.0], [2.0], [0.0], [4.0]]], "float32")
    >>> keras.ops.adaptive_average_pool(x, output_size=2).numpy().ravel()
    array([2., 2.], dtype=float32)
    """
    data_format = standardize_data_format(data_format)
    return _adaptive_average_pool(as_floating(inputs), output_size, data_format)


@op(T="float")
def _adaptive_average_pool(inputs: T, output_size: Sizes, data_format: str) -> Array:
    where, counts = _shares(inputs, output_size, data_format)
    means = wide(inputs)
    for axis, count in zip(where.spatial, counts, strict=True):
        shares = _mean_weights(inputs.shape[axis], count).astype(means.dtype)
        means = jnp.moveaxis(jnp.tensordot(means, shares, (axis, 0)), -1, axis)
    return means.astype(inputs.dtype)


def _shares(inputs: jax.Array, output_size: Any, data_format: str) -> tuple[Layout, Sequence[int]]:
    rank = inputs.ndim - 2
    require(
        1 <= rank <= 3,
        f"inputs has shape {list(inputs.shape)}; expected a batch, one to three spatial dimensions "
        "and channels",
    )
    counts = (output_size,) * rank if isinstance(output_size, int) else tuple(output_size)
    require(
        len(counts) == rank and all(isinstance(count, int) and count > 0 for count in counts),
        f"output_size={output_size!r} was given; expected a positive integer, or one for each of "
        f"the {rank} spatial dimensions",
    )
    return _window.layout(data_format, rank), counts


def _bounds(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each of the windows that share out an axis begins and ends."""
    places = np.arange(count, dtype=np.int64)
    return places * size // count, -(-(places + 1) * size // count)


def _mean_weights(size: int, count: int) -> np.ndarray:
    """What each element adds to each mean: [size, count]."""
    starts, ends = _bounds(size, count)
    places = np.arange(size)[:, None]
    return ((places >= starts) & (places < ends)) / (ends - starts)

"""Class numbers as vectors, and channels exchanged with space."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array, nn
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, DTypeArg, op
from keratin._engine.operators import operators
from keratin.array._support import named, normalize_axis
from keratin.keras._core.settings import settings, standardize_data_format
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, require
from keratin.sparse._tensor import SparseTensor


@operation
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """Vectors of `num_classes` along a new axis, with 1 at the class and 0 elsewhere.

    What is no class gives a vector of zeros. `dtype` is `floatx` unless given. `sparse` gives a
    `tf.SparseTensor`.

    >>> keras.ops.one_hot([0, 2], num_classes=3).numpy()
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    x = as_tensor(x)
    if x.dtype.kind not in ("int", "uint"):
        x = operators.cast(x, "int32")
    wanted = as_dtype(settings.floatx if dtype is None else dtype)
    if sparse:
        return _sparse_one_hot(x, num_classes, axis, wanted)
    return array.one_hot(x, num_classes, axis=axis, dtype=wanted)


def _sparse_one_hot(x: Any, num_classes: int, axis: int, dtype: Any) -> SparseTensor:
    place = normalize_axis(axis, len(x.shape), new=True)
    values, indices = _hot_places(x, place, dtype)
    shape = [int(size) for size in x.shape]
    shape.insert(place, num_classes)
    return SparseTensor(indices, values, shape)


@named("one_hot")
@op
def _hot_places(x: Array, place: int, dtype: DTypeArg) -> tuple[Array, Array]:
    """What is held, and where, in order: one value for each element, 0 where that is no class."""
    grid = [jnp.asarray(indices).ravel() for indices in np.indices(x.shape, np.int64)]
    grid.insert(place, jnp.maximum(x, 0).astype(np.int64).ravel())
    order = jnp.lexsort(grid[::-1])
    return (x.ravel() >= 0).astype(dtype)[order], jnp.stack(grid, -1)[order]


@operation
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Any:
    """Vectors of `num_classes`, with 1 for each of the classes in a row and 0 elsewhere.

    Rows are along axis 1, or a single one. `num_tokens` is an old name of `num_classes`.

    >>> keras.ops.multi_hot([[0, 2, 2], [1, 1, 1]], num_classes=4).numpy()
    array([[1., 0., 1., 0.],
           [0., 1., 0., 0.]], dtype=float32)
    """
    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if kwargs:
        raise TypeError(f"unknown argument {next(iter(kwargs))!r}")
    if num_classes is None:
        raise TypeError("num_classes must be given: how many classes there are")
    x = operators.cast(as_tensor(inputs), "int32")
    wanted = as_dtype(settings.floatx if dtype is None else dtype)
    dense = _multi_hot(x, num_classes, axis, wanted)
    return _sparse_of(dense) if sparse else dense


@op
def _multi_hot(x: Array, num_classes: int, axis: int, dtype: DTypeArg) -> Array:
    place = normalize_axis(axis, x.ndim, new=True)
    shape = [num_classes if i == place else 1 for i in range(x.ndim + 1)]
    hot = jnp.expand_dims(x, place) == jnp.arange(num_classes, dtype=x.dtype).reshape(shape)
    return jnp.any(hot, axis=1 if x.ndim > 1 else 0).astype(dtype)


def _sparse_of(dense: Any) -> SparseTensor:
    """The nonzero elements: how many there are must be known, so not in compiled functions."""
    values = dense.numpy()
    places = np.argwhere(values)
    return SparseTensor(places.astype(np.int64), values[tuple(places.T)], values.shape)


@operation
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Any:
    """Spreads the channels of each pixel over a square of `block_size` by `block_size` pixels.

    >>> keras.ops.depth_to_space([[[[1, 2, 3, 4]]]], block_size=2)[0, :, :, 0].numpy()
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    _check_blocks(x, block_size)
    if standardize_data_format(data_format) == "channels_last":
        return nn.depth_to_space(x, block_size)
    return _spread_channels(x, block_size)


def _check_blocks(x: Any, block_size: int) -> None:
    require(x.ndim == 4, f"x has shape {list(x.shape)}; expected four axes: a batch of images")
    require(block_size >= 2, f"block_size must be 2 or more; given {block_size}")


@named("depth_to_space")
@op
def _spread_channels(x: Array, block_size: int) -> Array:
    """`depth_to_space` with channels first, where Keras keeps those of a pixel side by side."""
    batch, channels, height, width = x.shape
    depth, rest = divmod(channels, block_size * block_size)
    require(
        rest == 0,
        f"x has {channels} channels; expected a multiple of block_size * block_size = "
        f"{block_size * block_size}",
    )
    parts = x.reshape(batch, depth, block_size, block_size, height, width)
    parts = parts.transpose(0, 1, 4, 2, 5, 3)
    return parts.reshape(batch, depth, height * block_size, width * block_size)


@operation
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Any:
    """Gathers each square of `block_size` by `block_size` pixels in the channels of one pixel.

    >>> keras.ops.space_to_depth([[[[1], [2]], [[3], [4]]]], block_size=2)[0, 0, 0].numpy()
    array([1, 2, 3, 4], dtype=int32)
    """
    x = as_tensor(x)
    _check_blocks(x, block_size)
    if standardize_data_format(data_format) == "channels_last":
        return nn.space_to_depth(x, block_size)
    return _gather_channels(x, block_size)


@named("space_to_depth")
@op
def _gather_channels(x: Array, block_size: int) -> Array:
    """`space_to_depth` with channels first; see `_spread_channels`."""
    batch, depth, height, width = x.shape
    require(
        height % block_size == 0 and width % block_size == 0,
        f"x has {height} x {width} pixels; expected multiples of block_size={block_size}",
    )
    rows, columns = height // block_size, width // block_size
    parts = x.reshape(batch, depth, rows, block_size, columns, block_size)
    parts = parts.transpose(0, 1, 3, 5, 2, 4)
    return parts.reshape(batch, depth * block_size * block_size, rows, columns)

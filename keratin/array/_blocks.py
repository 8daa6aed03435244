"""Blocks of space moved into the batch and back, and patches of volumes."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, freeze, op
from keratin._engine.tensor import known
from keratin.array._support import composite, integers, plain, prepared

Pairs = tuple[tuple[int, int], ...]


def _pairs(value: Any, count: int, name: str) -> Pairs:
    """A static argument that holds one pair of numbers for each axis of space."""
    rows = value if isinstance(value, tuple) else ()
    if len(rows) != count or any(not isinstance(r, tuple) or len(r) != 2 for r in rows):
        raise errors.InvalidArgumentError(
            f"{name}={value} must hold a pair [before, after] for each of the {count} axes of "
            "block_shape"
        )
    if min([min(integers(row, name)) for row in rows], default=0) < 0:
        raise errors.InvalidArgumentError(f"{name}={value} must be 0 or more")
    return rows


def _blocked(input: Any, block_shape: Any, paddings: Any, name: Any = None) -> tuple[Any, ...]:
    return input, plain(block_shape, "block_shape"), plain(paddings, "paddings"), name


def _check_rank(input: Any, blocks: tuple[int, ...]) -> None:
    if input.ndim < 1 + len(blocks):
        raise errors.InvalidArgumentError(
            f"the input has shape {list(input.shape)}; block_shape={list(blocks)} needs a batch "
            f"axis and {len(blocks)} axes of space"
        )
    if min(blocks, default=1) < 1:
        raise errors.InvalidArgumentError(f"block_shape={list(blocks)} must be 1 or more")


@prepared(_blocked)
@op
def space_to_batch_nd(input: Array, block_shape: Static, paddings: Static) -> jax.Array:
    """Move the places within each block of space into the batch, after padding with zeros.

    >>> tf.space_to_batch_nd([[[1], [2], [3], [4]]], [2], [[0, 0]]).numpy().tolist()
    [[[1], [3]], [[2], [4]]]
    """
    blocks = integers(block_shape, "block_shape")
    _check_rank(input, blocks)
    pads = _pairs(paddings, len(blocks), "paddings")
    count = len(blocks)
    rest = input.shape[1 + count :]
    padded = jnp.pad(input, [(0, 0), *pads, *[(0, 0)] * len(rest)])
    split: list[int] = []
    for axis, (size, block) in enumerate(zip(padded.shape[1:], blocks, strict=False)):
        if size % block:
            raise errors.InvalidArgumentError(
                f"axis {axis + 1} has size {size} after padding, which is not divisible by its "
                f"block size {block}. tf.required_space_to_batch_paddings gives paddings that fit"
            )
        split += [size // block, block]
    outer, inner = range(1, 2 * count, 2), range(2, 2 * count + 1, 2)
    cut = padded.reshape((input.shape[0], *split, *rest))
    moved = cut.transpose((*inner, 0, *outer, *range(2 * count + 1, cut.ndim)))
    return moved.reshape((input.shape[0] * math.prod(blocks), *split[::2], *rest))


space_to_batch = space_to_batch_nd


def _unblocked(input: Any, block_shape: Any, crops: Any, name: Any = None) -> tuple[Any, ...]:
    blocks, pairs = plain(block_shape, "block_shape"), plain(crops, "crops")
    if isinstance(blocks, int):
        blocks = (blocks,) * (len(pairs) if isinstance(pairs, tuple) else 1)
    return input, blocks, pairs, name


@prepared(_unblocked)
@op
def batch_to_space(input: Array, block_shape: Static, crops: Static) -> jax.Array:
    """Move parts of the batch into blocks of space, then crop: the reverse of `space_to_batch`.

    >>> tf.batch_to_space([[[1], [3]], [[2], [4]]], [2], [[0, 0]]).numpy().tolist()
    [[[1], [2], [3], [4]]]
    """
    blocks = integers(block_shape, "block_shape")
    _check_rank(input, blocks)
    cuts = _pairs(crops, len(blocks), "crops")
    count, product = len(blocks), math.prod(blocks)
    if input.shape[0] % product:
        raise errors.InvalidArgumentError(
            f"the batch has size {input.shape[0]}, which is not divisible by {product}, the "
            f"product of block_shape={list(blocks)}"
        )
    batch, space, rest = (
        input.shape[0] // product,
        input.shape[1 : 1 + count],
        input.shape[1 + count :],
    )
    cut = input.reshape((*blocks, batch, *space, *rest))
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    joined = cut.transpose((*order, *range(2 * count + 1, cut.ndim)))
    sizes = [size * block for size, block in zip(space, blocks, strict=True)]
    whole = joined.reshape((batch, *sizes, *rest))
    window = [slice(None)]
    for size, (before, after) in zip(sizes, cuts, strict=True):
        if before + after > size:
            raise errors.InvalidArgumentError(
                f"crops={list(map(list, cuts))} take away more than the size {size} of an axis"
            )
        window.append(slice(before, size - after))
    return whole[tuple(window)]


@composite
def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Any, Any]:
    """The least paddings that make `space_to_batch` fit, and the crops that undo them.

    >>> paddings, crops = tf.required_space_to_batch_paddings([10, 11], [3, 4])
    >>> paddings.numpy().tolist(), crops.numpy().tolist()
    ([[0, 2], [0, 1]], [[0, 2], [0, 1]])
    """
    sizes = integers(freeze(input_shape), "input_shape")
    blocks = integers(freeze(block_shape), "block_shape")
    if len(sizes) != len(blocks):
        raise ValueError(
            f"input_shape={list(sizes)} and block_shape={list(blocks)} must have the same length"
        )
    base = (
        ((0, 0),) * len(sizes)
        if base_paddings is None
        else _pairs(freeze(base_paddings), len(sizes), "base_paddings")
    )
    extra = [
        -(size + before + after) % block
        for size, block, (before, after) in zip(sizes, blocks, base, strict=True)
    ]
    paddings = [(before, after + more) for (before, after), more in zip(base, extra, strict=True)]
    crops = [(0, more) for more in extra]
    return _rows(paddings), _rows(crops)


def _rows(pairs: Any) -> Any:
    return known(np.array(pairs, np.int32).reshape(-1, 2))


@op(T="real")
def extract_volume_patches(input: T, ksizes: Static, strides: Static, padding: str) -> jax.Array:
    """Patches of a batch of volumes (batch, depth, height, width, channels), laid out in channels.

    `ksizes` is the size of a patch and `strides` the steps between patches, both with 1 for the
    batch and the channels.

    >>> volume = tf.ones([1, 3, 3, 3, 1])
    >>> tf.extract_volume_patches(volume, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "VALID").shape
    TensorShape([1, 2, 2, 2, 8])
    """
    sizes, steps = _window(ksizes, "ksizes"), _window(strides, "strides")
    if input.ndim != 5:
        raise errors.InvalidArgumentError(
            f"the input has rank {input.ndim}; it must be 5: batch, depth, height, width, channels"
        )
    if padding not in ("SAME", "VALID"):
        raise errors.InvalidArgumentError(f"padding must be 'SAME' or 'VALID'; given {padding!r}")
    starts, pads = [], [(0, 0)]
    for axis in range(3):
        size, patch, step = input.shape[axis + 1], sizes[axis], steps[axis]
        if padding == "SAME":
            count = -(-size // step)
            missing = max((count - 1) * step + patch - size, 0)
        else:
            count, missing = max(-(-(size - patch + 1) // step), 0), 0
        starts.append(np.arange(count)[:, None] * step + np.arange(patch))
        pads.append((missing // 2, missing - missing // 2))
    result = jnp.pad(input, [*pads, (0, 0)])
    for axis, index in zip((1, 3, 5), starts, strict=True):
        result = (
            jnp.take(result, index, axis=axis, mode="clip")
            if index.size
            else (
                jnp.zeros(
                    (*result.shape[:axis], *index.shape, *result.shape[axis + 1 :]), input.dtype
                )
            )
        )
    result = result.transpose(0, 1, 3, 5, 2, 4, 6, 7)
    return result.reshape((*result.shape[:4], math.prod(sizes) * input.shape[4]))


def _window(value: Any, name: str) -> tuple[int, ...]:
    sizes = integers(value, name)
    if len(sizes) != 5 or sizes[0] != 1 or sizes[4] != 1 or min(sizes) < 1:
        raise errors.InvalidArgumentError(
            f"{name}={list(sizes)} must be [1, depth, height, width, 1], each 1 or more"
        )
    return sizes[1:4]

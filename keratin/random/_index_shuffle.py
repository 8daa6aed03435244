"""Shuffling without a list: where each index of a shuffled range goes, computed by itself."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, op
from keratin._engine.random import Bits
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite

_SMALLEST_BLOCK = 16
_LARGEST_BLOCK = 64
_KEY_CONSTANT = 0xFFFFFFFC
_KEY_SEQUENCE = 0x7369F885192C0EF5
# What index_shuffle puts before its two seeds to make three.
_FIRST_SEED = 498247692


def _word_bits(max_index: Bits) -> Bits:
    """Half as many bits as a block needs to hold every index."""
    # ceil(log2(max_index)) is the length of max_index - 1, for max_index > 1.
    length = np.uint64(64) - lax.clz(jnp.maximum(max_index, np.uint64(2)) - np.uint64(1))
    even = length + (length & np.uint64(1))
    return jnp.clip(even, np.uint64(_SMALLEST_BLOCK), np.uint64(_LARGEST_BLOCK)) >> np.uint64(1)


def _shuffled(index: Bits, key: Bits, max_index: Bits, rounds: int) -> Bits:
    """One index, by the Simon block cipher (Beaulieu and others, 2013) on words of any length.

    The cipher permutes all blocks; an index that leaves the range is enciphered again until it is
    back, which permutes the range ("Ciphers with arbitrary finite domains", Black and Rogaway).
    """
    bits = _word_bits(max_index)
    mask = (np.uint64(1) << bits) - np.uint64(1)

    def left(x: Bits, by: int) -> Bits:
        return ((x << np.uint64(by)) | (x >> (bits - np.uint64(by)))) & mask

    def right(x: Bits, by: int) -> Bits:
        return ((x >> np.uint64(by)) | (x << (bits - np.uint64(by)))) & mask

    def mix(x: Bits) -> Bits:
        return (left(x, 1) & left(x, 8)) ^ left(x, 2)

    keys = [key[i] & mask for i in range(3)]
    sequence = np.uint64(_KEY_SEQUENCE) & mask
    for i in range(3, rounds):
        bit = (sequence >> np.uint64(i - 3)) & np.uint64(1)
        last = keys[-1]
        keys.append(
            (np.uint64(_KEY_CONSTANT) & mask) ^ bit ^ keys[i - 3] ^ right(last, 3) ^ right(last, 4)
        )

    def encipher(value: Bits) -> Bits:
        high, low = (value >> bits) & mask, value & mask
        for first, second in zip(keys[:rounds:2], keys[1:rounds:2], strict=True):
            high = high ^ mix(low) ^ first
            low = low ^ mix(high) ^ second
        return (high << bits) | low

    moved = lax.while_loop(lambda v: v > max_index, encipher, encipher(index))
    return jnp.where(max_index == 0, np.uint64(0), moved)


@op(T="int uint")
def _index_shuffle(index: Array, max_index: Array, seed: Array, rounds: Static) -> Array:
    wide = [x.astype(jnp.int64).astype(jnp.uint64) for x in (index, max_index)]
    key = seed.astype(jnp.uint32).astype(jnp.uint64)
    size = max(x.shape[0] if x.ndim else 1 for x in (index, max_index, seed[..., 0]))
    flat = [jnp.broadcast_to(x.reshape(-1), (size,)) for x in wide]
    key = jnp.broadcast_to(key.reshape(-1, 3), (size, 3))
    shuffled = jax.vmap(lambda i, k, m: _shuffled(i, k, m, rounds))(flat[0], key, flat[1])
    scalar = index.ndim == 0 and max_index.ndim == 0 and seed.ndim == 1
    return shuffled.astype(index.dtype).reshape(() if scalar else (size,))


@composite
def random_index_shuffle(
    index: Any, seed: Any, max_index: Any, rounds: int = 4, name: str | None = None
) -> Tensor:
    """Where `index` goes when 0 ... max_index are shuffled: a permutation, one index at a time.

    `index` and `max_index` are numbers or vectors; `seed` holds three integers, or three for each
    index. `rounds` (even, at least 4) says how thoroughly the bits are mixed.

    >>> order = [int(tf.random_index_shuffle(i, [1, 2, 3], 4)) for i in range(5)]
    >>> sorted(order)
    [0, 1, 2, 3, 4]
    """
    numbers = convert_to_tensor(index), convert_to_tensor(max_index)
    seeds = convert_to_tensor(seed)
    _check_shapes(*numbers, seeds)
    if not isinstance(rounds, int) or rounds < 4 or rounds % 2:
        raise errors.InvalidArgumentError(
            f"rounds is an even number of at least 4; given {rounds!r}"
        )
    return _index_shuffle(numbers[0], numbers[1], seeds, rounds)


@composite
def index_shuffle(index: Any, seed: Any, max_index: Any) -> Tensor:
    """Where `index` goes when 0 ... max_index are shuffled: a permutation, one index at a time.

    Shuffles a range that is too long to hold, such as the rows of a large file. `seed` holds two
    integers, or two for each index.

    >>> order = [int(tf.random.experimental.index_shuffle(i, [1, 2], 4)) for i in range(5)]
    >>> sorted(order)
    [0, 1, 2, 3, 4]
    """
    return random_index_shuffle(index, _with_first_seed(convert_to_tensor(seed)), max_index)


@op
def _with_first_seed(seed: Array) -> Array:
    first = jnp.full((*seed.shape[:-1], 1), _FIRST_SEED, seed.dtype)
    return jnp.concatenate([first, seed], axis=-1)


def _check_shapes(index: Tensor, max_index: Tensor, seed: Tensor) -> None:
    shapes: list[Any] = [tensor.shape.as_list() for tensor in (index, max_index, seed)]
    sizes = {math.prod(shape) for shape in (*shapes[:2], shapes[2][:-1]) if shape}
    integers = all(t.dtype.is_integer for t in (index, max_index, seed))
    fits = max(len(shapes[0]), len(shapes[1]), len(shapes[2]) - 1) <= 1
    if not integers or not fits or shapes[2][-1:] != [3] or len(sizes) > 1:
        raise errors.InvalidArgumentError(
            "index and max_index are integers or vectors of one length, "
            f"seed three integers or a row of three for each; given shapes {shapes[0]}, "
            f"{shapes[1]} and {shapes[2]}"
        )
    values = index._value, max_index._value
    if any(isinstance(v, jax.core.Tracer) for v in values):
        return
    if np.any(np.asarray(values[0]) > np.asarray(values[1])):
        raise errors.InvalidArgumentError(
            f"index is at most max_index; given index={np.asarray(values[0])}"
            f", max_index={np.asarray(values[1])}"
        )

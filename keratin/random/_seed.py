"""Seeds: setting the global one, making new ones of one, and the names of algorithms."""

from __future__ import annotations

import enum
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine import random as engine
from keratin._engine.nest import flatten
from keratin._engine.op import Array, op
from keratin._engine.random import Fixed
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array._support import composite
from keratin.random import _sample


class Algorithm(enum.Enum):
    """How bits are made of a key and a counter.

    Keratin draws with PHILOX, on every device; AUTO_SELECT means that. THREEFRY is accepted where
    it only names the form of a state.

    >>> tf.random.Algorithm.PHILOX.value
    1
    """

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


_STATE_SIZES = {Algorithm.PHILOX: 3, Algorithm.THREEFRY: 2, Algorithm.AUTO_SELECT: 3}
_NAMES = {a.name.replace("_", "").lower(): a for a in Algorithm}


def as_algorithm(alg: Any) -> Algorithm:
    """The algorithm of a name, a number or an `Algorithm`; None selects automatically."""
    if alg is None:
        return Algorithm.AUTO_SELECT
    if isinstance(alg, Algorithm):
        return alg
    found: Algorithm | None = None
    if isinstance(alg, str):
        found = _NAMES.get(alg.strip().lower().replace("-", "").replace("_", ""))
    elif isinstance(alg, (int, np.integer, Tensor, Variable)):
        found = {a.value: a for a in Algorithm}.get(int(alg))
    else:
        raise TypeError(f"alg is a name, a number or a tf.random.Algorithm; given {alg!r}")
    if found is None:
        raise ValueError(f"alg={alg!r} is not known. Give 'philox' or 'auto_select'.")
    return found


def drawing(alg: Any) -> Algorithm:
    """`as_algorithm`, refusing the one that Keratin does not draw with."""
    found = as_algorithm(alg)
    if found is Algorithm.THREEFRY:
        raise errors.UnimplementedError(
            "Keratin draws random bits with Philox only. Use alg='philox', or leave alg out"
        )
    return found


def state_size(alg: Algorithm) -> int:
    """How many int64 make a state."""
    return _STATE_SIZES[alg]


def stateless_source(seed: Any, alg: Any = "auto_select") -> _sample.SourceOf:
    """Where the stateless functions draw from: `seed`, whatever the op."""
    drawing(alg)
    source = Fixed(as_seed_pair(seed))
    return lambda *_: source


def as_seed_pair(seed: Any) -> Tensor:
    """A tensor of two integers."""
    tensor = convert_to_tensor(seed)
    if tensor.dtype not in (dtypes.int32, dtypes.int64) or tensor.shape.as_list() != [2]:
        raise errors.InvalidArgumentError(
            "seed is a tensor of two integers (int32 or int64), such as [1, 2]; given shape "
            f"{tensor.shape} and dtype {tensor.dtype.name}"
        )
    return tensor


@composite
def set_seed(seed: int | None) -> None:
    """Restart all random numbers of the program from a seed.

    Ops without a `seed` of their own draw from one stream; each op that has one, from a stream of
    that seed. After the same `set_seed`, the same calls give the same numbers, in a `tf.function`
    as outside of it. Without a global seed, ops without a seed give other numbers in every run.

    >>> tf.random.set_seed(42)
    >>> tf.random.uniform([3]).numpy()
    array([0.6645621 , 0.44100678, 0.3528825 ], dtype=float32)
    """
    engine.set_seed(seed)


@op
def _stacked_with(first: Array, second: Array) -> Array:
    return jnp.stack([first, second])


@composite
def split(seed: Any, num: int = 2, alg: Any = "auto_select") -> Tensor:
    """Make `num` seeds of one: a tensor [num, 2] of the same dtype.

    >>> tf.random.split([1, 2], num=2)
    <tf.Tensor: shape=(2, 2), dtype=int32, numpy=
    array([[1105988140, 1738052849],
           [-335576002,  370444179]], dtype=int32)>
    """
    pair = as_seed_pair(seed)
    return _sample.uniform_full_int(stateless_source(pair, alg), [num, 2], pair.dtype)


@composite
def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Tensor:
    """Make a new seed of a seed and an integer, such as the number of a replica or a step.

    >>> tf.random.fold_in([1, 2], 3).numpy()
    array([1105988140,          3], dtype=int32)
    """
    number = convert_to_tensor(data)
    first = _sample.uniform_full_int(stateless_source(seed, alg), [], number.dtype)
    return _stacked_with(first, number)


def create_rng_state(seed: Any, alg: Any) -> Tensor:
    """The state of a generator that starts from `seed`: an integer, or several.

    >>> tf.random.create_rng_state(1234, "philox").numpy()
    array([1234,    0,    0])
    """
    size = state_size(as_algorithm(alg))
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool):
        words = [(int(seed) >> (64 * i)) & (2**64 - 1) for i in range(size)]
    else:
        given = np.asarray(flatten(seed) if isinstance(seed, (list, tuple)) else seed)
        words = given.reshape(-1)[:size].tolist()
        words = [0] * (size - len(words)) + words
    return convert_to_tensor(signed(words))


def signed(words: list[int]) -> np.ndarray[Any, Any]:
    """int64 of integers that may be written as unsigned ones."""
    return np.array([int(word) % 2**64 for word in words], np.uint64).view(np.int64)

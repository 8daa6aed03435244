"""Random numbers drawn on the host, by NumPy: first values of weights, and seeds for what has none.

XLA would compile a program for each shape, which takes longer than drawing the numbers. NumPy's
Philox is counter-based, and gives the same stream on every platform.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from keratin._engine import random as streams

Generator = np.random.Generator
Sizes = tuple[int, ...]

_WORD = (1 << 64) - 1


def generator(*seed: int) -> Generator:
    """A generator whose stream the integers choose."""
    words = [int(number) & _WORD for number in seed]
    return Generator(np.random.Philox(np.random.SeedSequence(words)))


def state_of(source: Generator) -> dict[str, Any]:
    """Where a generator stands in its stream, as names, whole numbers and lists of them."""
    found: dict[str, Any] = _plain(source.bit_generator.state)
    return found


def set_state(source: Generator, state: dict[str, Any]) -> None:
    """Go on from where `state_of` found a generator."""
    source.bit_generator.state = _as_arrays(state)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, np.ndarray):
        return [int(word) for word in value]
    return value if isinstance(value, str) else int(value)


def _as_arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_arrays(each) for name, each in value.items()}
    return np.array(value, np.uint64) if isinstance(value, list) else value


class _Seeds:
    """Where seeds come from that nobody gave; `tf.random.set_seed` starts it anew."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.restarts = 0
        self.restart(streams.global_seed())

    def restart(self, seed: int | None) -> None:
        with self.lock:
            self.restarts += 1
            self.source = Generator(np.random.Philox()) if seed is None else generator(seed)

    def next(self) -> int:
        with self.lock:
            return int(self.source.integers(1, 10**9))

    def state(self) -> dict[str, Any]:
        with self.lock:
            return state_of(self.source)

    def go_on(self, state: dict[str, Any]) -> None:
        with self.lock:
            set_state(self.source, state)


_seeds = _Seeds()
streams.on_set_seed.append(_seeds.restart)


class _Spared(threading.local):
    weights = False


_spared = _Spared()


@contextlib.contextmanager
def weights_spared() -> Iterator[None]:
    """Within it variables draw no first values until they are read: a file is to set them."""
    outer, _spared.weights = _spared.weights, True
    try:
        yield
    finally:
        _spared.weights = outer


def are_weights_spared() -> bool:
    """Whether first values of variables need not be drawn yet."""
    return _spared.weights


def seeds_state() -> dict[str, Any]:
    """Where `fresh_seed` stands, to go on from with `set_seeds_state`."""
    return _seeds.state()


def give_seeds(model: Any, state: dict[str, Any]) -> None:
    """Have `fit` of a loaded model draw the seeds that it would have drawn where it was saved."""
    source = generator(0)
    set_state(source, state)
    vars(model)["_own_seeds"] = (source, _seeds.restarts)


def _own_source(model: Any) -> Generator | None:
    """What a loaded model draws seeds from, unless the user has set a seed since."""
    source, restarts = vars(model).get("_own_seeds", (None, None))
    return source if restarts == _seeds.restarts else None


def fresh_seed_for(model: Any) -> int:
    """A seed for the order in which a model is shown its data."""
    source = _own_source(model)
    return fresh_seed() if source is None else int(source.integers(1, 10**9))


def seeds_state_for(model: Any) -> dict[str, Any]:
    """Where `fresh_seed_for` stands."""
    source = _own_source(model)
    return seeds_state() if source is None else state_of(source)


def set_seeds_state(state: dict[str, Any]) -> None:
    """Have `fresh_seed` go on from there."""
    _seeds.go_on(state)


def fresh_seed() -> int:
    """A seed for what was given none: the next one after `tf.random.set_seed`, else any."""
    return _seeds.next()


# Half precision is drawn in single, and rounded by the caller.


def _drawn_in(dtype: np.dtype[Any]) -> Any:
    return np.float64 if dtype == np.float64 else np.float32


def standard_uniform(source: Generator, shape: Sizes, dtype: np.dtype[Any]) -> Any:
    """Floats in [0, 1)."""
    return source.random(shape, _drawn_in(dtype))


def standard_normal(source: Generator, shape: Sizes, dtype: np.dtype[Any]) -> Any:
    """Normal floats."""
    return source.standard_normal(shape, _drawn_in(dtype))


def standard_truncated_normal(source: Generator, shape: Sizes, dtype: np.dtype[Any]) -> Any:
    """Normal floats within two deviations of the mean: those outside are drawn again."""
    found = source.standard_normal(math.prod(shape), _drawn_in(dtype))
    outside = np.flatnonzero(np.abs(found) > 2)
    while outside.size:
        found[outside] = source.standard_normal(outside.size, found.dtype)
        outside = outside[np.abs(found[outside]) > 2]
    return found.reshape(shape)

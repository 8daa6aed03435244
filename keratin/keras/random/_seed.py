"""Where the random numbers of layers come from."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import errors, naming
from keratin._engine.random import Fixed, Held, Source, global_stream, note_state
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core import host_random, names
from keratin.keras._core.config import Configurable, unknown_arguments
from keratin.keras._core.variable import Variable
from keratin.random._seed import as_seed_pair

_WORD = 0xFFFFFFFF


class SeedGenerator(Configurable):
    """A seed and a count of draws, kept in a variable: each draw gives other numbers.

    A layer that has one as an attribute keeps its state; within `fit` and `tf.function` it moves
    on as it does outside. Without a seed it takes one that `keras.utils.set_random_seed` decides.

    >>> generator = keras.random.SeedGenerator(7)
    >>> a = keras.random.normal((2,), seed=generator)
    >>> b = keras.random.normal((2,), seed=generator)
    >>> generator.state.numpy(), bool(tf.reduce_any(a != b))
    (array([7, 2], dtype=uint32), True)
    """

    _tracked_as = "seed"

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        kwargs.pop("backend", None)  # there is one
        if kwargs:
            raise unknown_arguments("SeedGenerator", kwargs, ["seed", "name"])
        self.name = names.of_instance(type(self)) if name is None else name
        self._initial_seed = seed
        number = host_random.fresh_seed() if seed is None else _as_integer(seed)
        with naming.name_scope(self.name):
            self.state = Variable(
                np.array([number & _WORD, 0], np.uint32),
                trainable=False,
                name="seed_generator_state",
            )
        note_state(self.state)

    def _checkpoint_children(self) -> dict[str, Any]:
        return {"state": self.state}

    def next(self, ordered: bool = True) -> Tensor:
        """The seed and the count as they are, two integers; then move on.

        What is not `ordered` jumps between seeds instead of counting.

        >>> generator = keras.random.SeedGenerator(7)
        >>> generator.next().numpy(), generator.next().numpy()
        (array([7, 0], dtype=uint32), array([7, 1], dtype=uint32))
        """
        before: Tensor = self.state.read_value()
        if ordered:
            self.state.assign_add(np.array([0, 1], np.uint32))
        else:
            self.state.assign((before + 1) * 5387 % 933199)
        return before

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this generator again; its state is not one of them."""
        return {"seed": self._initial_seed, "name": self.name}


def _as_integer(seed: Any) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise ValueError(f"SeedGenerator: seed must be an integer or None; given {seed!r}")
    return int(seed)


def source_of(seed: Any) -> Source:
    """Where to draw from: the numbers of a seed, the next ones of a generator or of the program.

    An integer gives what the first draw from a generator of that seed gives.
    """
    if seed is None:
        return global_stream()
    if isinstance(seed, SeedGenerator):
        note_state(seed.state)  # also after a copy
        return Held("counted", seed.state)
    if isinstance(seed, (Tensor, EngineVariable, np.ndarray, list, tuple)):
        return Fixed(as_seed_pair(seed))
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise errors.InvalidArgumentError(
            "seed must be an integer, a keras.random.SeedGenerator or None; given "
            f"{seed!r} of type {type(seed).__name__}"
        )
    return Fixed(np.array([int(seed) & _WORD, 0], np.int64))

"""The compiled programs of a model: traced once for each kind of batch, compiled on threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax

from keratin._engine import errors
from keratin.keras.training.loop import Loop
from keratin.keras.training.step import Step

# Kinds of batches that a model keeps compiled; the least recently used gives way.
MAX_PROGRAMS = 64
_MANY = 12


class Programs:
    """Steps and loops by what they depend on."""

    def __init__(self) -> None:
        self._steps: OrderedDict[Hashable, Step] = OrderedDict()
        self._loops: OrderedDict[Hashable, Loop] = OrderedDict()
        self._futures: list[Future[None]] = []
        self._warned = False
        # Whether what training (True) and evaluation (False) need was made.
        self.ready: set[bool] = set()
        # How metrics are reset, and in what order figures are listed, once that is known.
        self.resets: Any = None
        self.warned_of_changes = False
        self.orders: dict[Any, list[str]] = {}
        # The shortest way to predictions, for arrays of a shape and dtype.
        self.quick: dict[Any, Callable[[Any], Any]] = {}

    def __reduce__(self) -> Any:
        """A copy of a model compiles programs of its own."""
        return Programs, ()

    def step(self, key: Hashable, make: Callable[[], Step]) -> Step:
        """The step of a key."""

        def made() -> Step:
            # Tracing may bring forth metrics.
            self.resets = None
            self.orders.clear()
            return make()

        return _kept(self._steps, key, made)

    def loop(self, key: Hashable, make: Callable[[], Loop]) -> Loop:
        """The loop of a key."""
        return _kept(self._loops, key, make)

    def written(self, kind: str) -> set[int] | None:
        """The ids of the variables that the steps of a kind write; None if there is no step."""
        steps = [step for key, step in self._steps.items() if key[0] == kind]  # type: ignore[index]
        return {id(v) for step in steps for v in step.carried} if steps else None

    def carried(self, kind: str) -> list[Any]:
        """The variables that the steps of a kind write, each once."""
        steps = [step for key, step in self._steps.items() if key[0] == kind]  # type: ignore[index]
        return list({id(v): v for step in steps for v in step.carried}.values())

    def compile_meanwhile(self, loop: Loop) -> None:
        """Compile on a thread; a `run` that comes first waits for it."""
        if loop.is_compiled:
            return
        self._futures.append(_executor().submit(_compile, loop))

    def wait(self) -> None:
        """Wait for what is being compiled; an error of it comes up where the loop is run."""
        futures, self._futures = self._futures, []
        for future in futures:
            future.cancel() or future.exception()

    def note_variety(self, name: str) -> None:
        """Warn, once, where batches come in ever new shapes."""
        if len(self._steps) >= _MANY and not self._warned:
            self._warned = True
            errors.warn_user(
                f"{name}: {len(self._steps)} programs were compiled, because batches come in ever "
                "new shapes, which is slow. Pad them to a few shapes (keras.utils.pad_sequences, "
                "dataset.padded_batch)."
            )


def _compile(loop: Loop) -> None:
    loop.compile()


def _kept(found: OrderedDict[Hashable, Any], key: Hashable, make: Callable[[], Any]) -> Any:
    value = found.get(key)
    if value is None:
        value = make()
        while len(found) >= MAX_PROGRAMS:
            found.popitem(last=False)
        found[key] = value
    else:
        found.move_to_end(key)
    return value


_lock = threading.Lock()
_executors: list[ThreadPoolExecutor] = []


def _executor() -> ThreadPoolExecutor:
    """Two threads for all models: the compiler itself uses several."""
    with _lock:
        if not _executors:
            _executors.append(ThreadPoolExecutor(2, thread_name_prefix="keratin-compile"))
        return _executors[0]


def structure_key(batch: Any) -> Hashable:
    """What a program depends on: structure, dtypes and shapes."""
    leaves, tree = jax.tree.flatten(batch)
    return tree, tuple([(leaf.dtype, tuple(leaf.shape)) for leaf in leaves])

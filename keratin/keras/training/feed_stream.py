"""Batches that come one after the other, fetched ahead of the steps that use them."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from keratin._engine import errors, nest
from keratin.keras._core import host_random
from keratin.keras.training import feed_structure, feed_weights
from keratin.keras.training.feed_sources import RowsSource, Source
from keratin.keras.utils._packing import unpack_x_y_sample_weight

_ITEM, _ERROR, _END = range(3)

# How long to wait for the user's code to give a batch that nobody asks for any more.
_PATIENCE = 2.0


def prefetched(items: Iterator[Any], size: int) -> Iterator[Any]:
    """The same items, taken by a thread that is at most `size` items ahead.

    An error of the thread is raised here, with the frames in which it arose. The thread ends when
    the iterator is closed or forgotten.
    """
    ready: queue.Queue[tuple[int, Any]] = queue.Queue(size)
    stop = threading.Event()
    thread = threading.Thread(target=_produce, args=(items, ready, stop), daemon=True)
    thread.start()
    try:
        while True:
            kind, item = ready.get()
            if kind == _ERROR:
                raise item
            if kind == _END:
                return
            yield item
            del item
    finally:
        stop.set()
        thread.join(_PATIENCE)


def _produce(items: Iterator[Any], ready: queue.Queue[Any], stop: threading.Event) -> None:
    try:
        for item in items:
            if not _put(ready, (_ITEM, item), stop):
                return
        _put(ready, (_END, None), stop)
    except BaseException as error:  # whatever it is, it belongs to the one who waits
        _put(ready, (_ERROR, error), stop)


def _put(ready: queue.Queue[Any], entry: tuple[int, Any], stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            ready.put(entry, timeout=0.05)
            return True
        except queue.Full:
            continue
    return False


class StreamFeed:
    """Batches (x, y, sample_weight) of a source; iterating it is one epoch.

    With `steps`, an epoch has that many batches, and the next one goes on where it ended; without,
    it has all there are. `exhausted` is true once a source that cannot begin anew has run out.
    """

    batch_size: int | None = None
    num_rows: int | None = None

    def __init__(
        self,
        source: Source,
        steps: int | None = None,
        class_weight: Any = None,
        name: str = "fit",
        model: Any = None,
        threads: bool = True,
        max_queue_size: int = 10,
    ):
        self.source = source
        self.steps = steps
        self.exhausted = False
        self._class_weight = class_weight
        self._name = name
        self._model = model
        self._ahead = max_queue_size if threads else 0
        self._iterator: Iterator[Any] | None = None
        self._seen = 0
        self._counted: int | None = None
        # For those who go on elsewhere: how many batches each iterator has given, where the
        # generator stood when the last one was opened, and how many epochs have ended.
        self._opened: list[int] = []
        self._drawn_from: dict[str, Any] | None = None
        self._epochs = 0
        self._resuming: _Resuming | None = None
        if isinstance(source, RowsSource):
            self.batch_size, self.num_rows = source.batch_size, source.num_rows

    @property
    def can_restart(self) -> bool:
        """Whether each epoch can begin anew."""
        return self.source.can_restart

    @property
    def is_read_again(self) -> bool:
        """Whether to go on elsewhere, the data is read again from the beginning."""
        return not self.source.can_skip

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has, or None while that is not known."""
        return self.steps or self.source.num_batches or self._counted

    def __len__(self) -> int:
        if self.num_batches is None:
            raise TypeError(f"{self._name}(): {self.source.kind} does not say its length")
        return self.num_batches

    def __iter__(self) -> Iterator[Any]:
        return self.batches()

    def batches(self, generator: np.random.Generator | None = None) -> Iterator[Any]:
        """The batches of an epoch; `generator` shuffles those of a source that can be shuffled."""
        first = self._catch_up()
        self.source.begin()
        try:
            yield from self._epoch(generator, first)
        except GeneratorExit:  # the epoch is broken off: it has ended all the same
            self._end()
            raise
        self._end()

    def _end(self) -> None:
        self.source.end()
        self._epochs += 1

    def _open(self, generator: np.random.Generator | None = None) -> Iterator[Any]:
        self._drawn_from = None if generator is None else host_random.state_of(generator)
        self._iterator, self._seen = self.source.open(generator), 0
        self._opened.append(0)
        return self._iterator

    def _epoch(self, generator: np.random.Generator | None, first: int) -> Iterator[Any]:
        """The batches of an epoch of which the `first` ones are left out."""
        if self._resuming is not None:
            self._go_on(self._resuming)
        iterator = self._open(generator) if self._iterator is None else self._iterator
        raw = itertools.islice(iterator, None if self.steps is None else self.steps - first)
        found = map(self.standardized, raw)
        count = first
        complete = False
        try:
            with contextlib.closing(self._fetched(found)) as fetched:
                for batch in fetched:
                    count += 1
                    self._opened[-1] += 1
                    yield batch
            complete = True
        finally:
            self._seen += count - first
            if self.source.can_restart and not (complete and self._goes_on(count)):
                self._iterator = None
        self._check(count)

    def _fetched(self, found: Iterator[Any]) -> Any:
        """The batches, fetched ahead where that was not forbidden."""
        if not self._ahead:
            return (batch for batch in found)
        return prefetched(found, self.source.max_queue_size or self._ahead)

    def _goes_on(self, count: int) -> bool:
        """Whether the next epoch continues the iterator of this one."""
        if self.steps is None or count < self.steps:
            return False
        total = self.source.num_batches
        return total is None or total < 0 or self._seen < total

    def _check(self, count: int) -> None:
        """Say so where there were fewer batches than expected, or none."""
        first, self._counted = self._counted is None, self._counted or count
        if not count and first:
            raise ValueError(
                f"{self._name}(): {self.source.kind} gave no batch at all: the data is empty."
            )
        if count < (self.steps or 0) or not count:
            self.exhausted = not self.source.can_restart
            errors.warn_user(self._ran_out(count))

    def _ran_out(self, count: int) -> str:
        asked = f", and {self.steps} steps were asked for" if self.steps else ""
        remedy = (
            "Give fewer steps, or repeat the dataset (`.repeat()`)."
            if self.source.can_restart
            else "An iterator gives its batches once: let the generator loop for ever and give "
            "steps_per_epoch, or give the function that makes the generator, a "
            "keras.utils.PyDataset or arrays."
        )
        return (
            f"{self._name}(): your input ran out of data: {self.source.kind} gave {count} more "
            f"batches{asked}. {remedy}"
        )

    def peek(self) -> Any:
        """The first batch that an epoch would give, to see its dtypes and shapes."""
        first = self.source.peek()
        if first is not None:
            return self.standardized(first)
        try:
            first = next(self._open() if self._iterator is None else self._iterator)
        except StopIteration:
            self._check(0)
            return None
        assert self._iterator is not None
        self._iterator = itertools.chain([first], self._iterator)
        return self.standardized(first)

    # Going on elsewhere

    def state(self) -> dict[str, Any]:
        """Where the feed stands in the present epoch, or after it."""
        return {
            "opened": list(self._opened),
            "is_open": self._iterator is not None,
            "drawn_from": self._drawn_from,
            "epochs": self._epochs,
            "counted": self._counted,
        }

    def resume(self, state: dict[str, Any], step: int, read: bool = True) -> None:
        """Go on from a state: with the epoch that had begun, if `step` is not 0; else the next.

        What comes before is read again: that is all that is known of iterators and functions.
        Without `read`, only what an epoch needs to be continued.
        """
        self._resuming = _Resuming(state, step, read)

    def _catch_up(self) -> int:
        """Do what earlier epochs did to the source; how many steps of the present one are done."""
        resuming = self._resuming
        if resuming is None:
            return 0
        for _ in range(resuming.state["epochs"]):
            self.source.begin()
            self._end()
        return resuming.step

    def _go_on(self, resuming: _Resuming) -> None:
        """Have the iterator stand where it stood."""
        self._resuming = None
        state, is_open = resuming.state, resuming.state["is_open"]
        opened = [int(count) for count in state["opened"]]
        if self.source.can_skip:
            self._iterator = None
            if is_open:
                self._iterator = self.source.open(_generator_at(state["drawn_from"]), opened[-1])
        else:
            done = opened[:-1] if is_open else opened
            if resuming.read:
                for count in done:
                    _skipped(self._taken(), count + 1)
            if is_open and (resuming.read or self.source.can_restart):
                self._iterator = _skipped(self._taken(), opened[-1])
        self._opened, self._seen = opened, opened[-1] if opened else 0
        self._drawn_from, self._counted = state["drawn_from"], state["counted"]

    def _taken(self) -> Iterator[Any]:
        """The iterator that was opened to have a look at the data, or a new one."""
        iterator, self._iterator = self._iterator, None
        return self.source.open() if iterator is None else iterator

    def reset(self) -> None:
        """Have the next epoch begin anew, where the source can."""
        if self.source.can_restart:
            self._iterator = None

    def close(self) -> None:
        """End the use of the feed."""
        self.reset()

    def standardized(self, batch: Any) -> tuple[Any, Any, Any]:
        """A batch of the user's as arrays."""
        x, y, sample_weight = unpack_x_y_sample_weight(batch)
        for part in nest.flatten((x, y, sample_weight)):
            if part is not None and _is_single(part):
                raise ValueError(self._not_batched(part))
        data = feed_structure.standardize(x, y, sample_weight, self._model, self._name)
        data = feed_structure.map_leaves(_in_memory, data)
        return feed_weights.fold(data, self._class_weight, self._model, self._name)

    def _not_batched(self, part: Any) -> str:
        return (
            f"{self._name}(): {self.source.kind} gave a single value, {part!r}, where arrays of "
            "shape (batch, ...) are expected: it seems to give rows instead of batches. Batch it, "
            "with dataset.batch(32) for example."
        )


class _Resuming(NamedTuple):
    state: dict[str, Any]
    step: int
    read: bool


def _skipped(iterator: Iterator[Any], count: int) -> Iterator[Any]:
    """The iterator after so many items, or at its end."""
    for _ in itertools.islice(iterator, count):
        pass
    return iterator


def _generator_at(state: dict[str, Any] | None) -> np.random.Generator | None:
    if state is None:
        return None
    generator = host_random.generator(0)
    host_random.set_state(generator, state)
    return generator


def _is_single(part: Any) -> bool:
    shape = getattr(part, "shape", None)
    return shape is not None and not isinstance(shape, Callable) and len(shape) == 0  # type: ignore[arg-type]


def _in_memory(leaf: Any) -> Any:
    return leaf.read() if hasattr(leaf, "read") else leaf

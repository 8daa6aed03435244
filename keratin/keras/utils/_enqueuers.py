"""Batches put into a queue by workers, as Keras 2 had users drive them by hand."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

from keratin.keras._core import host_random
from keratin.keras.utils._parallel import ordered_items


class SequenceEnqueuer:
    """The base of what makes batches ahead: `start`, then take from `get()`, then `stop`.

    >>> enqueuer = keras.utils.GeneratorEnqueuer(iter([1, 2]))
    >>> isinstance(enqueuer, keras.utils.SequenceEnqueuer), enqueuer.is_running()
    (True, False)
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self._items: Iterator[Any] | None = None

    def is_running(self) -> bool:
        """Whether workers were started and not stopped."""
        return self._items is not None

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Have `workers` make batches, of which at most `max_queue_size` wait."""
        if self._items is None:
            self._items = self._opened(max(2, workers), max_queue_size)

    def stop(self, timeout: float | None = None) -> None:
        """Have no more batches made."""
        items, self._items = self._items, None
        if items is not None and hasattr(items, "close"):
            items.close()

    def get(self) -> Iterator[Any]:
        """The batches, one after the other."""
        if self._items is None:
            raise RuntimeError(f"{type(self).__name__}: call start() before get().")
        while self._items is not None:
            try:
                item = next(self._items)
            except StopIteration:
                return
            if item is not None:
                yield item

    def _opened(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} does not say where batches come from")


class OrderedEnqueuer(SequenceEnqueuer):
    """Batches of a `Sequence`, in order, pass after pass; `shuffle` gives each another order.

    >>> class Numbers(keras.utils.Sequence):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         return index
    >>> enqueuer = keras.utils.OrderedEnqueuer(Numbers())
    >>> enqueuer.start(workers=2)
    >>> batches = enqueuer.get()
    >>> [next(batches) for _ in range(4)]
    [0, 1, 0, 1]
    >>> enqueuer.stop()
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _opened(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        for epoch in itertools.count():
            indices: Any = range(len(self.sequence))
            if self.shuffle:
                source = host_random.generator(host_random.fresh_seed())
                indices = source.permutation(len(self.sequence)).tolist()
            if epoch and hasattr(self.sequence, "on_epoch_end"):
                self.sequence.on_epoch_end()
            yield from ordered_items(
                self.sequence, indices, workers, self.use_multiprocessing, max_queue_size
            )


class GeneratorEnqueuer(SequenceEnqueuer):
    """Batches of a generator, until it ends.

    >>> enqueuer = keras.utils.GeneratorEnqueuer(iter([1, 2]))
    >>> enqueuer.start()
    >>> list(enqueuer.get())
    [1, 2]
    """

    def __init__(self, generator: Any, use_multiprocessing: bool = False):
        if use_multiprocessing:
            raise ValueError(
                "GeneratorEnqueuer: a generator cannot be shared by processes; each would give the "
                "same batches. Write a keras.utils.PyDataset, or leave use_multiprocessing out."
            )
        super().__init__(generator)
        self._lock = threading.Lock()

    def _opened(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        def take(_: int) -> Any:
            with self._lock:
                return next(self.sequence, _END)

        found = ordered_items(_Calls(take), None, workers, False, max_queue_size)
        return itertools.takewhile(lambda item: item is not _END, found)


_END = object()


class _Calls:
    """What a function gives, by number."""

    def __init__(self, function: Any):
        self.function = function

    def __getitem__(self, index: int) -> Any:
        return self.function(index)

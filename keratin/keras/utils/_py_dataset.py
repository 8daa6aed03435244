"""`PyDataset`: batches by their number, made in Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from keratin._engine import errors


class PyDataset:
    """A data set that makes its batches in Python, each by its number.

    A subclass has `__getitem__(index)`, which gives a whole batch, (x, y) or (x, y,
    sample_weight), and `__len__`, which says how many there are (or the property `num_batches`,
    which may be None for no end). Each batch is used once an epoch, by whichever worker.

    `workers` above 1 has that many threads (processes, with `use_multiprocessing`) make batches,
    of which at most `max_queue_size` wait to be used.

    >>> class Squares(keras.utils.PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         x = np.arange(2) + 2 * index
    ...         return x, x**2
    >>> [y.tolist() for x, y in Squares()]
    [[0, 1], [4, 9]]
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    def _setting(self, name: str, default: Any) -> Any:
        """A setting of the constructor; its default where a subclass did not call that."""
        if name not in vars(self):
            vars(self).update(_workers=1, _use_multiprocessing=False, _max_queue_size=10)
            errors.warn_user(
                f"{type(self).__name__}.__init__ does not call super().__init__(**kwargs), so its "
                "workers, use_multiprocessing and max_queue_size are the defaults."
            )
        return vars(self).get(name, default)

    @property
    def workers(self) -> int:
        """How many batches are made at the same time."""
        return int(self._setting("_workers", 1))

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether workers are processes rather than threads."""
        return bool(self._setting("_use_multiprocessing", False))

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """How many batches wait to be used, at most."""
        return int(self._setting("_max_queue_size", 10))

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    @property
    def num_batches(self) -> int | None:
        """The number of batches; None for a data set without end."""
        if not hasattr(self, "__len__"):
            raise NotImplementedError(
                f"{type(self).__name__} does not say how many batches it has: write __len__(self), "
                "or the property num_batches (None for no end)."
            )
        return len(self)

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} makes no batches: write __getitem__(self, index), which gives "
            "a whole batch, (x, y)."
        )

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


Sequence = PyDataset

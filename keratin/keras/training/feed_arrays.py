"""Data that lies in memory: cut into batches here, or put on the device as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from keratin._engine import errors, nest
from keratin._engine.tensor import OBJECT
from keratin.keras._core import host_random
from keratin.keras.training import feed_convert


def leaves(data: Any) -> list[Any]:
    """The arrays of a structure, without what is None."""
    return [leaf for leaf in nest.flatten(data) if leaf is not None]


def host_generator(model: Any = None) -> np.random.Generator:
    """A generator that `keras.utils.set_random_seed` makes the same again, or a file of a model."""
    if model is None:
        return host_random.generator(host_random.fresh_seed())
    return host_random.generator(host_random.fresh_seed_for(model))


class ArrayFeed:
    """(x, y, sample_weight) in memory, of `num_rows` rows.

    An epoch visits the batches `first_batch` to `first_batch + num_batches`, of `batch_size` rows
    of `order()` each (the last of all may have fewer rows). Both are 0 and all batches, unless
    `steps` asks for fewer: then an epoch goes on where the one before it has ended, as in Keras.
    """

    def __init__(
        self,
        data: Any,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: bool | str = False,
        name: str = "fit",
    ):
        self.data = data
        self.shuffle = shuffle
        self.num_rows = int(leaves(data)[0].shape[0])
        if batch_size is None:
            batch_size = math.ceil(self.num_rows / steps) if steps else 32
        self.batch_size = batch_size
        self.all_batches = math.ceil(self.num_rows / batch_size)
        self.steps = steps
        self.first_batch = 0
        self._name = name
        self._begun = False
        self._order: np.ndarray | None = None
        # Where the generator stood before it made the order, and whether an epoch is to be resumed.
        self._drawn_from: dict[str, Any] | None = None
        self._resumed = False
        self._device: Any = None

    # Whether an epoch can begin anew, and whether going on elsewhere reads the data again.
    can_restart, is_read_again = True, False

    @property
    def num_batches(self) -> int:
        """How many batches the present epoch has, the ragged last one counted."""
        left = self.all_batches - self.first_batch
        return left if self.steps is None else min(self.steps, left)

    @property
    def nbytes(self) -> int:
        """The size of all arrays."""
        return sum(int(leaf.nbytes) for leaf in leaves(self.data))

    @property
    def is_numeric(self) -> bool:
        """Whether all arrays can lie on a device: text cannot."""
        return all(leaf.dtype != OBJECT for leaf in leaves(self.data))

    def order(self, epoch_generator: np.random.Generator | None = None) -> np.ndarray | None:
        """Begin an epoch: in which order to visit the rows, as int32, or None for as they are."""
        if self._resumed:
            self._resumed = False
            return self._order
        self.first_batch += self.num_batches if self._begun else 0
        self._begun = True
        if self.first_batch >= self.all_batches:
            self.first_batch = 0
        if self.first_batch == 0:
            self._order = self._new_order(epoch_generator)
        if self.steps is not None and self.num_batches < self.steps:
            errors.warn_user(self._ran_out())
        return self._order

    def reset(self) -> None:
        """Have the next epoch begin with the first batch."""
        self._begun, self.first_batch, self._order = False, 0, None

    def state(self) -> dict[str, Any]:
        """Where the feed stands in the present epoch, or after it."""
        return {
            "first_batch": self.first_batch,
            "begun": self._begun,
            "drawn_from": self._drawn_from,
        }

    def resume(self, state: dict[str, Any], step: int, read: bool = True) -> None:
        """Go on from a state: with the epoch that had begun, if `step` is not 0; else the next."""
        self.first_batch, self._begun = int(state["first_batch"]), bool(state["begun"])
        self._resumed = step > 0
        self._drawn_from = state["drawn_from"]
        if self._drawn_from is not None and (step > 0 or self.steps is not None):
            generator = host_random.generator(0)
            host_random.set_state(generator, self._drawn_from)
            self._order = self._new_order(generator)

    def _ran_out(self) -> str:
        return (
            f"{self._name}(): ran out of data: {self.steps} steps were asked for, and the data has "
            f"{self.num_batches} more batches of {self.batch_size} rows. The epoch ends there. "
            "Give fewer steps, more rows or a smaller batch_size."
        )

    def _new_order(self, generator: np.random.Generator | None) -> np.ndarray | None:
        if not self.shuffle:
            return None
        generator = generator or host_generator()
        self._drawn_from = host_random.state_of(generator)
        if self.shuffle != "batch":
            return generator.permutation(self.num_rows).astype(np.int32)
        # Whole batches change places; one that is not full stays last.
        full = self.num_rows // self.batch_size
        rows = np.arange(self.num_rows, dtype=np.int32)
        blocks = rows[: full * self.batch_size].reshape(full, self.batch_size)
        return np.concatenate([blocks[generator.permutation(full)].ravel(), rows[blocks.size :]])

    def batches(self, order: np.ndarray | None = None, first: int = 0) -> Iterator[Any]:
        """The batches of the present epoch from `first` on, each (x, y, sample_weight)."""
        for index in range(self.first_batch + first, self.first_batch + self.num_batches):
            start = index * self.batch_size
            stop = min(start + self.batch_size, self.num_rows)
            rows = slice(start, stop) if order is None else order[start:stop]
            yield self.rows(rows)

    def rows(self, rows: feed_convert.Rows) -> Any:
        """Some rows, as a structure (x, y, sample_weight)."""
        return nest.map_structure(lambda leaf: feed_convert.take_rows(leaf, rows), self.data)

    def peek(self) -> Any:
        """The first batch, to see its dtypes and shapes."""
        return self.rows(slice(0, min(self.batch_size, self.num_rows)))

    def on_device(self) -> Any:
        """All data on the device, put there once and kept until `release`."""
        if self._device is None:
            self._device = nest.map_structure(feed_convert.to_device, self.data)
        return self._device

    def release(self) -> None:
        """Let go of what lies on the device."""
        self._device = None

    def close(self) -> None:
        """End the use of the feed."""
        self.release()

    def __len__(self) -> int:
        return self.num_batches

    def __iter__(self) -> Iterator[Any]:
        return self.batches(self.order())

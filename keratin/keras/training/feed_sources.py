"""Where batches come from, one after the other: datasets, generators, files.

A source says how many batches it has (None: not known), whether it can begin anew, and opens an
iterator over batches as the user made them.
"""

from __future__ import annotations

import array
import functools
import inspect
import itertools
import math
import numbers
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np

from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.keras.training import feed_structure
from keratin.keras.training.feed_arrays import host_generator
from keratin.keras.training.feed_convert import of_module
from keratin.keras.utils._parallel import ordered_items
from keratin.keras.utils._py_dataset import PyDataset
from keratin.sparse._tensor import SparseTensor

_DATA = (
    np.ndarray,
    jax.Array,
    Tensor,
    Variable,
    SparseTensor,
    Mapping,
    list,
    tuple,
    str,
    bytes,
    set,
    frozenset,
    range,
    memoryview,
    array.array,
    numbers.Number,
    type(None),
)


class Source:
    """An iterable of batches that can be opened again and again."""

    can_restart = True
    # Whether `open` can leave out the first batches without making them.
    can_skip = False
    # How many batches may wait; 0: as many as the feed says.
    max_queue_size = 0

    def __init__(self, dataset: Any, kind: str):
        self.dataset = dataset
        self.kind = kind

    @property
    def num_batches(self) -> int | None:
        """The number of batches, or None where it is not known."""
        return _cardinality(self.dataset)

    @property
    def is_infinite(self) -> bool:
        """Whether the source is known to have no end."""
        return _cardinality(self.dataset) == -1

    def open(self, generator: np.random.Generator | None = None, skip: int = 0) -> Iterator[Any]:
        """An iterator over the batches, from number `skip` on where `can_skip`."""
        return iter(self.dataset)

    def peek(self) -> Any:
        """The first batch, where it can be had without beginning; else None."""
        return None

    def begin(self) -> None:
        """Called before each epoch."""

    def end(self) -> None:
        """Called after each epoch."""


class IteratorSource(Source):
    """An iterator: what it gave is gone."""

    can_restart = False
    num_batches = None
    is_infinite = False


class FunctionSource(Source):
    """A function that makes a generator, called for each pass over the data."""

    num_batches = None
    is_infinite = False

    def open(self, generator: np.random.Generator | None = None, skip: int = 0) -> Iterator[Any]:
        """An iterator over the batches."""
        return iter(self.dataset())


class IndexedSource(Source):
    """A `PyDataset`, or anything else with batches by number and a length."""

    can_skip = True

    def __init__(
        self,
        dataset: Any,
        shuffle: bool,
        workers: int,
        use_multiprocessing: bool,
        max_queue_size: int,
    ):
        super().__init__(dataset, type(dataset).__name__)
        self.shuffle = shuffle
        # What the dataset says for itself, unless more was asked of `fit`.
        self.workers = max(workers, getattr(dataset, "workers", 1))
        self.use_multiprocessing = use_multiprocessing or getattr(
            dataset, "use_multiprocessing", False
        )
        self.max_queue_size: int = getattr(dataset, "max_queue_size", max_queue_size)

    @property
    def num_batches(self) -> int | None:
        """The number of batches, which may change between epochs."""
        if hasattr(self.dataset, "num_batches"):
            count = self.dataset.num_batches
            return None if count is None else int(count)
        return len(self.dataset)

    @property
    def is_infinite(self) -> bool:
        """Whether the dataset says that it has no end."""
        return self.num_batches is None

    def open(self, generator: np.random.Generator | None = None, skip: int = 0) -> Iterator[Any]:
        """An iterator over the batches, in a new order if they are to be shuffled."""
        count = self.num_batches
        indices: Any = itertools.count() if count is None else range(count)
        if self.shuffle and count is not None:
            indices = (generator or host_generator()).permutation(count).tolist()
        indices = itertools.islice(indices, skip, None)
        return ordered_items(
            self.dataset, indices, self.workers, self.use_multiprocessing, self.max_queue_size
        )

    def peek(self) -> Any:
        """The batch of number 0; None if there is none."""
        return None if self.num_batches == 0 else self.dataset[0]

    def begin(self) -> None:
        """Call the dataset's own hook."""
        getattr(self.dataset, "on_epoch_begin", _nothing)()

    def end(self) -> None:
        """Call the dataset's own hook."""
        getattr(self.dataset, "on_epoch_end", _nothing)()


class RowsSource(Source):
    """(x, y, sample_weight) of which some are read from files, a batch at a time."""

    is_infinite = False
    can_skip = True

    def __init__(self, data: Any, batch_size: int, shuffle: bool | str):
        super().__init__(data, "data in files")
        self.num_rows = feed_structure.length(data)
        self.batch_size = batch_size
        self.shuffle = shuffle

    @property
    def num_batches(self) -> int:
        """The number of batches, the ragged last one counted."""
        return math.ceil(self.num_rows / self.batch_size)

    def open(self, generator: np.random.Generator | None = None, skip: int = 0) -> Iterator[Any]:
        """An iterator over the batches."""
        generator = generator or host_generator()
        order = generator.permutation(self.num_rows) if self.shuffle is True else None
        starts = np.arange(0, self.num_rows, self.batch_size)
        if self.shuffle == "batch":
            starts = generator.permutation(starts)
        for start in starts.tolist()[skip:]:
            rows: Any = slice(start, min(start + self.batch_size, self.num_rows))
            yield self.rows(rows if order is None else order[rows])

    def peek(self) -> Any:
        """The first rows."""
        return self.rows(slice(0, min(self.batch_size, self.num_rows)))

    def rows(self, rows: slice | np.ndarray) -> Any:
        """Some rows, read."""
        return feed_structure.map_leaves(_read, feed_structure.at(self.dataset, rows))


def _read(leaf: Any) -> Any:
    return leaf.read() if hasattr(leaf, "read") else leaf


def _nothing() -> None:
    pass


def _cardinality(dataset: Any) -> int | None:
    """The length of a dataset, -1 for one without end, None where it does not say."""
    count = getattr(dataset, "cardinality", None)
    if callable(count):
        found = int(np.asarray(count()))
        return None if found == -2 else found
    try:
        return len(dataset)
    except TypeError:  # it has no length, or none that it knows before it has been read
        return None


def source_of(x: Any, shuffle: Any, workers: int, processes: bool, queue: int) -> Source | None:
    """The source of a dataset, a generator and the like; None for arrays."""
    if isinstance(x, _DATA) or of_module(x, "pandas", "polars", "scipy.sparse", "h5py"):
        return None
    if of_module(x, "torch") and not hasattr(x, "detach"):
        return _of_torch(x)
    if isinstance(x, PyDataset) or _is_indexed(x):
        return IndexedSource(x, bool(shuffle), workers, processes, queue)
    if hasattr(x, "__array__"):
        return None
    if hasattr(x, "__next__"):
        return IteratorSource(x, "a generator" if hasattr(x, "send") else "an iterator")
    if hasattr(x, "__iter__"):
        return Source(x, f"a {type(x).__name__}")
    return FunctionSource(x, "a generator function") if _makes_iterators(x) else None


def _is_indexed(x: Any) -> bool:
    """Whether this is a `Sequence` in all but name, as those of other libraries are."""
    return (
        hasattr(x, "__getitem__")
        and hasattr(x, "__len__")
        and not hasattr(x, "element_spec")
        and not hasattr(x, "__array__")
        and not of_module(x, "grain")
    )


def _makes_iterators(x: Any) -> bool:
    """Whether this is a plain function; models and layers may be called as well."""
    return inspect.isroutine(x) or isinstance(x, functools.partial)


def _of_torch(x: Any) -> Source:
    if not any(cls.__name__ == "DataLoader" for cls in type(x).__mro__):
        raise TypeError(
            f"x is a {type(x).__name__} of torch, which gives single rows. Wrap it in "
            "torch.utils.data.DataLoader(x, batch_size=32), which gives batches."
        )
    return Source(x, "a DataLoader")

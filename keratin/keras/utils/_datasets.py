"""`Dataset`: elements that can be gone through again and again, made when they are asked for.

What the functions that read folders and cut arrays give back. It has what such a data set is
mostly asked for, by the names of `tf.data`; `fit` takes it as any iterable of batches.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import nest
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, wrap
from keratin.keras._core import host_random
from keratin.keras.utils._parallel import ordered_items


class Dataset:
    """Elements from a function that makes an iterator; `length` is None where it is not known.

    >>> dataset = keras.utils.timeseries_dataset_from_array(np.arange(5), None, sequence_length=2)
    >>> [batch.shape for batch in dataset.take(1)]
    [TensorShape([4, 2])]
    """

    class_names: list[str] | None = None
    file_paths: list[str] | None = None

    def __init__(
        self, make: Callable[[], Iterator[Any]], length: int | None, batch_size: int | None = None
    ):
        self._make = make
        self._length = length
        # The size of the batches that the elements are; None where they are single rows.
        self._batch_size = batch_size

    def __iter__(self) -> Iterator[Any]:
        return self._make()

    def __len__(self) -> int:
        if self._length is None:
            raise TypeError("This data set does not know its length before it has been read.")
        return self._length

    def cardinality(self) -> Tensor:
        """The number of elements, -2 where it is not known, as `tf.data` says it."""
        return convert_to_tensor(-2 if self._length is None else self._length, "int64")

    def as_numpy_iterator(self) -> Iterator[Any]:
        """An iterator over the elements as NumPy arrays."""
        return (nest.map_structure(lambda leaf: np.asarray(leaf), element) for element in self)

    def _derived(
        self, make: Callable[[], Iterator[Any]], length: int | None, batch_size: int | None = None
    ) -> Dataset:
        found = Dataset(make, length, batch_size or self._batch_size)
        found.class_names, found.file_paths = self.class_names, self.file_paths
        return found

    def take(self, count: int) -> Dataset:
        """The first `count` elements; all for -1."""
        if count < 0:
            return self
        length = None if self._length is None else min(count, self._length)
        return self._derived(lambda: itertools.islice(iter(self), count), length)

    def skip(self, count: int) -> Dataset:
        """All but the first `count` elements."""
        length = None if self._length is None else max(0, self._length - count)
        return self._derived(lambda: itertools.islice(iter(self), count, None), length)

    def map(self, map_func: Callable[..., Any], num_parallel_calls: int | None = None) -> Dataset:
        """What a function makes of each element; its parts are arguments of their own."""

        def make() -> Iterator[Any]:
            for element in self:
                yield map_func(*element) if isinstance(element, tuple) else map_func(element)

        return self._derived(make, self._length)

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """`batch_size` elements at a time, stacked."""

        def make() -> Iterator[Any]:
            elements = iter(self)
            while group := list(itertools.islice(elements, batch_size)):
                if len(group) == batch_size or not drop_remainder:
                    yield nest.map_structure(lambda *parts: stacked(parts), *group)

        length = self._length
        if length is not None:
            length = length // batch_size if drop_remainder else math.ceil(length / batch_size)
        return self._derived(make, length, batch_size)

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool = True
    ) -> Dataset:
        """Elements in random order, each picked out of the next `buffer_size` ones."""
        generator = host_random.generator(host_random.fresh_seed() if seed is None else seed)
        first = generator.integers(2**63) if not reshuffle_each_iteration else None

        def make() -> Iterator[Any]:
            source = generator if first is None else host_random.generator(int(first))
            elements = iter(self)
            buffer = list(itertools.islice(elements, buffer_size))
            for element in elements:
                place = int(source.integers(len(buffer)))
                yield buffer[place]
                buffer[place] = element
            for place in source.permutation(len(buffer)).tolist():
                yield buffer[place]

        return self._derived(make, self._length)

    def cache(self) -> Dataset:
        """The same elements, kept in memory once they were read to the end."""
        kept: list[Any] = []

        def make() -> Iterator[Any]:
            if kept:
                yield from kept
                return
            found = []
            for element in self:
                found.append(element)
                yield element
            kept[:] = found

        return self._derived(make, self._length)

    def prefetch(self, buffer_size: int) -> Dataset:
        """The same data set: `fit` fetches ahead whatever it is given."""
        return self


def stacked(parts: Any) -> Any:
    """Rows as one batch: tensors of tensors, arrays of arrays."""
    if not isinstance(parts[0], Tensor):
        return np.stack(parts)
    values = [part._value for part in parts]
    is_text = values[0].dtype == OBJECT
    return wrap(np.stack(values) if is_text else jnp.stack(values))


def of_items(
    count: int,
    make_batch: Callable[[np.ndarray], Any],
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    workers: int = 1,
) -> Dataset:
    """Batches that a function makes of the numbers of their items, several at a time.

    With `shuffle`, the items are in another order in each pass. Without a batch size the elements
    are single items.
    """
    generator = host_random.generator(host_random.fresh_seed() if seed is None else seed)
    size = 1 if batch_size is None else batch_size
    length = math.ceil(count / size)

    def make() -> Iterator[Any]:
        order = generator.permutation(count) if shuffle else np.arange(count)
        for batch in ordered_items(_Batches(order, size, make_batch), range(length), workers):
            tensors = nest.map_structure(convert_to_tensor, batch)
            yield tensors if batch_size is not None else nest.map_structure(_only, tensors)

    return Dataset(make, length, batch_size)


def _only(tensor: Tensor) -> Tensor:
    return tensor[0]


class _Batches:
    """The batches of items in an order, by number."""

    def __init__(self, order: np.ndarray, size: int, make: Callable[[np.ndarray], Any]):
        self.order, self.size, self.make = order, size, make

    def __getitem__(self, index: int) -> Any:
        return self.make(self.order[index * self.size : (index + 1) * self.size])

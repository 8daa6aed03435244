"""One data set divided into two."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np

from keratin._engine import nest
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core import host_random
from keratin.keras.utils._datasets import Dataset
from keratin.keras.utils._py_dataset import PyDataset

_BACKENDS = ("jax", "numpy", "tensorflow", "torch", None)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Divide rows into two data sets: a left and a right one of sizes in rows or fractions.

    `dataset` is an array, a tuple, list or dict of arrays of the same length, or a data set. The
    results give single rows, or batches of the size of the first one if `dataset` gave batches.

    >>> left, right = keras.utils.split_dataset(np.arange(10), left_size=0.8)
    >>> [int(x) for x in right]
    [8, 9]
    """
    if preferred_backend not in _BACKENDS:
        raise ValueError(
            f"preferred_backend is 'jax', 'tensorflow', 'torch' or None; given "
            f"{preferred_backend!r}. Whichever it is, the results are data sets of tensors."
        )
    rows, batch_size = _rows(dataset)
    left, right = _sizes(left_size, right_size, len(rows))
    order = np.arange(len(rows))
    if shuffle:
        seed = host_random.fresh_seed() if seed is None else seed
        order = host_random.generator(seed).permutation(len(rows))
    parts = order[:left], order[len(rows) - right :]
    found = [_dataset(rows, part, batch_size) for part in parts]
    return found[0], found[1]


class _ArrayRows:
    """The rows of a structure of arrays."""

    def __init__(self, arrays: Any):
        self.arrays = nest.map_structure(_array, arrays)
        lengths = {len(leaf) for leaf in nest.flatten(self.arrays)}
        if len(lengths) != 1:
            raise ValueError(
                "split_dataset: the arrays have different numbers of rows: "
                f"{[len(leaf) for leaf in nest.flatten(self.arrays)]}."
            )
        self.length = lengths.pop()

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, row: int) -> Any:
        return nest.map_structure(lambda leaf: leaf[row], self.arrays)


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.numpy() if isinstance(value, Tensor) else value)


def _rows(dataset: Any) -> tuple[Any, int | None]:
    """All rows by number, and the batch size if they came in batches."""
    if isinstance(dataset, (list, tuple)):
        parts = [part if isinstance(part, dict) else _array(part) for part in dataset]
        return _ArrayRows(tuple(parts)), None
    if isinstance(dataset, (dict, np.ndarray, Tensor)) or hasattr(dataset, "__array__"):
        return _ArrayRows(dataset), None
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        elements: Any = (dataset[i] for i in range(len(dataset)))
    elif hasattr(dataset, "__iter__"):
        elements = iter(dataset)
    else:
        raise TypeError(
            "split_dataset: dataset is an array, a tuple of arrays, or a data set; given a "
            f"{type(dataset).__name__}."
        )
    listed = list(elements)
    if not listed:
        raise ValueError("split_dataset: the data set is empty.")
    is_batched = isinstance(dataset, PyDataset) or getattr(dataset, "_batch_size", None)
    return _unbatched(listed) if is_batched else (listed, None)


def _unbatched(listed: list[Any]) -> tuple[list[Any], int]:
    size = len(nest.flatten(listed[0])[0])
    found = []
    for element in listed:
        for row in range(len(nest.flatten(element)[0])):
            found.append(nest.map_structure(lambda leaf, row=row: leaf[row], element))
    return found, size


def _dataset(rows: Any, part: np.ndarray, batch_size: int | None) -> Dataset:
    def make() -> Iterator[Any]:
        for row in part.tolist():
            yield nest.map_structure(convert_to_tensor, rows[row])

    found = Dataset(make, len(part))
    return found if batch_size is None else found.batch(batch_size)


def _sizes(left: float | None, right: float | None, count: int) -> tuple[int, int]:
    """The number of rows of each part."""
    if left is None and right is None:
        raise ValueError("split_dataset: give left_size or right_size, or both.")
    left_rows, right_rows = _size(left, "left_size", count), _size(right, "right_size", count)
    if left_rows is None or right_rows is None:
        left_rows = count - right_rows if left_rows is None else left_rows
        right_rows = count - left_rows
    if left_rows + right_rows > count:
        raise ValueError(
            f"split_dataset: left_size={left!r} and right_size={right!r} are {left_rows} and "
            f"{right_rows} rows together, and there are {count}."
        )
    for name, rows in (("left_size", left_rows), ("right_size", right_rows)):
        if not 0 < rows < count + 1:
            raise ValueError(
                f"split_dataset: of {count} rows, left_size={left!r} and right_size={right!r} "
                f"leave {rows} for the {name.removesuffix('_size')} data set. Give other sizes."
            )
    return left_rows, right_rows


def _size(size: float | None, name: str, count: int) -> Any:
    if size is None:
        return None
    is_count = isinstance(size, numbers.Integral) and not isinstance(size, bool)
    if not (is_count or isinstance(size, numbers.Real)) or not float(size) > 0:
        raise ValueError(
            f"split_dataset: {name} is a number of rows, or a fraction between 0 and 1; given "
            f"{size!r}."
        )
    if is_count:
        return int(size)
    if float(size) > 1:
        raise ValueError(
            f"split_dataset: {name}={size!r} is a fraction, and above 1. Write {int(size)} for a "
            "number of rows."
        )
    return round(float(size) * count)

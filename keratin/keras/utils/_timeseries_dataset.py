"""Windows that slide over a series of measurements."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine.tensor import Tensor
from keratin.keras.utils._datasets import Dataset, of_items
from keratin.keras.utils._image_dataset import check_format


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """A data set of batches of windows of a series, with the target of each window's start.

    A window has `sequence_length` values, every `sampling_rate`-th one; windows begin every
    `sequence_stride`. `targets[i]` belongs to the window that begins at `i`; None gives windows
    alone. Of `data`, the part from `start_index` to before `end_index` is used.

    >>> data = keras.utils.timeseries_dataset_from_array(np.arange(5), np.arange(2, 5), 2)
    >>> [(windows.numpy().tolist(), after.numpy().tolist()) for windows, after in data]
    [([[0, 1], [1, 2], [2, 3]], [2, 3, 4])]
    """
    check_format(format)
    series = _array(data)
    _check_indices(len(series), start_index, end_index)
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < value < max(2, len(series)):
            raise ValueError(
                f"{name} is from 1 to {len(series) - 1}, below the length of the data; "
                f"given {value!r}."
            )
    if sequence_length < 1:
        raise ValueError(f"sequence_length is from 1 on; given {sequence_length!r}.")
    first, last = start_index or 0, len(series) if end_index is None else end_index
    series = series[first:last]
    aims = None if targets is None else _array(targets)[first:last]
    starts = _starts(len(series), aims, sequence_length, sequence_stride, sampling_rate)
    steps = np.arange(sequence_length) * sampling_rate
    if shuffle:
        seed = np.random.randint(10**6) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)

    def make_batch(items: np.ndarray) -> Any:
        windows = series[starts[items][:, None] + steps]
        return windows if aims is None else (windows, aims[starts[items]])

    return of_items(len(starts), make_batch, batch_size, shuffle, seed)


def _array(values: Any) -> np.ndarray:
    return np.asarray(values.numpy() if isinstance(values, Tensor) else values)


def _check_indices(length: int, start: int | None, end: int | None) -> None:
    if start is not None and not 0 <= start < length:
        raise ValueError(f"start_index is from 0 to {length - 1}; given {start!r}.")
    if end is not None and not (start or 0) < end < length:
        raise ValueError(
            f"end_index is above start_index ({start or 0}) and below the length of the data "
            f"({length}); given {end!r}."
        )


def _starts(length: int, aims: np.ndarray | None, size: int, stride: int, rate: int) -> np.ndarray:
    """Where windows begin."""
    count = length - (size - 1) * rate
    if aims is not None:
        count = min(count, len(aims))
    if count < 1:
        raise ValueError(
            f"No window of {size} values, each {rate} after the last, fits {length} values"
            f"{'' if aims is None else f' with {len(aims)} targets'}. Give more data, or a smaller "
            "sequence_length or sampling_rate."
        )
    return np.arange(0, count, stride)

"""Batches of a data set made by several workers at a time, and given in order."""

from __future__ import annotations

import collections
import itertools
import multiprocessing
import pickle
import warnings
from collections.abc import Iterable, Iterator
from concurrent import futures
from typing import Any


def ordered_items(
    dataset: Any,
    indices: Iterable[int] | None,
    workers: int,
    use_multiprocessing: bool = False,
    max_queue_size: int = 10,
) -> Iterator[Any]:
    """`dataset[i]` for each index, in order; for 0, 1, 2, ... without end if `indices` is None."""
    indices = itertools.count() if indices is None else indices
    if workers <= 1 and not use_multiprocessing:
        return (dataset[index] for index in indices)
    return _made_by(dataset, indices, max(1, workers), use_multiprocessing, max_queue_size)


def _made_by(
    dataset: Any, indices: Iterable[int], workers: int, processes: bool, max_queue_size: int
) -> Iterator[Any]:
    pool = _processes(dataset, workers) if processes else futures.ThreadPoolExecutor(workers)
    make = _item_of_process if processes else dataset.__getitem__
    waiting: collections.deque[futures.Future[Any]] = collections.deque()
    ahead = max(workers, max_queue_size)
    try:
        for index in indices:
            waiting.append(_submit(pool, make, index))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: futures.Executor, make: Any, index: int) -> futures.Future[Any]:
    with warnings.catch_warnings():
        # JAX warns that its threads do not live on in a fork; workers make batches with Python.
        warnings.filterwarnings("ignore", message=".*fork.*")
        return pool.submit(make, index)


def _processes(dataset: Any, workers: int) -> futures.ProcessPoolExecutor:
    context = multiprocessing.get_context()
    if context.get_start_method() != "fork":
        _check_picklable(dataset)
    return futures.ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin_process, initargs=(dataset,)
    )


def _check_picklable(dataset: Any) -> None:
    try:
        pickle.dumps(dataset)
    except Exception as error:
        raise TypeError(
            f"use_multiprocessing=True sends the {type(dataset).__name__} to other processes, and "
            f"it cannot be pickled: {error}. Open files and connections in __getitem__, or leave "
            "use_multiprocessing out: workers are threads then."
        ) from error


_dataset_of_process: Any = None


def _begin_process(dataset: Any) -> None:
    global _dataset_of_process
    _dataset_of_process = dataset


def _item_of_process(index: int) -> Any:
    return _dataset_of_process[index]

"""Any data that a model is given, as batches or as arrays on the device.

`make_feed` gives an `ArrayFeed` for what lies in memory, and a `StreamFeed` for what comes batch
by batch: datasets, generators, and files too large to be read at once.
"""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from keratin._engine import errors, nest
from keratin.keras._core.settings import settings
from keratin.keras.training import feed_structure, feed_weights
from keratin.keras.training.feed_arrays import ArrayFeed as ArrayFeed
from keratin.keras.training.feed_arrays import host_generator
from keratin.keras.training.feed_sources import RowsSource, Source, source_of
from keratin.keras.training.feed_stream import StreamFeed as StreamFeed


def make_feed(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool | str = False,
    class_weight: Any = None,
    name: str = "fit",
    model: Any = None,
    workers: int = 1,
    use_multiprocessing: bool = False,
    max_queue_size: int = 10,
) -> ArrayFeed | StreamFeed:
    """The feed of the data given to a method of a model, which `name` names in messages.

    `workers=0` has the batches of a stream made by the thread that asks for them.
    """
    if isinstance(x, (ArrayFeed, StreamFeed)):
        return x
    batch_size = _positive(batch_size, "batch_size", name)
    steps = _positive(steps, "steps_per_epoch" if name == "fit" else "steps", name)
    _check_shuffle(shuffle, name)
    queue_size = _positive(max_queue_size, "max_queue_size", name) or 10
    source = source_of(x, shuffle, workers, use_multiprocessing, queue_size)
    if source is None:
        data = feed_structure.standardize(x, y, sample_weight, model, name)
        if not feed_structure.is_lazy(data):
            data = feed_weights.fold(data, class_weight, model, name)
            return _limited(ArrayFeed(data, batch_size, steps, shuffle, name), name)
        rows = feed_structure.length(data)
        size = batch_size or (math.ceil(rows / steps) if steps else 32)
        source = RowsSource(data, size, shuffle)
    else:
        _check_stream(source, y, sample_weight, batch_size, steps, name)
    feed = StreamFeed(source, steps, class_weight, name, model, workers > 0, queue_size)
    return _limited(feed, name)


def _limited(feed: Any, name: str) -> Any:
    """The feed, with no more steps than `keras.config.max_steps_per_epoch()`."""
    limit, count = settings.max_steps_per_epoch, feed.num_batches
    if limit and name in ("fit", "evaluate", "predict") and (count is None or count > limit):
        feed.steps = limit
        errors.warn_user(
            f"{name}(): steps are limited to {limit}, by keras.config.set_max_steps_per_epoch or "
            "KERAS_MAX_STEPS_PER_EPOCH."
        )
    return feed


def _positive(value: Any, argument: str, name: str) -> int | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, numbers.Real)
        or not _is_count(float(value))
    ):
        raise ValueError(f"{name}(): {argument} is a whole number from 1 on; given {value!r}.")
    return int(float(value))


def _is_count(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return False
    return float(value) >= 1 and float(value).is_integer()


def _check_shuffle(shuffle: Any, name: str) -> None:
    if not isinstance(shuffle, (bool, np.bool_, int)) and shuffle != "batch":
        raise ValueError(f"{name}(): shuffle is True, False or 'batch'; given {shuffle!r}.")


def _check_stream(
    source: Source, y: Any, sample_weight: Any, batch_size: Any, steps: Any, name: str
) -> None:
    """Errors for arguments that are of no meaning where batches come ready made."""
    for argument, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name}(): {argument} was given, and x is {_kind(source)}, whose batches hold "
                f"it: have them be (x, y) or (x, y, sample_weight), and leave {argument} out."
            )
    if batch_size is not None:
        raise ValueError(
            f"{name}(): batch_size={batch_size} was given, and x is {_kind(source)}, which "
            "gives batches of its own size. Leave batch_size out, and set the size there."
        )
    if steps is None and source.is_infinite and not settings.max_steps_per_epoch:
        raise ValueError(
            f"{name}(): x is {_kind(source)} without end. Say how many batches make an epoch: "
            f"{'steps_per_epoch' if name == 'fit' else 'steps'}=..."
        )


def _kind(source: Source) -> str:
    """What the data is, with its article."""
    return source.kind if source.kind.startswith(("a ", "an ")) else f"a {source.kind}"


def split(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    validation_split: float = 0.0,
    shuffle: bool = False,
    stratify: bool = False,
    *,
    name: str = "fit",
    model: Any = None,
    generator: np.random.Generator | None = None,
) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """(x, y, sample_weight) for training, and the same for validation.

    The last rows are for validation, as in Keras; with `shuffle`, random ones; with `stratify`,
    the same part of each class.
    """
    _check_split(x, validation_split, name)
    data = feed_structure.standardize(x, y, sample_weight, model, name)
    count = feed_structure.length(data)
    at = math.floor(count * (1.0 - validation_split))
    if not 0 < at < count:
        raise ValueError(
            f"{name}(): validation_split={validation_split} of {count} rows leaves "
            f"{'none to validate with' if at else 'none to train on'}. Give more rows, or "
            "another validation_split."
        )
    parts: tuple[Any, Any] = (slice(0, at), slice(at, count))
    if shuffle or stratify:
        order = (generator or host_generator()).permutation(count) if shuffle else np.arange(count)
        first = _first_of_each(order, data[1], validation_split) if stratify else order[:at]
        chosen = np.zeros(count, bool)
        chosen[first] = True
        parts = (np.flatnonzero(chosen), np.flatnonzero(~chosen))
    return feed_structure.at(data, parts[0]), feed_structure.at(data, parts[1])


def _check_split(x: Any, validation_split: Any, name: str) -> None:
    if not isinstance(validation_split, numbers.Real) or not 0 < float(validation_split) < 1:
        raise ValueError(
            f"{name}(): validation_split is a number between 0 and 1, the part of the rows to "
            f"validate with; given {validation_split!r}."
        )
    source = source_of(x, False, 1, False, 10)
    if source is not None:
        raise ValueError(
            f"{name}(): validation_split={validation_split} is for arrays, and x is "
            f"{_kind(source)}, whose rows are not known beforehand. Give validation_data, which "
            "may be a dataset or generator too (keras.utils.split_dataset makes two of one)."
        )


def _first_of_each(order: np.ndarray, y: Any, validation_split: float) -> np.ndarray:
    """The rows to train on: in `order`, the first part of each class."""
    if y is None or nest.is_nested(y):
        raise ValueError(
            "stratify divides each class alike, and needs one array of classes as y; given "
            f"{'none' if y is None else f'{len(nest.flatten(y))} arrays'}."
        )
    rows = y.read() if hasattr(y, "read") else np.asarray(y)
    labels = rows if rows.ndim == 1 else feed_weights.labels_of(rows)
    if labels.ndim > 1:
        raise ValueError(
            f"stratify needs one class for each row; y has the shape {tuple(rows.shape)}."
        )
    labels = labels[order]
    found = [order[labels == label] for label in np.unique(labels)]
    return np.concatenate([each[: math.ceil(len(each) * (1 - validation_split))] for each in found])

"""Any data that a model is given, as batches or as arrays on the device.

`make_feed` gives an `ArrayFeed` for what lies in memory, and a `StreamFeed` for what comes batch
by batch: datasets, generators, and files too large to be read at once.
"""

from __future__ import annotations

from typing import Any

from keratin.keras.training import feed_structure
from keratin.keras.training.feed_arrays import ArrayFeed


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
) -> Any:
    """The feed of the data given to a method of a model, which `name` names in messages."""
    data = feed_structure.standardize(x, y, sample_weight, model, name)
    return ArrayFeed(data, batch_size, steps, shuffle, name)

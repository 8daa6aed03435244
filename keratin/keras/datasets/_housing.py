"""Tables of numbers, shuffled and divided: what Boston and California have in common."""

from __future__ import annotations

import numpy as np

from keratin.keras.datasets._npz import read_npz
from keratin.keras.datasets._remote import Remote, Split


def check_split(data_set: str, test_split: float) -> None:
    if not 0 <= test_split < 1:
        raise ValueError(
            f"keras.datasets.{data_set}.load_data: test_split is the share of the samples that is "
            f"kept for tests, from 0 up to but without 1; given {test_split!r}."
        )


def load(file: Remote, path: str, test_split: float, seed: int, limit: int | None = None) -> Split:
    """The first `limit` samples, shuffled, and divided into those to train and to test with."""
    arrays = read_npz(file.fetch(path))
    x, y = arrays["x"][:limit], arrays["y"][:limit]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])

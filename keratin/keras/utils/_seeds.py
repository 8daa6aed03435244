"""One seed for everything that draws numbers."""

from __future__ import annotations

import numbers
import random

import numpy as np

from keratin._engine import random as streams


def set_random_seed(seed: int) -> None:
    """Seed Python's `random`, NumPy, and all that Keratin draws: weights, dropout, shuffling.

    >>> keras.utils.set_random_seed(1)
    >>> first = tf.random.normal([2])
    >>> keras.utils.set_random_seed(1)
    >>> bool(tf.reduce_all(first == tf.random.normal([2])))
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise ValueError(
            f"set_random_seed: seed is an integer; given {seed!r} of type {type(seed).__name__}."
        )
    if not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed: seed is from 0 to 2**32 - 1; given {seed}.")
    random.seed(int(seed))
    np.random.seed(int(seed))
    streams.set_seed(int(seed))

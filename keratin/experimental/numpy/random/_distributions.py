"""NumPy's older random functions, on the streams of `tf.random`."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin import array as tensors
from keratin import math
from keratin import random as streams
from keratin._engine import dtype as dtypes
from keratin.experimental.numpy._creation import array
from keratin.experimental.numpy._dtypes import numpy_dtype
from keratin.math._casting import cast


def _sizes(size: Any) -> list[int]:
    if size is None:
        return []
    return [int(size)] if np.ndim(size) == 0 else [int(length) for length in size]


def seed(s: int) -> None:
    """Restart the stream of random numbers.

    >>> tf.experimental.numpy.random.seed(1)
    >>> first = tf.experimental.numpy.random.rand()
    >>> tf.experimental.numpy.random.seed(1)
    >>> bool(tf.experimental.numpy.random.rand() == first)
    True
    """
    streams.set_seed(int(np.asarray(s)))


def standard_normal(size: Any = None) -> Any:
    """Normally distributed numbers of mean 0 and deviation 1.

    >>> tf.experimental.numpy.random.standard_normal([2, 3]).shape
    TensorShape([2, 3])
    """
    return streams.normal(_sizes(size), dtype=dtypes.of(numpy_dtype(float)))


def randn(*args: int) -> Any:
    """Normally distributed numbers, in the shape of the arguments.

    >>> tf.experimental.numpy.random.randn(2, 3).shape
    TensorShape([2, 3])
    """
    return standard_normal(args)


def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    """Numbers drawn evenly from `low` to below `high`, which may be arrays.

    >>> tf.experimental.numpy.random.uniform(0.0, [1.0, 2.0]).shape
    TensorShape([2])
    """
    dtype = dtypes.of(numpy_dtype(float))
    low, high = array(low, dtype), array(high, dtype)
    if size is None:
        size = np.broadcast_shapes(tuple(low.shape.as_list()), tuple(high.shape.as_list()))
    sample = streams.uniform(_sizes(size), dtype=dtype)
    return math.add(low, math.multiply(sample, math.subtract(high, low)))


def random(size: Any = None) -> Any:
    """Numbers drawn evenly from 0 to below 1.

    >>> tf.experimental.numpy.random.random(2).dtype
    tf.float64
    """
    return streams.uniform(_sizes(size), dtype=dtypes.of(numpy_dtype(float)))


def rand(*size: int) -> Any:
    """Numbers drawn evenly from 0 to below 1, in the shape of the arguments.

    >>> tf.experimental.numpy.random.rand(2, 3).shape
    TensorShape([2, 3])
    """
    return random(size)


def randint(low: int, high: int | None = None, size: Any = None, dtype: Any = np.int64) -> Any:
    """Whole numbers from `low` to below `high`; with `low` alone, from 0 to below that.

    >>> tf.experimental.numpy.random.randint(5, size=3).shape
    TensorShape([3])
    """
    if high is None:
        low, high = 0, low
    wanted = dtypes.of(numpy_dtype(dtype))
    drawn = wanted if wanted in (dtypes.int32, dtypes.int64) else dtypes.int64
    return cast(streams.uniform(_sizes(size), low, high, dtype=drawn), wanted)


def poisson(lam: Any = 1.0, size: Any = None) -> Any:
    """Counts of events that happen `lam` times on average.

    >>> tf.experimental.numpy.random.poisson(3.0, 2).shape
    TensorShape([2])
    """
    rate = array(lam, dtypes.of(numpy_dtype(float)))
    if size is not None:
        rate = tensors.broadcast_to(rate, _sizes(size))
    return streams.poisson([], rate, dtype=dtypes.int64)

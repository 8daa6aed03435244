"""`tf.random.uniform` and its kin, which draw from the global streams."""

from __future__ import annotations

import functools
from typing import Any

from keratin._engine.op import DTypeArg
from keratin._engine.random import seeded_stream
from keratin._engine.tensor import Tensor
from keratin.array._support import composite
from keratin.random import _sample


def _source(seed: Any) -> _sample.SourceOf:
    return functools.partial(seeded_stream, seed)


@composite
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: DTypeArg = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw floats or integers from [minval, maxval), all equally likely.

    Floats default to [0, 1). For integers `maxval` has to be given, and both bounds are numbers.

    >>> tf.random.set_seed(42)
    >>> tf.random.uniform([4], maxval=10, dtype=tf.int32).numpy().max() < 10
    np.True_
    """
    return _sample.uniform(_source(seed), shape, minval, maxval, dtype, full_range=False)


@composite
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeArg = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw from normal distributions; mean and deviation broadcast with `shape`.

    >>> tf.random.normal([2, 3], mean=[0.0, 10.0, 20.0]).shape
    TensorShape([2, 3])
    """
    return _sample.normal(_source(seed), shape, mean, stddev, dtype)


@composite
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeArg = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw from normal distributions, again and again until within two deviations of the mean.

    >>> float(tf.reduce_max(tf.abs(tf.random.truncated_normal([1000])))) < 2
    True
    """
    return _sample.truncated_normal(_source(seed), shape, mean, stddev, dtype)


@composite
def gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: DTypeArg = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw `shape` samples of the gamma distribution of each pair of shape and rate.

    The result has the shape `shape + (alpha + beta).shape`, and gradients for both parameters:
    they say how a sample moves when its distribution changes and its rank in it does not.

    >>> tf.random.gamma([5], alpha=[0.5, 1.5]).shape
    TensorShape([5, 2])
    """
    return _sample.gamma(_source(seed), shape, alpha, beta, dtype)


@composite
def poisson(
    shape: Any,
    lam: Any,
    dtype: DTypeArg = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw `shape` samples of the Poisson distribution of each rate.

    >>> tf.random.poisson([5], [0.5, 20.0]).shape
    TensorShape([5, 2])
    """
    return _sample.poisson(_source(seed), shape, lam, dtype)


@composite
def categorical(
    logits: Any,
    num_samples: Any,
    dtype: DTypeArg | None = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw class numbers for each row of unnormalised log-probabilities.

    >>> tf.random.categorical(tf.math.log([[0.5, 0.5, 0.0]]), 4).shape
    TensorShape([1, 4])
    """
    return _sample.categorical(_source(seed), logits, num_samples, dtype)


@composite
def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """Put the rows of a tensor in random order.

    >>> tf.random.set_seed(42)
    >>> tf.random.shuffle(tf.range(10), seed=7).numpy()
    array([6, 0, 7, 3, 4, 8, 2, 1, 5, 9], dtype=int32)
    """
    return _sample.shuffle(_source(seed), value)

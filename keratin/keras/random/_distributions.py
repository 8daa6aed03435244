"""Distributions: the numbers of `tf.random`, drawn from the seeds of Keras.

`seed` is an integer (the same numbers every time), a `SeedGenerator` (other ones every time) or
None (other ones too, from the stream that `keras.utils.set_random_seed` restarts).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.op import Array, Static, T
from keratin._engine.random import Place, random_op, skip
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array import broadcast_to, transpose, zeros_like
from keratin.array._support import composite, normalize_axis
from keratin.keras._core.settings import settings
from keratin.keras.random._seed import source_of
from keratin.math._casting import cast
from keratin.nn._dropout import drawn as dropped
from keratin.random import _sample
from keratin.random._continuous import (
    BLOCKS_PER_ELEMENT,
    checked_shape,
    gamma_of,
    size_of,
    standard_uniform,
)


@composite
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Normal numbers.

    >>> keras.random.normal((2, 3), seed=1).shape
    TensorShape([2, 3])
    """
    return _sample.normal(_source(seed), shape, mean, stddev, _floating(dtype))


@composite
def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Numbers of [minval, maxval), all equally likely.

    >>> x = keras.random.uniform((100,), minval=1.0, maxval=2.0)
    >>> bool(tf.reduce_all((x >= 1) & (x < 2)))
    True
    """
    return _sample.uniform(_source(seed), shape, minval, maxval, _floating(dtype))


@composite
def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """Integers of [minval, maxval), all equally likely.

    >>> sorted(set(keras.random.randint((100,), 0, 3).numpy().tolist()))
    [0, 1, 2]
    """
    found = as_dtype(dtype or "int32")
    if found.kind not in ("int", "uint"):
        raise ValueError(f"dtype={found.name!r} is no integer dtype. Use keras.random.uniform")
    drawn = found if found.name in ("int32", "int64") else as_dtype("int64")
    low, high = (cast(x, drawn) if hasattr(x, "dtype") else x for x in (minval, maxval))
    return cast(_sample.uniform(_source(seed), shape, low, high, drawn), found)


@composite
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Normal numbers within two deviations of the mean: those outside are drawn again.

    >>> bool(tf.reduce_max(tf.abs(keras.random.truncated_normal((100,)))) <= 2)
    True
    """
    return _sample.truncated_normal(_source(seed), shape, mean, stddev, _floating(dtype))


@composite
def categorical(logits: Any, num_samples: Any, dtype: Any = "int32", seed: Any = None) -> Tensor:
    """`num_samples` class numbers for each row of unnormalised log-probabilities.

    >>> keras.random.categorical([[0.0, -100.0], [-100.0, 0.0]], 2).numpy()
    array([[0, 0],
           [1, 1]], dtype=int32)
    """
    logits = convert_to_tensor(logits, dtype_hint=as_dtype(settings.floatx))
    if not logits.dtype.is_floating:
        logits = cast(logits, settings.floatx)
    return cast(_sample.categorical(_source(seed), logits, num_samples, "int64"), dtype or "int32")


@composite
def dropout(
    inputs: Any, rate: Any, noise_shape: Sequence[int | None] | None = None, seed: Any = None
) -> Tensor:
    """Set a fraction `rate` of the elements to 0 and divide the others by 1 - rate.

    Along an axis where `noise_shape` is 1 all elements share their fate; None stands for the size
    of `inputs`.

    >>> np.unique(keras.random.dropout(tf.ones((1000,)), 0.5).numpy())
    array([0., 2.], dtype=float32)
    """
    if isinstance(rate, (int, float)) and rate in (0, 1):
        return zeros_like(inputs) if rate == 1 else convert_to_tensor(inputs)
    return dropped(_source(seed), inputs, rate, noise_shape)


@composite
def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Tensor:
    """The slices along an axis in random order.

    >>> sorted(keras.random.shuffle([3, 1, 2]).numpy().tolist())
    [1, 2, 3]
    """
    x = convert_to_tensor(x)
    first = normalize_axis(axis, x.ndim)
    if first == 0:
        return _sample.shuffle(_source(seed), x)
    order = [first, *[i for i in range(x.ndim) if i != first]]
    back = [order.index(i) for i in range(x.ndim)]
    shuffled: Any = transpose(_sample.shuffle(_source(seed), transpose(x, order)), back)
    return shuffled


@composite
def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Gammas of shape parameter `alpha`, which broadcasts to `shape`, and rate 1.

    >>> keras.random.gamma((3, 2), alpha=[0.5, 2.0], seed=1).shape
    TensorShape([3, 2])
    """
    found = _floating(dtype)
    if not np.shape(alpha):
        return _sample.gamma(_source(seed), shape, alpha, None, found)
    return _sample.gamma(_source(seed), (), _filling(alpha, shape, "alpha", found), None, found)


@composite
def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Tensor:
    """How many of `counts` trials succeed, each with its probability; both broadcast to `shape`.

    >>> keras.random.binomial((3,), counts=10.0, probabilities=1.0).numpy()
    array([10., 10., 10.], dtype=float32)
    """
    found = _floating(dtype)
    if np.shape(counts) or np.shape(probabilities):
        counts = _filling(counts, shape, "counts", found)
        probabilities = _filling(probabilities, shape, "probabilities", found)
    else:
        counts = counts if hasattr(counts, "dtype") else float(counts)
    return _sample.binomial(_source(seed), shape, counts, probabilities, found)


@composite
def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Beta numbers, between 0 and 1; `alpha` and `beta` broadcast to `shape`.

    >>> x = keras.random.beta((100,), alpha=2.0, beta=5.0)
    >>> bool(tf.reduce_all((x > 0) & (x < 1)))
    True
    """
    found = _floating(dtype)
    for name, value in (("alpha", alpha), ("beta", beta)):
        _sample.check_parameter(name, value, lambda number: number > 0, "positive")
    both = [_sample.as_parameter(value, found) for value in (alpha, beta)]
    return _sample.draw(_beta, source_of(seed), *both, shape)


@random_op(T="float", reserve=lambda sample, _: 3 * int(BLOCKS_PER_ELEMENT) * sample.size)
def _beta(place: Place, alpha: T, beta: T, shape: Static) -> Array:
    """The share of one gamma in the sum of two."""
    shape = checked_shape(shape)
    try:
        wide = [jnp.broadcast_to(p, shape).astype(jnp.float64) for p in (alpha, beta)]
    except ValueError:
        raise errors.InvalidArgumentError(
            f"alpha has shape {alpha.shape} and beta {beta.shape}, which do not broadcast to "
            f"shape={list(shape)}"
        ) from None
    blocks = int(BLOCKS_PER_ELEMENT) * size_of(shape)
    places = [skip(place, turn * blocks) for turn in range(3)]
    first, second = (gamma_of(p, w, 1)[0] for p, w in zip(places, wide, strict=False))
    total = first + second
    # Of small parameters both may be too small for a float: then one of them is far larger.
    coin = standard_uniform(places[2], shape, np.dtype(np.float64)) < wide[0] / (wide[0] + wide[1])
    share = jnp.where(total > 0, first / jnp.where(total > 0, total, 1), coin)
    return share.astype(alpha.dtype)


def _source(seed: Any) -> _sample.SourceOf:
    source = source_of(seed)
    return lambda *_: source


def _floating(dtype: Any) -> DType:
    found = as_dtype(dtype or settings.floatx)
    if not found.is_floating:
        raise ValueError(
            f"dtype={found.name!r} is no floating dtype. Give 'float32', or use "
            "keras.random.randint for integers"
        )
    return found


def _filling(value: Any, shape: Any, name: str, dtype: DType) -> Tensor:
    """A parameter of the shape of the result."""
    tensor = cast(value, dtype)
    try:
        jax.numpy.broadcast_shapes(tuple(tensor.shape), tuple(shape))
        full: Any = broadcast_to(tensor, shape)
        return full
    except (ValueError, errors.OpError):
        raise errors.InvalidArgumentError(
            f"{name} has shape {tuple(tensor.shape)}, which does not broadcast to shape="
            f"{list(shape)}"
        ) from None

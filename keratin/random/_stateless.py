"""The stateless functions: the same seed gives the same numbers, every time."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.op import DTypeArg, freeze
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array._support import composite
from keratin.random import _sample
from keratin.random._seed import stateless_source


@composite
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: DTypeArg = "float32",
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Draw floats or integers from [minval, maxval), all equally likely.

    Floats default to [0, 1); integers whose bounds are both None fill the range of their dtype.

    >>> tf.random.stateless_uniform([3], seed=[1, 2]).numpy()
    array([0.8440604 , 0.19204533, 0.9962232 ], dtype=float32)
    """
    return _sample.uniform(stateless_source(seed, alg), shape, minval, maxval, dtype)


@composite
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeArg = "float32",
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Draw from normal distributions; mean and deviation broadcast with `shape`.

    >>> tf.random.stateless_normal([2], seed=[1, 2]).numpy().round(3)
    array([0.544, 0.207], dtype=float32)
    """
    return _sample.normal(stateless_source(seed, alg), shape, mean, stddev, dtype)


@composite
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeArg = "float32",
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Draw from normal distributions, again and again until within two deviations of the mean.

    >>> tf.random.stateless_truncated_normal([2], seed=[1, 2]).numpy().round(3)
    array([0.544, 0.207], dtype=float32)
    """
    return _sample.truncated_normal(stateless_source(seed, alg), shape, mean, stddev, dtype)


@composite
def stateless_gamma(
    shape: Any,
    seed: Any,
    alpha: Any,
    beta: Any = None,
    dtype: DTypeArg = "float32",
    name: str | None = None,
) -> Tensor:
    """Draw gammas; `shape` is that of the whole result, the last axes those of the parameters.

    The samples have gradients for alpha and beta.

    >>> tf.random.stateless_gamma([4, 2], seed=[1, 2], alpha=[0.5, 1.5]).shape
    TensorShape([4, 2])
    """
    samples = _leading(shape, "alpha and beta", alpha, beta)
    return _sample.gamma(stateless_source(seed), samples, alpha, beta, dtype)


@composite
def stateless_poisson(
    shape: Any, seed: Any, lam: Any, dtype: DTypeArg = "int32", name: str | None = None
) -> Tensor:
    """Draw Poisson numbers; `shape` is that of the whole result, the last axes those of `lam`.

    >>> tf.random.stateless_poisson([3, 2], seed=[1, 2], lam=[3.0, 40.0]).shape
    TensorShape([3, 2])
    """
    return _sample.poisson(stateless_source(seed), _leading(shape, "lam", lam), lam, dtype)


@composite
def stateless_binomial(
    shape: Any,
    seed: Any,
    counts: Any,
    probs: Any,
    output_dtype: DTypeArg = "int32",
    name: str | None = None,
) -> Tensor:
    """Draw how many of `counts` trials succeed, each with the probability `probs`.

    The last axes of `shape` are those of the parameters, broadcast.

    >>> tf.random.stateless_binomial([3, 2], seed=[1, 2], counts=10.0, probs=[0.2, 0.9]).shape
    TensorShape([3, 2])
    """
    return _sample.binomial(stateless_source(seed), shape, counts, probs, output_dtype)


@composite
def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: DTypeArg = "int64", name: str | None = None
) -> Tensor:
    """Draw class numbers for each row of unnormalised log-probabilities.

    >>> tf.random.stateless_categorical(tf.math.log([[0.1, 0.9]]), 5, seed=[1, 2]).shape
    TensorShape([1, 5])
    """
    return _sample.categorical(stateless_source(seed), logits, num_samples, dtype)


@composite
def stateless_parameterized_truncated_normal(
    shape: Any,
    seed: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    name: str | None = None,
) -> Tensor:
    """Draw from normal distributions cut off at two bounds; all four parameters broadcast.

    Gradients for all of them are implicit, as those of `tf.random.gamma`. Where no number lies
    between the bounds, or a deviation is not positive, the result is NaN.

    >>> x = tf.random.stateless_parameterized_truncated_normal(
    ...     [100], seed=[1, 2], minvals=5.0, maxvals=6.0)
    >>> 5 <= x.numpy().min() and x.numpy().max() <= 6
    np.True_
    """
    return _sample.parameterized_truncated_normal(
        stateless_source(seed), shape, means, stddevs, minvals, maxvals
    )


@composite
def stateless_shuffle(
    value: Any, seed: Any, alg: Any = "auto_select", name: str | None = None
) -> Tensor:
    """Put the rows of a tensor in random order.

    >>> tf.random.experimental.stateless_shuffle(tf.range(5), seed=[8, 9]).shape
    TensorShape([5])
    """
    return _sample.shuffle(stateless_source(seed, alg), value)


def _leading(shape: Any, what: str, *parameters: Any) -> Any:
    """The axes of `shape` before those of the parameters."""
    full = freeze(shape)
    if not isinstance(full, tuple):
        return full  # the op says what is wrong with it
    shapes: list[Any] = [
        tuple(convert_to_tensor(p).shape.as_list()) for p in parameters if p is not None
    ]
    try:
        own = np.broadcast_shapes(*shapes)
    except ValueError:
        own = None
    if own is None or full[len(full) - len(own) :] != own:
        raise errors.InvalidArgumentError(
            f"shape={list(full)} has to end with the shape of {what}, broadcast: "
            f"{' and '.join(str(list(s)) for s in shapes)}"
        )
    return full[: len(full) - len(own)]

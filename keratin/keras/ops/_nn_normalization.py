"""Means and variances, and what is normalised by them."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import Array, T, op
from keratin.keras._core.settings import settings
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import (
    as_floating,
    as_tensor,
    floating,
    promoted,
    require,
    spreads_to,
    wide,
)
from keratin.math._number import as_number
from keratin.math._shape import normalize_axes


def _epsilon(value: Any) -> Any:
    return as_number(settings.epsilon if value is None else value)


# Moments


@operation
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """The mean and the variance along axes.

    Half precision is summed up in float32. With several devices the batch is one, whichever way it
    is divided among them, so that `synchronized` is always the case.

    >>> mean, variance = keras.ops.moments(np.array([1.0, 2.0, 3.0, 6.0], "float32"), axes=[0])
    >>> float(mean), float(variance)
    (3.0, 3.5)
    """
    return _moments(as_floating(x), axes, bool(keepdims))


@op(T="float complex")
def _moments(x: T, axes: Any, keepdims: bool) -> tuple[Array, Array]:
    over = normalize_axes(axes, x.ndim, name="axes")
    mean, variance = mean_and_variance(wide(x), over)
    if x.dtype.itemsize < 4:
        mean, variance = _within_half(mean), _within_half(variance)
    if not keepdims:
        mean, variance = lax.squeeze(mean, over), lax.squeeze(variance, over)
    return mean.astype(x.dtype), variance.astype(x.dtype)


def _within_half(x: jax.Array) -> jax.Array:
    limit = np.float32(np.finfo(np.float16).max)
    return jnp.clip(x, -limit, limit)


def mean_and_variance(x: jax.Array, axes: Any) -> tuple[jax.Array, jax.Array]:
    """Both along the axes, which are kept."""
    mean = jnp.mean(x, axes, keepdims=True)
    centred = x - mean
    return mean, jnp.mean(jnp.real(centred * jnp.conj(centred)), axes, keepdims=True)


# By moments


@operation
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, each along one axis.

    `mean`, `variance`, `offset` and `scale` are vectors of the size of that axis.

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    >>> keras.ops.batch_normalization(x, [2.0, 3.0], [1.0, 1.0], axis=-1, epsilon=0.0).numpy()
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """
    statistics = as_tensor(mean), as_tensor(variance)
    return _batch_normalization(
        as_floating(x), *statistics, offset, scale, as_number(epsilon), axis
    )


@op
def _batch_normalization(
    x: Array,
    mean: Array,
    variance: Array,
    offset: Array | None,
    scale: Array | None,
    epsilon: Array,
    axis: int,
) -> Array:
    (place,) = normalize_axes((axis,), x.ndim)
    size = x.shape[place]
    given = {"mean": mean, "variance": variance, "offset": offset, "scale": scale}
    for name, vector in given.items():
        require(
            vector is None or vector.shape == (size,),
            f"{name} has shape {list(vector.shape) if vector is not None else None}; expected "
            f"[{size}], the size of axis {axis} of x {list(x.shape)}",
        )
    shape = [size if i == place else 1 for i in range(x.ndim)]
    arrays = [vector for vector in given.values() if vector is not None]
    dtype = promoted(x, *arrays)[0].dtype
    parts: dict[str, Any] = {
        name: None if vector is None else vector.reshape(shape).astype(dtype)
        for name, vector in given.items()
    }
    factor = lax.rsqrt(parts["variance"] + epsilon.astype(dtype))
    if parts["scale"] is not None:
        factor = factor * parts["scale"]
    shift = -parts["mean"] * factor
    if parts["offset"] is not None:
        shift = shift + parts["offset"]
    return x.astype(dtype) * factor + shift


@operation
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: Any = None, **kwargs: Any
) -> Any:
    """x with mean 0 and variance 1 along axes, times `gamma`, plus `beta`.

    `gamma` and `beta` have the sizes of these axes. `epsilon` is `keras.config.epsilon()` unless
    given. `rms_scaling=True` is an old way of leaving out the mean; use `rms_normalization`.

    >>> keras.ops.layer_normalization(np.array([1.0, 2.0, 3.0], "float32")).numpy().round(3)
    array([-1.225,  0.   ,  1.225], dtype=float32)
    """
    rms_scaling = bool(kwargs.pop("rms_scaling", False))
    if kwargs:
        raise TypeError(f"unknown argument {next(iter(kwargs))!r}")
    if rms_scaling:
        warnings.warn(
            "layer_normalization(rms_scaling=True) divides by the standard deviation, not by the "
            "root mean square. Use keras.ops.rms_normalization",
            stacklevel=3,
        )
    return _layer_normalization(as_tensor(x), gamma, beta, _epsilon(epsilon), axis, rms_scaling)


@op
def _layer_normalization(
    x: Array,
    gamma: Array | None,
    beta: Array | None,
    epsilon: Array,
    axis: Any,
    rms_scaling: bool,
) -> Array:
    inputs = wide(x)
    axes = tuple(sorted(normalize_axes(axis, x.ndim)))
    scale = _along("gamma", gamma, inputs, axes)
    offset = _along("beta", beta, inputs, axes)
    mean, variance = mean_and_variance(inputs, axes)
    factor = lax.rsqrt(variance + epsilon.astype(inputs.dtype))
    if scale is not None:
        factor = factor * scale
    if rms_scaling:
        return (inputs * factor).astype(x.dtype)
    shift = -mean * factor
    if offset is not None:
        shift = shift + offset
    return (inputs * factor + shift).astype(x.dtype)


def _along(name: str, weights: Any, x: jax.Array, axes: tuple[int, ...]) -> Any:
    """Weights made ready to be multiplied with x, along the axes."""
    if weights is None:
        return None
    weights = weights.astype(x.dtype)
    expected = tuple([x.shape[axis] for axis in axes])
    if weights.shape == expected:
        return weights.reshape([x.shape[i] if i in axes else 1 for i in range(x.ndim)])
    require(
        spreads_to(weights.shape, x.shape),
        f"{name} has shape {list(weights.shape)}; expected {list(expected)}, the sizes of the axes "
        f"{list(axes)} of x {list(x.shape)}",
    )
    return weights


@operation
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: Any = None) -> Any:
    """x divided by its root mean square along axes, times `scale`.

    `epsilon` is `keras.config.epsilon()` unless given.

    >>> keras.ops.rms_normalization(np.array([3.0, 4.0], "float32")).numpy().round(3)
    array([0.849, 1.131], dtype=float32)
    """
    return _rms_normalization(as_tensor(x), scale, _epsilon(epsilon), axis)


@op
def _rms_normalization(x: Array, scale: Array | None, epsilon: Array, axis: Any) -> Array:
    inputs = wide(x)
    inputs = inputs[None] if inputs.ndim == 0 else inputs
    axes = normalize_axes(axis, inputs.ndim)
    squares = jnp.mean(jnp.square(inputs), axes, keepdims=True)
    outputs = inputs * lax.rsqrt(squares + epsilon.astype(inputs.dtype))
    if scale is not None:
        outputs = outputs * scale.astype(inputs.dtype)
    return outputs.astype(x.dtype)


# By norms


@operation
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: Any = None) -> Any:
    """x divided by its norm of an order along axes, which is at least `epsilon`.

    `epsilon` is `keras.config.epsilon()` unless given. With `axis=None` x is one vector.

    >>> keras.ops.normalize(np.array([3.0, 4.0], "float32")).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    require(
        isinstance(order, int) and order >= 1,
        f"order must be an integer, 1 or more; given {order!r}",
    )
    return _normalize(as_tensor(x), _epsilon(epsilon), axis, order)


@op
def _normalize(x: Array, epsilon: Array, axis: Any, order: int) -> Array:
    x = floating(x)
    x = x[None] if x.ndim == 0 else x
    axes = normalize_axes(axis, x.ndim)
    least = epsilon.astype(x.dtype)
    if order == 2:
        squares = jnp.sum(jnp.square(x), axes, keepdims=True)
        return x * jnp.minimum(lax.rsqrt(squares), 1 / least)
    # As NumPy has it: of one axis the norm of vectors, of two that of matrices.
    norm = jnp.linalg.norm(x, order, axes if len(axes) > 1 else axes[0], keepdims=True)
    return x / jnp.maximum(norm, least)


# Of layers alone


@op
def group_normalization(
    x: Array, scale: Array | None, offset: Array | None, epsilon: Array, groups: int, axis: int
) -> Array:
    """x with mean 0 and variance 1 in each group of channels of an example.

    >>> from keratin.keras.ops._nn_normalization import group_normalization
    >>> group_normalization(np.array([[1.0, 3.0, 5.0, 9.0]]), None, None, 0.0, 2, -1).numpy()
    array([[-1.,  1., -1.,  1.]])
    """
    inputs = wide(x)
    (place,) = normalize_axes((axis,), x.ndim)
    size = x.shape[place] // groups
    grouped = inputs.reshape((*x.shape[:place], groups, size, *x.shape[place + 1 :]))
    over = tuple([i for i in range(1, grouped.ndim) if i != place])
    shape = [1] * place + [groups, size] + [1] * (x.ndim - place - 1)
    mean, variance = mean_and_variance(grouped, over)
    factor = lax.rsqrt(variance + epsilon.astype(inputs.dtype))
    if scale is not None:
        factor = factor * scale.reshape(shape).astype(inputs.dtype)
    shift = -mean * factor
    if offset is not None:
        shift = shift + offset.reshape(shape).astype(inputs.dtype)
    return (grouped * factor + shift).reshape(x.shape).astype(x.dtype)


@op
def masked_moments(x: Array, mask: Array, axis: int, epsilon: Array) -> tuple[Array, Array]:
    """The mean and the variance of each channel along `axis`, where the mask is true.

    The mask has the axes of x but the last one.

    >>> from keratin.keras.ops._nn_normalization import masked_moments
    >>> x, mask = np.array([[1.0], [3.0], [9.0]]), np.array([True, True, False])
    >>> [m.numpy() for m in masked_moments(x, mask, -1, 0.0)]
    [array([2.]), array([1.])]
    """
    (place,) = normalize_axes((axis,), x.ndim)
    over = tuple([i for i in range(x.ndim) if i != place])
    kept = jnp.broadcast_to(mask.astype(bool)[..., None], x.shape)
    count = jnp.sum(kept.astype(x.dtype), over, keepdims=True) + epsilon.astype(x.dtype)
    mean = jnp.sum(jnp.where(kept, x, 0), over, keepdims=True) / count
    squares = jnp.square(jnp.where(kept, x - mean, 0))
    variance = jnp.sum(squares, over, keepdims=True) / count
    return lax.squeeze(mean, over), lax.squeeze(variance, over)


def moving_average(old: Any, new: Any, momentum: float) -> Any:
    """old * momentum + new * (1 - momentum), in the dtype of `old`.

    >>> from keratin.keras.ops._nn_normalization import moving_average
    >>> moving_average(np.array([1.0]), np.array([3.0]), 0.75).numpy()
    array([1.5])
    """
    # The second weight as Python computes it: in float32 it would lose digits.
    return _weighted_sum(old, new, momentum, 1.0 - momentum)


@op
def _weighted_sum(old: Array, new: Array, old_weight: Array, new_weight: Array) -> Array:
    dtype = new.dtype
    total = old.astype(dtype) * old_weight.astype(dtype) + new * new_weight.astype(dtype)
    return total.astype(old.dtype)


@op
def spectrally_normalized(kernel: Array, u: Array, iterations: int) -> tuple[Array, Array]:
    """The kernel divided by its largest singular value, and the left singular vector of that.

    Both are found by power iteration from `u`, [1, the last size of the kernel]. A kernel of zeros
    stays as it is.

    >>> from keratin.keras.ops._nn_normalization import spectrally_normalized
    >>> kernel, _ = spectrally_normalized(np.diag([4.0, 2.0]), np.ones((1, 2)), 20)
    >>> kernel.numpy().round(3)
    array([[1. , 0. ],
           [0. , 0.5]])
    """
    matrix = kernel.reshape(-1, kernel.shape[-1])
    vector = u.astype(kernel.dtype)
    for _ in range(iterations):
        other = _unit(vector @ matrix.T)
        vector = _unit(other @ matrix)
    sigma = (other @ matrix @ vector.T)[0, 0]
    is_zero = jnp.all(kernel == 0)
    # Where nothing is to be divided, by 1: a quotient of NaN would reach the gradient.
    divided = kernel / jnp.where(is_zero, 1, sigma)
    return divided, jnp.where(is_zero, u, vector.astype(u.dtype))


def _unit(x: jax.Array) -> jax.Array:
    least = np.asarray(settings.epsilon, x.dtype)
    return x * jnp.minimum(lax.rsqrt(jnp.sum(jnp.square(x))), 1 / least)

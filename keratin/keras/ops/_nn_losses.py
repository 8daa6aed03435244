"""Losses per example: the cross-entropies, and the ratio of signal to noise."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, op
from keratin.keras._core import crossentropy
from keratin.keras._core.settings import settings
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, floating, require
from keratin.math._number import as_number
from keratin.math._shape import normalize_axis


def _alike(target: jax.Array, output: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Both in one floating dtype: the wider, but that targets of float64 follow the output."""
    output = floating(output)
    narrow = target.dtype == np.float64 and output.dtype != np.float64
    dtype = output.dtype if narrow else jnp.result_type(target.dtype, output.dtype)
    return target.astype(dtype), output.astype(dtype)


def _require_alike(target: jax.Array, output: jax.Array) -> None:
    require(
        target.shape == output.shape,
        f"target has shape {list(target.shape)} and output {list(output.shape)}: they must have "
        "the same shape",
    )


@operation
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy between the probabilities `target` and `output` along an axis.

    `output` are probabilities, which are divided by their sum, or logits if `from_logits`.

    >>> target, output = np.array([[0.0, 1.0]], "float32"), np.array([[0.5, 0.5]], "float32")
    >>> keras.ops.categorical_crossentropy(target, output).numpy()
    array([0.6931472], dtype=float32)
    """
    tensors = as_tensor(target), as_tensor(output)
    return _categorical_crossentropy(*tensors, bool(from_logits), axis, settings.epsilon)


@op
def _categorical_crossentropy(
    target: Array, output: Array, from_logits: bool, axis: int, epsilon: float
) -> Array:
    require(
        not (target.ndim == output.ndim - 1 and jnp.issubdtype(target.dtype, jnp.integer)),
        f"target has shape {list(target.shape)} and output {list(output.shape)}: class numbers, it "
        "seems. Use sparse_categorical_crossentropy, or one_hot on the target",
    )
    _require_alike(target, output)
    axis = normalize_axis(axis, output.ndim)
    return crossentropy.categorical(*_alike(target, output), from_logits, axis, epsilon)


@operation
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy between the classes `target` and the probabilities `output`.

    `target` are class numbers, of the shape of `output` without its axis of classes, or with 1
    there, the last. A number that is no class gives 0.

    >>> target, output = np.array([1]), np.array([[0.5, 0.5]], "float32")
    >>> keras.ops.sparse_categorical_crossentropy(target, output).numpy()
    array([0.6931472], dtype=float32)
    """
    tensors = as_tensor(target), as_tensor(output)
    return _sparse_categorical_crossentropy(*tensors, bool(from_logits), axis, settings.epsilon)


@op
def _sparse_categorical_crossentropy(
    target: Array, output: Array, from_logits: bool, axis: int, epsilon: float
) -> Array:
    output = floating(output)
    place = normalize_axis(axis, output.ndim)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    expected = output.shape[:place] + output.shape[place + 1 :]
    hint = ". One-hot, it seems: use categorical_crossentropy" * (target.shape == output.shape)
    require(
        target.shape == expected,
        f"target has shape {list(target.shape)}; expected {list(expected)}, one class number for "
        f"each row of output {list(output.shape)}, whose classes are along axis {axis}{hint}",
    )
    classes = target.astype(np.int32)
    return crossentropy.sparse(classes, output, from_logits, place, epsilon)


@operation
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The cross-entropy between the probabilities `target` and `output`, elementwise.

    `output` are probabilities, or logits if `from_logits`.

    >>> target, output = np.array([0.0, 1.0], "float32"), np.array([0.5, 0.25], "float32")
    >>> keras.ops.binary_crossentropy(target, output).numpy()
    array([0.6931472, 1.3862944], dtype=float32)
    """
    tensors = as_tensor(target), as_tensor(output)
    return _binary_crossentropy(*tensors, bool(from_logits), settings.epsilon)


@op
def _binary_crossentropy(target: Array, output: Array, from_logits: bool, epsilon: float) -> Array:
    _require_alike(target, output)
    return crossentropy.binary(*_alike(target, output), from_logits, epsilon)


@operation
def psnr(x1: Any, x2: Any, max_val: float) -> Any:
    """The ratio of the largest signal to the noise between two tensors, in decibels.

    `max_val` is the largest value that there can be.

    >>> x1, x2 = np.zeros([2, 2], "float32"), np.full([2, 2], 0.1, "float32")
    >>> round(float(keras.ops.psnr(x1, x2, max_val=1.0)), 3)
    20.0
    """
    return _psnr(as_tensor(x1), as_tensor(x2), as_number(max_val))


@op
def _psnr(x1: Array, x2: Array, max_val: Array) -> Array:
    require(
        x1.shape == x2.shape,
        f"x1 has shape {list(x1.shape)} and x2 {list(x2.shape)}: they must have the same shape",
    )
    x1, x2 = _alike(x1, x2)
    noise = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(max_val.astype(x2.dtype)) - 10 * jnp.log10(noise)

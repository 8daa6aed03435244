"""Scalars and histograms."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.summary._protos import plugin_metadata
from keratin.summary._state import current
from keratin.summary._write import emit, known, tag_of

_DEFAULT_BUCKETS = 30


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> Tensor:
    """Write a number, for a curve over the steps.

    Args:
        name: Its name in TensorBoard, after the name scopes in force.
        data: A real number; it is kept as float32.
        step: The number of the step; without it the default one.
        description: Text in Markdown that TensorBoard shows beside the curve.

    Returns True if it was written.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     for step in range(3):
    ...         written = tf.summary.scalar("loss", 1 / (step + 1), step=step)
    >>> bool(written)
    True
    """
    tag = tag_of(name, "scalar_summary")
    if type(data) is not float:
        data = _number("scalar", tag, data)
        if tuple(np.shape(data) if not hasattr(data, "shape") else data.shape):
            raise ValueError(
                f"tf.summary.scalar: {tag!r} is one number; given shape {tuple(data.shape)}. "
                "Reduce it, with tf.reduce_mean for example, or use tf.summary.histogram. At "
                f"{errors.user_location()}."
            )
    if current.writer is None:
        return known(False)
    return emit(tag, lambda: [data], _as_float32, step, plugin_metadata("scalars", description))


def _as_float32(number: Any) -> Callable[[], np.ndarray[Any, Any]]:
    return lambda: np.asarray(number).astype(np.float32)


def _number(kind: str, tag: str, data: Any) -> Any:
    """What may be written as real numbers."""
    if isinstance(data, (bool, int, float, np.number, np.bool_)):
        value: Any = data
    else:
        value = data if isinstance(data, (Tensor, Variable)) else convert_to_tensor(data)
    dtype = value.dtype if hasattr(value, "dtype") else None
    name = getattr(dtype, "name", "")
    if name == "string" or name.startswith("complex"):
        remedy = "tf.summary.text" if name == "string" else "tf.math.real or tf.abs"
        raise TypeError(
            f"tf.summary.{kind}: {tag!r} is made of real numbers; given {name} "
            f"{_brief(data)}. Use {remedy}. At {errors.user_location()}."
        )
    return value


def _brief(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."


def histogram(
    name: str,
    data: Any,
    step: Any = None,
    buckets: Any = None,
    description: str | None = None,
) -> Tensor:
    """Write how the elements of a tensor are distributed.

    Args:
        name: Its name in TensorBoard, after the name scopes in force.
        data: Real numbers in any shape. Elements that are NaN or infinite have no place among the
            buckets; they are left out, and a warning counts them.
        step: The number of the step; without it the default one.
        buckets: How many buckets of equal width there are; 30 if not given.
        description: Text in Markdown that TensorBoard shows beside the histogram.

    Returns True if it was written.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.histogram("weights", tf.random.normal([100, 10]), step=0))
    True
    """
    tag = tag_of(name, "histogram_summary")
    values = _number("histogram", tag, data)
    count = _DEFAULT_BUCKETS if buckets is None else _bucket_count(tag, buckets)
    if current.writer is None:
        return known(False)
    prepare = functools.partial(_prepared_histogram, tag)
    metadata = plugin_metadata("histograms", description)
    return emit(tag, lambda: [values, count], prepare, step, metadata)


def _bucket_count(tag: str, buckets: Any) -> Any:
    number = buckets if isinstance(buckets, (Tensor, Variable)) else convert_to_tensor(buckets)
    if number.ndim or not number.dtype.is_integer:
        raise errors.InvalidArgumentError(
            f"tf.summary.histogram: {tag!r}: buckets is a whole number; given {buckets!r}. At "
            f"{errors.user_location()}."
        )
    return number


def _prepared_histogram(
    tag: str, data: np.ndarray[Any, Any], buckets: Any
) -> Callable[[], np.ndarray[Any, Any]]:
    flat = np.asarray(data).reshape(-1)
    if flat.dtype.kind not in "biu":
        finite = np.isfinite(flat)
        if not finite.all():
            left_out = flat.size - int(finite.sum())
            errors.warn_user(
                f"tf.summary.histogram: {left_out} of the {flat.size} elements of {tag!r} are NaN "
                "or infinite, and left out. tf.debugging.enable_check_numerics finds where they "
                "come from."
            )
            flat = flat[finite]
    return lambda: bucketed(flat, max(int(buckets), 0))


def bucketed(data: np.ndarray[Any, Any], buckets: int) -> np.ndarray[Any, Any]:
    """Rows of left edge, right edge and count.

    Buckets are half open but for the last one. Where all elements are equal, all edges are that
    value and the last bucket has them all.

    >>> from keratin.summary._numbers import bucketed
    >>> bucketed(np.array([0.0, 1.0, 1.5, 2.0]), 2)
    array([[0., 1., 1.],
           [1., 2., 3.]])
    """
    if buckets == 0 or data.size == 0:
        return np.zeros((buckets, 3))
    data = data.astype(np.float64)
    low, high = data.min(), data.max()
    if low == high:
        counts = np.zeros(buckets)
        counts[-1] = data.size
        return np.stack([np.full(buckets, low), np.full(buckets, high), counts], axis=1)
    # The range of all numbers is twice the largest one: it is measured in halves.
    scale = 1.0 if high / 4 - low / 4 < np.finfo(np.float64).max / 4 else 0.5
    first, last = low * scale, high * scale
    width = (last - first) / buckets
    if width > 0:
        index = np.floor((data * scale - first) / width).astype(np.int64)
    else:  # less than the least number there is
        index = np.where(data > low, buckets - 1, 0)
    counts = np.bincount(np.minimum(index, buckets - 1), minlength=buckets).astype(np.float64)
    edges = np.linspace(first, last, buckets + 1) / scale
    edges[-1] = high
    return np.stack([edges[:-1], edges[1:], counts], axis=1)

"""Counts: of values, of pairs of classes, of values in bins."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, T, op
from keratin._engine.tensor import convert_to_tensor, is_traced
from keratin.math._casting import convert


@op
def _bincount(
    arr: Array,
    weights: Array | None,
    size: int,
    dtype: DTypeArg,
    by_row: bool,
    binary_output: bool,
):
    rows = arr if by_row and arr.ndim == 2 else arr.reshape(1, -1)
    rows = rows.astype(np.int64)  # so that the number of any row and bin fits
    places = jnp.where(rows >= 0, rows, size)
    lines = jnp.broadcast_to(jnp.arange(len(rows), dtype=rows.dtype)[:, np.newaxis], rows.shape)
    dtype = dtype if weights is None else weights.dtype
    added = jnp.ones(rows.shape, dtype) if weights is None else weights.reshape(rows.shape)
    empty = jnp.zeros((len(rows), size), dtype).at[lines, places]
    counts = empty.max(added, mode="drop") if binary_output else empty.add(added, mode="drop")
    return counts if by_row and arr.ndim == 2 else counts[0]


def _known_length(arr, minlength, maxlength):
    """How many counts there are: one more than the largest value, within the bounds."""
    if minlength is not None and minlength == maxlength:
        return int(minlength)
    if is_traced(arr._value):
        raise errors.InvalidArgumentError(
            "tf.math.bincount: the number of bins depends on the values of arr, which are not "
            "known while a function is traced. Give minlength and maxlength the same number."
        )
    values = arr.numpy()
    if np.any(values < 0):
        raise errors.InvalidArgumentError(
            f"tf.math.bincount: arr holds the negative value {values.min()}; only values from 0 "
            "up can be counted. Shift or filter them first."
        )
    length = int(values.max()) + 1 if values.size else 0
    length = max(length, int(minlength or 0))
    return length if maxlength is None else min(length, int(maxlength))


def _check_bincount(arr, weights, axis, binary_output):
    if axis not in (None, 0, -1):
        raise errors.InvalidArgumentError(
            f"tf.math.bincount: axis={axis}; 0 or None counts all values together, -1 each row."
        )
    if weights is not None and binary_output:
        raise errors.InvalidArgumentError(
            "tf.math.bincount: weights and binary_output=True exclude each other. Give one."
        )
    if weights is not None and tuple(weights.shape) != tuple(arr.shape):
        raise errors.InvalidArgumentError(
            f"tf.math.bincount: weights has shape {tuple(weights.shape)} and arr "
            f"{tuple(arr.shape)}; each value needs one weight."
        )
    if arr.dtype.kind not in ("int", "uint") or len(arr.shape) > 2:
        raise errors.InvalidArgumentError(
            f"tf.math.bincount: arr has dtype {arr.dtype.name} and rank {len(arr.shape)}; integers "
            "of rank 2 or less can be counted."
        )


def bincount(
    arr: Array,
    weights: Array | None = None,
    minlength: int | None = None,
    maxlength: int | None = None,
    dtype: DTypeArg = "int32",
    name: str | None = None,
    axis: int | None = None,
    binary_output: bool = False,
):
    """How often each of 0, 1, 2, ... occurs, or the sum of the weights of its occurrences.

    All values are counted together, or with `axis=-1` those of each row. `binary_output` says only
    whether a value occurs. The number of counts is one more than the largest value, `minlength` at
    least and `maxlength` at most; within a traced function it must be known from those two.

    >>> tf.math.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)
    """
    arr = convert_to_tensor(arr)
    weights = None if weights is None else convert_to_tensor(weights)
    _check_bincount(arr, weights, axis, binary_output)
    size = _known_length(arr, minlength, maxlength)
    return _bincount(arr, weights, size, dtype, axis == -1, binary_output)


@op
def _confusion_matrix(
    labels: Array, predictions: Array, weights: Array | None, num_classes: int, dtype: DTypeArg
):
    added = jnp.ones(labels.shape, dtype) if weights is None else convert(weights, dtype)
    table = jnp.zeros((num_classes, num_classes), dtype)
    places = [jnp.where(each >= 0, each, num_classes) for each in (labels, predictions)]
    return table.at[tuple(places)].add(jnp.broadcast_to(added, labels.shape), mode="drop")


@op
def _as_classes(labels: Array, predictions: Array):
    """Both as integers; a last axis of size 1 that only one of them has is dropped."""
    if labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if predictions.ndim == labels.ndim + 1 and predictions.shape[-1] == 1:
        predictions = predictions[..., 0]
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise errors.InvalidArgumentError(
            f"labels has shape {list(labels.shape)} and predictions {list(predictions.shape)}; two "
            "lists of equal length are expected."
        )
    return convert(labels, np.dtype(np.int64)), convert(predictions, np.dtype(np.int64))


def _known_classes(labels, predictions, num_classes):
    """How many classes there are; raises for classes that there cannot be."""
    if is_traced(labels._value) or is_traced(predictions._value):
        if num_classes is None:
            raise errors.InvalidArgumentError(
                "tf.math.confusion_matrix: the number of classes depends on values that are not "
                "known while a function is traced. Give num_classes."
            )
        return num_classes
    highest = -1
    for what, tensor in (("labels", labels), ("predictions", predictions)):
        values = tensor.numpy()
        highest = max(highest, int(values.max(initial=-1)))
        if np.any(values < 0):
            raise errors.InvalidArgumentError(
                f"tf.math.confusion_matrix: {what} holds {values.min()}; classes count from 0."
            )
        if num_classes is not None and np.any(values >= int(num_classes)):
            raise errors.InvalidArgumentError(
                f"tf.math.confusion_matrix: {what} holds {values.max()}, but num_classes is "
                f"{int(num_classes)}. Give at least {int(values.max()) + 1}."
            )
    return highest + 1 if num_classes is None else num_classes


def confusion_matrix(
    labels: Array,
    predictions: Array,
    num_classes: int | None = None,
    weights: Array | None = None,
    dtype: DTypeArg = "int32",
    name: str | None = None,
):
    """How often class i (row) was predicted as class j (column), or the sum of the weights.

    >>> tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]).numpy()
    array([[1, 0],
           [1, 1]], dtype=int32)
    """
    labels, predictions = _as_classes(labels, predictions)
    num_classes = _known_classes(labels, predictions, num_classes)
    return _confusion_matrix(labels, predictions, weights, num_classes, dtype)


def _check_bins(value_range, nbins):
    if value_range.shape != (2,):
        raise errors.InvalidArgumentError(
            f"value_range has shape {list(value_range.shape)}; two numbers are expected, the "
            "lower and the upper end."
        )
    if nbins <= 0:
        raise errors.InvalidArgumentError(f"nbins={nbins}; 1 bin or more is needed.")


def _bins(values, value_range, nbins):
    """The bin of each value; what lies outside of the range belongs to the first or last."""
    _check_bins(value_range, nbins)
    wide = values.dtype if values.dtype == np.float32 else np.dtype(np.float64)
    values, (low, high) = values.astype(wide), value_range.astype(wide)
    place = jnp.floor(nbins * ((values - low) / (high - low)))
    return jnp.clip(place, 0, nbins - 1).astype(np.int32)


@op(T="real")
def histogram_fixed_width(values: T, value_range: T, nbins: int = 100, dtype: DTypeArg = "int32"):
    """How many values fall into each of nbins bins of equal width from value_range[0] to [1].

    What lies outside of the range counts for the first or the last bin.

    >>> tf.histogram_fixed_width([-1.0, 0.5, 1.5, 9.0], [0.0, 2.0], nbins=2).numpy()
    array([2, 2], dtype=int32)
    """
    bins = _bins(values, value_range, nbins).reshape(-1)
    return jnp.zeros((nbins,), dtype).at[bins].add(1)


@op(T="real")
def histogram_fixed_width_bins(
    values: T, value_range: T, nbins: int = 100, dtype: DTypeArg = "int32"
):
    """The bin each value falls into, of nbins of equal width from value_range[0] to [1].

    What lies outside of the range belongs to the first or the last bin.

    >>> tf.histogram_fixed_width_bins([-1.0, 0.5, 1.5, 9.0], [0.0, 2.0], nbins=2).numpy()
    array([0, 0, 1, 1], dtype=int32)
    """
    return _bins(values, value_range, nbins).astype(dtype)

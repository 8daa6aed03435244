"""Tensors put together, taken apart, repeated, padded and turned around."""

from __future__ import annotations

import builtins
from typing import Any

import jax
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, Ts, op
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable
from keratin.array._gathering import take
from keratin.array._shape import reshape, stop_gradient
from keratin.array._support import (
    composite,
    host_value,
    integers,
    library,
    named,
    normalize_axes,
    normalize_axis,
    on_host,
    plain,
    prepared,
    static_shape,
)

# Together and apart


def _listed(values: Any, axis: Any, name: Any = "concat") -> tuple[Any, ...]:
    return values if isinstance(values, (list, tuple)) else [values], plain(axis, "axis"), name


@prepared(_listed)
@op(strings=True)
def concat(values: Ts, axis: int, name: Static = "concat") -> jax.Array:
    """The tensors one after another along an axis that they have already.

    >>> tf.concat([[[1, 2]], [[3, 4]]], axis=0).numpy()
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    if not values:
        raise errors.InvalidArgumentError("values is empty. Give at least one tensor")
    first = values[0]
    if not first.ndim and len(values) > 1:
        raise errors.InvalidArgumentError(
            "scalars have no axis to be joined along. Use tf.stack, which makes a new one"
        )
    place = normalize_axis(axis, first.ndim) if first.ndim else 0
    for position, value in enumerate(values):
        if value.ndim != first.ndim:
            raise errors.InvalidArgumentError(
                f"values[0] has rank {first.ndim} and values[{position}] rank {value.ndim}; all "
                "need the same. Use tf.expand_dims to add an axis, or tf.stack to join along a new "
                "one"
            )
        for other, (size, expected) in enumerate(zip(value.shape, first.shape, strict=True)):
            if size != expected and other != place:
                raise errors.InvalidArgumentError(
                    f"values[0] has shape {list(first.shape)} and values[{position}] "
                    f"{list(value.shape)}; they may differ only along axis {place}, and differ "
                    f"along {other}. Join along axis={other}, or make the sizes equal"
                )
    return library(*values).concatenate(values, place) if first.ndim else first


@named("stack")
@op(strings=True)
def _stack(values: Ts, axis: int) -> jax.Array:
    first = values[0]
    place = normalize_axis(axis, first.ndim, new=True)
    for position, value in enumerate(values):
        if value.shape != first.shape:
            raise errors.InvalidArgumentError(
                f"values[0] has shape {list(first.shape)} and values[{position}] "
                f"{list(value.shape)}; all need the same shape. Use tf.concat to join tensors of "
                "different sizes along an axis they have, or pad them with tf.pad"
            )
    return library(*values).stack(values, place)


def stack(values: Ts, axis: int = 0, name: str | None = "stack") -> Any:
    """The tensors one after another along a new axis.

    >>> tf.stack([[1, 2], [3, 4]], axis=1).numpy()
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    place = plain(axis, "axis")
    if isinstance(values, (Tensor, Variable, np.ndarray)) and place == 0:
        return convert_to_tensor(values)
    if not len(values):
        return convert_to_tensor(np.zeros(0, np.float32))
    return _stack(values, place)


def parallel_stack(values: Ts, name: str | None = "parallel_stack") -> Any:
    """The tensors one after another along a new first axis, as `tf.stack` does it.

    >>> tf.parallel_stack([[1, 2], [3, 4]]).shape
    TensorShape([2, 2])
    """
    return stack(values, 0, name)


def _unstackable(
    value: Any, num: Any = None, axis: Any = 0, name: Any = "unstack"
) -> tuple[Any, ...]:
    return value, plain(num, "num"), plain(axis, "axis"), name


@prepared(_unstackable)
@op(strings=True)
def unstack(
    value: Array, num: int | None = None, axis: int = 0, name: Static = "unstack"
) -> list[jax.Array]:
    """A list of the slices along an axis.

    >>> [x.numpy().tolist() for x in tf.unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]
    """
    place = normalize_axis(axis, value.ndim)
    count = value.shape[place]
    if num is not None and num != count:
        raise errors.InvalidArgumentError(
            f"num={num} was given, but axis {place} of a tensor of shape {list(value.shape)} has "
            f"size {count}. Leave num out"
        )
    parts = library(value).split(value, count, place) if count else []
    shape = value.shape[:place] + value.shape[place + 1 :]
    return [part.reshape(shape) for part in parts]


def _splittable(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: Any = "split"
) -> tuple[Any, ...]:
    return (
        value,
        plain(num_or_size_splits, "num_or_size_splits"),
        plain(axis, "axis"),
        plain(num, "num"),
        name,
    )


@prepared(_splittable)
@op(strings=True)
def split(
    value: Array,
    num_or_size_splits: Static,
    axis: int = 0,
    num: int | None = None,
    name: Static = "split",
) -> list[jax.Array]:
    """A list of parts along an axis: so many of equal size, or of the sizes given.

    One of the sizes may be -1: what is left.

    >>> [x.numpy().tolist() for x in tf.split([1, 2, 3, 4], [1, 3])]
    [[1], [2, 3, 4]]
    """
    place = normalize_axis(axis, value.ndim)
    sizes = _split_sizes(value.shape, place, num_or_size_splits)
    if num is not None and isinstance(num_or_size_splits, tuple) and num != len(sizes):
        raise errors.InvalidArgumentError(
            f"num={num}, but num_or_size_splits={list(sizes)} makes {len(sizes)} parts. Leave num "
            "out"
        )
    ends = np.cumsum(sizes)[:-1].tolist()
    return list(library(value).split(value, ends, place))


def _split_sizes(shape: tuple[int, ...], axis: int, wanted: Any) -> list[int]:
    total = shape[axis]
    if isinstance(wanted, int):
        if wanted < 1 or total % wanted:
            raise errors.InvalidArgumentError(
                f"axis {axis} of a tensor of shape {list(shape)} has size {total}, which is not "
                f"divisible into {wanted} equal parts. Give a list of sizes instead"
            )
        return [total // wanted] * wanted
    sizes = list(integers(wanted, "num_or_size_splits"))
    known = sum([size for size in sizes if size != -1])
    fits = known <= total if -1 in sizes else known == total
    if not fits or sizes.count(-1) > 1 or min(sizes, default=0) < -1 or not sizes:
        raise errors.InvalidArgumentError(
            f"the sizes {sizes} do not make up the size {total} of axis {axis}. They must add up "
            "to it, and one of them may be -1, for what is left"
        )
    return [total - known if size == -1 else size for size in sizes]


# Repeated


def _tiled(input: Any, multiples: Any, name: Any = None) -> tuple[Any, ...]:
    return input, plain(multiples, "multiples"), name


@prepared(_tiled)
@op(strings=True)
def tile(input: Array, multiples: Static) -> jax.Array:
    """The tensor repeated as a whole, `multiples[i]` times along axis i.

    >>> tf.tile([1, 2], [2]).numpy()
    array([1, 2, 1, 2], dtype=int32)
    """
    if not isinstance(multiples, tuple) or len(multiples) != input.ndim:
        given = list(multiples) if isinstance(multiples, tuple) else multiples
        raise errors.InvalidArgumentError(
            f"multiples={given} must be a list of {input.ndim}, one number for each axis of a "
            f"tensor of shape {list(input.shape)}. Write 1 for an axis to leave as it is"
        )
    if min(integers(multiples, "multiples"), default=0) < 0:
        raise errors.InvalidArgumentError(f"multiples={list(multiples)} must be 0 or more")
    return library(input).tile(input, multiples)


@named("repeat")
@op(strings=True)
def _repeat(input: Array, repeats: int, axis: int | None) -> jax.Array:
    place = None if axis is None else normalize_axis(axis, input.ndim)
    return library(input).repeat(input, repeats, axis=place)


@composite
def repeat(input: Array, repeats: Any, axis: int | None = None, name: str | None = None) -> Any:
    """Each element repeated, so many times as `repeats` says: one number, or one for each.

    Without an axis the input is taken as one long row. Different numbers must be known: inside a
    `tf.function` they cannot be computed by it, as the shape of the result depends on them.

    >>> tf.repeat([1, 2, 3], [2, 0, 1]).numpy()
    array([1, 1, 3], dtype=int32)
    """
    counts = np.asarray(plain(repeats, "repeats"))
    if counts.dtype.kind not in "iu" or counts.ndim > 1:
        raise ValueError(
            f"repeats must be an integer or a vector of integers; given {counts.tolist()!r}"
        )
    place = plain(axis, "axis")
    if counts.size == 1:
        if counts.item() < 0:
            raise errors.InvalidArgumentError(f"repeats={counts.item()} must be 0 or more")
        return _repeat(input, counts.item(), place)
    tensor: Any = input if isinstance(input, (Tensor, Variable)) else convert_to_tensor(input)
    if place is None:
        tensor, place = reshape(tensor, -1), 0
    shape = static_shape(tensor) or ()
    size = shape[normalize_axis(place, len(shape))]
    if len(counts) != size:
        raise ValueError(
            f"repeats has {len(counts)} numbers, but axis {place} of shape {list(shape)} has size "
            f"{size}. Give one number for each, or one for all"
        )
    rows = np.repeat(np.arange(size, dtype=np.int32), np.maximum(counts, 0))
    return take(tensor, wrap(rows), place)


# Padded

_MODES = ("CONSTANT", "REFLECT", "SYMMETRIC")


def _padding(shape: tuple[int, ...], paddings: Any, mode: str) -> list[tuple[int, ...]]:
    """The paddings as pairs, one an axis; checked."""
    pairs = [tuple(pair) if isinstance(pair, tuple) else (pair,) for pair in paddings]
    if len(pairs) != len(shape) or any(len(pair) != 2 for pair in pairs):
        raise errors.InvalidArgumentError(
            f"paddings={_nested(paddings)} must hold one pair [before, after] for each of the "
            f"{len(shape)} axes of a tensor of shape {list(shape)}. Write [0, 0] for an axis to "
            "leave as it is"
        )
    reach = {"REFLECT": 1, "SYMMETRIC": 0}.get(mode)
    for axis, pair in enumerate(pairs):
        if min(integers(pair, "paddings")) < 0:
            raise errors.InvalidArgumentError(
                f"paddings={_nested(paddings)} must be 0 or more. Slice the tensor to make it "
                "smaller"
            )
        if reach is not None and max(pair) > max(shape[axis] - reach, 0):
            raise errors.InvalidArgumentError(
                f"mode {mode} can pad axis {axis}, of size {shape[axis]}, by at most "
                f"{max(shape[axis] - reach, 0)}; paddings={_nested(paddings)}. Pad in two steps, "
                "or use mode='CONSTANT'"
            )
    return pairs


def _nested(paddings: Any) -> Any:
    return [list(pair) if isinstance(pair, tuple) else pair for pair in paddings]


@named("pad")
@op(strings=True)
def _pad(tensor: Array, paddings: Static, mode: str) -> jax.Array:
    pairs = _padding(tensor.shape, paddings, mode)
    if not pairs:
        return tensor
    if mode != "CONSTANT":
        return library(tensor).pad(tensor, pairs, mode=mode.lower())
    filler = b"" if tensor.dtype == OBJECT else np.zeros((), tensor.dtype)
    return library(tensor).pad(tensor, pairs, constant_values=filler)


@named("pad")
@op(strings=True)
def _pad_with(tensor: T, constant_values: T, paddings: Static) -> Any:
    if constant_values.ndim:
        raise errors.InvalidArgumentError(
            f"constant_values must be a scalar; its shape is {list(constant_values.shape)}"
        )
    pairs = _padding(tensor.shape, paddings, "CONSTANT")
    if isinstance(tensor, np.ndarray):
        return np.pad(tensor, pairs, constant_values=constant_values.item()) if pairs else tensor
    return lax.pad(tensor, constant_values, [(before, after, 0) for before, after in pairs])


@composite
def pad(
    tensor: Array,
    paddings: Any,
    mode: str = "CONSTANT",
    constant_values: Any = 0,
    name: str | None = None,
) -> Any:
    """More elements before and after along each axis: `paddings[i]` is [before, after] of axis i.

    They are `constant_values`, or with mode "REFLECT" the mirrored inside without its border, with
    "SYMMETRIC" with it.

    >>> tf.pad([1, 2, 3], [[1, 2]]).numpy()
    array([0, 1, 2, 3, 0, 0], dtype=int32)
    >>> tf.pad([1, 2, 3], [[2, 0]], "REFLECT").numpy()
    array([3, 2, 1, 2, 3], dtype=int32)
    """
    chosen = mode.upper()
    if chosen not in _MODES:
        raise ValueError(f"mode must be one of {', '.join(_MODES)}; given {mode!r}")
    pairs = plain(paddings, "paddings")
    if not isinstance(pairs, tuple):
        raise errors.InvalidArgumentError(
            f"paddings={pairs} must be a list of pairs [before, after], one for each axis"
        )
    if chosen != "CONSTANT" or (type(constant_values) in (int, float) and constant_values == 0):
        return _pad(tensor, pairs, chosen)
    if isinstance(constant_values, (Tensor, Variable)):
        constant_values = stop_gradient(constant_values)
    return _pad_with(tensor, constant_values, pairs)


# Turned around


def _reversed(tensor: Any, axis: Any, name: Any = None) -> tuple[Any, ...]:
    return tensor, plain(axis, "axis"), name


@prepared(_reversed)
@op(strings=True)
def reverse(tensor: Array, axis: Static) -> jax.Array:
    """The elements in opposite order along each axis of a list.

    >>> tf.reverse([[1, 2], [3, 4]], axis=[1]).numpy()
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    if not isinstance(axis, tuple):
        raise errors.InvalidArgumentError(f"axis={axis} must be a list. Write axis=[{axis}]")
    return library(tensor).flip(tensor, normalize_axes(axis, tensor.ndim))


def _sequences(
    input: Any, seq_lengths: Any, seq_axis: Any = None, batch_axis: Any = None, name: Any = None
) -> tuple[Any, ...]:
    seq_lengths = on_host(seq_lengths)
    lengths, shape = host_value(seq_lengths), getattr(input, "shape", None)
    if seq_axis is None:
        raise TypeError("seq_axis is missing. Give the axis to reverse along")
    if lengths is not None and lengths.size and shape is not None and len(shape):
        size = shape[plain(seq_axis, "seq_axis")]
        if size is not None and not (lengths.min() >= 0 and lengths.max() <= size):
            raise errors.InvalidArgumentError(
                f"seq_lengths={lengths.tolist()} must be between 0 and the size {size} of "
                f"axis {plain(seq_axis, 'seq_axis')}"
            )
    return input, seq_lengths, plain(seq_axis, "seq_axis"), plain(batch_axis, "batch_axis"), name


@prepared(_sequences)
@op(strings=True)
def reverse_sequence(
    input: Array, seq_lengths: Array, seq_axis: int | None = None, batch_axis: int | None = None
) -> jax.Array:
    """Reverse, in each example of a batch, the first `seq_lengths[i]` elements; the rest stays.

    >>> tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).numpy()
    array([[2, 1, 3],
           [6, 5, 4]], dtype=int32)
    """
    xp = library(input)
    along = normalize_axis(seq_axis, input.ndim, "seq_axis")  # type: ignore[arg-type]
    batch = normalize_axis(batch_axis or 0, input.ndim, "batch_axis")
    if along == batch:
        raise errors.InvalidArgumentError(
            f"seq_axis and batch_axis are both {along}. Give two different axes"
        )
    if seq_lengths.shape != (input.shape[batch],):
        raise errors.InvalidArgumentError(
            f"seq_lengths has shape {list(seq_lengths.shape)}; axis {batch} of the input, the "
            f"batch, has size {input.shape[batch]}. Give one length for each example"
        )
    rank = input.ndim
    lengths = xp.expand_dims(seq_lengths, [axis for axis in builtins.range(rank) if axis != batch])
    places = np.arange(input.shape[along], dtype=seq_lengths.dtype)
    places = np.expand_dims(places, [axis for axis in builtins.range(rank) if axis != along])
    source = xp.where(places < lengths, lengths - 1 - places, places)
    return xp.take_along_axis(input, xp.broadcast_to(source, input.shape), along)


def _rolled(input: Any, shift: Any, axis: Any, name: Any = None) -> tuple[Any, ...]:
    return input, on_host(shift), plain(axis, "axis"), name


@prepared(_rolled)
@op(strings=True)
def roll(input: Array, shift: Array, axis: Static) -> jax.Array:
    """The elements moved on by `shift` places along an axis; those that fall off come in again.

    >>> tf.roll([1, 2, 3, 4], shift=1, axis=0).numpy()
    array([4, 1, 2, 3], dtype=int32)
    """
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not input.ndim:
        raise errors.InvalidArgumentError("a scalar has no axis to roll along")
    if shift.ndim > 1 or (shift.size if shift.ndim else 1) != len(axes):
        raise errors.InvalidArgumentError(
            f"shift has shape {list(shift.shape)} and axis is {axis}; give one shift for each axis"
        )
    if shift.dtype.kind not in "iu":
        raise errors.InvalidArgumentError(f"shift must be an integer; its dtype is {shift.dtype}")
    places = [normalize_axis(each, input.ndim) for each in axes]
    for place, by in zip(places, shift.reshape(-1), strict=True):
        input = library(input).roll(input, int(by) if library(input) is np else by, place)
    return input

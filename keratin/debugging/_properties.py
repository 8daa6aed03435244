"""Asserts on dtypes, ranks and shapes, which are always known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType, DTypeLike, as_dtype
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.debugging._asserts import opening, summary

# dtypes


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise TypeError unless x is of an integer dtype.

    >>> tf.debugging.assert_integer(tf.constant(1))
    """
    dtype = _tensor(x).dtype
    if not dtype.is_integer:
        raise TypeError(
            f"{opening(message)}x must be of an integer dtype, but it is {dtype.name}. "
            "tf.cast(x, tf.int32) makes it one."
        )


def assert_type(
    tensor: Any, tf_type: DTypeLike, message: str | None = None, name: str | None = None
) -> None:
    """Raise TypeError unless a tensor is of the given dtype.

    >>> tf.debugging.assert_type(tf.constant(1.0), tf.float32)
    """
    given, wanted = _tensor(tensor).dtype, as_dtype(tf_type)
    if given is not wanted:
        raise TypeError(
            f"{opening(message)}The tensor must be of dtype {wanted.name}, but it is {given.name}. "
            f"tf.cast(x, tf.{wanted.name}) converts it."
        )


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether a value is a tensor of numbers.

    >>> tf.debugging.is_numeric_tensor(tf.constant(1)), tf.debugging.is_numeric_tensor(1)
    (True, False)
    """
    return isinstance(tensor, Tensor) and tensor.dtype.is_numeric


def assert_same_float_dtype(
    tensors: Sequence[Any] | None = None, dtype: DTypeLike | None = None
) -> DType:
    """Return the one floating dtype of all tensors (and `dtype`); ValueError if there are several.

    Without tensors and dtype it is tf.float32. None among the tensors is passed over.

    >>> tf.debugging.assert_same_float_dtype([tf.constant(1.0), tf.constant(2.0)])
    tf.float32
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for position, tensor in enumerate(tensors or []):
        if tensor is None:
            continue
        given = _tensor(tensor).dtype
        if wanted is not None and given is not wanted:
            raise ValueError(
                f"All tensors must be of one dtype: tensor {position} is of {given.name}, and not "
                f"of {wanted.name}. tf.cast(x, tf.{wanted.name}) converts it."
            )
        wanted = given
    wanted = wanted or dtypes.float32
    if not wanted.is_floating:
        raise ValueError(f"A floating dtype is expected, but it is {wanted.name}.")
    return wanted


def assert_proper_iterable(values: Any) -> None:
    """Raise TypeError unless `values` is a collection of things: a tensor or text is none.

    >>> tf.debugging.assert_proper_iterable([1, 2])
    """
    improper = (Tensor, np.ndarray, str, bytes)
    if isinstance(values, improper) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"values must be a list or another collection; given {type(values).__name__}. "
            "Write [values] for a list of one."
        )


# Ranks


def assert_rank(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless x has the given number of dimensions.

    >>> tf.debugging.assert_rank(tf.zeros([2, 3]), 2)
    """
    _check_rank(x, [rank], "rank {}", message)


def assert_rank_at_least(
    x: Any, rank: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError if x has fewer dimensions than `rank`.

    >>> tf.debugging.assert_rank_at_least(tf.zeros([2, 3]), 1)
    """
    least = _as_rank(rank)
    shape = tuple(_tensor(x).shape)
    if len(shape) < least:
        raise errors.InvalidArgumentError(_rank_text(shape, f"rank {least} or more", message))


def assert_rank_in(
    x: Any, ranks: Iterable[Any], message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError unless the number of dimensions of x is among `ranks`.

    >>> tf.debugging.assert_rank_in(tf.zeros([2, 3]), [2, 3])
    """
    _check_rank(x, ranks, "a rank among {}", message)


def assert_scalar(tensor: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless a tensor has no dimensions.

    >>> tf.debugging.assert_scalar(tf.constant(1.0))
    """
    _check_rank(tensor, [0], "rank {}, that of a scalar", message)


def _check_rank(x: Any, ranks: Iterable[Any], wanted: str, message: str | None) -> None:
    allowed = [_as_rank(rank) for rank in ranks]
    shape = tuple(_tensor(x).shape)
    if len(shape) not in allowed:
        text = wanted.format(", ".join(map(str, allowed)))
        raise errors.InvalidArgumentError(_rank_text(shape, text, message))


def _rank_text(shape: tuple[int, ...], wanted: str, message: str | None) -> str:
    return (
        f"{opening(message)}The tensor must have {wanted}, but it has rank {len(shape)}: its shape "
        f"is {shape}. At {errors.user_location()}."
    )


def _as_rank(rank: Any) -> int:
    value = np.asarray(_tensor(rank).numpy())
    if value.ndim or value.dtype.kind not in "iu":
        raise errors.InvalidArgumentError(f"A rank is one integer; given {rank!r}.")
    return int(value)


def _tensor(x: Any) -> Any:
    """A tensor of a Python value; symbolic and other tensors pass as they are."""
    return (
        x
        if hasattr(x, "shape") and isinstance(getattr(x, "dtype", None), DType)
        else (convert_to_tensor(x))
    )


# Shapes


def assert_shapes(
    shapes: Mapping[Any, Any] | Sequence[tuple[Any, Any]],
    data: Sequence[Any] | None = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise ValueError unless tensors have the shapes given, in sizes and in letters.

    `shapes` pairs tensors with shapes. In a shape an integer is a size; a letter or word stands
    for one size, the same wherever it occurs; None or "." for any size; "..." or "*", as the first
    entry, for any number of sizes. A scalar passes for a vector of one element.

    >>> x, y = tf.zeros([5, 2]), tf.zeros([5])
    >>> tf.debugging.assert_shapes([(x, ("N", 2)), (y, ("N",))])
    """
    pairs = list(shapes.items()) if isinstance(shapes, Mapping) else list(shapes)
    known: dict[Any, tuple[int, str]] = {}
    try:
        for position, (x, wanted) in enumerate(pairs):
            x = x.deref() if hasattr(x, "deref") else x
            if wanted is not None:
                _check_shape(position, tuple(_tensor(x).shape), wanted, known)
    except errors.InvalidArgumentError as error:
        shown = "".join(
            f"\n{summary(np.asarray(_tensor(item).numpy()), summarize)}" for item in data or []
        )
        raise errors.InvalidArgumentError(
            f"{opening(message)}{error.message}{shown}\nAt {errors.user_location()}."
        ) from None


def _check_shape(
    position: int, shape: tuple[int, ...], wanted: Any, known: dict[Any, tuple[int, str]]
) -> None:
    if not hasattr(wanted, "__iter__"):
        raise errors.InvalidArgumentError(
            f"Shape {position} must be a tuple such as ('N', 3); given {wanted!r}."
        )
    entries = list(wanted)
    given = f"tensor {position}, of shape {shape},"
    if any(map(_is_rest, entries[1:])):
        raise errors.InvalidArgumentError(
            f"Shape {position}, {wanted!r}: only the first entry may be '...' or '*'."
        )
    if entries and _is_rest(entries[0]):
        entries = entries[1:]
        shape = shape[max(0, len(shape) - len(entries)) :]
    elif not shape and len(entries) == 1:
        shape = (1,)
    if len(shape) != len(entries):
        raise errors.InvalidArgumentError(f"The {given} does not have the shape {wanted!r}.")
    for axis, (size, entry) in enumerate(zip(shape, entries, strict=True)):
        _check_size(size, entry, f"The {given} has size {size} on axis {axis}", known)


def _is_rest(entry: Any) -> bool:
    return entry is Ellipsis or (isinstance(entry, str) and entry in ("...", "*"))


def _check_size(size: int, entry: Any, given: str, known: dict[Any, tuple[int, str]]) -> None:
    if entry is None or (isinstance(entry, str) and entry == "."):
        return
    if isinstance(entry, str) and not entry.isdigit():
        expected, origin = known.setdefault(entry, (size, given))
        if size != expected:
            raise errors.InvalidArgumentError(f"{given}, but {entry!r} is {expected}: {origin}.")
    elif int(entry) != size:
        raise errors.InvalidArgumentError(f"{given}, but it must be {int(entry)}.")

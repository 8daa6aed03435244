"""Signals cut into frames that overlap, and put together again."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.array._support import composite, named
from keratin.math._shape import normalize_axis


@composite
def frame(
    signal: Any,
    frame_length: int,
    frame_step: int,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: int = -1,
    name: str | None = None,
) -> Any:
    """Cuts an axis into frames of `frame_length` values that start every `frame_step` values.

    The axis becomes two: the frames, and their values. Values at the end that fill no frame are
    left out; with `pad_end` frames start there too, and are filled with `pad_value`.

    >>> tf.signal.frame([1, 2, 3, 4, 5], 3, 2).numpy()
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    return _frame(signal, pad_value if pad_end else None, frame_length, frame_step, axis)


@named("frame")
@op(strings=True)
def _frame(signal: T, pad_value: T | None, frame_length: int, frame_step: int, axis: int):
    if signal.ndim < 1:
        raise errors.InvalidArgumentError("signal is a scalar, and must have at least one axis")
    axis = normalize_axis(axis, signal.ndim)
    require_length("frame_length", frame_length, least=0)
    require_length("frame_step", frame_step, least=1)
    library: Any = np if signal.dtype == object else jnp
    moved = library.moveaxis(signal, axis, -1)
    if pad_value is not None:
        count = -(-moved.shape[-1] // frame_step)
        missing = max(0, (count - 1) * frame_step + frame_length - moved.shape[-1])
        padding = library.full((*moved.shape[:-1], missing), pad_value, signal.dtype)
        moved = library.concatenate([moved, padding], axis=-1)
    else:
        count = max(0, (moved.shape[-1] - frame_length) // frame_step + 1)
    frames = framed(library, moved, frame_length, frame_step, count)
    return library.moveaxis(frames, (-2, -1), (axis, axis + 1))


def framed(library: Any, signal: Any, length: int, step: int, count: int) -> Any:
    """The first `count` frames along the last axis, made without gathering.

    Block b + s of `step` values is the part s of the frame b. A row of all blocks, repeated and
    read in rows that are one block longer, starts one block later in each row.
    """
    batch = signal.shape[:-1]
    if not count or not length:
        return library.zeros((*batch, count, length), signal.dtype)
    parts = -(-length // step)
    blocks = count + parts - 1
    values = signal[..., : blocks * step]
    short = blocks * step - values.shape[-1]
    if short:
        filler = library.zeros((*batch, short), signal.dtype)  # cut off again
        values = library.concatenate([values, filler], axis=-1)
    repeated = library.broadcast_to(
        values[..., None, :], (*batch, parts + 1, blocks * step)
    ).reshape((*batch, -1))
    skewed = repeated[..., : parts * (blocks + 1) * step]
    skewed = skewed.reshape((*batch, parts, blocks + 1, step))[..., :count, :]
    frames = library.moveaxis(skewed, -3, -2).reshape((*batch, count, parts * step))
    return frames[..., :length]


@op(T="number")
def overlap_and_add(signal: T, frame_step: int):
    """The sum of frames, [..., frames, frame_length], that start every `frame_step` values.

    >>> tf.signal.overlap_and_add([[1, 1, 1], [2, 2, 2]], 2).numpy()
    array([1, 1, 3, 2, 2], dtype=int32)
    """
    if signal.ndim < 2:
        raise errors.InvalidArgumentError(
            f"signal has shape {list(signal.shape)}, and must have rank 2 or more: the frames and "
            "their values are its last axes"
        )
    require_length("frame_step", frame_step, least=1)
    return added(signal, frame_step)


def added(frames: Any, step: int) -> Any:
    """The sum of frames, each moved by `step`, made without scattering; see `framed`."""
    *batch, count, length = frames.shape
    if not count or not length:
        return jnp.zeros((*batch, max(0, (count - 1) * step + length)), frames.dtype)
    parts = -(-length // step)
    none = [(0, 0)] * len(batch)
    padded = jnp.pad(frames, [*none, (0, 0), (0, parts * step - length)])
    columns = jnp.moveaxis(padded.reshape(*batch, count, parts, step), -2, -3)
    # A row of `count` blocks with `parts` zeros behind it, read in rows one block shorter.
    padded = jnp.pad(columns, [*none, (0, 0), (0, parts), (0, 0)])
    rows = padded.reshape(*batch, -1)[..., : parts * (count + parts - 1) * step]
    rows = rows.reshape(*batch, parts, (count + parts - 1) * step)
    return jnp.sum(rows, axis=-2, dtype=frames.dtype)[..., : (count - 1) * step + length]


def require_length(name: str, value: Any, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise errors.InvalidArgumentError(f"{name}={value!r} must be an integer, {least} or more")

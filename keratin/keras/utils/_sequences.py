"""Sequences of several lengths as one array."""

from __future__ import annotations

from typing import Any

import numpy as np

_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """One array of sequences, filled up with `value` or cut to `maxlen`, at the start ("pre") or
    at the end ("post").

    >>> keras.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)
    """
    lengths = _lengths(sequences)
    _check_sides(padding, truncating)
    _check_value(value, dtype)
    longest = int(lengths.max()) if len(lengths) else 0
    width = longest if maxlen is None else int(maxlen)
    rows = [np.asarray(each, dtype) for each in sequences if len(each)]
    shape = rows[0].shape[1:] if rows else ()
    _check_shapes(rows, shape, np.flatnonzero(lengths))
    found = np.full((len(lengths), width, *shape), value, dtype)
    if rows and width:
        kept = np.minimum(lengths, width)
        place = _from_side(kept, width, padding)
        found[place] = np.concatenate([_cut(row, width, truncating) for row in rows])
    return found


def _cut(row: np.ndarray, width: int, truncating: str) -> np.ndarray:
    return row[-width:] if truncating == "pre" else row[:width]


def _from_side(kept: np.ndarray, width: int, padding: str) -> np.ndarray:
    """Where in [rows, width] the values go."""
    column = np.arange(width)
    return column >= width - kept[:, None] if padding == "pre" else column < kept[:, None]


def _lengths(sequences: Any) -> np.ndarray:
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences: sequences is a {type(sequences).__name__}; expected a list of "
            "sequences. Write list(sequences)."
        )
    for index, each in enumerate(sequences):
        if not hasattr(each, "__len__"):
            raise ValueError(
                f"pad_sequences: sequences[{index}] is {each!r}, which has no length; expected a "
                "list of lists, one for each sequence."
            )
    return np.array([len(each) for each in sequences], np.int64)


def _check_sides(padding: str, truncating: str) -> None:
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in _SIDES:
            raise ValueError(f"pad_sequences: {name} is 'pre' or 'post'; given {side!r}.")


def _check_value(value: Any, dtype: Any) -> None:
    if isinstance(value, str) and np.dtype(dtype).kind not in "OSU":
        raise ValueError(
            f"pad_sequences: value={value!r} is text, and dtype={dtype!r} is not. Give "
            "dtype=object to pad sequences of text."
        )


def _check_shapes(rows: list[np.ndarray], shape: tuple[int, ...], places: np.ndarray) -> None:
    for row, index in zip(rows, places.tolist(), strict=True):
        if row.shape[1:] != shape:
            raise ValueError(
                f"pad_sequences: the items of sequences[{index}] have the shape {row.shape[1:]}, "
                f"those of sequences[{places[0]}] {shape}. All items need one shape."
            )

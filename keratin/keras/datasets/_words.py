"""Texts as lists of the ranks of their words: what IMDB and Reuters have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def shuffled(random: np.random.RandomState, texts: Array, labels: Array) -> tuple[Array, Array]:
    order = np.arange(len(texts))
    random.shuffle(order)
    return texts[order], labels[order]


def shorter(
    texts: Array, labels: Array, maxlen: int | None, start_char: int | None
) -> tuple[Array, Array]:
    """The texts that have fewer than `maxlen` numbers, the start included; all if it is None."""
    if not maxlen:
        return texts, labels
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    kept = lengths + (start_char is not None) < maxlen
    if not kept.any():
        raise ValueError(
            f"maxlen={maxlen} leaves no text: the shortest has "
            f"{min(lengths, default=0) + (start_char is not None)}. Only texts with fewer than "
            "maxlen numbers are kept; give a larger one."
        )
    return texts[kept], labels[kept]


def numbered(
    texts: Sequence[list[int]] | Array,
    num_words: int | None,
    skip_top: int,
    start_char: int | None,
    oov_char: int | None,
    index_from: int | None,
) -> Array:
    """The texts with a start, and with `oov_char` (or nothing) for words that are left out.

    All texts are one long vector here: IMDB has twelve million words.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    words = np.fromiter(chain.from_iterable(texts), np.int64, int(lengths.sum()))
    words += index_from or 0
    if start_char is not None:
        words = np.insert(words, np.cumsum(lengths) - lengths, start_char)
        lengths += 1
    ends = np.cumsum(lengths)
    # Without num_words, the limit is the highest number, and so the rarest word is left out:
    # that is how Keras has it.
    known = (words >= skip_top) & (words < (num_words or words.max(initial=0)))
    if oov_char is not None:
        words[~known] = oov_char
    else:
        words, ends = words[known], np.concatenate([[0], np.cumsum(known)])[ends]
    return _cut(words.tolist(), ends.tolist())


def _cut(words: list[int], ends: list[int]) -> Array:
    texts = np.empty(len(ends), dtype=object)
    begin = 0
    for i, end in enumerate(ends):
        texts[i] = words[begin:end]
        begin = end
    return texts

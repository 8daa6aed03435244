"""Rows of an embedding carried over to another vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras import initializers


def warmstart_embedding_matrix(
    base_vocabulary: Any,
    new_vocabulary: Any,
    base_embeddings: Any,
    new_embeddings_initializer: Any = "uniform",
) -> Tensor:
    """The embeddings of a new vocabulary: known words keep theirs, others are drawn.

    Vocabularies are lists of words or the path of a file with one on each line. The row 0 is for
    words that are in neither.

    >>> rows = np.array([[0.0], [1.0], [2.0]], np.float32)
    >>> keras.utils.warmstart_embedding_matrix(["cat"], ["dog", "cat"], rows[:2], "zeros").numpy()
    array([[0.],
           [0.],
           [1.]], dtype=float32)
    """
    base, new = _words(base_vocabulary), _words(new_vocabulary)
    given = np.asarray(base_embeddings, np.float32)
    if given.ndim != 2 or len(given) < len(base):
        raise ValueError(
            f"warmstart_embedding_matrix: base_embeddings has the shape {given.shape}, and "
            f"base_vocabulary has {len(base)} words: expected a row for each, [{len(base)}, size]."
        )
    # A row more than there are words is that of unknown words.
    first = int(len(given) > len(base))
    draw = initializers.get(new_embeddings_initializer)
    found = np.array(draw((len(new) + 1, given.shape[1]), "float32"))
    found[0] = given[0] if first else found[0]
    place = {word: row + first for row, word in enumerate(base)}
    for row, word in enumerate(new, 1):
        if word in place:
            found[row] = given[place[word]]
    return convert_to_tensor(found)


def _words(vocabulary: Any) -> list[str]:
    if isinstance(vocabulary, (str, Path)):
        return Path(vocabulary).read_text(encoding="utf-8").splitlines()
    words = vocabulary.numpy().tolist() if isinstance(vocabulary, Tensor) else list(vocabulary)
    return [word.decode() if isinstance(word, bytes) else str(word) for word in words]

"""Reviews of films, each for or against."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.datasets import _words
from keratin.keras.datasets._npz import read_npz
from keratin.keras.datasets._remote import Remote, Split

_FILE = Remote(
    "imdb", "imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
)
_WORDS = Remote("imdb", "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Split:
    """25,000 reviews to train with, 25,000 to test with, and 1 for those that are favourable.

    A review is a list of numbers: `start_char`, and then its words, each as `index_from` plus how
    common it is (1 for the most common). Numbers below `skip_top`, and from `num_words` on, are
    `oov_char` instead, or left out if that is None. Reviews of `maxlen` numbers or more are left
    out. `path` is the name in the folder `datasets` of `~/.keras`; `nb_words`, of Keras 1, is
    `num_words`.

    >>> (x_train, y_train), _ = keras.datasets.imdb.load_data(num_words=1000)  # doctest: +SKIP
    >>> x_train.shape, x_train[0][:5], y_train[0]  # doctest: +SKIP
    ((25000,), [1, 14, 22, 16, 43], 1)
    """
    for name in kwargs:
        if name != "nb_words":
            known = ["path", "num_words", "skip_top", "maxlen", "seed", "start_char", "oov_char"]
            raise errors.unknown_keyword(
                "keras.datasets.imdb.load_data", name, [*known, "index_from"]
            )
        num_words = kwargs[name]
    arrays = read_npz(_FILE.fetch(path))
    random = np.random.RandomState(seed)
    texts, labels = [], []
    for part in ("train", "test"):
        x, y = _words.shuffled(random, arrays[f"x_{part}"], arrays[f"y_{part}"])
        x, y = _words.shorter(x, y, maxlen, start_char)
        texts.append(x)
        labels.append(y)
    cut = len(texts[0])
    # Both parts together, since without num_words the limit is that of both.
    all_texts = _words.numbered(
        np.concatenate(texts), num_words, skip_top, start_char, oov_char, index_from
    )
    return (all_texts[:cut], labels[0]), (all_texts[cut:], labels[1])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """How common each word is, 1 for the most common; in the reviews, `index_from` more.

    >>> keras.datasets.imdb.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return dict(json.loads(_WORDS.fetch(path).read_text(encoding="utf-8")))

"""News of an agency, by topic."""

from __future__ import annotations

import json

import numpy as np

from keratin.keras.datasets import _words
from keratin.keras.datasets._npz import read_npz
from keratin.keras.datasets._remote import Remote, Split

_FILE = Remote(
    "reuters", "reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
)
_WORDS = Remote("reuters", "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem "
    "dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Split:
    """11,228 pieces of news, and the number of the topic of each, of 46 (`get_label_names`).

    A piece is a list of numbers: `start_char`, and then its words, each as `index_from` plus how
    common it is (1 for the most common). Numbers below `skip_top`, and from `num_words` on, are
    `oov_char` instead, or left out if that is None. Pieces of `maxlen` numbers or more are left
    out, and the last `test_split` of the rest kept for tests. `path` is the name in the folder
    `datasets` of `~/.keras`.

    >>> (x_train, y_train), test = keras.datasets.reuters.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_train[0]  # doctest: +SKIP
    ((8982,), 3)
    """
    arrays = read_npz(_FILE.fetch(path))
    texts, labels = _words.shuffled(np.random.RandomState(seed), arrays["x"], arrays["y"])
    texts, labels = _words.shorter(texts, labels, maxlen, start_char)
    texts = _words.numbered(texts, num_words, skip_top, start_char, oov_char, index_from)
    cut = int(len(texts) * (1 - test_split))
    return (texts[:cut], labels[:cut]), (texts[cut:], labels[cut:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """How common each word is, 1 for the most common; in the news, `index_from` more.

    >>> keras.datasets.reuters.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return dict(json.loads(_WORDS.fetch(path).read_text(encoding="utf-8")))


def get_label_names() -> tuple[str, ...]:
    """The 46 topics, in the order of their numbers.

    >>> keras.datasets.reuters.get_label_names()[:4]
    ('cocoa', 'grain', 'veg-oil', 'earn')
    """
    return tuple(_TOPICS.split())

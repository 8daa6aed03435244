"""IMDB: as Keras reads the same file."""

import json

import numpy as np
import pytest

from keratin.keras.datasets import imdb
from tests.keras.datasets.published import npz, publish, same, texts, theirs  # noqa: F401


@pytest.fixture
def published(publish):  # noqa: F811
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 80)
    rows = texts(80)
    content = npz(x_train=rows[:40], y_train=labels[:40], x_test=rows[40:], y_test=labels[40:])
    publish(imdb, "_FILE", [content])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_words": 100},
        {"num_words": 100, "skip_top": 20, "oov_char": None},
        {"maxlen": 6, "seed": 7},
        {"maxlen": 6, "start_char": None, "index_from": None},
        {"start_char": None, "index_from": 5, "oov_char": 9, "skip_top": 50},
    ],
)
def test_parity(published, options):
    found = imdb.load_data(**options)
    same(found, theirs("imdb").load_data(**options))
    assert type(found[0][0][0]) is list


def test_former_keyword(published):
    same(imdb.load_data(nb_words=50), imdb.load_data(num_words=50))


def test_errors(published):
    with pytest.raises(TypeError, match=r"has no argument 'max_len'. Did you mean 'maxlen'"):
        imdb.load_data(max_len=5)
    with pytest.raises(ValueError, match="maxlen=2 leaves no text: the shortest has 2"):
        imdb.load_data(maxlen=2)


def test_word_index(publish):  # noqa: F811
    words = {"the": 1, "naïve": 17}
    publish(imdb, "_WORDS", [json.dumps(words, ensure_ascii=False).encode()])
    assert imdb.get_word_index() == theirs("imdb").get_word_index() == words

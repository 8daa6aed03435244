"""Reuters: as Keras reads the same file."""

import json

import numpy as np
import pytest

from keratin.keras.datasets import reuters
from tests.keras.datasets.published import npz, publish, same, texts, theirs  # noqa: F401


@pytest.fixture
def published(publish):  # noqa: F811
    publish(reuters, "_FILE", [npz(x=texts(60), y=np.random.default_rng(0).integers(0, 46, 60))])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_words": 100, "test_split": 0.5},
        {"num_words": 100, "skip_top": 20, "oov_char": None},
        {"maxlen": 6, "seed": 7, "test_split": 0.3},
        {"start_char": None, "index_from": None},
        {"start_char": None, "index_from": 5, "oov_char": 9, "skip_top": 50},
    ],
)
def test_parity(published, options):
    same(reuters.load_data(**options), theirs("reuters").load_data(**options))


def test_errors(published):
    with pytest.raises(ValueError, match="maxlen=1 leaves no text: the shortest has 2"):
        reuters.load_data(maxlen=1)


def test_word_index(publish):  # noqa: F811
    publish(reuters, "_WORDS", [json.dumps({"the": 1}).encode()])
    assert reuters.get_word_index() == theirs("reuters").get_word_index() == {"the": 1}


def test_label_names():
    assert reuters.get_label_names() == theirs("reuters").get_label_names()

"""Texts of numbers: the start, the words left out, the texts left out."""

import numpy as np
import pytest

from keratin.keras.datasets import _words
from tests.keras.datasets.published import texts


def by_loops(rows, num_words, skip_top, start_char, oov_char, index_from):
    """What the arguments mean, one text at a time."""
    rows = [[word + (index_from or 0) for word in row] for row in rows]
    if start_char is not None:
        rows = [[start_char, *row] for row in rows]
    limit = num_words or max((max(row) for row in rows if row), default=0)
    if oov_char is None:
        return [[word for word in row if skip_top <= word < limit] for row in rows]
    return [[word if skip_top <= word < limit else oov_char for word in row] for row in rows]


@pytest.mark.parametrize("rows", [texts(20), [[5], [], [1, 2, 3]], [[]], []])
@pytest.mark.parametrize(
    "options",
    [
        (None, 0, 1, 2, 3),
        (100, 5, 1, 2, 3),
        (100, 5, None, None, None),
        (None, 0, None, None, 3),
        (3, 2, 1, None, 0),
    ],
)
def test_texts_are_as_their_arguments_say(rows, options):
    found = _words.numbered(rows, *options)
    assert found.dtype == object
    assert found.shape == (len(rows),)
    assert found.tolist() == by_loops(rows, *options)
    assert {type(word) for row in found for word in row} <= {int}


def test_texts_that_are_too_long_are_left_out():
    rows, labels = texts(30), np.arange(30)
    found, their_labels = _words.shorter(rows, labels, 6, start_char=1)
    assert found.tolist() == [row for row in rows if len(row) + 1 < 6]
    assert their_labels.tolist() == [i for i in range(30) if len(rows[i]) + 1 < 6]
    assert _words.shorter(rows, labels, None, 1) == (rows, labels)


def test_no_text_left_is_an_error():
    rows = np.array([[1, 2], [1, 2, 3]], dtype=object)
    with pytest.raises(ValueError, match="maxlen=3 leaves no text: the shortest has 3"):
        _words.shorter(rows, np.arange(2), 3, start_char=1)


def test_texts_and_labels_are_shuffled_alike():
    rows, labels = _words.shuffled(np.random.RandomState(1), texts(30), np.arange(30))
    assert labels.tolist() != list(range(30))
    assert rows.tolist() == texts(30)[labels].tolist()

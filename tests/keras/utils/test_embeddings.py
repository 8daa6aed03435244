"""Embeddings carried over to another vocabulary."""

import numpy as np
import pytest

from keratin.keras import utils

ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)


def test_known_words_keep_their_rows(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("dog\ncat\nowl\n")
    found = utils.warmstart_embedding_matrix(["cat", "dog", "cow"], file, ROWS, "zeros").numpy()
    assert found.tolist() == [[0, 0], [2, 3], [0, 1], [0, 0]]


def test_a_row_for_unknown_words_is_kept():
    found = utils.warmstart_embedding_matrix(["cat", "dog"], [b"dog"], ROWS, "ones").numpy()
    assert found.tolist() == [[0, 1], [4, 5]]


def test_new_words_are_drawn():
    found = utils.warmstart_embedding_matrix([], ["a", "b"], np.zeros((0, 4), np.float32)).numpy()
    assert found.shape == (3, 4) and np.unique(found).size == 12


def test_too_few_rows():
    with pytest.raises(ValueError, match=r"shape \(3, 2\), and base_vocabulary has 4 words"):
        utils.warmstart_embedding_matrix(list("abcd"), [], ROWS)

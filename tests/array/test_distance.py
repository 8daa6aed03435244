"""The distance of sequences."""

import pytest

from tests.harness.parity import case, parity


def sparse(tf, rows, shape):
    """A sparse tensor of {index: value}."""
    return tf.SparseTensor(list(rows), list(rows.values()), shape)


def letters(tf):
    return (
        sparse(tf, {(0, 0, 0): "a", (1, 0, 0): "b"}, (2, 1, 1)),
        sparse(tf, {(0, 1, 0): "a", (1, 0, 0): "b", (1, 0, 1): "c", (1, 1, 0): "a"}, (2, 2, 2)),
    )


def words(tf, hypothesis, truth):
    def row(word):
        return sparse(tf, {(0, place): ord(letter) for place, letter in enumerate(word)}, (1, 9))

    return row(hypothesis), row(truth)


CASES = [
    case("normalized", lambda tf: tf.edit_distance(*letters(tf)), traced=False),
    case("counted", lambda tf: tf.edit_distance(*letters(tf), normalize=False), traced=False),
    case(
        "kitten", lambda tf: tf.edit_distance(*words(tf, "kitten", "sitting"), False), traced=False
    ),
    case("sunday", lambda tf: tf.edit_distance(*words(tf, "sunday", "saturday")), traced=False),
    case(
        "empty_batches",
        lambda tf: tf.edit_distance(
            sparse(tf, {(0, 0): 1.5}, (2, 1)), sparse(tf, {(2, 0): 1.5}, (3, 1))
        ),
        traced=False,
    ),
]
test_parity = parity("array_distance", CASES)


def test_errors(tf):
    with pytest.raises(TypeError, match=r"hypothesis must be a tf\.SparseTensor; given list"):
        tf.edit_distance([1], [2])
    line, cube = sparse(tf, {(0, 0): 1}, (1, 1)), sparse(tf, {(0, 0, 0): 1}, (1, 1, 1))
    with pytest.raises(tf.errors.InvalidArgumentError, match="rank 2 and truth 3"):
        tf.edit_distance(line, cube)
    with pytest.raises(tf.errors.InvalidArgumentError, match="rank 1 and truth 1"):
        tf.edit_distance(sparse(tf, {(0,): 1}, (1,)), sparse(tf, {(0,): 1}, (1,)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.cast"):
        tf.edit_distance(line, sparse(tf, {(0, 0): "a"}, (1, 1)))

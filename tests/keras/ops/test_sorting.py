"""Sorting, searching, and what occurs among elements."""

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.ops.agreement import bools, check, floats, ints, row, same

X = floats(2, 4)
WHOLE = ints(2, 4, low=0, high=4)
SORTED = np.array([1.0, 2.0, 2.0, 3.0], np.float32)

ROWS = [
    row("sort", X, gradient=True),
    *[row(name, X, axis) for name in ("sort", "argsort") for axis in (0, -1, None)],
    row("sort", bools(4)),
    row("argsort", WHOLE),
    row("argsort", WHOLE, axis=None),
    row("searchsorted", SORTED, X),
    row("searchsorted", SORTED, np.array([2.0, 0.0], np.float32), side="right"),
    row("searchsorted", np.array([1, 3], np.int32), WHOLE, "right"),
    row("searchsorted", SORTED, 2),
    row("isin", WHOLE, np.array([1, 3], np.int32)),
    row("isin", WHOLE, [0, 2], invert=True),
    row("isin", np.array([1, 2], np.int32), np.array([2, 3], np.int32), assume_unique=True),
    row("unique", WHOLE, symbolic=False),
    row("unique", X, symbolic=False),
    row(
        "unique", WHOLE, return_index=True, return_inverse=True, return_counts=True, symbolic=False
    ),
    row("unique", WHOLE, axis=0, return_inverse=True, return_counts=True, symbolic=False),
    row("unique", WHOLE, axis=1, symbolic=False),
    row("unique", WHOLE, size=6, return_counts=True),
    row("unique", WHOLE, return_inverse=True, size=6, fill_value=9),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


@pytest.mark.parametrize("axis", [-1, 0, None])
def test_a_partition_puts_smaller_elements_first(tf, axis):
    found = keras.ops.argpartition(tf.constant(X), 1, axis)
    assert found.dtype == "int32"
    same(found, real.ops.argpartition(X, 1, axis=axis))


def test_the_rank_of_a_partition_is_an_int():
    with pytest.raises(ValueError, match=r"kth has to be an int; given 1.5"):
        keras.ops.argpartition([1, 2, 3], 1.5)


def test_a_sequence_to_search_has_one_dimension():
    with pytest.raises(ValueError, match=r"one dimension; given shape \(1, 2\).*vectorized_map"):
        keras.ops.searchsorted([[1, 2]], [[1]])


def test_without_a_size_unique_elements_are_not_compiled(tf):
    with pytest.raises(ValueError, match=r"shape of the result depends on the values"):
        tf.function(keras.ops.unique)(tf.constant([1, 2]))
    found = tf.function(lambda x: keras.ops.unique(x, size=3))(tf.constant([2, 1, 2]))
    assert found.numpy().tolist() == [1, 2, 1]

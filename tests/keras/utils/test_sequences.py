"""Sequences of several lengths as one array."""

import itertools

import numpy as np
import pytest

from keratin.keras import utils
from tests.harness.real_keras import real

LISTS = [[1], [2, 3], [], [4, 5, 6, 7]]
PLANES = [np.ones((1, 2)), np.arange(6.0).reshape(3, 2)]


@pytest.mark.parametrize(
    ("padding", "truncating", "maxlen"),
    list(itertools.product(["pre", "post"], ["pre", "post"], [None, 2, 6])),
)
def test_is_that_of_keras(padding, truncating, maxlen):
    for sequences, options in (
        (LISTS, {}),
        (LISTS, {"dtype": "float32", "value": -1.5}),
        (PLANES, {"dtype": "float32"}),
        ([["a"], ["b", "cc"]], {"dtype": object, "value": "?"}),
    ):
        options = {**options, "padding": padding, "truncating": truncating, "maxlen": maxlen}
        expected = real.utils.pad_sequences(sequences, **options)
        found = utils.pad_sequences(sequences, **options)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype


def test_no_sequences():
    assert utils.pad_sequences([], maxlen=3).shape == (0, 3)
    assert utils.pad_sequences([[], []]).shape == (2, 0)


@pytest.mark.parametrize(
    ("sequences", "options", "message"),
    [
        (iter([[1]]), {}, r"sequences is a list_iterator; expected a list"),
        ([[1], 2], {}, r"sequences\[1\] is 2, which has no length"),
        ([[1]], {"padding": "left"}, "padding is 'pre' or 'post'; given 'left'"),
        ([[1]], {"truncating": "end"}, "truncating is 'pre' or 'post'; given 'end'"),
        ([[1]], {"value": "x"}, "value='x' is text, and dtype='int32' is not. Give dtype=object"),
        ([[[1, 2]], [[1]]], {}, r"items of sequences\[1\] have the shape \(1,\), .* \(2,\)"),
    ],
    ids=range(6),
)
def test_errors(sequences, options, message):
    with pytest.raises(ValueError, match=message):
        utils.pad_sequences(sequences, **options)

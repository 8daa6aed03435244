"""One data set divided into two."""

import numpy as np
import pytest

import keratin as tf
from keratin.keras import utils

ROWS = np.arange(10)


def values(data):
    return [np.asarray(each).tolist() for each in data]


@pytest.mark.parametrize(
    ("sizes", "left", "right"),
    [
        ({"left_size": 0.8}, range(8), [8, 9]),
        ({"right_size": 0.8}, [0, 1], range(2, 10)),
        ({"left_size": 3}, range(3), range(3, 10)),
        ({"left_size": 3, "right_size": 2}, range(3), [8, 9]),
        ({"left_size": 0.25, "right_size": 0.25}, [0, 1], [8, 9]),
        ({"left_size": np.int64(9)}, range(9), [9]),
    ],
)
def test_sizes(sizes, left, right):
    found = utils.split_dataset(ROWS, **sizes)
    assert [values(part) for part in found] == [list(left), list(right)]
    assert [len(part) for part in found] == [len(left), len(right)]
    assert isinstance(next(iter(found[0])), tf.Tensor)


@pytest.mark.parametrize(
    "data",
    [
        (ROWS, ROWS * 2),
        [ROWS, ROWS * 2],
        [ROWS.tolist(), (ROWS * 2).tolist()],
        (tf.constant(ROWS), ROWS * 2),
        utils.timeseries_dataset_from_array(ROWS, ROWS * 2, 1, batch_size=None).map(
            lambda x, y: (x[0], y)
        ),
    ],
    ids=["tuple", "list", "lists", "tensor", "dataset"],
)
def test_rows_stay_together(data):
    left, right = utils.split_dataset(data, left_size=0.5, shuffle=True, seed=1)
    pairs = [(int(x), int(y)) for part in (left, right) for x, y in part]
    assert sorted(pairs) == [(i, 2 * i) for i in range(10)] and pairs != sorted(pairs)
    again = utils.split_dataset(data, left_size=0.5, shuffle=True, seed=1)
    assert [(int(x), int(y)) for x, y in again[0]] == pairs[:5]


def test_dicts_and_columns():
    left, _ = utils.split_dataset({"a": ROWS, "b": np.ones((10, 2))}, left_size=1)
    (row,) = left
    assert int(row["a"]) == 0 and row["b"].shape == (2,)


def test_batches_stay_batches():
    class Batches(utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return ROWS[4 * index : 4 * index + 4], ROWS[4 * index : 4 * index + 4] * 2

    for data in (Batches(), utils.timeseries_dataset_from_array(ROWS, ROWS * 2, 1, batch_size=4)):
        left, right = utils.split_dataset(data, left_size=5)
        assert [np.asarray(y).tolist() for _, y in left] == [[0, 2, 4, 6], [8]]
        assert [len(y) for _, y in right] == [4, 1]


ERRORS = [
    ({}, ValueError, "give left_size or right_size"),
    ({"left_size": 0}, ValueError, "left_size is a number of rows, or a fraction .* given 0"),
    ({"left_size": -1}, ValueError, "given -1"),
    ({"left_size": "half"}, ValueError, "given 'half'"),
    ({"left_size": 1.5}, ValueError, "left_size=1.5 is a fraction, and above 1"),
    (
        {"left_size": 8, "right_size": 0.5},
        ValueError,
        "are 8 and 5 rows together, and there are 10",
    ),
    ({"left_size": 10}, ValueError, "leave 0 for the right data set"),
    ({"left_size": 0.01}, ValueError, "leave 0 for the left data set"),
    ({"left_size": 1, "preferred_backend": "paddle"}, ValueError, "given 'paddle'"),
]


@pytest.mark.parametrize(("options", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, kind, message):
    with pytest.raises(kind, match=message):
        utils.split_dataset(ROWS, **options)


def test_what_is_no_data_set():
    with pytest.raises(TypeError, match="given a int"):
        utils.split_dataset(3, left_size=1)
    with pytest.raises(ValueError, match=r"different numbers of rows: \[10, 9\]"):
        utils.split_dataset((ROWS, ROWS[1:]), left_size=1)
    with pytest.raises(ValueError, match="the data set is empty"):
        utils.split_dataset(iter([]), left_size=1)

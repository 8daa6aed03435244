"""Windows over series."""

import itertools

import numpy as np
import pytest

import keratin as tf
from keratin.keras import utils

SERIES = np.arange(40).reshape(20, 2)
TARGETS = np.arange(20) * 10


def windows(data, targets, **options):
    found = utils.timeseries_dataset_from_array(data, targets, **options)
    return list(found.as_numpy_iterator())


@pytest.mark.parametrize(
    ("length", "stride", "rate", "first", "last"),
    [
        (3, 1, 1, None, None),
        (4, 2, 3, None, None),
        (2, 5, 2, 3, None),
        (3, 1, 1, None, 9),
        (3, 2, 2, 4, 15),
        (1, 1, 1, 0, 19),
    ],
)
def test_windows_begin_and_end_where_asked(length, stride, rate, first, last):
    part = slice(first or 0, last)
    series, targets = SERIES[part], TARGETS[part]
    starts = range(0, len(series) - (length - 1) * rate, stride)
    expected = [series[s : s + length * rate : rate] for s in starts]
    (found,) = windows(
        SERIES,
        TARGETS,
        sequence_length=length,
        sequence_stride=stride,
        sampling_rate=rate,
        start_index=first,
        end_index=last,
    )
    np.testing.assert_array_equal(found[0], expected)
    np.testing.assert_array_equal(found[1], targets[list(starts)])


def test_fewer_targets_than_windows():
    (found,) = windows(np.arange(10), np.arange(4), sequence_length=2)
    assert found[0].tolist() == [[0, 1], [1, 2], [2, 3], [3, 4]] and len(found[1]) == 4


def test_batches():
    data = utils.timeseries_dataset_from_array(np.arange(10), None, 3, batch_size=3)
    assert [batch.shape for batch in data] == [(3, 3), (3, 3), (2, 3)]
    assert len(data) == 3 and int(data.cardinality()) == 3
    single = utils.timeseries_dataset_from_array(np.arange(4), None, 2, batch_size=None)
    assert [each.numpy().tolist() for each in single] == [[0, 1], [1, 2], [2, 3]]


def test_windows_are_shuffled_with_their_targets():
    data = utils.timeseries_dataset_from_array(
        np.arange(50), np.arange(50) * 2, 3, shuffle=True, seed=3, batch_size=8
    )
    orders = []
    for _ in range(2):
        pairs = [
            (int(x[0]), int(y))
            for xs, ys in data.as_numpy_iterator()
            for x, y in zip(xs, ys, strict=False)
        ]
        assert sorted(pairs) == [(i, 2 * i) for i in range(48)]
        orders.append(pairs)
    assert orders[0] != orders[1]


def test_tensors_and_lists():
    (found,) = windows(tf.constant([1.0, 2.0, 3.0]), [1, 2], sequence_length=2)
    assert found[0].tolist() == [[1, 2], [2, 3]] and found[0].dtype == np.float32


ERRORS = [
    ({"sampling_rate": 0}, "sampling_rate is from 1 to 19, .* given 0"),
    ({"sequence_stride": 20}, "sequence_stride is from 1 to 19"),
    ({"sequence_length": 0}, "sequence_length is from 1 on; given 0"),
    ({"sequence_length": 21}, "No window of 21 values, each 1 after the last, fits 20 values"),
    ({"start_index": 20}, "start_index is from 0 to 19; given 20"),
    ({"start_index": 5, "end_index": 5}, r"above start_index \(5\) and below the length"),
    ({"end_index": 20}, "end_index is above"),
    ({"format": "x"}, "format is 'tf' or 'grain'"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        windows(SERIES, None, **{"sequence_length": 2, **options})
    assert list(itertools.islice(windows(SERIES, None, sequence_length=2), 1))

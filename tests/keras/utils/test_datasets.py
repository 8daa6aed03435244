"""Data sets that can be gone through again and again."""

import itertools

import numpy as np
import pytest

import keratin as tf
from keratin.keras.training.feed import make_feed
from keratin.keras.utils._datasets import Dataset, of_items


def numbers(count=10):
    return Dataset(lambda: (tf.constant(i) for i in range(count)), count)


def values(data):
    return [np.asarray(each).tolist() for each in data]


def test_it_can_be_gone_through_again():
    data = numbers(3)
    assert values(data) == values(data) == [0, 1, 2]
    assert len(data) == 3 and int(data.cardinality()) == 3
    assert [type(each) for each in data.as_numpy_iterator()] == [np.ndarray] * 3


def test_parts():
    assert values(numbers().take(2)) == [0, 1] and len(numbers().take(99)) == 10
    assert values(numbers().take(-1)) == list(range(10))
    assert values(numbers().skip(8)) == [8, 9] and len(numbers(3).skip(5)) == 0


def test_batches():
    assert values(numbers(5).batch(2)) == [[0, 1], [2, 3], [4]]
    assert values(numbers(5).batch(2, drop_remainder=True)) == [[0, 1], [2, 3]]
    assert (len(numbers(5).batch(2)), len(numbers(5).batch(2, True))) == (3, 2)
    pairs = numbers(3).map(lambda x: (x, {"y": np.float32(x)})).batch(3)
    ((x, y),) = pairs
    assert isinstance(x, tf.Tensor) and y["y"].tolist() == [0, 1, 2]
    texts = Dataset(lambda: iter([tf.constant("a"), tf.constant("b")]), 2).batch(2)
    assert values(texts) == [[b"a", b"b"]]


def test_parts_of_elements_are_arguments():
    pairs = numbers(2).map(lambda x: (x, x + 1))
    assert [int(each) for each in pairs.map(lambda x, y: x * y)] == [0, 2]


def test_shuffling_within_a_buffer():
    tf.random.set_seed(1)
    data = numbers(20).shuffle(5)
    first, second = values(data), values(data)
    assert sorted(first) == sorted(second) == list(range(20)) and first != second
    assert all(value <= place + 4 for place, value in enumerate(first))
    fixed = numbers(20).shuffle(5, seed=2, reshuffle_each_iteration=False)
    assert values(fixed) == values(fixed)


def test_elements_are_kept():
    made = []

    def make():
        for i in range(3):
            made.append(i)
            yield i

    data = Dataset(make, 3).cache()
    assert list(itertools.islice(data, 2)) == [0, 1]
    assert list(data) == list(data) == list(data.prefetch(1)) == [0, 1, 2]
    assert made == [0, 1, 0, 1, 2]


def test_lengths_that_are_not_known():
    data = Dataset(lambda: iter(range(3)), None)
    assert int(data.cardinality()) == -2 and int(data.take(2).cardinality()) == -2
    with pytest.raises(TypeError, match="does not know its length"):
        len(data)


@pytest.mark.parametrize("workers", [1, 3])
def test_batches_of_items(workers):
    data = of_items(7, lambda items: (items, items * 10), 3, False, None, workers)
    assert [x.numpy().tolist() for x, _ in data] == [[0, 1, 2], [3, 4, 5], [6]]
    feed = make_feed(data)
    assert (feed.num_batches, [y.tolist()[0] for _, y, _ in feed]) == (3, [0, 30, 60])
    shuffled = of_items(7, lambda items: items, 3, True, 4, workers)
    orders = [[row for batch in values(shuffled) for row in batch] for _ in range(2)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(7)) and orders[0] != orders[1]

"""Data in memory: batches, orders of rows, steps."""

import jax
import numpy as np
import pytest

from keratin.keras.training.feed import make_feed
from keratin.keras.training.feed_arrays import ArrayFeed


def seen(feed, generator=None):
    """The rows that the batches of one epoch hold."""
    order = feed.order(generator)
    return [batch[0].tolist() for batch in feed.batches(order)]


def rows(count, **options):
    return make_feed(np.arange(count, dtype=np.int32), **options)


def test_batches_are_slices_and_the_last_one_is_ragged():
    feed = rows(10, batch_size=4)
    assert isinstance(feed, ArrayFeed)
    assert (feed.num_rows, feed.batch_size, feed.num_batches, len(feed)) == (10, 4, 3, 3)
    assert feed.order(np.random.default_rng(0)) is None
    assert seen(feed) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert next(iter(feed))[0].base is not None  # a view of the data, not a copy


def test_the_batch_size_is_32_or_follows_from_the_steps():
    assert rows(100).batch_size == 32
    assert (rows(100, steps=7).batch_size, rows(100, steps=7).num_batches) == (15, 7)


def test_shuffling_visits_each_row_once_in_another_order_each_epoch():
    feed = rows(50, batch_size=8, shuffle=True)
    source = np.random.default_rng(3)
    first, second = feed.order(source), feed.order(source)
    assert first.dtype == np.int32
    assert sorted(first) == sorted(second) == list(range(50))
    assert first.tolist() != second.tolist()
    again = rows(50, batch_size=8, shuffle=True).order(np.random.default_rng(3))
    assert again.tolist() == first.tolist()


def test_the_seed_of_the_process_decides_on_the_order_where_no_generator_is_given(tf):
    orders = []
    for _ in range(2):
        tf.keras.utils.set_random_seed(5)
        orders.append(rows(50, shuffle=True).order().tolist())
    assert orders[0] == orders[1] != list(range(50))


def test_batches_change_places_whole_and_the_ragged_one_stays_last():
    feed = rows(11, batch_size=3, shuffle="batch")
    epochs = [seen(feed, np.random.default_rng(seed)) for seed in range(5)]
    for batches in epochs:
        assert sorted(batches[:3]) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
        assert batches[3] == [9, 10]
    assert len({str(batches) for batches in epochs}) > 1


def test_fewer_steps_than_batches_go_on_in_the_next_epoch_as_in_keras():
    feed = rows(9, batch_size=2, steps=2)
    assert seen(feed) == [[0, 1], [2, 3]]
    assert (feed.first_batch, feed.num_batches) == (0, 2)
    assert seen(feed) == [[4, 5], [6, 7]]
    assert (feed.first_batch, feed.num_batches) == (2, 2)
    with pytest.warns(UserWarning, match=r"fit\(\): ran out of data: 2 steps .* 1 more batches"):
        assert seen(feed) == [[8]]
    assert seen(feed) == [[0, 1], [2, 3]]
    feed.reset()
    assert seen(feed) == [[0, 1], [2, 3]]


def test_the_order_is_kept_until_all_rows_were_visited():
    feed = rows(8, batch_size=2, steps=2, shuffle=True)
    source = np.random.default_rng(0)
    first, second, third = (seen(feed, source) for _ in range(3))
    assert sorted(row for batch in first + second for row in batch) == list(range(8))
    assert third != first


def test_more_steps_than_batches_end_with_the_data_and_say_so():
    with pytest.warns(UserWarning, match="ran out of data: 9 steps were asked for"):
        assert len(seen(rows(10, batch_size=5, steps=9))) == 2


def test_data_goes_to_the_device_once():
    feed = make_feed({"a": np.zeros((4, 2)), "b": np.zeros(4)}, [np.ones(4), None])
    data = feed.on_device()
    assert isinstance(data[0]["a"], jax.Array) and data[1][1] is None and data[2] is None
    assert feed.on_device()[0]["a"] is data[0]["a"]
    feed.release()
    assert feed.on_device()[0]["a"] is not data[0]["a"]
    assert feed.is_numeric and feed.nbytes == 4 * (4 * 2 + 4 + 4)


def test_text_stays_on_the_host():
    feed = make_feed(["a", "b", "c"], batch_size=2)
    assert not feed.is_numeric
    assert [batch[0].tolist() for batch in feed] == [[b"a", b"b"], [b"c"]]


def test_arrays_of_a_device_are_cut_there():
    feed = make_feed(jax.numpy.arange(5, dtype="int32"), batch_size=3)
    assert feed.data[0] is feed.on_device()[0]
    assert [np.asarray(batch[0]).tolist() for batch in feed] == [[0, 1, 2], [3, 4]]
    assert feed.rows(np.array([4, 0]))[0].tolist() == [4, 0]


def test_the_first_batch_can_be_seen_without_beginning_an_epoch():
    feed = rows(10, batch_size=4, steps=1)
    assert feed.peek()[0].tolist() == [0, 1, 2, 3]
    assert seen(feed) == [[0, 1, 2, 3]]


@pytest.mark.parametrize("options", [{"shuffle": True}, {"shuffle": "batch"}, {}])
def test_another_feed_goes_on_where_one_stands(options):
    feed, other = (rows(10, batch_size=3, **options) for _ in range(2))
    generator, again = np.random.Generator(np.random.Philox(1)), np.random.default_rng(2)
    first, second = seen(feed, generator), seen(feed, generator)
    assert sorted(row for batch in first for row in batch) == list(range(10))
    other.resume(feed.state(), 2)
    found = [batch[0].tolist() for batch in other.batches(other.order(again), 2)]
    assert found == second[2:]
    assert len(seen(other, again)) == 4


def test_another_feed_goes_on_with_the_next_epoch_of_some_steps():
    feed, other = (rows(12, batch_size=2, steps=2, shuffle=True) for _ in range(2))
    generator, again = np.random.Generator(np.random.Philox(1)), np.random.default_rng(2)
    seen(feed, generator)
    other.resume(feed.state(), 0)
    assert seen(other, again) == seen(feed, generator)
    assert other.first_batch == 2

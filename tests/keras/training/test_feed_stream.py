"""Batches that come one after the other."""

import gc
import itertools
import os
import signal
import threading
import time
import traceback

import numpy as np
import pytest

from keratin.keras.training import feed_stream
from keratin.keras.training.feed import make_feed
from keratin.keras.training.feed_stream import prefetched


def batch(index):
    return np.full((2, 1), index, np.float64), np.full(2, index)


def batches(count):
    return (batch(i) for i in range(count))


def seen(feed):
    return [int(y[0]) for _, y, _ in feed]


def endless():
    return map(batch, itertools.count())


def threads():
    gc.collect()
    return threading.active_count()


def test_batches_are_arrays_of_the_dtypes_that_models_see():
    x, y, weights = next(iter(make_feed(batches(1))))
    assert (x.dtype, y.dtype, weights) == (np.float32, np.int64, None)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (np.ones((2, 1)), (True, False, False)),
        ((np.ones((2, 1)),), (True, False, False)),
        ([np.ones((2, 1)), np.ones(2)], (True, True, False)),
        ((np.ones((2, 1)), np.ones(2), np.ones(2)), (True, True, True)),
        (({"a": np.ones((2, 1))}, {"b": np.ones(2)}), (True, True, False)),
        ({"a": np.ones((2, 1))}, (True, False, False)),
        ((([np.ones((2, 1)), np.ones((2, 1))]), np.ones(2)), (True, True, False)),
    ],
    ids=range(7),
)
def test_forms_of_batches(given, parts):
    found = next(iter(make_feed(iter([given]))))
    assert tuple(part is not None for part in found) == parts


def test_steps_go_on_with_the_same_iterator():
    feed = make_feed(endless(), steps=3)
    assert [seen(feed), seen(feed)] == [[0, 1, 2], [3, 4, 5]]
    assert feed.num_batches == 3 and not feed.exhausted


def test_no_more_is_taken_than_the_steps_ask_for():
    source = endless()
    assert seen(make_feed(source, steps=2)) == [0, 1]
    assert int(next(source)[1][0]) == 2


def test_an_iterator_that_runs_out_says_so_and_what_to_do():
    feed = make_feed(batches(5), steps=3)
    assert seen(feed) == [0, 1, 2]
    with pytest.warns(UserWarning, match="ran out of data: a generator gave 2 more batches, and 3"):
        assert seen(feed) == [3, 4]
    assert feed.exhausted
    once = make_feed(batches(2))
    assert (once.num_batches, seen(once), once.num_batches) == (None, [0, 1], 2)
    with pytest.warns(
        UserWarning, match=r"gave 0 more batches. An iterator gives its batches once"
    ):
        assert seen(once) == []
    assert once.exhausted


def test_a_function_and_a_dataset_begin_anew():
    feed = make_feed(lambda: batches(3))
    assert [seen(feed), seen(feed)] == [[0, 1, 2]] * 2
    with_steps = make_feed(lambda: batches(3), steps=2)
    assert seen(with_steps) == [0, 1]
    with pytest.warns(UserWarning, match=r"or repeat the dataset \(`.repeat\(\)`\)"):
        assert seen(with_steps) == [2]
    assert seen(with_steps) == [0, 1] and not with_steps.exhausted
    with_steps.reset()
    assert seen(with_steps) == [0, 1]


def test_steps_end_with_a_dataset_of_known_length():
    class Three:
        def __iter__(self):
            return batches(4)

        def __len__(self):
            return 4

    feed = make_feed(Three(), steps=2)
    assert [seen(feed), seen(feed), seen(feed)] == [[0, 1], [2, 3], [0, 1]]


def test_no_batch_at_all():
    with pytest.raises(ValueError, match=r"fit\(\): a generator gave no batch at all: .*empty"):
        list(make_feed(batches(0)))
    with pytest.raises(ValueError, match="gave no batch at all"):
        make_feed(batches(0)).peek()


def test_the_first_batch_can_be_seen_and_is_not_lost():
    feed = make_feed(batches(3))
    assert int(feed.peek()[1][0]) == 0
    assert seen(feed) == [0, 1, 2]


def test_seeing_the_first_batch_does_not_begin_an_epoch(tf):
    class Numbers(tf.keras.utils.PyDataset):
        begun = 0

        def __len__(self):
            return 9

        def __getitem__(self, index):
            return batch(index)

        def on_epoch_begin(self):
            self.begun += 1

    data = Numbers()
    orders = []
    for peeks in (0, 1):
        feed = make_feed(data, shuffle=True)
        for _ in range(peeks):
            assert int(feed.peek()[1][0]) == 0
        orders.append([int(y[0]) for _, y, _ in feed.batches(np.random.default_rng(2))])
    assert orders[0] == orders[1] and data.begun == 2


def test_errors_of_the_user_keep_their_frames():
    def mine():
        yield batch(0)
        raise KeyError("not there")

    feed = make_feed(mine())
    with pytest.raises(KeyError, match="not there") as caught:
        list(feed)
    assert "mine" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert threads() == threading.active_count()


def test_batches_are_fetched_ahead_and_no_further_than_the_queue():
    taken = []

    def slow():
        for index in range(20):
            taken.append(index)
            yield batch(index)

    running = iter(make_feed(slow(), max_queue_size=3))
    next(running)
    deadline = time.monotonic() + 5
    while len(taken) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    # One was used, three wait, and one is held by the thread.
    assert taken == [0, 1, 2, 3, 4]
    running.close()


def test_the_thread_ends_when_nobody_listens_any_more():
    before = threads()
    for _ in make_feed(endless(), steps=10**6):
        break
    assert threads() == before
    found = prefetched(iter(range(10**9)), 2)
    assert next(found) == 0
    del found
    assert threads() == before


def test_an_interrupt_is_heard_while_a_batch_is_waited_for(monkeypatch):
    monkeypatch.setattr(feed_stream, "_PATIENCE", 0.1)
    release = threading.Event()

    def stuck():
        yield batch(0)
        release.wait(30)

    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(make_feed(stuck()))
    assert time.monotonic() - start < 5
    release.set()


def test_no_workers_means_no_thread():
    names = []

    def mine():
        for index in range(2):
            names.append(threading.current_thread().name)
            yield batch(index)

    seen(make_feed(mine(), workers=0))
    assert set(names) == {threading.current_thread().name}
    seen(make_feed(mine()))
    assert len(set(names)) == 2


def test_rows_instead_of_batches():
    with pytest.raises(ValueError, match=r"single value, .*rows instead of batches.*batch\(32\)"):
        list(make_feed((np.ones(3), np.float32(1)) for _ in range(3)))


def test_uneven_batches_and_too_many_parts():
    with pytest.raises(ValueError, match=r"different numbers of rows: x has 2, y has 3"):
        list(make_feed(iter([(np.ones(2), np.ones(3))])))
    with pytest.raises(ValueError, match=r"A batch is x, .*given a tuple of 4: \(ndarray, ndarr"):
        list(make_feed(iter([(np.ones(2),) * 4])))


def test_class_weights_of_a_stream():
    found = list(make_feed(batches(2), class_weight={1: 3.0}))
    assert [weights.tolist() for _, _, weights in found] == [[1, 1], [3, 3]]


def test_the_length():
    with pytest.raises(TypeError, match=r"fit\(\): a generator does not say its length"):
        len(make_feed(batches(2)))
    assert len(make_feed(batches(2), steps=1)) == 1


class Kept:
    """Batches of a class that remembers what it gives."""

    def __init__(self, count):
        self.count, self.given = count, []

    def __iter__(self):
        for index in range(self.count):
            self.given.append(index)
            yield batch(10 * len(self.given) + index)


@pytest.mark.parametrize(
    ("make", "steps"),
    [
        (lambda: endless(), 3),
        (lambda: lambda: batches(4), None),
        (lambda: Kept(4), None),
        (lambda: Kept(5), 2),
    ],
)
@pytest.mark.parametrize("peeks", [False, True])
def test_another_feed_goes_on_where_one_stands(make, steps, peeks):
    feed, other, third = (make_feed(make(), steps=steps) for _ in range(3))
    for each in (feed, other) if peeks else ():
        each.peek()
    seen(feed)
    within = iter(feed)
    next(within)
    state = feed.state()
    rest = [int(y[0]) for _, y, _ in within]
    after, end = seen(feed), feed.state()
    other.resume(state, 1)
    assert seen(other) == rest
    assert seen(other) == after
    third.resume(end, 0)
    assert seen(third) == seen(feed)


def test_a_dataset_by_number_is_not_read_again():
    class Numbered:
        def __init__(self):
            self.read, self.ended = [], 0

        def __len__(self):
            return 5

        def __getitem__(self, index):
            self.read.append(index)
            return batch(100 * self.ended + index)

        def on_epoch_end(self):
            self.ended += 1

    feed = make_feed(Numbered(), shuffle=True, workers=0)
    generator = np.random.Generator(np.random.Philox(3))
    list(feed.batches(generator))
    found = feed.batches(generator)
    first = [next(found) for _ in range(2)]
    state = feed.state()
    rest = [int(y[0]) for _, y, _ in found]
    dataset = Numbered()
    other = make_feed(dataset, shuffle=True, workers=0)
    other.resume(state, len(first))
    assert [int(y[0]) for _, y, _ in other.batches()] == rest
    assert len(dataset.read) == 3 and dataset.ended == 2

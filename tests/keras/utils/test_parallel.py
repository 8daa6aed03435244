"""Items made by several workers, in order."""

import itertools
import threading
import time

import pytest

from keratin.keras.utils._parallel import ordered_items


class Slow:
    """The first items take the longest."""

    def __init__(self):
        self.threads = set()

    def __getitem__(self, index):
        self.threads.add(threading.get_ident())
        time.sleep(0.02 if index % 4 == 0 else 0)
        return index


class Failing:
    def __getitem__(self, index):
        if index == 2:
            raise ValueError("the third one")
        return index


@pytest.mark.parametrize("processes", [False, True])
def test_items_keep_their_order(processes):
    assert list(ordered_items(Slow(), range(12), 3, processes)) == list(range(12))


def test_items_are_made_at_the_same_time():
    data = Slow()
    list(ordered_items(data, range(12), 3))
    assert len(data.threads) == 3
    alone = Slow()
    assert list(ordered_items(alone, range(3), 1)) == [0, 1, 2]
    assert alone.threads == {threading.get_ident()}


@pytest.mark.parametrize("processes", [False, True])
def test_errors_come_where_the_item_would_have(processes):
    items = ordered_items(Failing(), range(5), 2, processes)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(ValueError, match="the third one"):
        next(items)


def test_workers_stop_when_nobody_asks():
    before = threading.active_count()
    items = ordered_items(Slow(), None, 2, max_queue_size=4)
    assert list(itertools.islice(items, 3)) == [0, 1, 2]
    items.close()
    assert threading.active_count() == before


def test_what_cannot_be_sent_to_processes(monkeypatch):
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing, "get_context", lambda: spawn)
    data = Slow()
    data.lock = threading.Lock()
    with pytest.raises(TypeError, match=r"the Slow to other processes, and it cannot be pickled"):
        next(ordered_items(data, range(2), 2, True))

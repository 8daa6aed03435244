"""Batches in queues, driven by hand."""

import itertools
import threading

import pytest

from keratin.keras import utils


class Numbers(utils.Sequence):
    def __init__(self):
        super().__init__()
        self.ends = 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index

    def on_epoch_end(self):
        self.ends += 1


def test_passes_follow_each_other_in_order():
    data = Numbers()
    enqueuer = utils.OrderedEnqueuer(data)
    assert not enqueuer.is_running()
    before = threading.active_count()
    enqueuer.start(workers=3, max_queue_size=2)
    assert enqueuer.is_running()
    assert list(itertools.islice(enqueuer.get(), 7)) == [0, 1, 2, 0, 1, 2, 0]
    assert data.ends == 2
    enqueuer.stop()
    assert not enqueuer.is_running() and threading.active_count() == before


def test_each_pass_is_in_another_order():
    enqueuer = utils.OrderedEnqueuer(Numbers(), shuffle=True)
    enqueuer.start()
    found = list(itertools.islice(enqueuer.get(), 60))
    passes = [tuple(found[i : i + 3]) for i in range(0, 60, 3)]
    assert all(sorted(each) == [0, 1, 2] for each in passes) and len(set(passes)) > 1
    enqueuer.stop()


def test_a_generator_is_shared_by_threads_and_ends():
    enqueuer = utils.GeneratorEnqueuer(item for item in [1, None, 2, 3])
    enqueuer.start(workers=2)
    assert list(enqueuer.get()) == [1, 2, 3]


def test_errors():
    with pytest.raises(RuntimeError, match=r"call start\(\) before get"):
        next(utils.OrderedEnqueuer(Numbers()).get())
    with pytest.raises(ValueError, match="a generator cannot be shared by processes"):
        utils.GeneratorEnqueuer(iter([]), use_multiprocessing=True)

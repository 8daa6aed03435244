"""Batches by number."""

import itertools

import pytest

from keratin.keras import utils


class Squares(utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index**2


def test_it_is_gone_through_in_order():
    data = Squares(workers=4, use_multiprocessing=True, max_queue_size=7)
    assert list(data) == [0, 1, 4] and data.num_batches == 3
    assert (data.workers, data.use_multiprocessing, data.max_queue_size) == (4, True, 7)
    data.workers, data.use_multiprocessing, data.max_queue_size = 2, False, 3
    assert (data.workers, data.use_multiprocessing, data.max_queue_size) == (2, False, 3)
    assert data.on_epoch_begin() is None and data.on_epoch_end() is None
    assert utils.Sequence is utils.PyDataset


def test_it_may_have_no_end():
    class Endless(utils.PyDataset):
        num_batches = None

        def __getitem__(self, index):
            return index

    assert list(itertools.islice(Endless(), 4)) == [0, 1, 2, 3]


def test_a_constructor_that_forgets_the_base():
    class Forgetful(Squares):
        def __init__(self):
            pass

    with pytest.warns(UserWarning, match=r"Forgetful.__init__ does not call super\(\).__init__"):
        assert Forgetful().workers == 1
    data = Forgetful()
    data.workers = 3
    assert data.workers == 3


def test_what_a_subclass_has_to_have():
    with pytest.raises(NotImplementedError, match=r"makes no batches: write __getitem__"):
        utils.PyDataset()[0]
    with pytest.raises(
        NotImplementedError, match="does not say how many batches it has: write __len"
    ):
        utils.PyDataset().num_batches

"""Where batches come from: which kinds of data are which kinds of sources."""

import itertools

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.training import feed_convert
from keratin.keras.training.feed import make_feed
from keratin.keras.training.feed_sources import (
    FunctionSource,
    IndexedSource,
    IteratorSource,
    RowsSource,
    Source,
    source_of,
)


class Numbers(keras.utils.PyDataset):
    """Batch i is [i, i]; it counts the epochs."""

    def __init__(self, count=4, **options):
        super().__init__(**options)
        self.count = count
        self.calls = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return np.full((2, 1), index, np.float32), np.full(2, index)

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


class Endless(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.full((1, 1), index, np.float32)


class Duck:
    """A Sequence of another library."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.full((2, 1), index), np.full(2, index)


class LikeTfData:
    element_spec = None

    def __init__(self, cardinality):
        self._cardinality = cardinality

    def cardinality(self):
        return tf.constant(self._cardinality, tf.int64)

    def __iter__(self):
        return (np.full((1, 1), i) for i in range(3))


def generator():
    yield np.ones((1, 1))


def of(x):
    return source_of(x, False, 1, False, 10)


SOURCES = [
    (Numbers(), IndexedSource, 4),
    (Duck(), IndexedSource, 2),
    (Endless(), IndexedSource, None),
    (LikeTfData(3), Source, 3),
    (LikeTfData(-2), Source, None),
    (generator(), IteratorSource, None),
    (iter([1]), IteratorSource, None),
    (generator, FunctionSource, None),
    (lambda: iter([1]), FunctionSource, None),
    (itertools.count(), IteratorSource, None),
]


@pytest.mark.parametrize(("data", "kind", "count"), SOURCES, ids=range(len(SOURCES)))
def test_sources(data, kind, count):
    found = of(data)
    assert type(found) is kind
    assert found.num_batches == count


@pytest.mark.parametrize(
    "data",
    [np.ones(2), [1, 2], (np.ones(2),), {"a": [1]}, tf.constant([1.0]), tf.Variable([1.0]), "text"],
    ids=lambda data: type(data).__name__,
)
def test_arrays_are_no_source(data):
    assert of(data) is None


def test_layers_are_no_generator_functions():
    with pytest.raises(TypeError, match=r"x is of type keratin\..*Dense, of which no"):
        make_feed(keras.layers.Dense(1))


def test_data_without_end_needs_steps():
    for data in (Endless(), LikeTfData(-1)):
        with pytest.raises(
            ValueError, match=r"without end. Say how many .*: steps_per_epoch=\.\.\."
        ):
            make_feed(data)
        with pytest.raises(ValueError, match=r"an epoch: steps=\.\.\."):
            make_feed(data, name="evaluate")
        assert make_feed(data, steps=2).num_batches == 2


def test_batches_by_number_are_shuffled_only_when_asked():
    def visited(shuffle):
        feed = make_feed(Numbers(20), shuffle=shuffle)
        return [int(y[0]) for _, y, _ in feed.batches(np.random.default_rng(1))]

    assert visited(False) == list(range(20))
    assert sorted(visited(True)) == list(range(20)) != visited(True)


def test_the_dataset_is_told_of_epochs():
    data = Numbers()
    feed = make_feed(data)
    for _ in range(2):
        list(feed)
    assert data.calls == ["begin", "end"] * 2
    for _ in feed:
        break
    assert data.calls == ["begin", "end"] * 3


def test_a_dataset_may_change_its_length_between_epochs():
    data = Numbers(3)
    feed = make_feed(data)
    assert len(list(feed)) == 3
    data.count = 5
    assert (len(list(feed)), feed.num_batches) == (5, 5)


@pytest.mark.parametrize("options", [{"workers": 3}, {"workers": 2, "use_multiprocessing": True}])
def test_workers_keep_the_order(options):
    assert [int(y[0]) for _, y, _ in make_feed(Numbers(7, **options))] == list(range(7))
    assert [int(y[0]) for _, y, _ in make_feed(Numbers(7), **options)] == list(range(7))


def test_a_data_set_of_torch_gives_rows():
    kind = type("Rows", (Duck,), {"__module__": "torch.utils.data.dataset"})
    with pytest.raises(TypeError, match=r"Rows of torch, .*DataLoader\(x, batch_size=32\)"):
        make_feed(kind())


def test_a_loader_of_torch_gives_batches():
    class Loader:
        def __iter__(self):
            return iter([[np.ones((2, 1)), np.zeros(2)]])

        def __len__(self):
            return 1

    kind = type("DataLoader", (Loader,), {"__module__": "torch.utils.data.dataloader"})
    feed = make_feed(kind())
    (x, y, _), *_ = list(feed)
    assert (feed.num_batches, x.shape, y.shape) == (1, (2, 1), (2,))


def test_files_are_read_a_batch_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(feed_convert, "READ_AT_ONCE", 10)
    np.save(tmp_path / "x.npy", np.arange(10.0)[:, None])
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    feed = make_feed(x, np.arange(10), batch_size=4)
    assert isinstance(feed.source, RowsSource)
    assert (feed.num_batches, feed.num_rows, feed.batch_size) == (3, 10, 4)
    for _ in range(2):
        assert [batch[0].ravel().tolist() for batch in feed] == [
            [0, 1, 2, 3],
            [4, 5, 6, 7],
            [8, 9],
        ]
    assert feed.peek()[0].dtype == np.float32
    shuffled = list(make_feed(x, np.arange(10), batch_size=4, shuffle=True))
    assert all((batch[0][:, 0] == batch[1]).all() for batch in shuffled)
    rows = [int(row) for batch in shuffled for row in batch[1]]
    assert sorted(rows) == list(range(10)) != rows
    blocks = [
        batch[1].tolist() for batch in make_feed(x, np.arange(10), batch_size=5, shuffle="batch")
    ]
    assert sorted(blocks) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    weighted = list(make_feed(x, np.arange(10), batch_size=5, class_weight={9: 2.0}))
    assert weighted[1][2].tolist() == [1, 1, 1, 1, 2]
    assert make_feed(x, steps=4).batch_size == 3

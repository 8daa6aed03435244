"""`make_feed` and `split`: what goes together, and what does not."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras.training.feed import ArrayFeed, StreamFeed, make_feed, split
from tests.keras.training.feed_models import described


def generator():
    yield np.ones((2, 1)), np.ones(2)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        return np.ones((2, 1)), np.ones(2)


def test_kinds_of_feeds():
    feed = make_feed(np.ones(3))
    assert isinstance(feed, ArrayFeed) and make_feed(feed) is feed
    assert isinstance(make_feed(generator()), StreamFeed)
    assert isinstance(make_feed(Batches()), StreamFeed)


OPTIONS = [
    ({"batch_size": 0}, "batch_size is a whole number from 1 on; given 0"),
    ({"batch_size": -4}, "given -4"),
    ({"batch_size": 2.5}, "given 2.5"),
    ({"batch_size": True}, "given True"),
    ({"batch_size": "all"}, "given 'all'"),
    ({"steps": 0}, "steps is a whole number from 1 on; given 0"),
    ({"shuffle": "rows"}, "shuffle is True, False or 'batch'; given 'rows'"),
    ({"max_queue_size": 0}, "max_queue_size is a whole number"),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS, ids=range(len(OPTIONS)))
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=r"predict\(\): .*" + message):
        make_feed(np.ones(3), name="predict", **options)
    assert make_feed(np.ones(3), batch_size=np.int64(2), steps=2.0).num_batches == 2


STREAMS = [
    ({"y": np.ones(2)}, "y was given, and x is {}, whose batches hold it: .*leave y out"),
    ({"sample_weight": np.ones(2)}, "sample_weight was given, and x is {}"),
    ({"batch_size": 8}, "batch_size=8 was given, and x is {}, which gives batches of its own size"),
]


@pytest.mark.parametrize(("options", "message"), STREAMS, ids=["y", "weights", "batch size"])
def test_what_a_stream_does_not_take(options, message):
    for data, kind in ((generator(), "a generator"), (Batches(), "a Batches")):
        with pytest.raises(ValueError, match=message.format(kind)):
            make_feed(data, **options)


def test_the_last_rows_are_for_validation():
    train, validation = split({"a": np.arange(10)}, np.arange(10) * 2, np.ones(10), 0.25)
    assert train[0]["a"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert (validation[0]["a"].tolist(), validation[1].tolist()) == ([7, 8, 9], [14, 16, 18])
    assert (train[2].shape, validation[2].shape) == ((7,), (3,))
    assert train[1].base is not None  # views, not copies
    assert make_feed(*train).num_rows == 7


def test_random_rows_are_for_validation():
    source = np.random.default_rng(0)
    train, validation = split(np.arange(40), None, None, 0.25, shuffle=True, generator=source)
    assert sorted([*train[0], *validation[0]]) == list(range(40))
    assert validation[0].tolist() != list(range(30, 40)) and len(validation[0]) == 10
    again = split(np.arange(40), None, None, 0.25, shuffle=True, generator=np.random.default_rng(0))
    assert again[1][0].tolist() == validation[0].tolist()


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("form", ["classes", "one-hot", "column"])
def test_the_same_part_of_each_class(shuffle, form):
    classes = np.array([0] * 20 + [1] * 8 + [2])
    y = {"classes": classes, "one-hot": np.eye(3)[classes], "column": classes[:, None]}[form]
    train, validation = split(np.arange(29), y, None, 0.25, shuffle=shuffle, stratify=True)
    assert np.bincount(classes[validation[0]], minlength=3).tolist() == [5, 2, 0]
    assert sorted([*train[0], *validation[0]]) == list(range(29))
    if not shuffle:
        assert validation[0].tolist() == [15, 16, 17, 18, 19, 26, 27]


SPLITS = [
    ((np.arange(10), None, None, 0.0), "a number between 0 and 1.*given 0.0"),
    ((np.arange(10), None, None, 1.5), "given 1.5"),
    ((np.arange(3), None, None, 1e-20), "of 3 rows leaves none to validate with"),
    ((np.arange(3), None, None, 0.9), "of 3 rows leaves none to train on"),
    ((generator(), None, None, 0.5), "is for arrays, and x is a generator.*Give validation_data"),
    ((Batches(), None, None, 0.5), "x is a Batches"),
]


@pytest.mark.parametrize(("arguments", "message"), SPLITS, ids=range(len(SPLITS)))
def test_splits_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        split(*arguments)


def test_classes_cannot_be_divided_alike_without_classes():
    with pytest.raises(ValueError, match="needs one array of classes as y; given none"):
        split(np.arange(10), None, None, 0.5, stratify=True)
    with pytest.raises(ValueError, match="given 2 arrays"):
        split(np.arange(4), [np.arange(4)] * 2, None, 0.5, stratify=True)


def test_a_split_looks_at_the_model():
    model = described(inputs={"age": (None, 1)})
    with pytest.raises(ValueError, match=r"fit\(\): x is a dict without the model's input 'age'"):
        split({"agee": np.ones(4)}, None, None, 0.5, model=model)

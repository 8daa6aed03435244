"""From objects to pieces of files."""

import pytest

import keratin as tf
from keratin.train._object_graph import GRAPH_KEY
from keratin.train._writing import held, pieces_of
from tests.train.files import Box


def test_values_are_read_when_they_are_written():
    box = Box(v=tf.Variable([1.0]))
    pieces = pieces_of(box)
    kept = held(pieces)
    box.v.assign([2.0])
    assert pieces[0].read().tolist() == [2.0]
    assert kept[0].read().tolist() == [1.0]
    assert [piece.key for piece in pieces] == ["v/.ATTRIBUTES/VARIABLE_VALUE", GRAPH_KEY]


class Odd(tf.train.experimental.ShardingCallback):
    description = "odd"

    def __init__(self, shards):
        self.shards = shards

    def __call__(self, shardable_tensors):
        return self.shards


@pytest.mark.parametrize(
    ("shards", "message"),
    [([], "leaves out .*'v/.ATTRIBUTES"), ([{"x": {"": 1.0}}], "gave 'x', which it was not given")],
)
def test_callbacks_that_lose_or_invent_tensors(tmp_path, shards, message):
    options = tf.train.CheckpointOptions(experimental_sharding_callback=Odd(shards))
    with pytest.raises(ValueError, match=message):
        tf.train.Checkpoint(v=tf.Variable(1.0)).write(tmp_path / "c", options)
    assert list(tmp_path.iterdir()) == []

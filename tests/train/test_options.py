"""Options of checkpoints, and how tensors are cut."""

import numpy as np
import pytest

import keratin as tf
from keratin.train._options import read_slice_spec, slice_spec

MaxShardSizePolicy = tf.train.experimental.MaxShardSizePolicy


def tensor(key, value):
    value = np.asarray(value)
    return tf.train.experimental.ShardableTensor(
        None, value, tf.as_dtype(value.dtype), "", key, value.shape, "", key, None
    )


def test_files_are_filled_one_after_the_other():
    shards = MaxShardSizePolicy(20)(
        [tensor("a", np.ones(3, "f")), tensor("b", np.ones(2, "f")), tensor("c", np.ones(1, "f"))]
    )
    assert [list(shard) for shard in shards] == [["a", "b"], ["c"]]


def test_tensors_are_cut_as_tensorflow_cuts_them():
    (first, *rest) = MaxShardSizePolicy(20)([tensor("w", np.zeros((3, 5), "f"))])
    assert list(first["w"]) == ["3 5 0,1:0,5"]
    assert [list(shard["w"]) for shard in rest] == [["3 5 1,1:0,5"], ["3 5 2,1:0,5"]]


@pytest.mark.parametrize("shape", [(7,), (2, 9), (1, 1, 30), (5, 1), (0, 3), (), (1,)])
@pytest.mark.parametrize("size", [1, 8, 40, 1000])
def test_any_cut_is_joined_again(tmp_path, shape, size):
    value = np.arange(int(np.prod(shape)), dtype="float32").reshape(shape)
    v = tf.Variable(value)
    options = tf.train.CheckpointOptions(experimental_sharding_callback=MaxShardSizePolicy(size))
    path = tf.train.Checkpoint(v=v).write(tmp_path / "c", options)
    w = tf.Variable(tf.zeros(shape))
    tf.train.Checkpoint(v=w).read(path).assert_consumed()
    np.testing.assert_array_equal(w.numpy(), value)


def test_strings_stay_whole():
    text = np.array([b"abc", b"d"], object)
    shards = MaxShardSizePolicy(3)([tensor("t", np.zeros(0)), tensor("s", text)])
    assert [list(shard) for shard in shards] == [["t"], ["s"]]
    shards = MaxShardSizePolicy(4)([tensor("t", np.zeros(0)), tensor("s", text)])
    assert [list(shard) for shard in shards] == [["t", "s"]]


def test_specs():
    assert read_slice_spec(slice_spec([30, 4], [10, 0], [5, 4])) == ((30, 4), (10, 0))


def test_descriptions():
    assert "20 bytes" in MaxShardSizePolicy(20).description
    policy = tf.train.experimental.ShardByTaskPolicy()
    assert [list(shard) for shard in policy([tensor("a", 1.0), tensor("b", 2.0)])] == [["a", "b"]]
    assert {tensor("a", 1.0): 1}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaxShardSizePolicy(0), "a number of bytes, 1 or more"),
        (lambda: MaxShardSizePolicy("1"), "a number of bytes, 1 or more"),
        (
            lambda: tf.train.CheckpointOptions(experimental_write_callbacks=[3]),
            "write_callbacks are functions; given 3",
        ),
        (
            lambda: tf.train.CheckpointOptions(experimental_sharding_callback=3),
            "ShardingCallback; given 3",
        ),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_both_names_of_writing_in_the_background():
    options = tf.train.CheckpointOptions(experimental_enable_async_checkpoint=True)
    assert options.enable_async
    assert options.experimental_enable_async_checkpoint
    assert not tf.train.CheckpointOptions().enable_async

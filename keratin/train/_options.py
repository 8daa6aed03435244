"""`tf.train.CheckpointOptions`, and how data is spread over files."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


class CheckpointOptions:
    """How a checkpoint is written and read.

    >>> options = tf.train.CheckpointOptions(enable_async=True)
    >>> checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    >>> path = checkpoint.save("folder/ckpt", options=options)
    >>> checkpoint.sync()  # the file is there now

    Args:
        experimental_io_device: Accepted; files are written by this process.
        experimental_enable_async_checkpoint: The same as `enable_async`.
        experimental_write_callbacks: Functions called after writing, with the path if they take an
            argument.
        enable_async: Whether to write in a thread of its own, while the program goes on. The
            values written are those at the time of the call.
        experimental_skip_slot_variables: Whether to leave out, when restoring, what an optimizer of
            TensorFlow 2's former ones keeps for variables.
        experimental_sharding_callback: How data is spread over files.
    """

    experimental_io_device: str | None = None
    experimental_enable_async_checkpoint: bool = False
    experimental_write_callbacks: Sequence[Callable[..., Any]] | None = None
    enable_async: bool = False
    experimental_skip_slot_variables: bool = False
    experimental_sharding_callback: ShardingCallback | None = None

    def __init__(
        self,
        experimental_io_device: str | None = None,
        experimental_enable_async_checkpoint: bool = False,
        experimental_write_callbacks: Sequence[Callable[..., Any]] | None = None,
        enable_async: bool = False,
        experimental_skip_slot_variables: bool = False,
        experimental_sharding_callback: ShardingCallback | None = None,
    ):
        for callback in experimental_write_callbacks or ():
            if not callable(callback):
                raise ValueError(
                    "CheckpointOptions: experimental_write_callbacks are functions; given "
                    f"{callback!r}"
                )
        sharding = experimental_sharding_callback
        if sharding is not None and not isinstance(sharding, ShardingCallback):
            raise ValueError(
                "CheckpointOptions: experimental_sharding_callback is a "
                f"tf.train.experimental.ShardingCallback; given {sharding!r}"
            )
        self.experimental_io_device = experimental_io_device
        self.enable_async = bool(enable_async or experimental_enable_async_checkpoint)
        self.experimental_enable_async_checkpoint = self.enable_async
        self.experimental_write_callbacks = experimental_write_callbacks
        self.experimental_skip_slot_variables = bool(experimental_skip_slot_variables)
        self.experimental_sharding_callback = experimental_sharding_callback


@dataclasses.dataclass(frozen=True)
class ShardableTensor:
    """A value that is about to be written, as a `ShardingCallback` is given it.

    >>> tensor = tf.constant([1.0, 2.0])
    >>> part = tf.train.experimental.ShardableTensor(
    ...     None, tensor, tensor.dtype, "", "v", tensor.shape, "", "v", None)
    >>> part.name
    'v'
    """

    _tensor_save_spec: Any
    tensor: Any
    dtype: Any
    device: Any
    name: str
    shape: Any
    slice_spec: str
    checkpoint_key: str
    trackable: Any

    def __hash__(self) -> int:
        return hash((self.name, str(self.dtype), str(self.device)))


# For each file: key -> what part of the tensor -> tensor.
Shards = Sequence[Mapping[str, Mapping[str, Any]]]


class ShardingCallback(abc.ABC):
    """Spreads the values of a checkpoint over files; write one of your own by these two methods.

    >>> class OneEach(tf.train.experimental.ShardingCallback):
    ...     description = "a file for each value"
    ...     def __call__(self, shardable_tensors):
    ...         return [{t.checkpoint_key: {t.slice_spec: t.tensor}} for t in shardable_tensors]
    >>> options = tf.train.CheckpointOptions(experimental_sharding_callback=OneEach())
    >>> checkpoint = tf.train.Checkpoint(a=tf.Variable(1.0), b=tf.Variable(2.0))
    >>> _ = checkpoint.write("folder/each", options=options)
    >>> import glob
    >>> len(glob.glob("folder/each.data*"))
    3
    """

    @property
    @abc.abstractmethod
    def description(self) -> str:
        """What it does, in words."""

    @abc.abstractmethod
    def __call__(self, shardable_tensors: Sequence[ShardableTensor]) -> Shards:
        """For each file the tensors in it: `{checkpoint_key: {slice_spec: tensor}}`."""


class ShardByTaskPolicy(ShardingCallback):
    """All values in one file, as it is without a policy.

    >>> tf.train.experimental.ShardByTaskPolicy().description
    'All values of a process in one file.'
    """

    @property
    def description(self) -> str:
        """What it does, in words."""
        return "All values of a process in one file."

    def __call__(self, shardable_tensors: Sequence[ShardableTensor]) -> Shards:
        """One file with all tensors."""
        return [{t.checkpoint_key: {t.slice_spec: t.tensor} for t in shardable_tensors}]


class MaxShardSizePolicy(ShardingCallback):
    """Files of at most so many bytes of values; larger tensors are cut along their longest axes.

    >>> policy = tf.train.experimental.MaxShardSizePolicy(20)
    >>> options = tf.train.CheckpointOptions(experimental_sharding_callback=policy)
    >>> v = tf.Variable(tf.range(8.0))
    >>> path = tf.train.Checkpoint(v=v).write("folder/parts", options=options)
    >>> _ = v.assign(tf.zeros(8))
    >>> _ = tf.train.Checkpoint(v=v).read(path)
    >>> v.numpy()
    array([0., 1., 2., 3., 4., 5., 6., 7.], dtype=float32)
    """

    class MaxShardSizePartitioner:
        """Cuts a tensor into parts of at most so many bytes."""

        def __init__(self, max_shard_size: int):
            self.max_shard_size = max_shard_size

        def __call__(self, value: np.ndarray[Any, Any]) -> list[tuple[tuple[int, ...], Any]]:
            """The offsets and values of the parts, along the first axis that is long enough."""
            parts = math.ceil(value.nbytes / self.max_shard_size)
            axis = next((a for a, size in enumerate(value.shape) if size >= parts), None)
            if axis is None:
                axis = int(np.argmax(value.shape))
                parts = value.shape[axis]
            offsets = [0] * value.ndim
            found = []
            for part in np.array_split(value, parts, axis=axis):
                found.append((tuple(offsets), part))
                offsets[axis] += part.shape[axis]
            return found

    def __init__(self, max_shard_size: int):
        if not isinstance(max_shard_size, int) or max_shard_size < 1:
            raise ValueError(
                "MaxShardSizePolicy: max_shard_size is a number of bytes, 1 or more; given "
                f"{max_shard_size!r}"
            )
        self.max_shard_size = max_shard_size

    @property
    def description(self) -> str:
        """What it does, in words."""
        return f"Files of at most {self.max_shard_size} bytes of values."

    def __call__(self, shardable_tensors: Sequence[ShardableTensor]) -> Shards:
        """Fill one file after the other."""
        shards: list[dict[str, dict[str, Any]]] = [{}]
        room = self.max_shard_size
        partition = self.MaxShardSizePartitioner(self.max_shard_size)
        for tensor in shardable_tensors:
            for spec, part in self._parts(tensor, partition):
                size = _size_of(part)
                if size > room and shards[-1]:
                    shards.append({})
                    room = self.max_shard_size
                shards[-1].setdefault(tensor.checkpoint_key, {})[spec] = part
                room -= size
        return shards

    def _parts(self, tensor: ShardableTensor, partition: Any) -> list[tuple[str, Any]]:
        value = np.asarray(tensor.tensor)
        whole = value.dtype == object or value.nbytes <= self.max_shard_size or value.size < 2
        if whole:
            return [(tensor.slice_spec, value)]
        return [
            (slice_spec(value.shape, offsets, part.shape), part)
            for offsets, part in partition(value)
        ]


def _size_of(value: np.ndarray[Any, Any]) -> int:
    if value.dtype == object:
        return sum(len(text) for text in value.ravel().tolist())
    return value.nbytes


def slice_spec(whole: Sequence[int], offsets: Sequence[int], sizes: Sequence[int]) -> str:
    """A part of a tensor, as TensorFlow writes it: the whole shape, then offset and size by axis.

    >>> from keratin.train._options import slice_spec
    >>> slice_spec([4, 3], [2, 0], [2, 3])
    '4 3 2,2:0,3'
    """
    places = ":".join(f"{start},{size}" for start, size in zip(offsets, sizes, strict=True))
    return " ".join([*map(str, whole), places])


def read_slice_spec(spec: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The whole shape, and the offsets, of a part.

    >>> from keratin.train._options import read_slice_spec
    >>> read_slice_spec("4 3 2,2:0,3")
    ((4, 3), (2, 0))
    """
    *whole, places = spec.split(" ")
    offsets = tuple(int(place.split(",")[0]) for place in places.split(":"))
    return tuple(map(int, whole)), offsets

"""Reading single values of checkpoints by their keys."""

from __future__ import annotations

import os
from typing import Any

from keratin._engine import errors
from keratin._engine.dtype import DType
from keratin.train._bundle import Bundle, dtype_of, shape_of
from keratin.train._messages import ObjectGraph, ObjectNode
from keratin.train._object_graph import GRAPH_KEY
from keratin.train._restoration import checked_nodes
from keratin.train._state_file import checkpoint_exists, latest_checkpoint, nearest_checkpoints

_SUFFIX = ".index"


def open_bundle(path: Any) -> Bundle:
    """The checkpoint of this name; NotFoundError that says which there are."""
    prefix = os.fspath(path)
    if isinstance(prefix, bytes):
        prefix = os.fsdecode(prefix)
    if not checkpoint_exists(prefix):
        inside = os.path.join(prefix, "variables", "variables")  # of a saved model
        if checkpoint_exists(inside):
            return Bundle(inside)
        if prefix.endswith(_SUFFIX) and os.path.isfile(prefix):
            hint = f" Give it without its ending: {prefix.removesuffix(_SUFFIX)!r}."
        elif os.path.isfile(prefix):
            hint = " It is a file, not the beginning of the names of a checkpoint's files."
        else:
            hint = nearest_checkpoints(prefix)
        raise errors.NotFoundError(f"There is no checkpoint {prefix!r}.{hint}")
    return Bundle(prefix)


def read_graph(bundle: Bundle) -> list[ObjectNode] | None:
    """The graph of objects in a checkpoint; None if its values have names alone."""
    if GRAPH_KEY not in bundle.entries:
        return None
    content = bundle.read(GRAPH_KEY)
    try:
        graph = ObjectGraph.FromString(content.item())
    except (ValueError, AttributeError, TypeError, errors.DataLossError) as error:
        raise errors.DataLossError(
            f"{bundle.prefix}: its graph of objects is damaged: {error}"
        ) from error
    return checked_nodes(bundle, graph.nodes)


class CheckpointReader:
    """The values of a checkpoint by their keys; `tf.train.load_checkpoint` makes one.

    >>> path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).write("folder/ckpt")
    >>> reader = tf.train.load_checkpoint(path)
    >>> reader.get_tensor("v/.ATTRIBUTES/VARIABLE_VALUE")
    array([1., 2.], dtype=float32)
    """

    def __init__(self, bundle: Bundle):
        self._bundle = bundle

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a value of this key."""
        return tensor_str in self._bundle.entries

    def get_tensor(self, tensor_str: str) -> Any:
        """The value of a key, as a NumPy array; text as bytes."""
        value = self._bundle.read(tensor_str)
        return value.item() if value.dtype == object and not value.ndim else value

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shapes of all values, by key."""
        return {key: list(shape_of(entry)) for key, entry in self._bundle.entries.items()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """The dtypes of all values, by key."""
        return {key: dtype_of(entry) for key, entry in self._bundle.entries.items()}

    def debug_string(self) -> bytes:
        """A line for each value: key, dtype and shape."""
        lines = [
            f"{key} (DT_{dtype_of(entry).name.upper()}) {list(shape_of(entry))}"
            for key, entry in self._bundle.entries.items()
        ]
        return "\n".join(lines).encode()


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Open a checkpoint, or the last one in a folder, to read its values by key.

    >>> path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).save("folder/ckpt")
    >>> shapes = tf.train.load_checkpoint("folder").get_variable_to_shape_map()
    >>> shapes["v/.ATTRIBUTES/VARIABLE_VALUE"]
    [2]
    """
    path = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(path) and not checkpoint_exists(path):
        found = latest_checkpoint(path)
        if found is None and not checkpoint_exists(os.path.join(path, "variables", "variables")):
            raise ValueError(
                f"load_checkpoint: there is no checkpoint in the folder {path!r}."
                f"{nearest_checkpoints(path)}"
            )
        path = found or path
    return CheckpointReader(open_bundle(path))


def load_variable(ckpt_dir_or_file: Any, name: str) -> Any:
    """One value of a checkpoint, as a NumPy array.

    >>> path = tf.train.Checkpoint(v=tf.Variable(3)).write("folder/ckpt")
    >>> tf.train.load_variable(path, "v/.ATTRIBUTES/VARIABLE_VALUE")
    array(3, dtype=int32)
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """The keys and shapes in a checkpoint, sorted.

    >>> path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write("folder/ckpt")
    >>> tf.train.list_variables(path)
    [('_CHECKPOINTABLE_OBJECT_GRAPH', []), ('v/.ATTRIBUTES/VARIABLE_VALUE', [2])]
    """
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return sorted(shapes.items())

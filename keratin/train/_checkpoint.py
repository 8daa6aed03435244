"""`tf.train.Checkpoint`: saves and restores the state of objects."""

from __future__ import annotations

import inspect
import os
import threading
import weakref
from typing import Any

from keratin._engine import errors, state
from keratin._engine.variable import Variable
from keratin.train._options import CheckpointOptions
from keratin.train._reader import open_bundle, read_graph
from keratin.train._restoration import Restoration
from keratin.train._state_file import update_checkpoint_state
from keratin.train._status import (
    CheckpointLoadStatus,
    InitializationOnlyStatus,
    LoadStatus,
    NameBasedStatus,
)
from keratin.train._trackable import child, children, is_container, is_trackable
from keratin.train._writing import held, pieces_of, write

_COUNTER = "save_counter"


class Checkpoint:
    """Groups objects whose state is saved and restored together: variables, modules, layers,
    models, optimizers, metrics, generators, lists and dictionaries of them, and other checkpoints.

    The files are those of TensorFlow 2, which reads them too. What is restored before its variables
    are made gives them their values when they are.

    >>> step = tf.Variable(0)
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> checkpoint = tf.train.Checkpoint(model=model, step=step)
    >>> path = checkpoint.save("folder/training")
    >>> _ = step.assign(7)
    >>> _ = checkpoint.restore(path).assert_consumed()
    >>> step.numpy()
    np.int32(0)

    Args:
        root: An object whose parts are saved by their own names, as if it were the checkpoint.
        **kwargs: Objects by the names that they have in the file.
    """

    _root: Any
    _attached: dict[str, Any]
    _writer: threading.Thread | None
    _failure: list[BaseException]

    def __init__(self, root: Any = None, **kwargs: Any):
        fields = vars(self)
        fields["_root"] = root
        fields["_attached"] = {}
        fields["_writer"] = None
        fields["_failure"] = []
        if root is not None:
            _check_trackable(root, "root")
            fields["_attached"]["root"] = root
        for name, value in sorted(kwargs.items()):
            value = value() if isinstance(value, weakref.ref) else value
            _check_trackable(value, name)
            former = None if root is None else child(root, name)
            if former is not None and former is not value:
                raise ValueError(
                    f"tf.train.Checkpoint: {name!r} is given, and the root has another part of "
                    "that name. Give it another name"
                )
            fields["_attached"][name] = value
            fields[name] = value

    def __setattr__(self, name: str, value: Any) -> None:
        if name == _COUNTER:
            raise AttributeError("Checkpoint.save_counter is counted by save()")
        vars(self)[name] = value
        if is_trackable(value) or is_container(value):
            self._attached[name] = value
            for each in state.waiting:
                each.attached(self)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._attached.pop(name, None)

    def _checkpoint_children(self) -> dict[str, Any]:
        own = {} if self._root is None else children(self._root)
        own = {**own, **self._attached}
        if own.get("root") is self._root is not None:
            own["root"] = self
        return own

    def _checkpoint_child(self, name: str) -> Any:
        return None if self._root is None else child(self._root, name)

    # Saving

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called; it ends the names of files."""
        if _COUNTER not in self._attached:
            with state.enter(None), state.listening(()):
                self._attached[_COUNTER] = Variable(
                    0, dtype="int64", name=_COUNTER, trainable=False
                )
            for each in state.waiting:
                each.attached(self)
        counter: Variable = self._attached[_COUNTER]
        return counter

    def save(self, file_prefix: Any, options: CheckpointOptions | None = None) -> str:
        """Save under a name that ends in a count, as the last in its folder; gives its path.

        >>> checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        >>> [checkpoint.save("folder/ckpt").rpartition("/")[2] for _ in range(2)]
        ['ckpt-1', 'ckpt-2']
        """
        prefix = _prefix(file_prefix, "save")
        counter = self.save_counter
        count = int(counter.numpy()) + 1
        counter.assign(count)
        path = f"{prefix}-{count}"
        try:
            self._write(path, options, lambda: _note_last(path))
        except BaseException:
            counter.assign(count - 1)
            raise
        return path

    def write(self, file_prefix: Any, options: CheckpointOptions | None = None) -> str:
        """Write a checkpoint of exactly this name, and note nothing else; gives its path.

        >>> tf.train.Checkpoint(v=tf.Variable(1.0)).write("mine")
        'mine'
        """
        prefix = _prefix(file_prefix, "write")
        self._write(prefix, options, lambda: None)
        return prefix

    def _write(self, prefix: str, options: CheckpointOptions | None, after: Any) -> None:
        options = options or CheckpointOptions()
        self.sync()
        pieces = pieces_of(self)

        def work() -> None:
            write(prefix, pieces, options.experimental_sharding_callback)
            after()
            for callback in options.experimental_write_callbacks or ():
                callback(prefix) if inspect.signature(callback).parameters else callback()

        if not options.enable_async:
            work()
            return
        pieces = held(pieces)
        vars(self)["_writer"] = threading.Thread(target=self._in_background, args=(work,))
        vars(self)["_writer"].start()

    def _in_background(self, work: Any) -> None:
        try:
            work()
        except BaseException as error:
            self._failure.append(error)

    def sync(self) -> None:
        """Wait until what is written in the background is there; raises what went wrong with it."""
        if self._writer is not None:
            self._writer.join()
            vars(self)["_writer"] = None
        if self._failure:
            raise self._failure.pop()

    # Restoring

    def read(self, save_path: Any, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore from a checkpoint that `write` wrote.

        >>> v = tf.Variable(1.0)
        >>> path = tf.train.Checkpoint(v=v).write("folder/ckpt")
        >>> w = tf.Variable(0.0)
        >>> _ = tf.train.Checkpoint(v=w).read(path).assert_consumed()
        >>> w.numpy()
        np.float32(1.0)
        """
        if state.context.scope is not None:
            raise errors.TracedValueError(
                "Checkpoint.read or restore within a traced function: files are read by Python. "
                f"Call it outside. At {errors.user_location()}."
            )
        self.sync()
        options = options or CheckpointOptions()
        bundle = open_bundle(save_path)
        nodes = read_graph(bundle)
        if nodes is None:
            return NameBasedStatus(bundle, self, self._attached.get(_COUNTER))
        restoration = Restoration(bundle, nodes, options.experimental_skip_slot_variables)
        restoration.start(self)
        return CheckpointLoadStatus(restoration, self)

    def restore(self, save_path: Any, options: CheckpointOptions | None = None) -> LoadStatus:
        """Restore from a checkpoint, the count of saves included; None: from none.

        What is given back can be asked whether all fitted: `assert_consumed()`.

        >>> checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        >>> path = checkpoint.save("folder/ckpt")
        >>> later = tf.train.Checkpoint(v=tf.Variable(0.0))
        >>> _ = later.restore(path).assert_consumed()
        >>> later.v.numpy(), later.save_counter.numpy()
        (np.float32(1.0), np.int64(1))
        """
        if save_path is None:
            return InitializationOnlyStatus()
        _ = self.save_counter
        return self.read(save_path, options)


def _prefix(file_prefix: Any, what: str) -> str:
    if state.context.scope is not None:
        raise errors.TracedValueError(
            f"Checkpoint.{what} within a traced function: files are written by Python. Call it "
            f"outside. At {errors.user_location()}."
        )
    prefix = os.fspath(file_prefix)
    if not isinstance(prefix, str) or not os.path.basename(prefix):
        raise ValueError(
            f"Checkpoint.{what}: give the beginning of the names of files, as in 'folder/ckpt'; "
            f"given {file_prefix!r}"
        )
    return prefix


def _note_last(path: str) -> None:
    update_checkpoint_state(os.path.dirname(path), path, [path])


def _check_trackable(value: Any, name: str) -> None:
    if is_trackable(value) or is_container(value):
        return
    raise ValueError(
        f"tf.train.Checkpoint: {name} is {value!r}, which has no state that can be saved. Give a "
        "tf.Variable, tf.Module, layer, model, optimizer, metric, tf.random.Generator, "
        "tf.train.experimental.PythonState, or a list or dictionary of them"
    )

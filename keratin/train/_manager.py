"""`tf.train.CheckpointManager`: keeps the last checkpoints of a folder, and deletes older ones."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from keratin._engine import state
from keratin.train._bundle import remove_bundle
from keratin.train._checkpoint import Checkpoint
from keratin.train._options import CheckpointOptions
from keratin.train._state_file import get_checkpoint_state, update_checkpoint_state


class CheckpointManager:
    """Saves checkpoints under numbers, keeps the last ones, and deletes the others.

    The order is such that a process killed at any moment leaves a folder whose last checkpoint is
    whole.

    >>> checkpoint = tf.train.Checkpoint(step=tf.Variable(0))
    >>> manager = tf.train.CheckpointManager(checkpoint, "folder", max_to_keep=2)
    >>> for _ in range(3):
    ...     _ = manager.save()
    >>> [path.rpartition("/")[2] for path in manager.checkpoints]
    ['ckpt-2', 'ckpt-3']

    Args:
        checkpoint: The `tf.train.Checkpoint` to save.
        directory: The folder, which is made if need be.
        max_to_keep: How many checkpoints to keep; None: all.
        keep_checkpoint_every_n_hours: Keep one for good after so many hours, besides.
        checkpoint_name: What the names of files begin with.
        step_counter: A variable that counts steps.
        checkpoint_interval: Save only if so many steps have been made since the last time.
        init_fn: Called by `restore_or_initialize` where there is no checkpoint.
        last_checkpoint_step: The step of the last checkpoint, if that is known.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: Any,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
        last_checkpoint_step: int | None = None,
    ):
        if not isinstance(checkpoint, Checkpoint):
            raise ValueError(
                f"CheckpointManager: give a tf.train.Checkpoint; given {checkpoint!r}. Write "
                "tf.train.Checkpoint(model=model)"
            )
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"CheckpointManager: max_to_keep is 1 or more, or None for all; given {max_to_keep}"
            )
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError(
                "CheckpointManager: checkpoint_interval counts the steps of step_counter; give "
                "both, or neither"
            )
        if os.path.basename(checkpoint_name) != checkpoint_name or not checkpoint_name:
            raise ValueError(
                "CheckpointManager: checkpoint_name is the beginning of the names of files in the "
                f"folder; given {checkpoint_name!r}"
            )
        self._checkpoint = checkpoint
        self._directory = os.fspath(directory)
        self._max_to_keep = max_to_keep
        self._keep_every_hours = keep_checkpoint_every_n_hours
        self._name = checkpoint_name
        self._step_counter = step_counter
        self._checkpoint_interval = checkpoint_interval
        self._init_fn = init_fn
        self._last_step = last_checkpoint_step
        # The checkpoints that may be deleted one day, oldest first, with the times of saving.
        self._kept: dict[str, float] = {}
        self._latest: str | None = None
        # The clock is put back a little, for the next manager of the folder.
        self._last_preserved = time.time() - 1.0
        self._recover()

    def _recover(self) -> None:
        """Go on with what an earlier manager of the folder left."""
        found = get_checkpoint_state(self._directory)
        if found is None:
            return
        now = time.time()
        self._latest = found.model_checkpoint_path
        self._last_preserved = min(found.last_preserved_timestamp, now)
        paths, stamps = found.all_model_checkpoint_paths, found.all_model_checkpoint_timestamps
        if len(stamps) != len(paths):
            # Another program wrote them, and did not tell when.
            stamps = [now] * len(paths)
        for path, stamp in zip(paths, stamps, strict=True):
            if min(stamp, now) > self._last_preserved:
                self._kept[path] = min(stamp, now)

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint(self) -> Checkpoint:
        """What is saved."""
        return self._checkpoint

    @property
    def checkpoint_interval(self) -> int | None:
        """How many steps there are between checkpoints at least."""
        return self._checkpoint_interval

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the last checkpoint; None if there is none."""
        return self._latest

    def save(
        self,
        checkpoint_number: Any = None,
        check_interval: bool = True,
        options: CheckpointOptions | None = None,
    ) -> str | None:
        """Save a checkpoint, and delete what is not to be kept; gives the path.

        None is given, and nothing saved, if fewer steps than `checkpoint_interval` have been made.

        Args:
            checkpoint_number: The number that ends the name; None: one more than the last.
            check_interval: Whether to heed `checkpoint_interval`.
            options: See `tf.train.CheckpointOptions`.
        """
        if check_interval and self._is_too_early():
            return None
        counter = self._checkpoint.save_counter
        count = int(counter.numpy()) + 1
        counter.assign(count)
        path = os.path.join(
            self._directory,
            f"{self._name}-{count if checkpoint_number is None else int(checkpoint_number)}",
        )
        try:
            self._checkpoint._write(path, options, lambda: self._saved(path))
        except BaseException:
            counter.assign(count - 1)
            raise
        if self._step_counter is not None:
            self._last_step = int(self._step_counter)
        return path

    def _is_too_early(self) -> bool:
        if self._checkpoint_interval is None or self._last_step is None:
            return False
        return int(self._step_counter) < self._last_step + self._checkpoint_interval

    def _saved(self, path: str) -> None:
        """Note a checkpoint that is there, before others are deleted and after."""
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        self._record()
        if self._max_to_keep is not None and len(self._kept) > self._max_to_keep:
            self._sweep(self._max_to_keep)
            self._record()

    def _record(self) -> None:
        last = self._latest or ""
        stamps = list(self._kept.values())
        update_checkpoint_state(
            self._directory, last, list(self._kept), stamps, self._last_preserved
        )

    def _sweep(self, most: int) -> None:
        while len(self._kept) > most:
            path, stamp = next(iter(self._kept.items()))
            del self._kept[path]
            hours = self._keep_every_hours
            if hours and stamp - hours * 3600 >= self._last_preserved:
                self._last_preserved = stamp  # this one stays, and is not spoken of any more
                continue
            remove_bundle(path)

    def restore_or_initialize(self) -> str | None:
        """Restore the last checkpoint, or call `init_fn` if there is none; gives the path or None.

        >>> step = tf.Variable(3)
        >>> manager = tf.train.CheckpointManager(tf.train.Checkpoint(step=step), "new", 1)
        >>> manager.restore_or_initialize() is None
        True
        >>> path = manager.save()
        >>> _ = step.assign(0)
        >>> manager.restore_or_initialize() == path, step.numpy()
        (True, np.int32(3))
        """
        self.sync()
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            if self._step_counter is not None:
                self._last_step = int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            with state.listening(()):
                self._init_fn()
        return None

    def sync(self) -> None:
        """Wait until what is written in the background is there."""
        self._checkpoint.sync()

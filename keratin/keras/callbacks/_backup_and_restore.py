"""Going on after an interruption, at the very step."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin.keras.callbacks import _training_state
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._periodic import Period, checked_save_freq, told_when_due
from keratin.keras.saving._errors import FileError


class BackupAndRestore(Callback):
    """Keeps a backup of training, with which the same `fit`, started again, goes on.

    What it ends with is equal, bit by bit, to that of a training without interruption: the backup
    holds weights, optimizer, metrics, random states, the order of the rows and the place in it,
    and the states of callbacks: `EarlyStopping`, `ReduceLROnPlateau`, `ModelCheckpoint`,
    `CSVLogger`, and all that have methods `state_dict()` (plain values and arrays) and
    `load_state_dict(state)`. The history has the epochs since the restart.

    The program has to be the same: the same model, arguments and data. What draws random numbers
    before `fit` needs `keras.utils.set_random_seed`.

    Args:
        backup_dir: The folder of the backup, for this training alone.
        save_freq: "epoch", or the number of batches after which to save.
        double_checkpoint: Whether to keep the backup before the last one too, for the case that
            the last cannot be read.
        delete_checkpoint: Whether to remove the backup when training has ended.
        replay: Whether generators and other streams are read again from the beginning up to where
            training stood, since nothing else is known of them. Without, a generator goes on with
            what it gives first. Arrays and `keras.utils.PyDataset` need not be read again; of a
            `PyDataset`, `on_epoch_begin` and `on_epoch_end` are called for the epochs that are
            done.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> backup = keras.callbacks.BackupAndRestore("backup", save_freq=100)
    >>> history = model.fit(np.ones((4, 1)), np.ones((4, 1)), callbacks=[backup], verbose=0)
    """

    # It keeps the states of other callbacks as they are once they have been told.
    _comes_last = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
        replay: bool = True,
    ):
        super().__init__()
        self.backup_dir = os.fspath(backup_dir)
        if not self.backup_dir:
            raise ValueError("BackupAndRestore: backup_dir is empty. Give the path of a folder.")
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.replay = replay
        self._batches = Period(checked_save_freq("BackupAndRestore", save_freq))
        self._epoch = 0
        # Whether the batch to save after was the last one of its epoch.
        self._is_owed = False
        self._fitting: Any = None
        self._restored_from = ""
        self._weights_path = os.path.join(self.backup_dir, "latest.weights.h5")
        self._metadata_path = os.path.join(self.backup_dir, "training_metadata.json")
        self._former_path = f"{self._weights_path}.bkp"

    def _take_part(self, fitting: Any) -> None:
        self._fitting = fitting

    # Saving

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the epoch."""
        self._epoch = epoch
        self._is_owed = False
        self._batches.begin_epoch()

    def steps_until_due(self, kind: str) -> int | None:
        """After how many batches to be told."""
        return self._batches.left

    @told_when_due
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough batches have passed."""
        if not self._batches.is_due(batch):
            return
        if self._fitting is not None and batch + 1 == self._fitting.feed.num_batches:
            self._is_owed = True
        else:
            self._save(self._epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save."""
        if self._batches.every is None or self._is_owed:
            self._is_owed = False
            self._save(epoch + 1, 0)

    def _save(self, epoch: int, step: int) -> None:
        state = None
        if self._fitting is not None:
            state = _training_state.gathered(self._fitting, epoch, step)
        if self.double_checkpoint and os.path.exists(self._weights_path):
            _keep(self._weights_path, self._former_path)
        _training_state.write(self._weights_path, self.model, state)
        with replacing(self._metadata_path) as beside:
            beside.write_text(json.dumps({"epoch": epoch, "batch": step}))

    def state_dict(self) -> dict[str, Any]:
        """How many batches have passed since the last backup."""
        return {"seen": self._batches.seen, "last": self._batches.last}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self._batches.seen, self._batches.last = state["seen"], state["last"]

    # Going on

    def on_train_begin(self, logs: Logs = None) -> None:
        """Go on with the training of a backup, if there is one."""
        self._batches.seen = 0
        self._batches.begin_epoch()
        self._remove_unfinished()
        paths = [p for p in (self._weights_path, self._former_path) if os.path.exists(p)]
        for path in paths:
            try:
                self._restore(path)
                return
            except FileError as error:
                if path == paths[-1]:
                    raise
                errors.warn_user(f"BackupAndRestore: {error}. The backup before it is used.")

    def _restore(self, path: str) -> None:
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore: the model {self.model.name!r} is not built, so nothing can be "
                "restored to it. Call it on a batch, or build(input_shape), first."
            )
        if self._fitting is not None:
            self._fitting.make_variables()
        state = _training_state.read(path, self.model)
        self._restored_from = path
        if state is None or self._fitting is None:
            self.model._initial_epoch = self._epoch_of_metadata()
        else:
            _training_state.restore(self._fitting, state)
            self._fitting.resume(state["fit"], self.replay)

    def _restore_within_epoch(self) -> None:
        """An epoch has begun that was begun before, and changed what others change at its begin."""
        state = _training_state.read(self._restored_from, self.model)
        _training_state.restore(self._fitting, state)

    def _epoch_of_metadata(self) -> int | None:
        """The epoch that Keras noted beside the weights."""
        try:
            text = Path(self._metadata_path).read_text()
            return int(json.loads(text)["epoch"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(
                f"{self._metadata_path}: the epoch cannot be read: {error!r}. Remove the backup to "
                "begin anew."
            ) from error

    # The end

    def on_train_end(self, logs: Logs = None) -> None:
        """Remove the backup, unless it was asked for or Ctrl-C has ended training."""
        fitting, self._fitting = self._fitting, None
        if not self.delete_checkpoint or (fitting is not None and fitting.interrupt.pending):
            return
        for path in (self._weights_path, self._former_path, self._metadata_path):
            _training_state.remove(path)
        with contextlib.suppress(OSError):  # something else is in it
            os.rmdir(self.backup_dir)

    def _broken_off(self) -> None:
        self._fitting = None

    def _remove_unfinished(self) -> None:
        """Remove what a process that was killed had begun to write."""
        for path in Path(self.backup_dir).glob(".*.saving"):
            if path.name.startswith((".latest.weights.h5", ".training_metadata.json")):
                path.unlink(missing_ok=True)


def _keep(path: str, former: str) -> None:
    """Have a second name for a file, so that it stays when the first is replaced."""
    beside = f"{former}.new"
    _training_state.remove(beside)
    os.link(path, beside)
    os.replace(beside, former)

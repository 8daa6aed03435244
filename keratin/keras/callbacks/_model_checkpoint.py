"""Saving the model while it is trained."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import string
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.callbacks._callback import Logs
from keratin.keras.callbacks._monitor import MonitorCallback
from keratin.keras.callbacks._periodic import Period, checked_save_freq, told_when_due
from keratin.keras.callbacks._snapshot import Snapshot
from keratin.keras.utils._logging import print_message

_WHOLE = (".keras", ".h5", ".hdf5")
# A thread that writes holds up training now and then: so many times as long it pauses, if it can.
_PAUSE = 10.0
_WEIGHTS = (".weights.h5", ".h5", ".hdf5", ".ckpt")


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after each epoch or after every so many batches.

    A file is written beside its place and moved there when it is whole: whatever happens, the
    former one is there until then.

    Args:
        filepath: The path, which tells the format: `.keras`, or `.h5` for that of Keras 2; with
            `save_weights_only` it is `.weights.h5`, or `.ckpt` or nothing for a checkpoint of
            TensorFlow's. It may hold `{epoch}`, `{batch}` (where
            `save_freq` is a number) and figures such as `{val_loss:.2f}`; epochs and batches are
            counted from 1.
        monitor: The figure that says which model is the best.
        verbose: 1 to print when a file is written.
        save_best_only: Whether to save only when the figure is better than ever before.
        save_weights_only: Whether to save weights instead of the whole model.
        mode: "min", "max", or "auto": known of losses and metrics.
        save_freq: "epoch", or the number of batches after which to save.
        initial_value_threshold: A figure that the first model to be saved has to beat.
        async_save: Whether files are written by a thread while training goes on. `fit` ends when
            they are written; an error in writing is raised at the next save, or at the end. A file
            that a later one is to replace before it was begun is left out.
        kwargs: `period=N`, as Keras 1 and 2 had it: save after every N-th epoch.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> save = keras.callbacks.ModelCheckpoint("after-{epoch:02d}.keras")
    >>> history = model.fit(np.ones((4, 1)), np.ones((4, 1)), callbacks=[save], verbose=0)
    >>> keras.saving.load_model("after-01.keras").count_params()
    2
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        async_save: bool = False,
        **kwargs: Any,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.period = _period_of(kwargs.pop("period", None))
        if kwargs:
            known = [*inspect.signature(ModelCheckpoint.__init__).parameters][1:-1]
            raise errors.unknown_keyword("ModelCheckpoint", next(iter(kwargs)), [*known, "period"])
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.async_save = async_save
        self._batches = Period(checked_save_freq("ModelCheckpoint", save_freq))
        self._epochs_since = 0
        self._epoch = 0
        self._pool: ThreadPoolExecutor | None = None
        self._writing: list[Future[None]] = []
        # What the thread is still to begin with, by the path.
        self._pending: dict[str, tuple[Snapshot, int]] = {}
        self._lock = threading.Lock()
        # Not before this time, unless in a hurry, the thread begins with the next file.
        self._next_at = 0.0
        self._hurries = threading.Event()
        self._check_ending()
        _placeholders(self.filepath)

    def _check_ending(self) -> None:
        endings = _WEIGHTS if self.save_weights_only else _WHOLE
        if self.save_weights_only and "." not in os.path.basename(self.filepath):
            return  # a checkpoint of TensorFlow's, as Keras 2 wrote it
        if not self.filepath.endswith(endings):
            kind = "weights" if self.save_weights_only else "the model"
            raise ValueError(
                f"ModelCheckpoint: the end of filepath tells the format of {kind}: "
                f"{' or '.join(endings)}; given {self.filepath!r}."
            )

    # Before the first step

    def check_names(self, names: Iterable[str]) -> None:
        """Raise if the path or the monitor speaks of figures that there will not be."""
        known = list(names)
        if self._batches.every is not None:
            known = self._within_epochs(known)
        if self.save_best_only:
            super().check_names(known)
        allowed = ["epoch", *(["batch"] if self._batches.every is not None else []), *known]
        for name in _placeholders(self.filepath):
            if name not in allowed:
                raise ValueError(
                    f"ModelCheckpoint: filepath={self.filepath!r} names {{{name}}}, which is not "
                    f"known when it is saved. Known are: {', '.join(allowed)}."
                    f"{errors.nearest(name, allowed)}{self._why_unknown(name)}"
                )

    def _within_epochs(self, names: list[str]) -> list[str]:
        """The figures that there are at the end of a batch."""
        found = [n for n in names if not n.startswith("val_") and n != "learning_rate"]
        if self.save_best_only and self.monitor in names and self.monitor not in found:
            raise ValueError(
                f"ModelCheckpoint: save_freq={self.save_freq} saves within epochs, where there "
                f"is no {self.monitor!r} yet. Monitor one of {', '.join(found)}, or give "
                "save_freq='epoch'."
            )
        return found

    def _why_unknown(self, name: str) -> str:
        if name == "batch":
            return " There is a batch where save_freq is a number of batches."
        if name.startswith("val_") and self._batches.every is not None:
            return " Figures of validation are known with save_freq='epoch'."
        return ""

    # When to save

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count batches and epochs."""
        self._batches.begin_epoch()
        self._epochs_since = 0
        if self.async_save:
            self._writer().submit(importlib.import_module, "h5py")  # it takes a while

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the epoch."""
        self._epoch = epoch
        self._batches.begin_epoch()

    def steps_until_due(self, kind: str) -> int | None:
        """After how many batches to be told."""
        return self._batches.left

    @told_when_due
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough batches have passed."""
        if self._batches.is_due(batch):
            self._save_model(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save."""
        self._epochs_since += 1
        if self._batches.every is None and self._epochs_since >= self.period:
            self._epochs_since = 0
            self._save_model(epoch, None, logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Wait until all is written."""
        self.wait_until_finished()

    def _broken_off(self) -> None:
        with contextlib.suppress(Exception):  # there is an error already, which comes up
            self.wait_until_finished()

    def wait_until_finished(self) -> None:
        """Wait until files that a thread writes are there; an error in writing is raised."""
        self._hurries.set()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)
        writing, self._writing = self._writing, []
        for each in writing:
            each.result()
        self._hurries.clear()

    def state_dict(self) -> dict[str, Any]:
        """What the callback remembers, for `BackupAndRestore`."""
        return {
            "best": self.best,
            "epochs_since": self._epochs_since,
            "batches_seen": self._batches.seen,
            "last_batch": self._batches.last,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.best = state["best"]
        self._epochs_since = state["epochs_since"]
        self._batches.seen, self._batches.last = state["batches_seen"], state["last_batch"]

    # Saving

    def _save_model(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs)
        if not self._should_save(epoch, path, logs or {}):
            return
        if os.path.isdir(path):
            raise IsADirectoryError(
                f"ModelCheckpoint: filepath={path!r} is a folder. Give the path of a file."
            )
        if not self.async_save:
            self._write(epoch, path)
            return
        self._write_soon(path, Snapshot(self.model), epoch)

    def _write_soon(self, path: str, snapshot: Snapshot, epoch: int) -> None:
        """Have the thread write a file."""
        with self._lock:
            if path in self._pending:  # the one before it would be replaced at once
                self._pending[path] = snapshot, epoch
                return
        # One file waits at most: else models pile up in memory. Errors come up here.
        while self._writing and (self._pending or self._writing[0].done()):
            self._hurries.set()
            self._writing.pop(0).result()
        self._hurries.clear()
        self._pending[path] = snapshot, epoch
        self._writing.append(self._writer().submit(self._write_pending, path))

    def _writer(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="keratin-checkpoint")
        return self._pool

    def _write_pending(self, path: str) -> None:
        self._hurries.wait(max(self._next_at - time.monotonic(), 0.0))
        with self._lock:
            snapshot, epoch = self._pending.pop(path)
        begun = time.monotonic()
        with snapshot.read():
            self._write(epoch, path)
        now = time.monotonic()
        self._next_at = now + _PAUSE * (now - begun)

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        values = dict(logs or {})
        if batch is not None:
            values.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**{**values, "epoch": epoch + 1})
        except KeyError as error:
            raise KeyError(
                f"ModelCheckpoint: filepath={self.filepath!r} names {error}, which the logs do "
                f"not have. They have: {', '.join(['epoch', *values])}."
            ) from None

    def _should_save(self, epoch: int, path: str, logs: Any) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        current = self.get_monitor_value(logs)
        if current is None:
            return True
        if np.ndim(current) > 0:
            errors.warn_user(
                f"ModelCheckpoint: {self.monitor!r} is no single number, but {current}; every "
                "model is saved."
            )
            return True
        former = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {former}")
            return False
        change = f"improved from {former} to {current:.5f}"
        self._say(epoch, f"{self.monitor} {change}, saving model to {path}")
        self.best = current
        return True

    def _write(self, epoch: int, path: str) -> None:
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(epoch, f"finished saving model to {path}")

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: {what}")


def _period_of(period: Any) -> int:
    if period is None:
        return 1
    if isinstance(period, bool) or not hasattr(period, "__index__") or int(period) < 1:
        raise ValueError(
            f"ModelCheckpoint: period is a number of epochs, 1 or more; given {period!r}."
        )
    return int(period)


def _placeholders(filepath: str) -> list[str]:
    """The names within braces."""
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(filepath)]
    except ValueError as error:
        raise ValueError(
            f"ModelCheckpoint: filepath={filepath!r} cannot be filled in: {error}. Double the "
            "braces that are part of the name."
        ) from None
    names = [field.split(".")[0].split("[")[0] for field in fields if field is not None]
    for name in names:
        if not name or name.isdigit():
            raise ValueError(
                f"ModelCheckpoint: filepath={filepath!r} has braces without a name. Write what "
                "goes there: {epoch}, {batch} or a figure such as {val_loss:.2f}."
            )
    return names

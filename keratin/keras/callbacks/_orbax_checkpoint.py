"""Checkpoints by the library Orbax."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keratin.keras.callbacks._callback import Logs
from keratin.keras.callbacks._monitor import MonitorCallback
from keratin.keras.callbacks._periodic import Period, checked_save_freq, told_when_due
from keratin.keras.saving import _archive
from keratin.keras.utils._logging import print_message


class OrbaxCheckpoint(MonitorCallback):
    """Saves the model with Orbax, in the background: `pip install orbax-checkpoint`.

    The folder has one checkpoint for each step that was saved: the number of the epoch, or of the
    batches so far. Each holds all variables, as `model.get_state_tree()` gives them, the config of
    the model, and its assets.

    Args:
        directory: The folder of the checkpoints.
        monitor: The figure that says which model is the best.
        verbose: 1 to print when a checkpoint is saved.
        save_best_only: Whether to save only when the figure is better than ever before.
        mode: "min", "max", or "auto": known of losses and metrics.
        save_freq: "epoch", or the number of batches after which to save.
        initial_value_threshold: A figure that the first model to be saved has to beat.
        max_to_keep: How many of the latest checkpoints stay; None: all.
        save_on_background: Whether training goes on while a checkpoint is written.
        save_weights_only: Whether to save the weights alone, without optimizer and config.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.ones((4, 1))
    >>> save = keras.callbacks.OrbaxCheckpoint("checkpoints")  # doctest: +SKIP
    >>> history = model.fit(x, x, callbacks=[save])  # doctest: +SKIP
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ):
        orbax()
        super().__init__(monitor, mode, initial_value_threshold)
        if max_to_keep is not None and (isinstance(max_to_keep, bool) or max_to_keep < 1):
            raise ValueError(
                "OrbaxCheckpoint: max_to_keep is a number of checkpoints, or None for all; given "
                f"{max_to_keep!r}."
            )
        self.directory = os.fspath(directory)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = save_freq
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._batches = Period(checked_save_freq("OrbaxCheckpoint", save_freq))
        self._total_batches_seen = 0
        self._begun_at = 0
        self._opened: Any = None
        self._waiting: list[Any] = []

    @property
    def checkpointer(self) -> Any:
        """The `Checkpointer` of Orbax that writes."""
        if self._opened is None:
            training = orbax().v1.training
            policies = training.preservation_policies
            keep = self.max_to_keep
            self._opened = training.Checkpointer(
                directory=os.path.abspath(self.directory),
                preservation_policy=policies.PreserveAll()
                if keep is None
                else policies.LatestN(keep),
                save_decision_policy=training.save_decision_policies.FixedIntervalPolicy(1),
            )
        return self._opened

    def is_multihost_enabled(self) -> bool:
        """Whether several hosts take part, as `jax.distributed` says."""
        return bool(orbax().multihost.is_jax_distributed_client_initialized())

    def is_primary_host(self) -> bool:
        """Whether this is the host that leads; the only one does."""
        if not self.is_multihost_enabled():
            return True
        return bool(orbax().multihost.is_primary_host(primary_host=0))

    # When to save

    def check_names(self, names: Iterable[str]) -> None:
        """Raise if the monitor speaks of a figure that there will not be."""
        if self.save_best_only:
            within = self._batches.every is not None
            super().check_names([n for n in names if not (within and n.startswith("val_"))])

    def set_model(self, model: Any) -> None:
        """Take note of the model, and of the batches that it has seen."""
        super().set_model(model)
        if getattr(model, "optimizer", None) is not None:
            self._total_batches_seen = int(np.asarray(model.optimizer.iterations))

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count batches."""
        self._batches.begin_epoch()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Batches are numbered from 0 again."""
        self._batches.begin_epoch()
        self._begun_at = self._total_batches_seen

    def steps_until_due(self, kind: str) -> int | None:
        """After how many batches to be told."""
        return self._batches.left

    @told_when_due
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough batches have passed."""
        self._total_batches_seen = self._begun_at + batch + 1
        if self._batches.is_due(batch) and self._is_wanted(logs):
            self._save(self._total_batches_seen)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save."""
        if self._batches.every is None and self._is_wanted(logs):
            self._save(epoch)

    def _is_wanted(self, logs: Logs) -> bool:
        if not self.save_best_only:
            return True
        current = self.get_monitor_value(logs)
        if current is None or not self._is_improvement(current, self.best):
            return False
        self.best = current
        return True

    def state_dict(self) -> dict[str, Any]:
        """What the callback remembers, for `BackupAndRestore`."""
        return {
            "best": self.best,
            "total": self._total_batches_seen,
            "begun_at": self._begun_at,
            "batches_seen": self._batches.seen,
            "last_batch": self._batches.last,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.best = state["best"]
        self._total_batches_seen, self._begun_at = state["total"], state["begun_at"]
        self._batches.seen, self._batches.last = state["batches_seen"], state["last_batch"]

    # Saving

    def _save(self, step: int) -> None:
        if self.verbose > 0:
            print_message(f"\nSaving checkpoint {step} to {self.directory}")
        payload = self._payload()
        # What an earlier training left under this number gives way.
        options = {"force": True, "overwrite": True}
        if self.save_on_background:
            self._wait()  # one at a time: an error comes up here, not at the end alone
            save = self.checkpointer.save_checkpointables_async
            self._waiting.append(save(step, payload, **options))
        else:
            self.checkpointer.save_checkpointables(step, payload, **options)

    def _payload(self) -> dict[str, Any]:
        # Copies on the host: the arrays of the device are given away with the next step.
        tree = self.model.get_state_tree("numpy_array")
        if self.save_weights_only:
            return {"pytree": {kind: tree[kind] for kind in _WEIGHTS}}
        config = {"config": _archive.architecture(self.model)}
        assets = _assets_of(self.model)
        more = {"assets": assets} if assets else {}
        return {"pytree": tree, "model_config": config, **more}

    def _wait(self) -> None:
        waiting, self._waiting = self._waiting, []
        for response in waiting:
            response.result()

    def wait_until_finished(self) -> None:
        """Wait until all checkpoints are written; an error in writing is raised."""
        self._wait()
        if self._opened is not None:
            self._opened.wait()
        if self.is_multihost_enabled():
            orbax().multihost.sync_global_processes("checkpoint_wait_complete")

    def on_train_end(self, logs: Logs = None) -> None:
        """Wait until all checkpoints are written."""
        try:
            self.wait_until_finished()
        finally:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.close()

    def _broken_off(self) -> None:
        with contextlib.suppress(Exception):  # there is an error already, which comes up
            self.on_train_end()


_WEIGHTS = ("trainable_variables", "non_trainable_variables")


def orbax() -> Any:
    """The library, or an error that says how to get it."""
    try:
        found = importlib.import_module("orbax.checkpoint")
    except ImportError:
        raise ImportError(
            "OrbaxCheckpoint saves with Orbax, which is not installed: pip install "
            "orbax-checkpoint. keras.callbacks.ModelCheckpoint(async_save=True) needs nothing more."
        ) from None
    if not hasattr(found, "v1"):
        raise ImportError(
            f"OrbaxCheckpoint needs a newer Orbax than {getattr(found, '__version__', 'this')}: "
            "pip install -U orbax-checkpoint."
        )
    logger = logging.getLogger("absl")
    if _is_of_interest not in logger.filters:
        logger.addFilter(_is_of_interest)
    return found


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Orbax warns, at each save, of an array format of which text alone has no use."""
    return "Skipping merge of OCDBT" not in record.getMessage()


def _assets_of(model: Any) -> dict[str, Any]:
    """The files that layers keep, as arrays of bytes in dictionaries by their paths."""
    tree: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for place in _archive._save_assets(model, Path(folder)):
            inner = tree
            for part in place.parts[:-1]:
                inner = inner.setdefault(part, {})
            inner[place.name] = np.frombuffer((Path(folder) / place).read_bytes(), np.uint8)
    return tree

"""Callbacks that end training before its last epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._monitor import MonitorCallback
from keratin.keras.utils._logging import print_message as print_line

_EARLY_STOPPING = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")


class EarlyStopping(MonitorCallback):
    """Ends training when a figure has not become better for some epochs.

    Args:
        monitor: The figure, by its name in the logs, such as "val_loss" or "accuracy".
        min_delta: By how much it has to change to count as better.
        patience: After how many epochs without a better figure training ends.
        verbose: 1 to print when training ends so.
        mode: "min", "max" (what is better), or "auto": known of losses and metrics.
        baseline: A figure to beat.
        restore_best_weights: Whether the model gets back the weights of the best epoch.
        start_from_epoch: The first epoch that counts.

    >>> stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    >>> stop.monitor, stop.patience
    ('val_loss', 3)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.wait = 0
        self.stopped_epoch = 0
        self.restore_best_weights = restore_best_weights
        self.best_weights: Any = None
        self.best_epoch = 0
        self.start_from_epoch = start_from_epoch

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare, and end training if the patience is used up."""
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Say where training ended, and restore the best weights."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_line(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_line(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)

    def _broken_off(self) -> None:
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """What the callback remembers, for `BackupAndRestore`."""
        return {name: getattr(self, name) for name in _EARLY_STOPPING}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name in _EARLY_STOPPING:
            setattr(self, name, state[name])


class TerminateOnNaN(Callback):
    """Ends training at the first batch whose loss is not a finite number, and names the batch.

    With `raise_error=True` it raises a RuntimeError instead.

    >>> keras.callbacks.TerminateOnNaN().raise_error
    False
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or np.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss is {loss} at batch {batch}: training ends. Try a smaller learning "
                "rate, clip gradients (clipnorm=1.0), and look for NaNs in the data."
            )
        print_line(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True

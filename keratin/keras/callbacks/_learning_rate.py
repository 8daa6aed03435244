"""Callbacks that change the learning rate."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._monitor import MonitorCallback
from keratin.keras.utils._logging import print_message as print_line


def _optimizers(model: Any) -> Iterator[tuple[str, Any]]:
    """The optimizers of a model; of several, each with its name."""
    # Optimizers take long to say that they have no such attribute.
    whole = model.optimizer
    own = getattr(whole, "__dict__", {})
    there = "optimizers" in own or hasattr(type(whole), "optimizers")
    several = whole.optimizers if there else None
    if several is None:
        yield "", whole
    else:
        for optimizer in several:
            yield optimizer.name, optimizer


def _note_rates(model: Any, logs: Logs) -> None:
    for name, optimizer in _optimizers(model):
        key = f"learning_rate_{name}" if name else "learning_rate"
        logs[key] = _rate(optimizer)


def _rate(optimizer: Any) -> float:
    return float(np.asarray(optimizer.learning_rate))


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch, to `schedule(epoch, rate)`.

    `schedule` takes the number of the epoch (the first is 0) and the present rate; one that takes
    the epoch alone will do. `verbose=1` prints the rate.

    >>> halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> halve.verbose
    0
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the rate."""
        for name, optimizer in _optimizers(self.model):
            rate = self._scheduled(epoch, optimizer)
            optimizer.learning_rate = rate
            if self.verbose > 0:
                what = f"{name} learning rate" if name else "learning rate"
                print_line(f"\nEpoch {epoch + 1}: LearningRateScheduler setting {what} to {rate}.")

    def _scheduled(self, epoch: int, optimizer: Any) -> Any:
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError(
                "LearningRateScheduler: the optimizer has no attribute 'learning_rate'."
            )
        rate = (
            self.schedule(epoch, _rate(optimizer)) if self._takes_rate() else self.schedule(epoch)
        )
        if isinstance(rate, bool) or not isinstance(rate, (float, np.floating)):
            raise ValueError(
                "LearningRateScheduler: the function `schedule` has to return a float; it "
                f"returned {rate!r} of type {type(rate).__name__}."
            )
        return rate

    def _takes_rate(self) -> bool:
        try:
            inspect.signature(self.schedule).bind(0, 0.0)
        except (TypeError, ValueError):
            return False
        return True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Note the rate in the logs."""
        _note_rates(self.model, {} if logs is None else logs)


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate when a figure has not become better for some epochs.

    Args:
        monitor: The figure, by its name in the logs.
        factor: What the rate is multiplied by; less than 1.
        patience: After how many epochs without a better figure.
        verbose: 1 to print each change.
        mode: "min", "max" or "auto", see `EarlyStopping`.
        min_delta: By how much the figure has to change to count as better.
        cooldown: How many epochs to wait after a change.
        min_lr: The lowest rate.

    >>> keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=5).factor
    0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        if "epsilon" in kwargs:  # its name in Keras 1
            min_delta = kwargs.pop("epsilon")
        if kwargs:
            known = list(inspect.signature(type(self).__init__).parameters)[1:-1]
            raise errors.unknown_keyword(type(self).__name__, next(iter(kwargs)), known)
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau: factor has to be less than 1; given {factor}, by which the "
                "rate would not become lower."
            )
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def state_dict(self) -> dict[str, Any]:
        """What the callback remembers, for `BackupAndRestore`."""
        return {"best": self.best, "cooldown": self.cooldown_counter, "wait": self.wait}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.best = state["best"]
        self.cooldown_counter, self.wait = state["cooldown"], state["wait"]

    def in_cooldown(self) -> bool:
        """Whether the rate was lowered a short while ago."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare, and lower the rate if the patience is used up."""
        logs = {} if logs is None else logs
        _note_rates(self.model, logs)
        current = self.get_monitor_value(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        """Lower the rates that are not the lowest yet."""
        reduced = False
        for name, optimizer in _optimizers(self.model):
            old = _rate(optimizer)
            if old <= np.float32(self.min_lr):
                continue
            new = max(old * self.factor, self.min_lr)
            optimizer.learning_rate = new
            reduced = True
            if self.verbose > 0:
                what = f"{name} learning rate" if name else "learning rate"
                print_line(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing {what} to {new}.")
        return reduced

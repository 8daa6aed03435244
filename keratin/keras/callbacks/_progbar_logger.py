"""The progress bar of fit, evaluate and predict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.utils._logging import print_message
from keratin.keras.utils._progbar import Progbar


class ProgbarLogger(Callback):
    """Shows how far an epoch is, and its figures; `verbose=` of `fit` adds one.

    On a terminal the line is written over, at most ten times a second; into a pipe or file it is
    written once, when the epoch has ended.

    >>> keras.callbacks.ProgbarLogger().verbose
    1
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Any = None
        self.target: int | None = None
        self.verbose: Any = 1
        self.epochs = 1
        self._called_in_fit = False

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take note of verbose, epochs and steps."""
        verbose = params.get("verbose", 1)
        if verbose not in ("auto", 0, 1, 2):
            raise ValueError(
                "verbose is 0 (silent), 1 (a progress bar), 2 (a line an epoch) or 'auto'; given "
                f"{verbose!r}"
            )
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs = None) -> None:
        """From here on, evaluations are silent."""
        self._called_in_fit = True

    def on_train_end(self, logs: Logs = None) -> None:
        """From here on, they are not."""
        self._called_in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin a bar."""
        self._begin()
        if self.verbose and self.epochs > 1:
            print_message(f"Epoch {epoch + 1}/{self.epochs}")

    def on_test_begin(self, logs: Logs = None) -> None:
        """Begin a bar."""
        if not self._called_in_fit:
            self._begin()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Begin a bar."""
        self._begin()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the bar on."""
        self._move(batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the bar on."""
        if not self._called_in_fit:
            self._move(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the bar on."""
        self._move(batch, None)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """End the line of the bar."""
        self._end(logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """End the line of the bar."""
        if not self._called_in_fit:
            self._end(logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """End the line of the bar."""
        self._end(None)

    def _begin(self) -> None:
        self.seen = 0
        self.progbar = _Bar(self.target, verbose=self.verbose, stateless_metrics=())

    def _move(self, batch: int, logs: Logs) -> None:
        self.seen = batch + 1
        if self.progbar is None or self.verbose != 1:
            return
        if self.progbar.target is not None and self.seen > self.progbar.target:
            self.progbar.target = None
        self.progbar.note_time(self.seen)
        # Logs are only fetched from the device for a line that is shown.
        if self.progbar.is_due():
            self.progbar.update(self.seen, list((logs or {}).items()), finalize=False)

    def _end(self, logs: Logs) -> None:
        if self.progbar is None or not self.verbose:
            return
        done = self.seen or self.target or 0
        if self.target is None:
            self.target = self.progbar.target = done
        self.progbar.update(done, list((logs or {}).items()), finalize=True)


class _Bar(Progbar):
    """A bar that is told of many steps at a time."""

    def __init__(self, target: int | None, **options: Any):
        super().__init__(target, interval=0.1, **options)
        # An epoch that is over sooner than a line could be read has its last line alone.
        self._last_update = self._start
        self._last: tuple[int, float] | None = None

    def is_due(self) -> bool:
        """Whether a line would be shown now."""
        return self._is_due(time.time())

    def note_time(self, steps: int) -> None:
        """Note when steps were done."""
        self._last = (steps, time.time())
        if self._first is None:
            self._first = self._last

    def _step_duration(self, current: int, now: float) -> float:
        # Validation at the end of an epoch takes no part in the time of a step.
        return super()._step_duration(current, self._last[1] if self._last else now)

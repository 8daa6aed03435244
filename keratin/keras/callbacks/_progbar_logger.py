"""The progress bar of fit, evaluate and predict."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.utils._logging import print_message
from keratin.keras.utils._progbar import Progbar, _plain


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
        self.progbar = _Line(self.target, verbose=self.verbose, stateless_metrics=())

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


class _Line(Progbar):
    """A bar that is told of many steps at a time, and written over where that is possible."""

    def __init__(self, target: int | None, **options: Any):
        super().__init__(target, interval=0.1, **options)
        self._interactive = _is_interactive()
        self._first: tuple[int, float] | None = None

    def is_due(self) -> bool:
        """Whether a line would be shown now."""
        return self._interactive and time.time() - self._last_update >= self.interval

    def note_time(self, steps: int) -> None:
        """Note when the first steps are done, which include compiling."""
        if self._first is None:
            self._first = (steps, time.time())

    def _step_duration(self, current: int, now: float) -> float:
        if self._first is not None and current > self._first[0]:
            return (now - self._first[1]) / (current - self._first[0])
        return (now - self._start) / current if current else 0.0

    def _draw(self, current: int, now: float, duration: float, finalize: bool) -> None:
        if self._interactive:
            super()._draw(current, now, duration, finalize)
        elif finalize:
            seconds = f"{now - self._start:.0f}s"
            from_time = self._per_step(duration)
            print_message(f"{_plain(self._bar(current))} {seconds} {from_time}{self._metrics()}")

    def _per_step(self, duration: float) -> str:
        if duration >= 1 or duration == 0:
            return f"{duration:.0f}s/{self.unit_name}"
        if duration >= 1e-3:
            return f"{duration * 1e3:.0f}ms/{self.unit_name}"
        return f"{duration * 1e6:.0f}us/{self.unit_name}"


def _is_interactive() -> bool:
    """Whether a line on the output can be written over: on a terminal or in a notebook."""
    isatty = getattr(sys.stdout, "isatty", None)
    return bool(
        (isatty is not None and isatty())
        or "ipykernel" in sys.modules
        or "PYCHARM_HOSTED" in os.environ
    )

"""The progress bar of training."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from keratin.keras.utils._logging import print_message

_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A bar of `target` steps with the values of metrics; `target=None` if it is not known.

    `verbose` is 0 for nothing, 1 for a bar, 2 for one line at the end. Metrics named in
    `stateful_metrics` are shown as given, others as averages over the steps;
    `stateless_metrics` says it the other way round.

    >>> bar = keras.utils.Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 2.0)])
    >>> bar.update(2, [("loss", 1.0)])
    2/2 - 0s - ...s/step - loss: 1.0000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar: give stateful_metrics (shown as given) or stateless_metrics (averaged); "
                "the others are then of the other kind. Both were given."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._dynamic_display = _can_go_back()
        self._sums: dict[str, tuple[Any, int]] = {}
        self._seen_so_far = 0
        self._start = time.time()
        self._last_update = 0.0
        self._time_after_first_step: float | None = None
        self._previous_width = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show that `current` steps are done, with the (name, value) of metrics in the last one.

        `finalize` says whether it is the last update; by default, when the target is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._add(name, value, current, finalize)
        self._seen_so_far = current
        now = time.time()
        duration = self._step_duration(current, now)
        if self.verbose == 1:
            if now - self._last_update < self.interval and not finalize:
                return
            self._draw(current, now, duration, finalize)
        elif self.verbose == 2 and finalize and self.target:
            info = f"{self._count(current)} - {now - self._start:.0f}s - "
            message = info + _duration(duration, self.unit_name) + self._metrics()
            print_message(message + "\n", line_break=False)
        self._last_update = now

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen_so_far + n, values)

    def _add(self, name: str, value: Any, current: int, finalize: bool) -> None:
        if self.stateless_metrics is None:
            averaged = name not in (self.stateful_metrics or ())
        else:
            averaged = name in self.stateless_metrics
        if finalize or not averaged:
            self._sums[name] = (value, 1)
            return
        count = max(current - self._seen_so_far, 1)
        total, seen = self._sums.get(name, (0, 0))
        self._sums[name] = (total + value * count, seen + count)

    def _draw(self, current: int, now: float, duration: float, finalize: bool) -> None:
        bar = self._bar(current)
        if self.target and not finalize:
            clock = _clock(duration * (self.target - current))
        else:
            clock = f"{now - self._start:.0f}s"
        step = _duration(duration, self.unit_name)
        info = f" {_BOLD}{clock}{_PLAIN} {step}{self._metrics()}"
        width = len(_plain(bar + info))
        back = "\b" * self._previous_width + "\r" if self._dynamic_display else "\n"
        fill = " " * (self._previous_width - width)
        print_message(back + bar + info + fill + "\n" * finalize, line_break=False)
        self._previous_width = width

    def _bar(self, current: int) -> str:
        if not self.target:
            return f"{current:7d}/Unknown"
        done = int(self.width * min(current / self.target, 1))
        filled = f"{_GREEN}{'━' * done}{_PLAIN}" if done else ""
        rest = f"{_WHITE}{'━' * (self.width - done)}{_PLAIN}"
        return f"{_BOLD}{self._count(current)}{_PLAIN} {filled}{rest}"

    def _count(self, current: int) -> str:
        return f"{current:>{len(str(self.target))}}/{self.target}"

    def _metrics(self) -> str:
        return "".join(
            f" - {name}: {_number(total, count)}" for name, (total, count) in self._sums.items()
        )

    def _step_duration(self, current: int, now: float) -> float:
        """Seconds a step, without the first one, which compiles, where there are others."""
        if not current:
            return 0.0
        if self._time_after_first_step is not None and current > 1:
            return (now - self._time_after_first_step) / (current - 1)
        if current == 1:
            self._time_after_first_step = now
        return (now - self._start) / current


def _can_go_back() -> bool:
    """Whether a line that was written can be written over."""
    is_terminal = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()
    modules = "ipykernel" in sys.modules or "posix" in sys.modules
    return is_terminal or modules or "PYCHARM_HOSTED" in os.environ


def _plain(text: str) -> str:
    for code in (_BOLD, _GREEN, _WHITE, _PLAIN):
        text = text.replace(code, "")
    return text


def _number(total: Any, count: int) -> str:
    average = float(np.mean(np.asarray(total))) / max(1, count)
    return f"{average:.4f}" if abs(average) > 1e-3 else f"{average:.4e}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if seconds > 60 else f"{rest}s"


def _duration(seconds: float, unit: str) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"

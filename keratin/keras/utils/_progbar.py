"""The progress bar of training."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np

from keratin.keras._core.settings import settings
from keratin.keras.utils._logging import in_notebook, print_message

_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"

Piece = tuple[str, str]  # an escape sequence or nothing, and the text it is for

# Notebooks keep all that was written: longer runs have fewer updates, by their length so far.
_NOTEBOOK_INTERVAL, _NOTEBOOK_SHARE = 0.2, 1 / 500


class Progbar:
    """A bar of `target` steps with the values of metrics; `target=None` if it is not known.

    `verbose` is 0 for nothing, 1 for a bar, 2 for one line at the end. Metrics named in
    `stateful_metrics` are shown as given, others as averages over the steps;
    `stateless_metrics` says it the other way round. A bar is `width` characters wide, and drawn
    anew after `interval` seconds at the earliest; steps are called by `unit_name`.

    In a terminal or notebook the line is written over. A file or pipe gets it once, with the last
    update.

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
        if verbose not in (0, 1, 2):
            raise ValueError(
                "Progbar: verbose is 0 (silent), 1 (a bar) or 2 (a line at the end); given "
                f"{verbose!r}."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._sums: dict[str, tuple[Any, int]] = {}
        self._seen_so_far = 0
        self._start = time.time()
        self._last_update = 0.0
        # Steps that were done when time was first taken, and that time: the first one compiles.
        self._first: tuple[int, float] | None = None
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
            if not finalize and not self._is_due(now):
                return
            self._draw(current, now, duration, finalize)
        elif self.verbose == 2 and finalize and self.target:
            info = f"{self._count(current)} - {now - self._start:.0f}s - "
            print_message(info + _duration(duration, self.unit_name) + self._metrics())
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

    def _is_due(self, now: float) -> bool:
        """Whether a line that is not the last one would be shown now."""
        kind = output_kind()
        if kind == "file":
            return False
        interval = self.interval
        if kind == "notebook":
            interval = max(interval, _NOTEBOOK_INTERVAL, (now - self._start) * _NOTEBOOK_SHARE)
        return now - self._last_update >= interval

    # Drawing

    def _draw(self, current: int, now: float, duration: float, finalize: bool) -> None:
        kind = output_kind()
        pieces = self._line(current, now, duration, finalize)
        if kind == "file":
            print_message("".join(text for _, text in pieces))
            return
        if kind == "terminal" and not finalize:
            # A line that wraps cannot be written over: it is cut. The last one may wrap.
            pieces = _cut(pieces, _columns() - 1)
        line = "".join(f"{code}{text}{_PLAIN}" if code else text for code, text in pieces)
        # Notebooks write over characters, those of escape sequences included.
        width = len(line) if kind == "notebook" else sum(_width(text) for _, text in pieces)
        fill = " " * self._room_to_clear(kind, width)
        print_message("\r" + line + fill + "\n" * finalize, line_break=False)
        self._previous_width = width

    def _room_to_clear(self, kind: str, width: int) -> int:
        """How many characters of the line before are to be written over with blanks."""
        room = self._previous_width - width
        if kind == "terminal":  # which may have become narrower
            room = min(room, _columns() - 1 - width)
        return max(0, room)

    def _line(self, current: int, now: float, duration: float, finalize: bool) -> list[Piece]:
        if self.target and not finalize:
            clock = _clock(duration * (self.target - current))
        else:
            clock = f"{now - self._start:.0f}s"
        rest = f" {_duration(duration, self.unit_name)}{self._metrics()}"
        pieces = [*self._bar(current), ("", " "), (_BOLD, clock), ("", rest)]
        return pieces if _has_colors() else [("", text) for _, text in pieces]

    def _bar(self, current: int) -> list[Piece]:
        if not self.target:
            return [("", f"{current:7d}/Unknown")]
        done = int(self.width * min(current / self.target, 1))
        filled, left = _signs()
        bar = [(_GREEN, filled * done), (_WHITE, left * (self.width - done))]
        return [(_BOLD, self._count(current)), ("", " "), *[piece for piece in bar if piece[1]]]

    def _count(self, current: int) -> str:
        return f"{current:>{len(str(self.target))}}/{self.target}"

    def _metrics(self) -> str:
        return "".join(
            f" - {_printable(name)}: {_number(total, count)}"
            for name, (total, count) in self._sums.items()
        )

    def _step_duration(self, current: int, now: float) -> float:
        """Seconds a step, without the first ones, which compile, where there are others."""
        if not current:
            return 0.0
        if self._first is not None and current > self._first[0]:
            return (now - self._first[1]) / (current - self._first[0])
        if self._first is None and current == 1:
            self._first = (1, now)
        return (now - self._start) / current


def output_kind() -> str:
    """Where messages go: "terminal" or "notebook", whose last line can be written over, "console"
    for others of that kind, or "file".
    """
    stream = sys.stdout
    if not settings.interactive_logging or stream is None:
        return "file"
    if in_notebook():
        return "notebook"
    isatty = getattr(stream, "isatty", None)
    if isatty is not None and isatty():
        return "file" if os.environ.get("TERM") == "dumb" else "terminal"
    return "console" if "PYCHARM_HOSTED" in os.environ else "file"


def _columns() -> int:
    """How wide the terminal is now; 80 if it does not say."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (AttributeError, ValueError, OSError):
        return 80


def _has_colors() -> bool:
    return output_kind() != "file" and not os.environ.get("NO_COLOR")


def _signs() -> tuple[str, str]:
    """The characters of both parts of a bar, the done one first, as the output can show them."""
    try:
        "━".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "=", "."
    return "━", "━" if _has_colors() else "─"


def _cut(pieces: list[Piece], room: int) -> list[Piece]:
    """Pieces that are not wider than the room; of the metrics, those that fit as a whole."""
    kept: list[Piece] = []
    for code, text in pieces:
        if _width(text) <= room:
            kept.append((code, text))
            room -= _width(text)
            continue
        while _width(text) > room:
            shorter = text.rpartition(" - ")[0]
            text = shorter or text[:-1]
        return [*kept, (code, text)]
    return kept


def _width(text: str) -> int:
    """How many columns a text takes: two for each wide letter of East Asia."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _printable(name: str) -> str:
    text = str(name)
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


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

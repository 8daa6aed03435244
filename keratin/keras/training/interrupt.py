"""Ctrl-C: training ends after the steps that are running, and nothing is left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


class Interrupt:
    """Whether the user has pressed Ctrl-C; pressed a second time, it raises as always."""

    def __init__(self) -> None:
        self.pending = False
        self._holding = False
        self._is_watching = False

    @contextlib.contextmanager
    def watch(self) -> Iterator[Interrupt]:
        """Take note of Ctrl-C inside, where Python lets us: in the main thread."""
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield self
            return
        signal.signal(signal.SIGINT, self._note)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> Any:
        if self.pending and not self._holding:
            raise KeyboardInterrupt
        self.pending = True

    @contextlib.contextmanager
    def held_back(self) -> Iterator[None]:
        """Within, Ctrl-C raises nothing: variables are being given away and taken back."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

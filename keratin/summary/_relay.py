"""A writer that hands on to another one, which may change while compiled programs keep the first.

A program keeps the writer and the step that it was traced with. That of a model lives longer than
the callback that writes; so it is given a relay, which knows the present writer and step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from keratin._engine.variable import Variable
from keratin.summary._event_file import Event
from keratin.summary._state import current, record_if
from keratin.summary._write import HostStep
from keratin.summary._writer import SummaryWriter


class Relay(SummaryWriter):
    """Writes to `target`, if there is one, at the step `step`."""

    def __init__(self) -> None:
        self.target: SummaryWriter | None = None
        self.step = 0
        # Whether a program writes to it.
        self.is_used = False
        # Whether to record now: a variable, so that programs skip all that is not recorded.
        self._recording = Variable(False, trainable=False, name="recording")
        self._is_recording = False

    @property
    def recording(self) -> bool:
        """Whether summaries are recorded now."""
        return self._is_recording

    @recording.setter
    def recording(self, value: bool) -> None:
        if value != self._is_recording:
            self._is_recording = value
            self._recording.assign(value)

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Be the default writer, with the step and the condition."""
        outer = current.writer, current.step
        current.writer, current.step = self, HostStep(lambda: self.step)
        try:
            with record_if(lambda: self._recording):
                yield
        finally:
            current.writer, current.step = outer

    def init(self) -> None:
        """Nothing to do."""

    def flush(self) -> None:
        """Flush the writer behind it."""
        if self.target is not None:
            self.target.flush()

    def close(self) -> None:
        """Flush; the writer behind it belongs to another."""
        self.flush()

    def _add(self, event: Event) -> None:
        if self.target is not None:
            self.target._add(event)

    def _is_traced(self) -> None:
        self.is_used = True

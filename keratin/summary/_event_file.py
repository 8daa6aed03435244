"""Event files: events wait in a queue, and a thread writes several at once, each one whole."""

from __future__ import annotations

import itertools
import math
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keratin._engine import errors
from keratin.summary._protos import protos
from keratin.train._crc32c import crc32c, masked

Event = Callable[[], Any]  # makes the message; called on the thread that writes

_numbers = itertools.count()


class EventFile:
    """A file of events in a folder, with a thread that writes what is added."""

    def __init__(self, folder: str, max_queue: int, flush_millis: int, suffix: str):
        self.folder = folder
        self._max_queue = max_queue
        self._most_seconds = flush_millis / 1000
        self._pending: list[Event] = []
        self._records: list[bytes] = []
        self._oldest = 0.0
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        self.closed = False
        self.path = self._open(suffix)

    def _open(self, suffix: str) -> Path:
        folder = Path(self.folder)
        now = time.time()
        name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{os.getpid()}"
        path = folder / f"{name}.{next(_numbers)}{suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        except OSError as error:
            raise _file_error(path, error) from None
        self._pending.append(lambda: _version(now))
        return path

    # Adding

    def add(self, event: Event) -> None:
        """Queue an event."""
        self._check()
        with self._changed:
            self._pending.append(event)
            count = len(self._pending)
            if count == 1:
                self._oldest = time.monotonic()
            if self._thread is None:
                self._start()
            elif count == 1 or count == self._max_queue + 1:
                self._changed.notify()

    def hurry(self) -> None:
        """Have what waits written now, without waiting for it."""
        with self._changed:
            self._oldest = -math.inf
            self._changed.notify()

    def _check(self) -> None:
        if self.closed:
            raise RuntimeError(
                f"The summary writer of {self.folder!r} is closed. Write before close(), or make "
                "another one with tf.summary.create_file_writer."
            )
        if self._process != os.getpid():
            raise RuntimeError(
                f"The summary writer of {self.folder!r} belongs to the process that made it. Make "
                "one in each process, each with a folder of its own."
            )
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    # The thread

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="keratin-summary", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self.closed and (left := self._seconds_left()) > 0:
                    self._changed.wait(None if left == math.inf else left)
                if self.closed:
                    return
            try:
                self._write_pending()
            except Exception as error:  # raised where the next event is added
                self._error = error
                self._oldest = time.monotonic()

    def _seconds_left(self) -> float:
        """How long the thread may wait."""
        if not self._pending:
            return math.inf
        if len(self._pending) > self._max_queue and self._error is None:
            return 0.0
        return self._oldest + self._most_seconds - time.monotonic()

    # Writing

    def flush(self) -> None:
        """Write all that was added, now."""
        if self._process == os.getpid():
            self._write_pending()

    def close(self) -> None:
        """Write what is left, and close the file."""
        if self.closed or self._process != os.getpid():
            return
        try:
            self._write_pending()
        finally:
            with self._changed:
                self.closed = True
                self._changed.notify_all()
            with self._writing:
                os.close(self._descriptor)

    def _write_pending(self) -> None:
        with self._writing:
            if self.closed:
                return
            with self._changed:
                events, self._pending = self._pending, []
            problem = self._encode(events)
            self._write()
        if problem is not None:
            raise problem

    def _encode(self, events: list[Event]) -> Exception | None:
        """Make records of events; one that cannot be made does not keep others from the file."""
        problem = None
        for event in events:
            try:
                self._records.append(framed(event().SerializeToString()))
            except Exception as error:
                problem = error
        return problem

    def _write(self) -> None:
        """Append the records to the file; all of them or, if that fails, none."""
        view = memoryview(b"".join(self._records))
        before = os.fstat(self._descriptor).st_size
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:  # the records are kept, to be tried again
            os.ftruncate(self._descriptor, before)
            raise _file_error(self.path, error) from None
        self._records.clear()


def framed(data: bytes) -> bytes:
    """A record: its length, the checksum of that, the bytes, and their checksum."""
    length = struct.pack("<Q", len(data))
    checks = [struct.pack("<I", masked(crc32c(part))) for part in (length, data)]
    return b"".join([length, checks[0], data, checks[1]])


def _version(now: float) -> Any:
    messages = protos().event
    source = messages.SourceMetadata(writer="keratin.summary")
    return messages.Event(wall_time=now, file_version="brain.Event:2", source_metadata=source)


def _file_error(path: Path, error: OSError) -> OSError:
    kind: type[OSError] = type(error)
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return errors.AlreadyExistsError(
            f"{path.parent} cannot be a folder of summaries: there is a file in its place. Give "
            "another logdir."
        )
    return kind(
        error.errno,
        f"summaries cannot be written ({os.strerror(error.errno or 0)}). Free some space, or give "
        "a logdir that can be written to",
        str(path),
    )

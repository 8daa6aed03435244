"""Summary writers, and which of them is the default."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import jax

from keratin._engine import errors
from keratin._engine.host import call_on_host
from keratin._engine.naming import name_scope
from keratin._engine.state import context
from keratin.summary._event_file import Event, EventFile
from keratin.summary._state import current


class SummaryWriter:
    """Writes summaries; made by `tf.summary.create_file_writer`.

    >>> writer = tf.summary.create_file_writer("logs")
    >>> with writer.as_default(step=1):
    ...     tf.summary.scalar("loss", 0.25)
    <tf.Tensor: shape=(), dtype=bool, numpy=True>
    >>> writer.close()
    """

    def as_default(self, step: Any = None) -> DefaultWriter:
        """Write to this one within a `with` statement, and flush it at the end.

        `step`, if given, is the default step meanwhile.
        """
        return DefaultWriter(self, step)

    def set_as_default(self, step: Any = None) -> None:
        """Write to this one from now on, in this thread."""
        self.as_default(step).__enter__()

    def init(self) -> None:
        """Make the writer ready."""
        raise NotImplementedError

    def flush(self) -> None:
        """Write to the file what waits to be written."""
        raise NotImplementedError

    def close(self) -> None:
        """Flush, and release the file; the writer cannot be used any more."""
        raise NotImplementedError

    def _add(self, event: Event) -> None:
        raise NotImplementedError

    def _hurry(self) -> None:
        """Have what waits written soon, by the thread of the file."""

    def _is_traced(self) -> None:
        """A program that is being traced will write to this one."""


class DefaultWriter:
    """Makes a writer the default one while a `with` statement lasts."""

    def __init__(self, writer: SummaryWriter, step: Any):
        self._writer = writer
        self._step = step
        self._outer: list[tuple[Any, Any]] = []

    def __enter__(self) -> SummaryWriter:
        self._outer.append((current.writer, current.step))
        current.writer = self._writer
        if self._step is not None:
            current.step = self._step
        return self._writer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        outer, step = self._outer.pop()
        current.writer = outer
        if self._step is not None:
            current.step = step
        self._writer.flush()


class FileWriter(SummaryWriter):
    """Writes to an event file."""

    def __init__(self, file: EventFile):
        self._file = file
        # Writes what is left when the writer is forgotten, and when Python ends.
        self._release = weakref.finalize(self, file.close)

    @property
    def logdir(self) -> str:
        """The folder of the file."""
        return self._file.folder

    def as_default(self, step: Any = None) -> DefaultWriter:
        """Write to this one within a `with` statement, and flush it at the end."""
        self._check_open()
        return super().as_default(step)

    def init(self) -> None:
        """Check that the writer is open; its file is there from the start."""
        self._check_open()

    def flush(self) -> None:
        """Write to the file what waits to be written."""
        if context.scope is not None:
            call_on_host(self._flush, ordered=True)
        else:
            jax.effects_barrier()
            self._flush()

    def _flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Flush, and release the file; the writer cannot be used any more."""
        if context.scope is not None:
            call_on_host(self._file.close, ordered=True)
        else:
            jax.effects_barrier()
            self._file.close()

    def _add(self, event: Event) -> None:
        self._file.add(event)

    def _hurry(self) -> None:
        self._file.hurry()

    def _check_open(self) -> None:
        if self._file.closed:
            raise RuntimeError(
                f"{self!r} is already closed. Make another one with tf.summary.create_file_writer."
            )

    def __repr__(self) -> str:
        return f"<SummaryWriter of {self._file.folder!r}>"


class NoopWriter(SummaryWriter):
    """Does nothing."""

    def as_default(self, step: Any = None) -> DefaultWriter:
        """Leave the default writer as it is."""
        return _Nothing(self, step)

    def set_as_default(self, step: Any = None) -> None:
        """Leave the default writer as it is."""

    def init(self) -> None:
        """Nothing to do."""

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class _Nothing(DefaultWriter):
    def __enter__(self) -> SummaryWriter:
        return self._writer

    def __exit__(self, *_: Any) -> None:
        return None


def create_file_writer(
    logdir: Any,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
    experimental_trackable: bool = False,
    experimental_mesh: Any = None,
) -> SummaryWriter:
    """Make a writer of an event file in a folder, which is made if it is not there.

    Args:
        logdir: The folder. Give each run of a program one of its own.
        max_queue: How many summaries may wait until they are written to the file; 10 if not given.
        flush_millis: How long they may wait; two minutes if not given.
        filename_suffix: The end of the name of the file; ".v2" if not given.
        name: Accepted; there is no op to name.
        experimental_trackable: Accepted; a writer may always be an attribute of a `tf.Module`.
        experimental_mesh: Not for Keratin: leave it None.

    >>> writer = tf.summary.create_file_writer("logs/first")
    >>> with writer.as_default():
    ...     bool(tf.summary.scalar("accuracy", 0.9, step=0))
    True
    >>> writer.close()
    """
    if experimental_mesh is not None:
        raise ValueError(
            "create_file_writer: experimental_mesh belongs to DTensor. Leave it None: values are "
            "brought together from all devices before they are written."
        )
    return FileWriter(
        EventFile(
            _folder(logdir),
            _whole("max_queue", max_queue, 10),
            _whole("flush_millis", flush_millis, 120_000),
            _suffix(filename_suffix),
        )
    )


@contextlib.contextmanager
def only(writer: SummaryWriter | None) -> Iterator[None]:
    """Write to this writer or to none, whatever the conditions and name scopes around."""
    outer = current.writer, current.condition
    current.writer, current.condition = writer, None
    try:
        with name_scope(""):
            yield
    finally:
        current.writer, current.condition = outer
        if writer is not None:
            writer._hurry()


def create_noop_writer() -> SummaryWriter:
    """Make a writer that does nothing.

    >>> with tf.summary.create_noop_writer().as_default():
    ...     print(bool(tf.summary.scalar("loss", 0.5, step=0)))
    False
    """
    return NoopWriter()


def _folder(logdir: Any) -> str:
    if hasattr(logdir, "numpy"):
        logdir = logdir.numpy()
    if not isinstance(logdir, (str, bytes, os.PathLike)):
        raise ValueError(
            f"create_file_writer: logdir is the path of a folder; given {logdir!r} of type "
            f"{type(logdir).__name__}."
        )
    folder = os.fsdecode(logdir)
    if "://" in folder:
        raise errors.UnimplementedError(
            f"create_file_writer: {folder!r} is on another machine. Write to a folder of this "
            "one, and copy or mount it."
        )
    if not folder:
        raise ValueError("create_file_writer: logdir is empty. Give the path of a folder.")
    return folder


def _whole(name: str, value: Any, default: int) -> int:
    if value is None:
        return default
    number = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(number, bool) or not hasattr(number, "__index__") or int(number) < 0:
        raise ValueError(f"create_file_writer: {name} is a number, 0 or more; given {value!r}.")
    return int(number)


def _suffix(suffix: Any) -> str:
    if suffix is None:
        return ".v2"
    if hasattr(suffix, "numpy"):
        suffix = suffix.numpy()
    text = os.fsdecode(suffix)
    if "/" in text or "\0" in text:
        raise ValueError(
            f"create_file_writer: filename_suffix is the end of a file's name; given {text!r}, "
            "which is no part of a name."
        )
    return text


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> None:
    """Have a writer, the default one if none is given, write what waits to be written.

    >>> tf.summary.flush()
    """
    writer = current.writer if writer is None else writer
    if writer is None:
        return
    if not isinstance(writer, SummaryWriter):
        raise ValueError(f"tf.summary.flush: a summary writer is needed; given {writer!r}.")
    writer.flush()

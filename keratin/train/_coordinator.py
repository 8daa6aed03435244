"""`tf.train.Coordinator`: threads that stop together."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from keratin._engine import errors


class Coordinator:
    """Has threads stop when one of them asks for it, or fails; and raises what went wrong.

    >>> import threading
    >>> coordinator = tf.train.Coordinator()
    >>> done = []
    >>> def work(number):
    ...     while not coordinator.should_stop():
    ...         done.append(number)
    ...         coordinator.request_stop()
    >>> threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    >>> for thread in threads:
    ...     thread.start()
    >>> coordinator.join(threads)
    >>> coordinator.joined, len(done) >= 1
    (True, True)

    Args:
        clean_stop_exception_types: Exceptions that end threads without being raised by `join`;
            by default `tf.errors.OutOfRangeError`.
    """

    def __init__(self, clean_stop_exception_types: tuple[type[BaseException], ...] | None = None):
        clean = clean_stop_exception_types
        self._clean = (errors.OutOfRangeError,) if clean is None else tuple(clean)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._joined = False
        self._threads: set[threading.Thread] = set()

    def request_stop(self, ex: Any = None) -> None:
        """Ask all threads to stop; of the exceptions given, `join` raises the first.

        Args:
            ex: An exception, or what `sys.exc_info()` gives.
        """
        error = ex[1] if isinstance(ex, tuple) else ex
        if error is not None and not isinstance(error, BaseException):
            raise TypeError(
                f"Coordinator.request_stop: ex is an exception, or sys.exc_info(); given {ex!r}"
            )
        with self._lock:
            if error is not None and not isinstance(error, self._clean):
                if self._joined:
                    raise error
                if self._error is None:
                    self._error = error
            self._stop.set()

    def clear_stop(self) -> None:
        """Forget that a stop was asked for, and why."""
        with self._lock:
            self._joined = False
            self._error = None
            self._stop.clear()

    def should_stop(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """Have an exception within ask all threads to stop.

        >>> coordinator = tf.train.Coordinator()
        >>> with coordinator.stop_on_exception():
        ...     raise ValueError("no data")
        >>> coordinator.should_stop()
        True
        """
        try:
            yield
        except Exception:
            self.request_stop(sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Wait until a stop is asked for; False if the time is over before."""
        return self._stop.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Have `join` wait for a thread, too."""
        with self._lock:
            self._threads.add(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Wait for threads to end, and raise what was given to `request_stop`.

        Args:
            threads: The threads, besides the registered ones.
            stop_grace_period_secs: How long threads may take to end once a stop was asked for.
            ignore_live_threads: Whether threads that are still running then are no error.
        """
        with self._lock:
            waited = [*self._threads, *[t for t in threads or () if t not in self._threads]]
        while any(thread.is_alive() for thread in waited) and not self.wait_for_stop(0.05):
            pass
        until = time.monotonic() + stop_grace_period_secs
        for thread in waited:
            thread.join(max(0.0, until - time.monotonic()))
        late = [thread.name for thread in waited if thread.is_alive()]
        with self._lock:
            self._joined = True
            self._threads.clear()
            error = self._error
        if error is not None:
            raise error
        if late and not ignore_live_threads:
            raise RuntimeError(
                f"Coordinator stopped with threads still running: {', '.join(late)}. They have to "
                "end soon after should_stop() is true"
            )

    @property
    def joined(self) -> bool:
        """Whether `join` has ended."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raise what was given to `request_stop`, if anything was."""
        with self._lock:
            error = self._error
        if error is not None:
            raise error

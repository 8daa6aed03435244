"""The test case."""

from __future__ import annotations

import contextlib
import enum
import os
import random
import shutil
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keratin.random import set_seed
from keratin.test._collections import CollectionAssertions
from keratin.test._temporary import TemporaryDirectory, TemporaryFile
from keratin.test._tensors import TensorAssertions

_SEED = 87654321


class TempFileCleanup(enum.Enum):
    """When the temporary files of a test go."""

    ALWAYS = "always"
    SUCCESS = "success"
    OFF = "off"


class _Session:
    """Stands for a session of TensorFlow 1: what is run has run already."""

    def __init__(self, evaluate: Callable[[Any], Any]):
        self._evaluate = evaluate

    def run(self, fetches: Any, feed_dict: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The values of tensors; a function without arguments is called."""
        if feed_dict:
            raise ValueError("feed_dict is for placeholders; pass values as arguments instead")
        return self._evaluate(fetches() if callable(fetches) else fetches)


class _Captured:
    """What was written to a stream, as `captureWritesToStream` gives it."""

    def __init__(self, path: str):
        self._path = path

    def contents(self) -> str:
        """All that was written so far."""
        return Path(self._path).read_text()


class _CheckedThread:
    """A thread whose failure is the failure of the test that joins it."""

    def __init__(
        self,
        case: TestCase,
        target: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ):
        self._case = case
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(target, args, kwargs))
        self._is_thread_joined = False

    def _run(self, target: Callable[..., Any], args: Any, kwargs: Any) -> None:
        try:
            target(*args, **kwargs)
        except BaseException as error:
            self._error = error

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self) -> None:
        """Wait for its end, and fail as it failed."""
        self._is_thread_joined = True
        self._thread.join()
        if self._error is not None:
            raise self._case.failureException(f"Error in checkedThread: {self._error}") from (
                self._error
            )

    def is_alive(self) -> bool:
        """Whether it runs still."""
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fail unless it was joined."""
        if not self._is_thread_joined:
            self._case.fail("A checkedThread was not joined.")


class TestCase(TensorAssertions, CollectionAssertions):
    """A `unittest.TestCase` with assertions about tensors.

    Before each test the seeds of Python, NumPy and tensors are set, always to the same.

    >>> class Doubling(tf.test.TestCase):
    ...     def test_double(self):
    ...         self.assertAllClose(tf.constant([1.0, 2.0]) * 2, [2.0, 4.0])
    >>> Doubling("test_double").run().wasSuccessful()
    True
    """

    __test__ = False  # pytest: this class itself holds no tests.

    tempfile_cleanup = TempFileCleanup.ALWAYS

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__test__ = True

    def __init__(self, methodName: str = "runTest"):
        super().__init__(methodName)
        self._temporary: str | None = None
        self._threads: list[_CheckedThread] = []
        self._properties: dict[str, Any] = {}

    def setUp(self) -> None:
        """Set the seeds."""
        super().setUp()
        random.seed(_SEED)
        np.random.seed(_SEED)
        set_seed(_SEED)

    def tearDown(self) -> None:
        """Fail for threads that were not joined."""
        for thread in self._threads:
            thread.check_termination()
        super().tearDown()

    # Sessions of older tests

    @contextlib.contextmanager
    def session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = True, force_gpu: bool = False
    ) -> Iterator[_Session]:
        """What stands for a session: its `run` gives the values of tensors.

        There are no graphs nor sessions to configure: the arguments are not used.
        """
        yield _Session(self.evaluate)

    cached_session = session

    def test_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = True, force_gpu: bool = False
    ) -> Any:
        """The older name of `session`, which runners take for a test."""
        if self._testMethodName == "test_session":
            self.skipTest("test_session is a method for tests to use, not a test.")
        return self.session(graph, config, use_gpu, force_gpu)

    # Files

    def get_temp_dir(self) -> str:
        """A folder of this test, which goes when it ends."""
        if self._temporary is None:
            self._temporary = tempfile.mkdtemp(prefix=f"{type(self).__name__}_")
            self.addCleanup(self._remove, self._temporary)
        return self._temporary

    def _remove(self, path: str) -> None:
        self._temporary = None
        if self.tempfile_cleanup is not TempFileCleanup.OFF:
            shutil.rmtree(path, ignore_errors=True)

    def create_tempdir(
        self, name: str | None = None, cleanup: TempFileCleanup | None = None
    ) -> TemporaryDirectory:
        """A new folder, which goes when the test ends; `cleanup` overrides `tempfile_cleanup`."""
        self.tempfile_cleanup = cleanup or self.tempfile_cleanup
        return TemporaryDirectory(Path(self.get_temp_dir())).mkdir(name)

    def create_tempfile(
        self,
        file_path: str | None = None,
        content: str | bytes | None = None,
        mode: str = "w",
        encoding: str = "utf8",
        errors: str = "strict",
        cleanup: TempFileCleanup | None = None,
    ) -> TemporaryFile:
        """A new file, which goes when the test ends."""
        self.tempfile_cleanup = cleanup or self.tempfile_cleanup
        folder = TemporaryDirectory(Path(self.get_temp_dir()))
        return folder.create_file(file_path, content, mode, encoding, errors)

    @contextlib.contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[_Captured]:
        """Have what is written to a stream, from native code too, kept and not shown."""
        descriptor = stream.fileno()
        kept = os.dup(descriptor)
        path = self.create_tempfile().full_path
        stream.flush()
        with open(path, "wb") as file:
            os.dup2(file.fileno(), descriptor)
            try:
                yield _Captured(path)
            finally:
                stream.flush()
                os.dup2(kept, descriptor)
                os.close(kept)

    # Others

    def checkedThread(
        self,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> _CheckedThread:
        """A thread whose error becomes that of the test when it is joined."""
        thread = _CheckedThread(self, target, args or (), kwargs or {})
        self._threads.append(thread)
        return thread

    def enter_context(self, manager: Any) -> Any:
        """Enter a context that is left when the test ends."""
        return self.enterContext(manager)

    def record_property(self, property_name: str, property_value: Any) -> None:
        """Keep a fact about this test for its report."""
        self._properties[property_name] = property_value

    def get_recorded_properties(self, subtest: Any = None) -> dict[str, Any]:
        """The facts that were kept."""
        return dict(self._properties)


def main(argv: Sequence[str] | None = None) -> None:
    """Run all tests of the program that is running, as `unittest.main` does.

    >>> if __name__ == "__main__":
    ...     tf.test.main()  # doctest: +SKIP
    """
    unittest.main(module="__main__", argv=list(sys.argv if argv is None else argv))

"""TensorBoard's server, in a process of its own."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from keratin.summary._runs import checked_logdir, find_runs

_PORTS_TRIED = 100
_MOST_NAMED = 20


class Board:
    """A running TensorBoard.

    `url` is its address, `runs` are the runs that it showed at first. It ends with `stop()`, at the
    end of a `with` statement, and when Python ends.
    """

    def __init__(self, logdir: Path, url: str, process: Any, log: IO[bytes]):
        self.logdir = logdir
        self.url = url
        self.runs = find_runs(logdir)
        self._process = process
        self._log = log
        atexit.register(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether it answers."""
        return bool(self._process.poll() is None)

    def wait(self) -> None:
        """Wait until it ends; Ctrl-C ends it."""
        try:
            self._process.wait()
        except KeyboardInterrupt:
            self.stop()

    def stop(self) -> None:
        """End it."""
        atexit.unregister(self.stop)
        _end(self._process)
        self._log.close()

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = self.url if self.is_running else "ended"
        return f"<TensorBoard of {str(self.logdir)!r}: {state}>"

    def _repr_html_(self) -> str:
        return f'<iframe src="{self.url}" width="100%" height="800" frameborder="0"></iframe>'


def launch(
    logdir: str | os.PathLike[str],
    port: int = 6006,
    host: str = "localhost",
    *,
    arguments: Sequence[str] = (),
    timeout: float = 120.0,
    verbose: bool = True,
) -> Board:
    """Start TensorBoard on a folder of runs.

    Args:
        logdir: The folder, which must hold summaries, in folders within or itself.
        port: The port; if it is taken the next free one.
        host: The address to listen at. Others can reach it at "0.0.0.0".
        arguments: Further arguments of TensorBoard's own.
        timeout: After how many seconds without an answer to give up.
        verbose: Whether to print the address and the runs.

    >>> board = keratin.summary.launch("logs")  # doctest: +SKIP
    TensorBoard: http://localhost:6006/
    2 runs in logs: train, validation
    >>> board.stop()  # doctest: +SKIP
    """
    folder = checked_logdir(logdir)
    end = time.monotonic() + timeout
    for tried in _free_ports(host, port):
        process, log = _start(folder, tried, host, arguments)
        try:
            url = _when_ready(process, log, host, tried, end)
        except BaseException:
            _end(process)
            log.close()
            raise
        if url is not None:
            board = Board(folder, url, process, log)
            if verbose:
                print(announcement(board), flush=True)
            return board
        log.close()
    raise OSError(
        f"TensorBoard: no port from {port} to {port + _PORTS_TRIED - 1} is free at {host}. Give "
        "another port."
    )


def announcement(board: Board) -> str:
    """The address and the runs, in two lines."""
    count = len(board.runs)
    named = ", ".join(board.runs[:_MOST_NAMED]) + (", ..." if count > _MOST_NAMED else "")
    runs = "1 run" if count == 1 else f"{count} runs"
    return f"TensorBoard: {board.url}\n{runs} in {board.logdir}: {named}"


def _free_ports(host: str, first: int) -> Any:
    if isinstance(first, bool) or not hasattr(first, "__index__") or not 0 <= first < 65536:
        raise ValueError(f"TensorBoard: a port is a number from 0 to 65535; given {first!r}.")
    for port in range(first, min(first + _PORTS_TRIED, 65536)) if first else [_any_port(host)]:
        if _is_free(host, port):
            yield port


def _is_free(host: str, port: int) -> bool:
    """Whether nothing listens there, at none of the addresses of the host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(f"TensorBoard: there is no host {host!r} ({error.strerror}).") from None
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as trial:
                if os.name == "posix":
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
        except OSError as error:
            if family == socket.AF_INET6 and len(found) > 1:
                continue  # a machine may name ::1 and not have it
            if isinstance(error, PermissionError):
                raise OSError(f"TensorBoard: port {port} of {host} may not be used.") from None
            return False
    return True


def _any_port(host: str) -> int:
    family = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family) as trial:
        trial.bind((host, 0))
        return int(trial.getsockname()[1])


def _start(folder: Path, port: int, host: str, arguments: Sequence[str]) -> tuple[Any, IO[bytes]]:
    log = tempfile.TemporaryFile(prefix="keratin-board-")  # noqa: SIM115  closed by `Board.stop`
    command = [sys.executable, "-m", "keratin.summary._board_process"]
    command += ["--logdir", str(folder), "--host", host, "--port", str(port), *arguments]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # its end tells the process that this one has ended
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C is for this process, which ends the other in good order
        env={**os.environ, "PYTHONPATH": os.pathsep.join([_ROOT, *_python_path()])},
    )
    return process, log


_ROOT = str(Path(__file__).resolve().parent.parent.parent)


def _python_path() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _when_ready(process: Any, log: IO[bytes], host: str, port: int, end: float) -> str | None:
    """The address once the server answers; None if the port was taken meanwhile."""
    reachable = {"0.0.0.0": "localhost", "::": "localhost", "": "localhost"}.get(host, host)
    shown = f"[{reachable}]" if ":" in reachable else reachable
    url = f"http://{shown}:{port}/"
    # Not by way of a proxy: the server is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        code = process.poll()
        if code is not None:
            said = _said(log)
            if "already in use" in said:
                return None
            raise RuntimeError(f"TensorBoard ended at once, with code {code}. It said: {said}")
        with contextlib.suppress(OSError), opener.open(f"{url}data/environment", timeout=5):
            return url
        if time.monotonic() > end:
            raise TimeoutError(f"TensorBoard does not answer at {url}. It said: {_said(log)}")
        time.sleep(0.1)


def _said(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in lines[-3:]) or "nothing"


def _end(process: Any) -> None:
    """Ask the process to end, and make it if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()

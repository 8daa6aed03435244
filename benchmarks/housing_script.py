"""A whole program in a fresh process: its seconds, its second run's, and its peak of memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject

PROGRAM = Path(__file__).with_name("housing.py")
FIRST, SECOND, MEMORY = "housing, 20 epochs", "the same, second run", "peak memory"


def measure(library: str) -> Mapping[str, float]:
    # What a library keeps of a run (compiled programs) is empty for the first, there for the next.
    with tempfile.TemporaryDirectory() as cache:
        first, memory = run(library, cache)
        second, _ = run(library, cache)
    return {FIRST: first, SECOND: second, MEMORY: memory}


def run(library: str, cache: str) -> tuple[float, float]:
    """Seconds and megabytes of the program in a process of its own."""
    environment = dict(os.environ, XDG_CACHE_HOME=cache, PYTHONPATH=os.getcwd())
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, PROGRAM, library], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{PROGRAM.name} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


subject = Subject(
    title="whole script",
    unit="s",
    ways={library: partial(measure, library) for library in (KERATIN, TENSORFLOW, KERAS_JAX)},
    budgets={FIRST: 2.5, SECOND: 2.2, MEMORY: 260.0},
    units={MEMORY: "MB"},
    rounds=1,
)

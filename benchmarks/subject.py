"""What a subject of measurement is, and the clock and scale that all of them use.

This file and the subjects run in two environments, ours and the peers', and import a library only
when it is measured.
"""

import gc
import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# The libraries, as the table names them. Keras on JAX is measured through what it calls.
KERATIN, TENSORFLOW, KERAS_JAX, TORCH = "keratin", "tensorflow", "keras-jax", "torch"
PEERS = (TENSORFLOW, KERAS_JAX, TORCH)

# Of so many stretches of calls, in each of some rounds, the median is taken.
STRETCHES = 5


@dataclass(frozen=True)
class Subject:
    """One thing to measure: how each library does it, and what Keratin may take for it.

    A way returns its measurements by row, as in `{"add": 7.9}`, smaller being better.
    """

    title: str
    unit: str
    ways: Mapping[str, Callable[[], Mapping[str, float]]]
    budgets: Mapping[str, float] = field(default_factory=dict)
    # Rows of another unit than the others.
    units: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 3

    def run(self, library: str) -> None:
        """Measures one library in this process and prints the result as JSON."""
        try:
            result: dict[str, Any] = {"values": dict(self.ways[library]())}
        except ModuleNotFoundError as error:
            result = {"missing": str(error)}
        print(json.dumps(result))


def microseconds_per_call(function: Callable[[], Any], finish: Callable[[Any], Any]) -> float:
    """The median over several stretches of calls; each stretch ends when its results are there."""
    finish(function())
    stretch = _calls_in(0.05, function, finish)
    times = []
    gc.collect()
    for _ in range(STRETCHES):
        begin = time.perf_counter()
        for _ in range(stretch):
            result = function()
        finish(result)
        times.append((time.perf_counter() - begin) / stretch)
    return statistics.median(times) * 1e6


def _calls_in(seconds: float, function: Callable[[], Any], finish: Callable[[Any], Any]) -> int:
    calls = 1
    while True:
        begin = time.perf_counter()
        for _ in range(calls):
            result = function()
        finish(result)
        if time.perf_counter() - begin > seconds:
            return calls
        calls *= 2


def resident_megabytes() -> float:
    """What the operating system says this process holds in memory now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth(function: Callable[[int], Any], warm_up: int, rounds: int) -> float:
    """Megabytes by which the process grows over calls `function(i)`, after a warm-up."""
    for i in range(warm_up):
        function(i)
    gc.collect()
    before = resident_megabytes()
    for i in range(warm_up, warm_up + rounds):
        function(i)
    gc.collect()
    return resident_megabytes() - before


def main() -> None:
    """`python -m benchmarks.subject eager_op tensorflow`: one subject, one library."""
    name, library = sys.argv[1:]
    importlib.import_module(f"benchmarks.{name}").subject.run(library)


if __name__ == "__main__":
    main()

"""Benchmarks: classes whose methods are timed, and report."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from keratin._engine import nest
from keratin.test._tensors import value_of
from keratin.test.experimental import sync_devices


class Benchmark:
    """A base of benchmarks: methods named `benchmark...` measure and call `report_benchmark`.

    >>> class Adding(tf.test.Benchmark):
    ...     def benchmark_add(self):
    ...         self.run_op_benchmark(None, lambda: tf.constant(1) + 1, min_iters=3)
    >>> Adding().benchmark_add()  # doctest: +ELLIPSIS
    {"name": "Adding.benchmark_add", "iters": 3, ...}
    """

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether the class has no benchmarks of its own."""
        return not any(name.startswith("benchmark") for name in dir(cls))

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the structure they are given in."""
        return nest.map_structure(value_of, tensors)

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Mapping[str, Any] | None = None,
        name: str | None = None,
        metrics: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Print what was measured as a line of JSON.

        Where the environment variable TEST_REPORT_FILE_PREFIX is set, write it to a file as well,
        whose name is this prefix and the name of the benchmark.
        """
        report = {
            "name": name or self._get_name(),
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            "extras": dict(extras or {}),
            "metrics": [dict(metric) for metric in metrics or ()],
        }
        text = json.dumps({key: value for key, value in report.items() if value is not None})
        print(text)
        prefix = os.environ.get("TEST_REPORT_FILE_PREFIX")
        if prefix:
            Path(prefix + str(report["name"]).replace("/", "__")).write_text(text + "\n")

    def _get_name(self) -> str:
        """The class and the benchmark method that is running."""
        frame = sys._getframe(1)
        while frame is not None:
            name = frame.f_code.co_name
            if name.startswith("benchmark") and frame.f_locals.get("self") is self:
                return f"{type(self).__name__}.{name}"
            frame = frame.f_back  # type: ignore[assignment]
        return type(self).__name__

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Callable[[], Any],
        feed_dict: Any = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: Mapping[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Time a function without arguments, report the median, and return what was measured.

        There are no sessions: `sess`, `feed_dict`, `store_trace` and `store_memory_usage` belong
        to them and are not used. `mbs`, the megabytes that a call moves, gives the throughput.
        """
        if not callable(op_or_tensor):
            raise TypeError(
                "run_op_benchmark times a function without arguments, as `lambda: a @ b`; a tensor "
                f"is computed already. Given {op_or_tensor!r}."
            )
        for _ in range(burn_iters):
            op_or_tensor()
        sync_devices()
        times = [_seconds(op_or_tensor) for _ in range(min_iters)]
        median = statistics.median(times)
        throughput = mbs / median if mbs else None
        measured = {
            "wall_time_mean": statistics.mean(times),
            "wall_time_stdev": statistics.pstdev(times),
            **(extras or {}),
        }
        self.report_benchmark(
            iters=min_iters, wall_time=median, throughput=throughput, extras=measured, name=name
        )
        results = {"name": name or self._get_name(), "iters": min_iters, "wall_time": median}
        return {**results, "extras": measured, "throughput": throughput}


def _seconds(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    sync_devices()
    return time.perf_counter() - start

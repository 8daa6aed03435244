"""Measures Keratin and its peers side by side, and prints a table.

    python -m benchmarks --peers PYTHON [SUBJECT ...]

Each measurement is a process of its own, in the environment of its library; the libraries take
turns, round by round, so that a busy machine is busy for all of them. The table shows medians over
the rounds; build/bench.json holds every single measurement.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.subject import KERAS_JAX, KERATIN, PEERS, Subject

# The whole takes less than ten minutes on two cores that have nothing else to do.
SUBJECTS = (
    "import_time",
    "housing_script",
    "fit_small",
    "fit_images",
    "fit_texts",
    "callbacks",
    "eager_op",
    "tape_step",
    "function_call",
    "summary",
    "memory",
    "saving",
)
# Seconds after which a measurement is given up: it would make the others too few.
PATIENCE = 240
ROOT = Path(__file__).resolve().parent.parent


def measure(name: str, library: str, python: str) -> dict[str, Any]:
    """One subject of one library, in a fresh process."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
    environment["KERAS_BACKEND"] = "jax" if library == KERAS_JAX else "tensorflow"
    try:
        done = subprocess.run(
            [python, "-m", "benchmarks.subject", name, library],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"no result within {PATIENCE} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"failed": last}
    return json.loads(done.stdout.strip().splitlines()[-1])


def run(name: str, subject: Subject, pythons: Mapping[str, str], rounds: int) -> dict[str, Any]:
    """All libraries, in turns; by library, every round's result."""
    results: dict[str, list[Any]] = {library: [] for library in subject.ways if library in pythons}
    for _ in range(rounds):
        for library, runs in results.items():
            if runs and "values" not in runs[-1]:
                continue  # what is not installed is not asked again
            runs.append(measure(name, library, pythons[library]))
    return {
        "title": subject.title,
        "unit": subject.unit,
        "units": dict(subject.units),
        "runs": results,
    }


def medians(result: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """By row, by library: the median over the rounds."""
    table: dict[str, dict[str, float]] = {}
    for library, runs in result["runs"].items():
        values = [r["values"] for r in runs if "values" in r]
        for row in values[0] if values else ():
            table.setdefault(row, {})[library] = statistics.median(v[row] for v in values)
    return table


def lines(subject: Subject, result: Mapping[str, Any]) -> list[list[str]]:
    """The rows of the printed table."""
    shown = []
    for row, values in medians(result).items():
        ours, budget = values.get(KERATIN), subject.budgets.get(row)
        theirs = [values[peer] for peer in PEERS if peer in values]
        comparable = ours is not None and theirs and ours > 0
        shown.append(
            [
                f"{subject.title}: {row}",
                *(number(values.get(library)) for library in (KERATIN, *PEERS)),
                subject.units.get(row, subject.unit),
                f"{min(theirs) / ours:.2f}" if comparable else "-",
                number(budget),
                "-" if ours is None or budget is None else "yes" if ours <= budget else "NO",
            ]
        )
    return shown


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def print_table(rows: list[list[str]]) -> None:
    head = ["", KERATIN, *PEERS, "unit", "best peer / ours", "budget", "held"]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))


def print_troubles(results: Mapping[str, Any]) -> None:
    """Which libraries gave no figures, and why."""
    for name, result in results.items():
        for library, runs in result["runs"].items():
            for trouble in (r for r in runs if "values" not in r):
                kind, text = next(iter(trouble.items()))
                print(f"{name}: {library} {kind}: {text}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    parser.add_argument("--peers", metavar="PYTHON", help="the Python that has the peers")
    parser.add_argument("--rounds", type=int, help="rounds a subject; its own choice if not given")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json")
    options = parser.parse_args()
    unknown = [name for name in options.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}")
    pythons = {KERATIN: sys.executable}
    if options.peers:
        pythons |= dict.fromkeys(PEERS, options.peers)
    results, rows = {}, []
    for name in options.subjects or SUBJECTS:
        subject = import_module(f"benchmarks.{name}").subject
        print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
        begin = time.perf_counter()
        results[name] = run(name, subject, pythons, options.rounds or subject.rounds)
        print(f"{time.perf_counter() - begin:.0f} s", file=sys.stderr)
        rows += lines(subject, results[name])
    print_table(rows)
    print_troubles(results)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
    }
    options.json.write_text(json.dumps({"machine": machine, "subjects": results}, indent=1))
    print(f"\nevery measurement: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

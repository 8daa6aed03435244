"""Long loops leave nothing behind: growth of the resident memory that the system reports."""

import subprocess
import sys

import pytest

from tests.structure.source import ROOT

LIMIT_IN_MEGABYTES = 20.0


def growth(expression: str) -> float:
    """Measured in a process of its own, where nothing else allocates."""
    script = f"import keratin as tf; from benchmarks import memory; print(memory.{expression})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])


@pytest.mark.parametrize(
    "expression",
    [
        "tape_growth(tf, rounds=2_000)",
        "retrace_growth(tf, rounds=150)",
        pytest.param("tape_growth(tf, rounds=10_000)", marks=pytest.mark.slow),
        pytest.param("retrace_growth(tf, rounds=1_000)", marks=pytest.mark.slow),
    ],
)
def test_memory_does_not_grow(expression):
    assert growth(expression) < LIMIT_IN_MEGABYTES

"""What every test and every docstring example finds in place."""

import ctypes
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

# Thousands of tests compile thousands of programs, which JAX keeps: above this they are dropped.
_MOST_MEMORY = 2 << 30


@pytest.fixture(scope="session")
def tf() -> Any:
    """The package under test, as users import it."""
    import keratin

    return keratin


@pytest.fixture(autouse=True)
def _names_of_examples(request: pytest.FixtureRequest) -> None:
    """Docstring examples find `tf`, `keras` and `np` defined, and write files into a folder."""
    if isinstance(request.node, pytest.DoctestItem):
        folder = request.getfixturevalue("tmp_path")
        request.getfixturevalue("monkeypatch").chdir(folder)
        namespace = request.getfixturevalue("doctest_namespace")
        namespace["np"] = np
        namespace["tf"] = request.getfixturevalue("tf")
        namespace["keras"] = importlib.import_module("keratin.keras")


@pytest.fixture(autouse=True, scope="module")
def _bounded_memory() -> Iterator[None]:
    """Drop what was compiled for the tests before, when it has become too much."""
    yield
    statistics = Path("/proc/self/statm")
    if statistics.exists() and int(statistics.read_text().split()[1]) * 4096 > _MOST_MEMORY:
        jax.clear_caches()
        gc.collect()
        getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)(0)  # back to the system, on glibc

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

from tests.harness.compiling import compile_quickly


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option for how programs are compiled."""
    parser.addoption(
        "--optimized",
        action="store_true",
        help="compile the programs of all tests as users have them, which takes twice as long",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The mark of modules that are about what the compiler makes."""
    config.addinivalue_line(
        "markers", "optimized: programs of the module are compiled as users have them, always"
    )


@pytest.fixture(autouse=True, scope="module")
def _compilation(request: pytest.FixtureRequest) -> None:
    """Compile quickly, unless all tests or this module want programs as users have them."""
    wanted = request.config.getoption("optimized") or request.node.get_closest_marker("optimized")
    compile_quickly(not wanted)


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

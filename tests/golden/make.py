#!/usr/bin/env python3
"""Makes golden files: runs the rows of test modules in real TensorFlow and stores what it gave.

    python tests/golden/make.py math_elementwise     one file, by its name
    python tests/golden/make.py tests/math/test_elementwise.py      or by its test module
    python tests/golden/make.py                      all

Run it in an environment with tensorflow-cpu (2.21) and numpy; neither Keratin nor pytest is needed
there. A row that fails in TensorFlow is reported and left out, and the exit status is 1.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

# What test modules import at their top and the rows do not need.
TEST_ONLY = {"pytest", "hypothesis", "scipy"}


class StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a test-only library that is not installed here as an empty, willing module."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.split(".")[0] not in TEST_ONLY:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: Any) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: MagicMock()  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


# Not where the tests themselves run: they need the real ones.
if importlib.util.find_spec("pytest") is None:
    sys.meta_path.append(StandIn())

from tests.harness import golden, parity  # noqa: E402  (they need the path and the stand-ins)


def test_modules() -> Iterator[tuple[Path, list[str]]]:
    """Each test module that has rows, with the names of its golden files."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        names = re.findall(r"^\w+ = parity\(\s*[\"'](\w+)[\"']", path.read_text(), re.MULTILINE)
        if names:
            yield path, names


def tables(path: Path) -> dict[str, Any]:
    """The tables of rows in a test module, by the name of their golden file."""
    parity.TABLES.clear()
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return dict(parity.TABLES)


def make(tf: Any, name: str, cases: "list[parity.Case]") -> int:
    """Writes one golden file; the number of rows that failed."""
    rows, failed = {}, 0
    for row in cases:
        try:
            rows[row.name] = parity.run(tf, row)
        except Exception as error:  # whatever TensorFlow objects to is the author's to read
            failed += 1
            reason = " ".join(str(error).split())[:500]
            print(f"{name}: {row.name}: FAILED: {type(error).__name__}: {reason}")
            if isinstance(error, LookupError):
                print("    (no gradient in TensorFlow? then write grad=[] in the row)")
    target = golden.save(name, rows, f"tensorflow {tf.__version__}")
    print(f"{target.relative_to(ROOT)}: {len(rows)} rows, {target.stat().st_size} bytes")
    return failed


def main(wanted: list[str]) -> int:
    modules = dict(test_modules())
    chosen = [
        path
        for path, names in modules.items()
        if not wanted or any(w in names or Path(w).resolve() == path for w in wanted)
    ]
    known = {name for names in modules.values() for name in names}
    unknown = [w for w in wanted if w not in known and Path(w).resolve() not in modules]
    if unknown:
        print(
            f"No test module has rows for {', '.join(unknown)}. Known: {', '.join(sorted(known))}"
        )
        return 2
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    failed = 0
    for path in chosen:
        for name, cases in tables(path).items():
            if not wanted or name in wanted or path in {Path(w).resolve() for w in wanted}:
                failed += make(tf, name, cases)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

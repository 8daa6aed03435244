"""The public names of the package, and the snapshot of them.

python -m tests.structure.exports      (make snapshot) writes exports.txt
"""

import ast
import functools
import importlib
import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keratin._lazy import read_exports

SNAPSHOT = Path(__file__).with_name("exports.txt")


def reach(package: types.ModuleType, path: str) -> Any:
    """The object at a dotted path below a package, or None."""
    value: Any = package
    for name in path.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value


def names_of(module: types.ModuleType) -> list[str]:
    """What a public module exports: its `from a import b as b` lines, and what it defines."""
    if module.__file__ is None:  # a folder without an __init__.py, which another test reports
        return []
    path = Path(module.__file__)
    if path.with_suffix(".pyi").exists():
        path = path.with_suffix(".pyi")
    defined = [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    return sorted(name for name in {*read_exports(path), *defined} if not name.startswith("_"))


@functools.cache
def public() -> dict[str, Any]:
    """Dotted name, as in `math.abs`, to object. A name that cannot be had maps to its error."""
    return dict(_walk(importlib.import_module("keratin"), ""))


def _walk(module: types.ModuleType, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in names_of(module):
        try:
            value = getattr(module, name)
        except (AttributeError, ImportError) as error:
            value = error
        yield prefix + name, value
        if inspect.ismodule(value) and value.__name__.startswith("keratin."):
            yield from _walk(value, f"{prefix}{name}.")


def main() -> None:
    SNAPSHOT.write_text("".join(f"{name}\n" for name in public()))
    print(f"{SNAPSHOT}: {len(public())} names")


if __name__ == "__main__":
    main()

"""Namespaces whose names are imported when they are first used.

A package with an `__init__.pyi` beside its `__init__.py` says there, and only there, what it
exports, in lines that type checkers and editors read as well:

    from keratin._engine.tensor import Tensor as Tensor
    from keratin import math as math

`attach` reads the same lines at run time, so that importing the package imports nothing else.
"""

import ast
import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from keratin._former import FORMER


def attach(package: str, init_file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package whose exports stand in its `__init__.pyi`."""
    exports: dict[str, tuple[str, str]] = {}

    def table() -> dict[str, tuple[str, str]]:
        if not exports:
            exports.update(read_exports(Path(init_file).with_suffix(".pyi")))
        return exports

    def module_getattr(name: str) -> Any:
        if name == "__all__":
            return sorted(table())
        # Tools probe modules for dunder names; none of those is an export.
        if name.startswith("__") or name not in table():
            raise AttributeError(unknown_name(package, name, table()))
        source, attribute = table()[name]
        if source == package:
            value = importlib.import_module(f"{package}.{attribute}")
        else:
            value = getattr(importlib.import_module(source), attribute)
        setattr(importlib.import_module(package), name, value)
        return value

    def module_dir() -> list[str]:
        return sorted({*table(), "__doc__", "__file__", "__name__", "__path__", "__version__"})

    return module_getattr, module_dir


def advise(module: str) -> None:
    """Have a module that is asked for a name it lacks say which one is like it.

    The `__getattr__` is set from outside: type checkers take a module that defines one to have
    every name.
    """
    space = sys.modules[module]

    def module_getattr(name: str) -> Any:
        known = [] if name.startswith("_") else [n for n in vars(space) if not n.startswith("_")]
        raise AttributeError(unknown_name(module, name, known))

    vars(space)["__getattr__"] = module_getattr


def read_exports(stub: Path) -> dict[str, tuple[str, str]]:
    """Public name to (module, name there), from the lines `from module import name as public`."""
    return {
        alias.asname: (node.module, alias.name)
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if alias.asname
    }


def unknown_name(package: str, name: str, known: Iterable[str]) -> str:
    """What is said of a name that is not there: what took its place, or the nearest that is."""
    import difflib  # only ever needed for this message

    if package == "keratin" and name in FORMER:
        return f"tf.{name} is TensorFlow 1's, and not part of TensorFlow 2. {FORMER[name]}"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"module {package!r} has no attribute {name!r}.{hint}"

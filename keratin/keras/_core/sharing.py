"""Objects that stand at several places of one config, and are one object again when it is read.

A layer that a model and a model within it both hold is written twice. Its entries then have the
same number under "shared_object_id", as in files of Keras.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, TypeVar

Made = TypeVar("Made")

_KEY = "shared_object_id"


class _Scope(threading.local):
    """What has been written or made so far, of the outermost config alone."""

    written: dict[int, tuple[Any, dict[str, Any], int]] | None = None
    made: dict[int | None, tuple[Any, Any]] | None = None


_scope = _Scope()


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Within it, entries of objects written more than once are numbered."""
    if _scope.written is not None:
        yield
        return
    _scope.written = {}
    try:
        yield
    finally:
        _scope.written = None


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Within it, entries of one number give one object."""
    if _scope.made is not None:
        yield
        return
    _scope.made = {}
    try:
        yield
    finally:
        _scope.made = None


def note_written(made: Any, entry: dict[str, Any]) -> None:
    """Number the entry of an object, and its former one, if there is one.

    Of objects without variables it makes no difference whether they are one or equal.
    """
    if _scope.written is None or not hasattr(made, "variables"):
        return
    number = len(_scope.written) + 1
    # The object is kept as well: another one could take its place in memory.
    _, former, number = _scope.written.setdefault(id(made), (made, entry, number))
    if former is not entry:
        former[_KEY] = entry[_KEY] = number


def made_before(entry: Any) -> Any:
    """The object that was made of an entry like this; None if there is none."""
    known = (_scope.made or {}).get(_number(entry))
    return None if known is None or known[0] != entry.get("class_name") else known[1]


def note_made(entry: Any, made: Made) -> Made:
    """Remember what was made of an entry that is numbered."""
    number = _number(entry)
    if _scope.made is not None and number is not None and hasattr(made, "variables"):
        _scope.made[number] = (entry.get("class_name"), made)
    return made


def _number(entry: Any) -> int | None:
    number = entry.get(_KEY)
    return number if isinstance(number, int) else None

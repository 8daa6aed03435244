"""Name scopes: labels that prefix the names of variables and ops made within."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any

import jax

from keratin._engine.state import context


def scoped(name: str) -> str:
    """`name` prefixed by the scopes in force."""
    return "/".join((*context.name_scopes, name))


def get_current_name_scope() -> str:
    """The full name of the innermost name scope.

    >>> with tf.name_scope("a"):
    ...     tf.get_current_name_scope()
    'a'
    """
    return "/".join(context.name_scopes)


class name_scope:
    """Prefix the names of what is created inside.

    >>> with tf.name_scope("layer"):
    ...     tf.Variable(1.0, name="w").name
    'layer/w:0'
    """

    def __init__(self, name: str):
        if not isinstance(name, str):
            raise ValueError(f"name_scope: the name must be a string; given {name!r}")
        self._name = name
        self._outer: list[tuple[str, ...]] = []
        # The scopes of the program being traced, for profiles and drawings of it.
        self._traced: list[Any] = []

    @property
    def name(self) -> str:
        """The name that was given."""
        return self._name

    def __enter__(self) -> str:
        outer = context.name_scopes
        self._outer.append(outer)
        if self._name.endswith("/"):  # an absolute scope, re-entered
            context.name_scopes = tuple(self._name.rstrip("/").split("/"))
        else:
            context.name_scopes = (*outer, self._name) if self._name else ()
        traced: Any = contextlib.nullcontext()
        if context.scope is not None and self._name:
            traced = jax.named_scope(self._name.rstrip("/").rpartition("/")[2])
        traced.__enter__()
        self._traced.append(traced)
        return "".join(part + "/" for part in context.name_scopes)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        context.name_scopes = self._outer.pop()
        self._traced.pop().__exit__(kind, error, trace)

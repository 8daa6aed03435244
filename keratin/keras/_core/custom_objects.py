"""Classes and functions of the user that files may name: registered, or given for a while.

A file can only ever name what stands here or in the package: nothing is imported because a file
asks for it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeVar

Registered = TypeVar("Registered", bound=Callable[..., Any])

_objects: dict[str, Any] = {}
_names: dict[Any, str] = {}


class NotKnown(Exception):
    """A name in a file or config that stands for nothing here."""

    def __init__(self, message: str, name: Any):
        super().__init__(message)
        self.name = str(name)


class UnknownClassError(NotKnown, TypeError):
    """A class or function that is not registered."""


class UnknownNameError(NotKnown, ValueError):
    """A name that no activation, loss or the like has."""


class _Scopes(threading.local):
    stack: tuple[Mapping[str, Any], ...] = ()
    are_hidden = False


_scopes = _Scopes()


def get_custom_objects() -> dict[str, Any]:
    """The registered objects by name: a dictionary that may be added to.

    >>> keras.saving.get_custom_objects().get("unheard_of") is None
    True
    """
    return _objects


class CustomObjectScope:
    """Within it, the objects given stand for the names given.

    >>> with keras.saving.CustomObjectScope({"twice": lambda x: 2 * x}):
    ...     layer = keras.layers.Activation("twice")
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None):
        self.custom_objects = dict(custom_objects or {})
        self._outer: list[tuple[Mapping[str, Any], ...]] = []

    def __enter__(self) -> CustomObjectScope:
        self._outer.append(_scopes.stack)
        _scopes.stack = (self.custom_objects, *_scopes.stack)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _scopes.stack = self._outer.pop()


custom_object_scope = CustomObjectScope


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Within it nothing of the user's is found by its name."""
    outer, _scopes.are_hidden = _scopes.are_hidden, True
    try:
        yield
    finally:
        _scopes.are_hidden = outer


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Registered], Registered]:
    """Let files name a class or function of yours, as `package>name`.

    >>> @keras.saving.register_keras_serializable("shop")
    ... def price(x):
    ...     return x * 1.2
    >>> keras.saving.get_registered_name(price)
    'shop>price'
    """

    def register(target: Registered) -> Registered:
        if isinstance(target, type) and not hasattr(target, "get_config"):
            raise ValueError(
                f"register_keras_serializable: the class {target.__name__} has no get_config(), "
                "which says with what arguments to make it again"
            )
        full = f"{package}>{name or target.__name__}"
        _objects[full] = target
        _names[target] = full
        return target

    return register


def get_registered_name(obj: Any) -> str:
    """The name that a class or function was registered under, else its own.

    >>> keras.saving.get_registered_name(keras.layers.Dense)
    'Dense'
    """
    try:
        registered = _names.get(obj)
    except TypeError:
        registered = None
    return str(registered or getattr(obj, "__name__", type(obj).__name__))


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """The class or function of a name, or None.

    >>> keras.saving.get_registered_object("shop>unheard_of") is None
    True
    """
    if _scopes.are_hidden:
        return None
    for known in (*_scopes.stack, custom_objects or {}, _objects, module_objects or {}):
        if name in known:
            return known[name]
    return None

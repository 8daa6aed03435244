"""`tf.Module`: a named container of variables and of other modules."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from keratin._engine import errors, naming, state
from keratin._engine.variable import Variable


class Module:
    """A base for classes that own variables: it finds them, those of its parts included.

    >>> class Dense(tf.Module):
    ...     def __init__(self):
    ...         super().__init__(name="dense")
    ...         self.w = tf.Variable([[2.0]], name="w")
    ...     def __call__(self, x):
    ...         return x @ self.w
    >>> [v.name for v in Dense().variables]
    ['w:0']
    """

    # Attributes that are never searched for variables.
    _TF_MODULE_IGNORED_PROPERTIES: frozenset[str] = frozenset()

    def __init__(self, name: str | None = None):
        if name is None:
            name = _snake_case(type(self).__name__)
        if not name.isidentifier():
            raise ValueError(f"tf.Module: {name!r} is not a valid module name (an identifier)")
        self._name = name
        with naming.name_scope(name) as full:
            self._scope_name = full

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        for each in state.waiting:
            each.attached(self)

    @property
    def name(self) -> str:
        """The name of the module."""
        return _initialized(self)._name

    @property
    def name_scope(self) -> naming.name_scope:
        """A scope for the names of what the module makes."""
        return naming.name_scope(_initialized(self)._scope_name)

    @property
    def variables(self) -> Sequence[Variable]:
        """All variables of the module and its parts, by attribute name."""
        return tuple(self._flatten(predicate=_is_variable))

    @property
    def trainable_variables(self) -> Sequence[Variable]:
        """Those of the variables that are trainable."""
        return tuple(self._flatten(predicate=lambda v: _is_variable(v) and v.trainable))

    @property
    def non_trainable_variables(self) -> Sequence[Variable]:
        """Those of the variables that are not trainable."""
        return tuple(self._flatten(predicate=lambda v: _is_variable(v) and not v.trainable))

    @property
    def submodules(self) -> tuple[Module, ...]:
        """All modules within this one, at any depth."""
        return tuple(self._flatten(predicate=lambda value: isinstance(value, Module)))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: Any = None,
        with_path: bool = False,
        expand_composites: bool = False,
    ) -> Iterator[Any]:
        """The values within the module that `predicate` holds for, each once."""
        seen: set[int] = {id(self)}
        for path, value in _walk(self, (), seen, recursive):
            if predicate is None or predicate(value):
                yield (path, value) if with_path else value

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """Have a method run within the module's name scope."""

        @functools.wraps(method)
        def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped


def _initialized(module: Module) -> Module:
    if "_scope_name" not in vars(module):
        raise AttributeError(
            f"This {type(module).__name__} has no name: the __init__ of a tf.Module must call "
            f"super().__init__() first. At {errors.user_location()}."
        )
    return module


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _walk(
    module: Module, path: tuple[Any, ...], seen: set[int], recursive: bool
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The leaves of a module's attributes in the order of names; then those of its modules."""
    inner: list[tuple[tuple[Any, ...], Module]] = []
    ignored = module._TF_MODULE_IGNORED_PROPERTIES
    for name in sorted(vars(module)):
        if name in ignored:
            continue
        for place, value in _leaves(vars(module)[name], (*path, name)):
            if id(value) in seen:
                continue
            if isinstance(value, (Module, Variable)):
                seen.add(id(value))
            yield place, value
            if isinstance(value, Module):
                inner.append((place, value))
    if recursive:
        for place, part in inner:
            yield from _walk(part, place, seen, recursive)


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, Mapping):
        keys = sorted(value, key=str)
        for key in keys:
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _snake_case(name: str) -> str:
    name = re.sub(r"([A-Z\d]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).lower()

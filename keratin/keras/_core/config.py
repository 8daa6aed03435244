"""Objects that can say with what arguments to make them again.

`get_config` comes from the signature of the constructor: for each parameter the attribute of that
name, or else the argument that was given. A class overrides it only where that is not enough.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any, Self

from keratin._engine import errors
from keratin._engine.keywords import KeywordMeta
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object

_SKIPPED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class ConfigMeta(KeywordMeta):
    """Keeps the arguments that an object was made with, as `_arguments`."""

    def _made(cls, *args: Any, **kwargs: Any) -> Any:
        made = super()._made(*args, **kwargs)
        if isinstance(made, cls) and "_arguments" not in vars(made):
            object.__setattr__(made, "_arguments", _bound(cls, args, kwargs))
        return made


@functools.lru_cache(maxsize=1000)
def constructor(cls: type) -> inspect.Signature:
    """The signature of the constructor, without `self`."""
    full = inspect.signature(cls.__init__)  # type: ignore[misc]
    return full.replace(parameters=list(full.parameters.values())[1:])


def _bound(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, defaults and those of **kwargs included."""
    signature = constructor(cls)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:  # a __new__ that takes other arguments than the __init__
        return dict(kwargs)
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(bound.arguments[name])
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            found[name] = bound.arguments[name]
    return found


def _plain(value: Any) -> Any:
    """A value as it stands in a config; a function of the package by its name alone."""
    found = serialize_keras_object(value)
    is_own = isinstance(found, dict) and found.get("module") == "builtins"
    return found["config"] if is_own else found


class Configurable(metaclass=ConfigMeta):
    """A base of what has a config."""

    _arguments: dict[str, Any]

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this object again, as plain values."""
        return {name: _plain(value) for name, value in self._own_config().items()}

    def _own_config(self) -> dict[str, Any]:
        """For each parameter of the constructor the attribute of that name, else the argument."""
        given = vars(self).get("_arguments", {})
        config = {}
        for name, parameter in constructor(type(self)).parameters.items():
            if parameter.kind in _SKIPPED:
                continue
            if name in given:
                config[name] = getattr(self, name, given[name])
            elif hasattr(self, name):
                config[name] = getattr(self, name)
            elif parameter.default is not parameter.empty:
                config[name] = parameter.default
            else:
                raise NotImplementedError(
                    f"{type(self).__name__}.get_config(): the value of the argument {name!r} is "
                    f"not known. Keep it as self.{name} in __init__, or override get_config()."
                )
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an object from what `get_config` gave."""
        arguments = {name: deserialize_keras_object(value) for name, value in config.items()}
        try:
            return cls(**arguments)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__}.from_config: the config {dict(config)} does not fit the "
                f"constructor: {error}"
            ) from error


def unknown_arguments(name: str, given: Mapping[str, Any], known: Any) -> TypeError:
    """The error for keyword arguments that a constructor does not have."""
    error = errors.unknown_keyword(name, next(iter(given)), known)
    return TypeError(f"{error} At {errors.user_location()}.")

"""A family of interchangeable objects (initializers, losses, ...) that users name by strings.

The members are what the family's package exports; a string finds a class by its name or that name
in snake case, a function by its name, and both by an alias. Members are imported when asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keratin._engine import errors
from keratin._lazy import read_exports
from keratin.keras._core import custom_objects, names
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object

# All families, so that a name given in the wrong place is known again.
_families: list[Family] = []


class Family:
    """`kind` as messages call a member; `package` as in "keratin.keras.losses".

    Of a class and a function that one string may mean, the function is taken, or the class if
    `classes_first`.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        base: type | None,
        aliases: Mapping[str, str] | None = None,
        classes_first: bool = False,
    ):
        self.kind = kind
        self.package = package
        self.base = base
        self.aliases = dict(aliases or {})
        self.classes_first = classes_first
        self._spellings: dict[str, str] = {}
        _families.append(self)

    def _known(self) -> dict[str, str]:
        """Every spelling, to the exported name it stands for."""
        if not self._spellings:
            module = importlib.import_module(self.package)
            path = Path(str(module.__file__))
            stub = path.with_suffix(".pyi")
            exported = [n for n in read_exports(stub if stub.exists() else path) if n[0] != "_"]
            for name in sorted(exported):  # classes, in capitals, come first
                if name not in ("get", "serialize", "deserialize"):
                    self._spellings.setdefault(names.snake_case(name), name)
                    self._spellings.setdefault(name.lower(), name)
            for name in exported:
                if not (self.classes_first and name in self._spellings):
                    self._spellings[name] = name
            self._spellings.update(self.aliases)
        return self._spellings

    def find(self, name: str) -> Any:
        """The class or function of a spelling, those of the user before our own; or None."""
        found = custom_objects.get_registered_object(name)
        if found is not None:
            return found
        known = self._known()
        exported = known.get(name) or known.get(name.lower())
        return getattr(importlib.import_module(self.package), exported) if exported else None

    def check_name(self, name: str) -> None:
        """Raise if no member has this name."""
        if self.find(name) is None:
            raise self._unknown(name)

    def get(self, identifier: Any) -> Any:
        """The member that a string, config, class or instance stands for; None stays None."""
        if identifier is None:
            return None
        if isinstance(identifier, str):
            found = self.find(identifier)
            if found is None:
                raise self._unknown(identifier)
            return found() if isinstance(found, type) else found
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        if isinstance(identifier, type):
            return identifier()
        if callable(identifier) or (self.base is not None and isinstance(identifier, self.base)):
            return identifier
        raise ValueError(
            f"This is no {self.kind}: {identifier!r}. Give its name, such as "
            f"{self._example()!r}, an object of {self.package.removeprefix('keratin.')}, a "
            "function or a config"
        )

    def serialize(self, member: Any) -> Any:
        """The config of a member, or the name of a function."""
        found = serialize_keras_object(member)
        if isinstance(found, dict) and found.get("class_name") == "function":
            return found["config"]
        return found

    def deserialize(self, config: Any, custom: Mapping[str, Any] | None = None) -> Any:
        """The member of a config or name."""
        with custom_objects.CustomObjectScope(custom):
            if isinstance(config, str):
                return self.get(config)
            if isinstance(config, Mapping) and isinstance(config.get("class_name"), str):
                found = self.find(config["class_name"])
                if isinstance(found, type) and hasattr(found, "from_config"):
                    return found.from_config(dict(config.get("config") or {}))
            return deserialize_keras_object(config)

    def _example(self) -> str:
        return next((n for n in self._known() if n.islower()), "name")

    def _elsewhere(self, name: str) -> str:
        """A sentence that says what a name stands for in another family."""
        lowered = name.lower()
        kinds = [each.kind for each in _families if each is not self and lowered in each._known()]
        return f" That is the name of a {' and a '.join(kinds)}: give it as such." if kinds else ""

    def _unknown(self, name: str) -> ValueError:
        known = [*self._known(), *custom_objects.get_custom_objects()]
        hint = self._elsewhere(name) or errors.nearest(name, known)
        return custom_objects.UnknownNameError(
            f"Unknown {self.kind}: {name!r}.{hint} For one of your own "
            "give the function or object itself, or register it with "
            "keras.saving.register_keras_serializable",
            name,
        )

"""`Config`: named values with attribute access, which can be frozen."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from keratin._engine import errors


class Config:
    """Named values, read and written as attributes or by name, until they are frozen.

    >>> config = keras.utils.Config(learning_rate=0.1)
    >>> config.seed = 1
    >>> config["seed"], config.to_json()
    (1, '{"learning_rate": 0.1, "seed": 1}')
    """

    _config: dict[str, Any]
    _frozen: bool

    def __init__(self, **kwargs: Any):
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        """Whether values may no longer change."""
        return self._frozen

    def freeze(self) -> None:
        """Refuse changes from now on."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Allow changes again."""
        object.__setattr__(self, "_frozen", False)

    def _values(self) -> dict[str, Any]:
        """The values, to change them."""
        if self._frozen:
            raise ValueError("The config is frozen and cannot be changed. Call unfreeze() first.")
        return self._config

    def as_dict(self) -> dict[str, Any]:
        """The values by name, in a new dict."""
        return dict(self._config)

    def to_json(self) -> str:
        """The values as JSON."""
        return json.dumps(self._config)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._config.keys()

    def values(self) -> ValuesView[Any]:
        """The values."""
        return self._config.values()

    def items(self) -> ItemsView[str, Any]:
        """Names with values."""
        return self._config.items()

    def get(self, keyname: str, value: Any = None) -> Any:
        """The value of a name, or `value` if there is none."""
        return self._config.get(keyname, value)

    def pop(self, *args: Any) -> Any:
        """Take a value out; a second argument is what to give if there is none."""
        return self._values().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several values, as `dict.update` does."""
        self._values().update(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            raise AttributeError(
                f"{name!r} is a method of Config; write config[{name!r}] = ... for a value of "
                "that name."
            )
        self._values()[name] = value

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("_config", {})
        if name in values:
            return values[name]
        raise AttributeError(f"The config has no value {name!r}.{errors.nearest(name, values)}")

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __setitem__(self, key: str, item: Any) -> None:
        self._values()[key] = item

    def __getitem__(self, key: str) -> Any:
        return self._config[key]

    def __delitem__(self, key: str) -> None:
        del self._values()[key]

    def __contains__(self, item: object) -> bool:
        return item in self._config

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __repr__(self) -> str:
        return f"<Config {self._config}>"

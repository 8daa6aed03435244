"""The figures of a step, fetched from the device only when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable


def plain(logs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Names and Python numbers, sorted by name; what is in inner dictionaries as well."""
    found: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items(), key=_first):
        if isinstance(value, Mapping):
            found.update(plain(value))
        else:
            found[name] = number(value)
    return found


def number(value: Any) -> Any:
    """A number of Python for a scalar, NumPy for other tensors, anything else as it is."""
    if isinstance(value, (Tensor, Variable, jax.Array, np.ndarray, np.generic)):
        array = np.asarray(value)
        is_number = array.size == 1 and array.dtype.kind in "biuf"
        return float(array.item()) if is_number else _plain(array)
    return float(value) if isinstance(value, (bool, int)) else value


def _plain(array: np.ndarray[Any, Any]) -> Any:
    if array.size == 1 and array.dtype.kind == "V":  # bfloat16 and the like
        return float(array.astype(np.float32).item())
    return array


def _first(item: tuple[str, Any]) -> str:
    return str(item[0])


class Logs(dict[str, Any]):
    """The figures of a step as a dictionary that is filled when it is first read."""

    __slots__ = ("_fetch",)

    def __init__(self, fetch: Callable[[], Mapping[str, Any]]):
        # Not of length 0, which C code such as that of `json` takes as having nothing in it.
        super().__init__({"": None})
        self._fetch: Callable[[], Mapping[str, Any]] | None = fetch

    def fetched(self) -> Logs:
        """The same, filled."""
        if self._fetch is not None:
            fetch, self._fetch = self._fetch, None
            dict.clear(self)
            for name, value in plain(fetch()).items():
                super().__setitem__(name, value)
        return self

    def __getitem__(self, name: str) -> Any:
        return dict.__getitem__(self.fetched(), name)

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self.fetched(), name, value)

    def __delitem__(self, name: str) -> None:
        dict.__delitem__(self.fetched(), name)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self.fetched(), name)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self.fetched())

    def __len__(self) -> int:
        return dict.__len__(self.fetched())

    def __bool__(self) -> bool:
        return len(self) > 0

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self.fetched(), other.fetched() if isinstance(other, Logs) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __or__(self, other: Any) -> Any:
        return dict(self.items()) | dict(other)

    def __repr__(self) -> str:
        return dict.__repr__(self.fetched())

    def __reduce__(self) -> Any:
        return dict, (dict(self.items()),)

    def get(self, name: str, default: Any = None) -> Any:
        """The figure of a name."""
        return dict.get(self.fetched(), name, default)

    def keys(self) -> Any:
        """The names."""
        return dict.keys(self.fetched())

    def values(self) -> Any:
        """The figures."""
        return dict.values(self.fetched())

    def items(self) -> Any:
        """Names and figures."""
        return dict.items(self.fetched())

    def copy(self) -> dict[str, Any]:
        """A plain dictionary of the same."""
        return dict(self.items())

    def pop(self, *args: Any) -> Any:
        """Take a figure out."""
        return dict.pop(self.fetched(), *args)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The figure of a name, which gets this one if it has none."""
        return dict.setdefault(self.fetched(), name, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add figures."""
        dict.update(self.fetched(), *args, **kwargs)

"""Structures of arguments and results as JSON, and back."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

from keratin._engine.dtype import DType, as_dtype
from keratin._engine.shape import TensorShape
from keratin._engine.spec import TensorSpec

_DEPTH = 100
_MOST_DIMENSIONS = 64


@dataclasses.dataclass(frozen=True)
class Slot:
    """The place of a tensor in a structure: its number among those of a program, and its spec."""

    place: int
    spec: TensorSpec


class FolderError(ValueError):
    """The error for a folder that cannot be read, or does not hold what it should."""


def encode(value: Any, what: str) -> Any:
    """A structure whose leaves are specs, numbers, text and None, as JSON."""
    if value is None or isinstance(value, (bool, int, str)):
        return {"value": value}
    if isinstance(value, float):
        return {"value": value} if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Slot):
        spec = value.spec
        shape, dtype = spec.shape.as_list(), spec.dtype.name
        return {"tensor": value.place, "shape": shape, "dtype": dtype, "name": spec.name}
    if isinstance(value, DType):
        return {"dtype": value.name}
    if isinstance(value, TensorShape):
        return {"shape": None if value.rank is None else value.as_list()}
    if isinstance(value, Mapping):
        if not all(isinstance(key, (str, int)) for key in value):
            raise ValueError(f"{what}: the keys of a dictionary must be text; given {value!r}")
        return {"dict": [[key, encode(inner, what)] for key, inner in value.items()]}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        items = [encode(inner, what) for inner in value]
        names = list(value._fields)
        return {"namedtuple": items, "class": type(value).__name__, "fields": names}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [encode(inner, what) for inner in value]}
    raise ValueError(
        f"{what}: a saved function takes and gives tensors, numbers, text and structures of them; "
        f"given {value!r}, of type {type(value).__name__}"
    )


def decode(data: Any, where: str, depth: int = 0) -> Any:
    """The structure that `encode` wrote."""
    if depth > _DEPTH:
        raise FolderError(f"{where}: nested deeper than {_DEPTH}")
    if not isinstance(data, dict) or not data:
        raise FolderError(f"{where}: {_short(data)} is no structure")
    kind = next(iter(data))
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise FolderError(f"{where}: {kind!r} is no kind of structure")
    return reader(data, where, depth + 1)


def _value(data: Any, where: str, depth: int) -> Any:
    if not (data["value"] is None or isinstance(data["value"], (bool, int, float, str))):
        raise FolderError(f"{where}: {_short(data['value'])} is no value")
    return data["value"]


def _float(data: Any, where: str, depth: int) -> Any:
    if data["float"] not in ("inf", "-inf", "nan"):
        raise FolderError(f"{where}: {_short(data['float'])} is no number")
    return float(data["float"])


def _tensor(data: Any, where: str, depth: int) -> Slot:
    record(data, where, ("shape", "dtype", "name"))
    name, place = data["name"], index_of(data["tensor"], 1 << 16, where)
    if name is not None and not isinstance(name, str):
        raise FolderError(f"{where}: {_short(name)} is no name")
    shape, dtype = shape_of(data["shape"], where), dtype_of(data["dtype"], where)
    return Slot(place, TensorSpec(shape, dtype, name))


def _dict(data: Any, where: str, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for pair in items_of(data["dict"], where):
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], (str, int)):
            raise FolderError(f"{where}: {_short(pair)} is no entry of a dictionary")
        if pair[0] in found:
            raise FolderError(f"{where}: the key {pair[0]!r} stands twice")
        found[pair[0]] = decode(pair[1], where, depth)
    return found


def _list(data: Any, where: str, depth: int) -> list[Any]:
    return [decode(inner, where, depth) for inner in items_of(data["list"], where)]


def _tuple(data: Any, where: str, depth: int) -> tuple[Any, ...]:
    return tuple(decode(inner, where, depth) for inner in items_of(data["tuple"], where))


def _namedtuple(data: Any, where: str, depth: int) -> Any:
    items = [decode(inner, where, depth) for inner in items_of(data["namedtuple"], where)]
    names = items_of(data.get("fields"), where)
    if not all(isinstance(name, str) for name in [*names, data.get("class")]):
        raise FolderError(f"{where}: a named tuple has names")
    try:
        return collections.namedtuple(data["class"], names)(*items)
    except (TypeError, ValueError) as error:
        raise FolderError(f"{where}: a named tuple that cannot be: {error}") from None


_READERS = {
    "value": _value,
    "float": _float,
    "tensor": _tensor,
    "dtype": lambda data, where, depth: dtype_of(data["dtype"], where),
    "shape": lambda data, where, depth: shape_of(data["shape"], where),
    "dict": _dict,
    "list": _list,
    "tuple": _tuple,
    "namedtuple": _namedtuple,
}


def slots_of(structure: Any) -> list[Slot]:
    """The places of tensors in a structure, in the order in which they stand in it."""
    if isinstance(structure, Slot):
        return [structure]
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return [slot for inner in structure for slot in slots_of(inner)]
    return []


def filled(structure: Any, value_of: Callable[[Slot], Any]) -> Any:
    """A structure with values in the places of tensors."""
    if isinstance(structure, Slot):
        return value_of(structure)
    if isinstance(structure, Mapping):
        return {key: filled(inner, value_of) for key, inner in structure.items()}
    if isinstance(structure, (list, tuple)):
        parts = [filled(inner, value_of) for inner in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    return structure


def spec_of(slot: Slot) -> TensorSpec:
    """The spec of the tensor at a place."""
    return slot.spec


# Parts of a manifest, checked


def record(data: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """A JSON object that has these keys."""
    if not isinstance(data, dict):
        raise FolderError(f"{where}: {_short(data)} is no object")
    missing = [key for key in keys if key not in data]
    if missing:
        raise FolderError(f"{where} lacks {', '.join(map(repr, missing))}")
    return data


def items_of(data: Any, where: str) -> list[Any]:
    """A JSON list."""
    if not isinstance(data, list):
        raise FolderError(f"{where}: {_short(data)} is no list")
    return data


def index_of(data: Any, count: int, where: str) -> int:
    """The number of an item among `count`."""
    if type(data) is not int or not 0 <= data < count:
        raise FolderError(f"{where}: {_short(data)} is no number of one of {count}")
    return data


def text_of(data: Any, where: str) -> str:
    """A text."""
    if not isinstance(data, str):
        raise FolderError(f"{where}: {_short(data)} is no text")
    return data


def shape_of(data: Any, where: str) -> TensorShape:
    """A shape, in which sizes may be None."""
    sizes = items_of(data, where)
    if len(sizes) > _MOST_DIMENSIONS:
        raise FolderError(f"{where}: {len(sizes)} dimensions")
    for size in sizes:
        if size is not None and (type(size) is not int or not 0 <= size < 1 << 62):
            raise FolderError(f"{where}: {_short(size)} is no size")
    return TensorShape(sizes)


def dtype_of(data: Any, where: str) -> DType:
    """A dtype of numbers."""
    try:
        dtype = as_dtype(text_of(data, where))
        if dtype.numpy_dtype.kind in "biufcV":
            return dtype
    except TypeError:
        pass
    raise FolderError(f"{where}: {_short(data)} is no dtype of numbers")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."

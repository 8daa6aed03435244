"""HDF5 files, read with mistrust: what a name leads to is a group or data set of this very file.

Links elsewhere, virtual and external data sets, and filters that would load a library are refused;
shapes are known, and compared with what is wanted, before anything is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keratin._engine.dtype import as_dtype
from keratin.keras.saving._errors import FileError

# deflate, shuffle, fletcher32, szip, nbit, scaleoffset, and h5py's own lzf.
_KNOWN_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000})
# So many bytes are read unasked; an attribute has no more of them.
_SMALL = 1 << 20
_LARGE = 1 << 28
_ALIGNMENT = 64
# Groups within groups; no model has as many layers within layers.
DEPTH = 200


def child(group: Any, path: str) -> Any:
    """The group or data set of a path below a group; None if there is none."""
    import h5py

    current = group
    for name in path.split("/"):
        if not name:
            continue
        if name in (".", "..") or "\x00" in name or not isinstance(current, h5py.Group):
            raise FileError(f"{_where(group, path)} is not a path to a group")
        link = current.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise FileError(
                f"{_where(group, path)} is a {type(link).__name__} to somewhere else. Links are "
                "not followed: a file may only hold its own data"
            )
        current = current[name]
    return current


def group_of(group: Any, path: str) -> Any:
    """The group of a path below a group; None if there is none."""
    import h5py

    found = child(group, path)
    if found is not None and not isinstance(found, h5py.Group):
        raise FileError(f"{_where(group, path)} is data, where a group is expected")
    return found


def dataset_of(group: Any, path: str) -> Any:
    """The data set of a path below a group, checked; None if there is none."""
    import h5py

    found = child(group, path)
    if found is None:
        return None
    if not isinstance(found, h5py.Dataset):
        raise FileError(f"{_where(group, path)} is a group, where data is expected")
    _check(found, _where(group, path))
    return found


def _where(group: Any, path: str) -> str:
    return f"{group.name.rstrip('/')}/{path}"


def _check(dataset: Any, where: str) -> None:
    plist = dataset.id.get_create_plist()
    if dataset.is_virtual or plist.get_external_count():
        raise FileError(f"{where} is kept in other files, which are not opened")
    for index in range(plist.get_nfilters()):
        code = plist.get_filter(index)[0]
        if code not in _KNOWN_FILTERS:
            raise FileError(f"{where} is compressed by a filter that is not known: number {code}")
    if dataset.shape is None:
        raise FileError(f"{where} holds nothing")
    if dataset.dtype.kind not in "biufcV" or dataset.dtype.hasobject:
        raise FileError(f"{where} holds {dataset.dtype}, where numbers are expected")


def shape_of(dataset: Any) -> tuple[int, ...]:
    """The shape that a data set declares."""
    return tuple(int(size) for size in dataset.shape)


def read(dataset: Any, allowed: int = 0) -> np.ndarray:
    """The numbers of a data set: no more bytes than allowed, unless the file holds them all."""
    size = size_of(dataset)
    held = min(dataset.id.get_storage_size(), dataset.file.id.get_filesize())
    if size > max(allowed, held, _SMALL):
        raise FileError(
            f"{dataset.name} declares {size} bytes, of which the file holds {held}, and no more "
            f"than {max(allowed, _SMALL)} are wanted: it is not read"
        )
    return read_wanted(dataset)


def size_of(dataset: Any) -> int:
    """How many bytes the numbers of a data set take in memory."""
    return math.prod(shape_of(dataset)) * int(dataset.dtype.itemsize)


def read_wanted(dataset: Any) -> np.ndarray:
    """The numbers of a data set of which it is known that they are as many as wanted."""
    values = _aligned(dataset.shape, dataset.dtype)
    if values.size:
        dataset.read_direct(values)
    return values.view(numpy_dtype(dataset)) if dataset.dtype.kind == "V" else values


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Room that XLA takes as it is, without a copy: it begins at a multiple of 64 bytes."""
    size = math.prod(shape) * dtype.itemsize
    room = np.empty(size + _ALIGNMENT, np.uint8)
    begin = -room.ctypes.data % _ALIGNMENT
    return room[begin : begin + size].view(dtype).reshape(shape)


def numpy_dtype(dataset: Any) -> np.dtype[Any]:
    """The dtype of the numbers of a data set: bfloat16 stands as two bytes with an attribute."""
    dtype: np.dtype[Any] = dataset.dtype
    if dtype.kind != "V":
        return dtype
    if attribute(dataset, "dtype") != "bfloat16" or dtype.itemsize != 2:
        raise FileError(f"{dataset.name} holds {dtype}, where numbers are expected")
    return as_dtype("bfloat16").numpy_dtype


def write(group: Any, name: str, value: Any) -> None:
    """Put an array into a group."""
    array = np.asarray(value)
    made = group.create_dataset(name, data=array)
    if array.dtype.name == "bfloat16":
        made.attrs["dtype"] = "bfloat16"


def datasets(group: Any) -> Iterator[str]:
    """The paths of all data sets below a group."""
    import h5py

    seen: set[Any] = set()

    def visit(inner: Any, path: str, depth: int) -> Iterator[str]:
        address = h5py.h5o.get_info(inner.id).addr
        if address in seen:  # a group that holds itself
            return
        seen.add(address)
        if depth > DEPTH:
            raise FileError(f"{path}: groups are nested deeper than {DEPTH}")
        for name in inner:
            place = f"{path}/{name}" if path else name
            found = child(inner, name)
            if isinstance(found, h5py.Group):
                yield from visit(found, place, depth + 1)
            elif isinstance(found, h5py.Dataset):
                yield place

    yield from visit(group, "", 0)


# Attributes, and long lists of names divided among several of them

_ATTRIBUTE_LIMIT = 64512


def attribute(group: Any, name: str) -> Any:
    """The value of an attribute, bytes as text; None if there is none."""
    if name not in group.attrs:
        return None
    kept = group.attrs.get_id(name)
    if math.prod(kept.shape or ()) * kept.dtype.itemsize > _LARGE:
        raise FileError(f"The attribute {name!r} of {group.name} is too large")
    value = group.attrs[name]
    if isinstance(value, np.ndarray):
        return [_text(item) for item in value.reshape(-1).tolist()]
    return _text(value)


def _text(value: Any) -> Any:
    return value.decode("utf-8") if isinstance(value, bytes) else value


def names_of(group: Any, name: str) -> list[str]:
    """A list of names, kept in one attribute or divided among numbered ones."""
    found = attribute(group, name)
    if found is None:
        found, number = [], 0
        while f"{name}{number}" in group.attrs:
            found += attribute(group, f"{name}{number}") or []
            number += 1
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise FileError(f"The attribute {name!r} of {group.name} is not a list of names")
    return found


def write_names(group: Any, name: str, values: Sequence[str]) -> None:
    """Keep a list of names in an attribute, or in numbered ones if it is long."""
    array = np.array([value.encode("utf-8") for value in values])
    parts = 1
    while any(part.nbytes > _ATTRIBUTE_LIMIT for part in np.array_split(array, parts)):
        parts += 1
    if parts == 1:
        group.attrs[name] = array
        return
    for number, part in enumerate(np.array_split(array, parts)):
        group.attrs[f"{name}{number}"] = part

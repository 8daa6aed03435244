"""Weights in several HDF5 files, with an index in JSON that says which part stands in which."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine.atomic import replacing
from keratin.keras.saving import _h5, _weights
from keratin.keras.saving._errors import FileError

_INDEX_LIMIT = 1 << 28
_MOST_FILES = 10_000
# What is the same in files that were written together.
_MARK = "keratin_written_with"


def save(model: Any, path: str, max_shard_size: float, without: tuple[Any, ...]) -> None:
    """Write files of at most so many gigabytes; the index, which makes them one, comes last.

    All are written beside their places first. Only a process killed while they are moved there, one
    after the other, leaves new ones among former ones, which `load` then refuses.
    """
    index = _index_path(path)
    with _ShardedSink(index, float(max_shard_size) * 1024**3) as sink:
        _weights.save(model, sink, without)
    with replacing(index) as beside:
        beside.write_text(json.dumps(sink.index(), indent=4))


def load(model: Any, path: str, skip_mismatch: bool, without: tuple[Any, ...]) -> None:
    """Set the variables of a model from the files of an index."""
    with contextlib.ExitStack() as files:
        source = _ShardedSource(_index_path(path), files)
        _weights.load(model, source, path, skip_mismatch, without)


def _index_path(path: str) -> Path:
    return Path(path).with_suffix(".json")


class _ShardedSink:
    """Writes into one file after the other."""

    def __init__(self, index: Path, limit: float):
        self.path = index
        self.limit = limit
        self.total = self.size = 0
        self.places: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        self._number = 0
        self._mark = secrets.token_hex(8)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> _ShardedSink:
        self._begin()
        return self

    def __exit__(self, *error: Any) -> Any:
        """Put the files into their places, or remove them if there was an error."""
        return self._stack.__exit__(*error)

    def _begin(self) -> None:
        import h5py

        stem = self.path.stem.replace(".weights", "")
        self.file_name = f"{stem}_{self._number:05}.weights.h5"
        self._number += 1
        self.size = 0
        beside = self._stack.enter_context(replacing(self.path.with_name(self.file_name)))
        self.file = self._stack.enter_context(h5py.File(beside, "w"))
        self.file.attrs[_MARK] = self._mark

    def make(self, path: str, name: str | None) -> None:
        """Begin with the variables of one part."""
        self._names = {path: name} if name is not None else {}
        self._group(path)

    def _group(self, path: str) -> Any:
        place = _weights.place_of(path)
        group = self.file.require_group(place)
        if path in self._names:
            group.attrs["name"] = self._names[path]
        return group

    def put(self, path: str, key: str, value: Any) -> None:
        """Write one variable of the part, into a new file if this one is full."""
        array = np.asarray(value)
        if array.nbytes > self.limit:
            raise ValueError(
                f"save_weights: the variable {path}/{key} takes {array.nbytes / 1024**3:.3g} GB, "
                f"more than max_shard_size={self.limit / 1024**3:.3g}. Give a larger one"
            )
        if self.size + array.nbytes > self.limit:
            self.file.close()
            self._begin()
        self.size += array.nbytes
        self.total += array.nbytes
        _h5.write(self._group(path), key, array)
        files = self.places.setdefault(f"/{_weights.place_of(path)}", [])
        if self.file_name not in files:
            files.append(self.file_name)

    def index(self) -> dict[str, Any]:
        """Which parts stand in which files."""
        return {"metadata": {"total_size": self.total}, "weight_map": self.places}


class _ShardedSource:
    """Reads from the files of an index, which lie beside it."""

    def __init__(self, index: Path, files: contextlib.ExitStack):
        if index.stat().st_size > _INDEX_LIMIT:
            raise FileError(f"{index}: {index.stat().st_size} bytes are too many for an index")
        parsed = json.loads(index.read_text())
        places = parsed.get("weight_map") if isinstance(parsed, dict) else None
        if not isinstance(places, dict):
            raise FileError(f"{index} has no weight_map, so it is not an index of weights")
        self.index = index
        self.places = {path: self._checked(names) for path, names in places.items()}
        self.sources = {
            name: self._source(name, files)
            for name in sorted({name for names in self.places.values() for name in names})
        }
        self._check_marks()

    def _check_marks(self) -> None:
        """Files that another save wrote are not those of this index."""
        marks = {name: _h5.attribute(s.file, _MARK) for name, s in self.sources.items()}
        if len({str(mark) for mark in marks.values()}) > 1:
            raise FileError(
                f"{self.index}: the files {', '.join(marks)} were not written together: saving "
                "was interrupted, or one of them was replaced. Save the weights again"
            )

    def _checked(self, names: Any) -> list[str]:
        found = [names] if isinstance(names, str) else names
        if not isinstance(found, list) or len(found) > _MOST_FILES:
            raise FileError(f"{self.index}: the weight_map has {names!r} in place of file names")
        for name in found:
            plain = isinstance(name, str) and re.fullmatch(r"[^/\\\x00:]+\.weights\.h5", name)
            if not plain or os.path.basename(name) != name:
                raise FileError(
                    f"{self.index}: {name!r} is not the name of a file of weights beside the index"
                )
        return found

    def _source(self, name: str, files: contextlib.ExitStack) -> _weights.H5Source:
        import h5py

        path = self.index.with_name(name)
        if not path.is_file():
            raise FileError(f"{self.index}: the file {name!r} that it names is not there")
        return _weights.H5Source(files.enter_context(h5py.File(path, "r")))

    def own(self, path: str) -> dict[str, Any]:
        """The data sets of the part at a path, by their keys."""
        found: dict[str, Any] = {}
        for name in self.places.get(f"/{_weights.place_of(path)}", []):
            found |= self.sources[name].own(path)
        return found

    def name(self, path: str) -> str | None:
        """The name of the part at a path, if the file tells it."""
        names = [source.name(path) for source in self.sources.values()]
        return next((name for name in names if name is not None), None)

    def paths(self) -> Iterator[str]:
        """The paths of all data sets."""
        for source in self.sources.values():
            yield from source.paths()

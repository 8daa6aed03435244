"""The editor of files of weights: what they hold as a tree, changed, and written anew.

Nothing is read before it is needed: a weight of the file is known by its shape, and copied from
file to file as it is stored there.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin.keras.saving import _archive, _h5, _weights
from keratin.keras.saving._errors import FileError, reading

_VARS = "vars"
# Of a weight that the file does not hold all bytes of, such as zeros that are compressed.
_MOST_READ = 1 << 32


class StoredWeight:
    """A weight that stands in a file: its shape and dtype; `np.asarray` reads it."""

    def __init__(self, dataset: Any, files: Any):
        self.dataset = dataset
        # Open as long as there are weights of theirs.
        self.files = files

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return _h5.shape_of(self.dataset)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        return np.dtype(_h5.numpy_dtype(self.dataset))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        values = _h5.read(self.dataset, _MOST_READ)
        return values if dtype is None else values.astype(dtype)

    def __repr__(self) -> str:
        return f"<StoredWeight shape={self.shape} dtype={self.dtype}>"


class KerasFileEditor:
    """A file of weights, or a `.keras` file, opened to be looked at, changed and saved anew.

    `weights_dict` is what it holds: dictionaries by the names of parts, such as `layers/dense`, of
    weights by their numbers. The file itself is never written to.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> model.save_weights("old.weights.h5")
    >>> editor = keras.saving.KerasFileEditor("old.weights.h5")
    >>> editor.delete_weight("layers/dense", "1")
    >>> editor.add_weights("layers/dense", {"1": np.ones(2)})
    >>> editor.rename_object("dense", "projection")
    >>> editor.save("new.weights.h5")
    >>> keras.saving.KerasFileEditor("new.weights.h5").summary()
    Keras model file 'new.weights.h5'
    Weights structure
    > layers
      └─ projection
         ├─ 0: shape=(3, 2), dtype=float32
         └─ 1: shape=(2,), dtype=float64
    """

    def __init__(self, filepath: Any):
        self.filepath = os.fspath(filepath)
        self.metadata: dict[str, Any] | None = None
        self.config: dict[str, Any] | None = None
        # For the path of a part what the file says of it, such as its name.
        self.object_metadata: dict[str, dict[str, Any]] = {}
        self._seen: set[int] = set()
        with reading(self.filepath, "the weights"):
            self._files = self._open()
            self.weights_dict = self._tree(self._files[-1], "", 0)

    def _open(self) -> tuple[Any, ...]:
        """The HDF5 file, and before it the archive that it lies in."""
        import h5py

        if self.filepath.endswith(".keras"):
            archive = zipfile.ZipFile(self.filepath)
            members = _archive.members_of(archive, self.filepath)
            texts = [
                _archive.read_json(archive, members, name, self.filepath)
                for name in ("config.json", "metadata.json")
            ]
            if not all(isinstance(text, dict) for text in texts):
                raise FileError(f"{self.filepath}: its config or metadata is no dictionary")
            self.config, self.metadata = texts
            return archive, _archive.open_weights(archive, members, None, self.filepath)
        if self.filepath.endswith(".weights.h5"):
            return (h5py.File(self.filepath, "r"),)
        raise FileError(
            "KerasFileEditor takes a file whose name ends in .keras or .weights.h5; given "
            f"{self.filepath!r}"
        )

    def _tree(self, group: Any, path: str, depth: int) -> dict[str, Any]:
        """The weights and parts of a group; those of its group "vars" are its own."""
        import h5py

        if depth > _h5.DEPTH:
            raise FileError(f"{path}: groups are nested deeper than {_h5.DEPTH}")
        address = h5py.h5o.get_info(group.id).addr
        if address in self._seen:
            raise FileError(f"{self.filepath}: the group {path!r} stands at another place as well")
        self._seen.add(address)
        own: dict[str, Any] = {}
        parts: dict[str, Any] = {}
        for name in group:
            found = _h5.child(group, name)
            if isinstance(found, h5py.Dataset):
                own[name] = StoredWeight(_h5.dataset_of(group, name), self._files)
            elif isinstance(found, h5py.Group) and name == _VARS:
                self._note(found, path)
                own |= {n: StoredWeight(_h5.dataset_of(found, n), self._files) for n in found}
            elif isinstance(found, h5py.Group):
                parts[name] = self._tree(found, f"{path}/{name}", depth + 1)
        return own | {name: part for name, part in parts.items() if part}

    def _note(self, group: Any, path: str) -> None:
        found = {name: _h5.attribute(group, name) for name in group.attrs}
        if found:
            self.object_metadata[path] = found

    # Looking

    def summary(self) -> None:
        """Print the parts and weights as a tree.

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="out")])
        >>> model.save_weights("s.weights.h5")
        >>> keras.saving.KerasFileEditor("s.weights.h5").summary()
        Keras model file 's.weights.h5'
        Weights structure
        > layers
          └─ dense ('out')
             ├─ 0: shape=(3, 2), dtype=float32
             └─ 1: shape=(2,), dtype=float32
        """
        print(f"Keras model file {self.filepath!r}")
        if self.metadata is not None:
            version, date = self.metadata.get("keras_version"), self.metadata.get("date_saved")
            print(f"Saved with Keras {version} - date: {date}")
        print("Weights structure")
        for name, part in self.weights_dict.items():
            for line in self._lines(name, part, name, "> ", "  "):
                print(line)

    def _lines(self, name: str, part: Any, path: str, head: str, rest: str) -> Iterator[str]:
        if not isinstance(part, Mapping):
            yield f"{head}{name}: shape={tuple(part.shape)}, dtype={part.dtype}"
            return
        own = self.object_metadata.get(f"/{path}", {}).get("name")
        yield f"{head}{name}" + (f" ({own!r})" if own and own != name else "")
        for index, (inner, value) in enumerate(part.items()):
            is_last = index == len(part) - 1
            heads = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
            yield from self._lines(inner, value, f"{path}/{inner}", *[rest + h for h in heads])

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Print what the file and a model do not have in common; count it.

        Gives "status" ("success" or "error"), "error_count" and "match_count".

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> model.save_weights("c.weights.h5")
        >>> keras.saving.KerasFileEditor("c.weights.h5").compare(model)["match_count"]
        Comparison successful: the file fits the model. 2 weights match
        2
        """
        sink = _Shapes()
        _weights.save(reference_model, sink)
        comparison = _Comparison()
        comparison.compare(sink.tree, self.weights_dict, "")
        errors_found, matches = len(comparison.lines), comparison.matches
        for line in comparison.lines:
            print(line)
        if errors_found:
            print(f"Found {errors_found} errors: the file does not fit the model")
        else:
            print(f"Comparison successful: the file fits the model. {matches} weights match")
        status = "error" if errors_found else "success"
        return {"status": status, "error_count": errors_found, "match_count": matches}

    # Changing

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Give a part, named by its path or by its own name, another name of its own."""
        if "/" in new_name or not new_name:
            raise ValueError(
                "rename_object: new_name is the last part of a path, without a slash; given "
                f"{new_name!r}"
            )
        parent, name, path = self._found(object_name)
        if new_name in parent and new_name != name:
            raise ValueError(f"rename_object: there is a {new_name!r} beside {path!r} already")
        items = [(new_name if key == name else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
        new_path = f"/{path}".removesuffix(name) + new_name
        for key in [k for k in self.object_metadata if f"{k}/".startswith(f"/{path}/")]:
            moved = self.object_metadata.pop(key)
            self.object_metadata[new_path + key.removeprefix(f"/{path}")] = moved
        # The name within is that of the layer: by it the weights are found with by_name=True.
        self.object_metadata.pop(new_path, None)

    def delete_object(self, object_name: str) -> None:
        """Take a part out, with all that is in it."""
        parent, name, _ = self._found(object_name)
        del parent[name]

    def add_object(self, object_path: str, weights: Mapping[str, Any]) -> None:
        """Put a part at a path, with weights by their names ("0", "1" and so on)."""
        added = _checked(weights, "add_object")
        *folders, name = object_path.strip("/").split("/")
        parent = self.weights_dict
        for folder in folders:
            inner = parent.get(folder)
            if not isinstance(inner, dict):
                near = errors.nearest(folder, list(parent))
                raise ValueError(
                    f"add_object: there is no {folder!r} to put {object_path!r} into.{near}"
                )
            parent = inner
        if name in parent:
            raise ValueError(
                f"add_object: {object_path!r} is there already. Delete it first, or use add_weights"
            )
        parent[name] = added

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Take a weight out of a part."""
        part, path = self._part(object_name)
        if weight_name not in part or isinstance(part[weight_name], dict):
            raise ValueError(
                f"delete_weight: {path!r} has no weight {weight_name!r}. It has: "
                f"{', '.join(n for n, v in part.items() if not isinstance(v, dict))}"
            )
        del part[weight_name]

    def add_weights(self, object_name: str, weights: Mapping[str, Any]) -> None:
        """Put weights into a part, by their names ("0", "1" and so on)."""
        part, _ = self._part(object_name)
        part.update(_checked(weights, "add_weights"))

    def _part(self, object_name: str) -> tuple[dict[str, Any], str]:
        parent, name, path = self._found(object_name)
        if not isinstance(parent[name], dict):
            raise ValueError(f"{path!r} is a weight, where a part such as a layer is expected")
        return parent[name], path

    def _found(self, object_name: str) -> tuple[dict[str, Any], str, str]:
        """The dictionary that a part stands in, its name there, and its path."""
        wanted = object_name.strip("/")
        paths = list(_paths(self.weights_dict, ""))
        if "/" in wanted:
            fitting = [path for path in paths if path == wanted]
        else:
            fitting = [path for path in paths if path.rpartition("/")[2] == wanted]
        if not fitting:
            raise ValueError(
                f"There is no part {object_name!r} in {self.filepath}."
                f"{errors.nearest(wanted, paths)} summary() lists them"
            )
        if len(fitting) > 1:
            raise ValueError(
                f"The name {object_name!r} stands for several parts: {', '.join(fitting)}. Give "
                "the path of one"
            )
        *folders, name = fitting[0].split("/")
        parent = self.weights_dict
        for folder in folders:
            parent = parent[folder]
        return parent, name, fitting[0]

    # Saving

    def save(self, filepath: Any) -> None:
        """Write what there is now to a file whose name ends in `.weights.h5`."""
        import h5py

        path = os.fspath(filepath)
        if not path.endswith(".weights.h5"):
            raise ValueError(
                f"save: the name of a file of weights ends in '.weights.h5'; given {path!r}"
            )
        with replacing(path) as beside, h5py.File(beside, "w") as file:
            self._write(file, self.weights_dict, "")

    def resave_weights(self, filepath: Any) -> None:
        """Write what there is now to a file whose name ends in `.weights.h5`."""
        self.save(filepath)

    def _write(self, file: Any, part: Mapping[str, Any], path: str) -> None:
        own = {name: value for name, value in part.items() if not isinstance(value, dict)}
        about = self.object_metadata.get(path, {})
        if own or about:
            group = file.require_group(_weights.place_of(path.strip("/")))
            for name, value in about.items():
                group.attrs[name] = value
            for name, value in own.items():
                if isinstance(value, StoredWeight):
                    # As it is stored: what is compressed is not unpacked.
                    group.copy(value.dataset, name)
                else:
                    _h5.write(group, name, value)
        for name, value in part.items():
            if isinstance(value, dict):
                self._write(file, value, f"{path}/{name}")

    def __repr__(self) -> str:
        return f"<KerasFileEditor of {self.filepath!r}, {list(self.weights_dict)}>"


def _checked(weights: Any, name: str) -> dict[str, Any]:
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"{name}: weights is a dictionary of arrays by their names, usually '0', '1' and so "
            f"on; given a {type(weights).__name__}"
        )
    found = {str(key): np.asarray(value) for key, value in weights.items()}
    for key, value in found.items():
        if "/" in key or value.dtype.kind not in "biufcV":
            raise ValueError(
                f"{name}: a weight has a name without a slash, and numbers; given {key!r} of "
                f"{value.dtype}"
            )
    return found


def _paths(part: Mapping[str, Any], path: str) -> Iterator[str]:
    """The paths of all parts."""
    for name, value in part.items():
        if isinstance(value, dict):
            place = f"{path}/{name}".strip("/")
            yield place
            yield from _paths(value, place)


class _Shapes:
    """Takes the variables of a model, and keeps their shapes in a tree like that of a file."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {}

    def make(self, path: str, name: str | None) -> None:
        """Nothing is noted of a part without variables."""

    def put(self, path: str, key: str, value: Any) -> None:
        """Note the shape of a variable."""
        part = self.tree
        for name in path.split("/") if path else []:
            part = part.setdefault(name, {})
        part[key] = tuple(value.shape)


class _Comparison:
    """What a model and a file do not have in common, in words."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.matches = 0

    def compare(self, expected: Any, found: Any, path: str) -> None:
        """Compare a part of the model with that of the file."""
        for name in [*expected, *[name for name in found if name not in expected]]:
            place = f"{path}/{name}"
            mine, its = expected.get(name), found.get(name)
            if mine is None or its is None:
                where, other = ("file", "model") if mine is None else ("model", "file")
                there = its if mine is None else mine
                kind = f"Object {place}" if isinstance(there, dict) else f"Weight {place}"
                inside = f"; it has {', '.join(there)}" if isinstance(there, dict) else ""
                self.lines.append(f"{kind} is in the {where}, not in the {other}{inside}")
            elif isinstance(mine, dict) != isinstance(its, dict):
                self.lines.append(f"{place} is a part in one, and a weight in the other")
            elif isinstance(mine, dict):
                self.compare(mine, its, place)
            elif mine != tuple(its.shape):
                self.lines.append(
                    f"Weight {place} has shape {mine} in the model, and {tuple(its.shape)} in the "
                    "file"
                )
            else:
                self.matches += 1

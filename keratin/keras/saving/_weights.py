"""The variables of a model in HDF5, in the layout of Keras 3: `layers/dense/vars/0`.

Loading first compares all shapes with those of the model, which names every difference at once, and
reads nothing before that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.errors import table
from keratin.keras._core.host_random import weights_spared
from keratin.keras.layers._weights import Weights
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._variables import OptimizerVariables
from keratin.keras.saving import _h5
from keratin.keras.saving._errors import FileError
from keratin.keras.saving._walk import Saveable, leaf_variables, size_of, walk

# The group of the optimizer, which a model may lack, and so may a file.
_OPTIMIZER = "optimizer"
# The group of values of a traced graph, see `_traced`, that are no weights of the model.
CONSTANTS = "keratin_graph"
# The group of what a backup of training holds besides, which is nobody's variable.
TRAINING_STATE = "_training_state"
# The group of what training goes on from in files of models, see `_continuing`.
CONTINUING = "keratin_training"
_OWN = (CONSTANTS, TRAINING_STATE, CONTINUING)


# How the group of the layers was called.
_FORMER_LAYERS = "_layer_checkpoint_dependencies"


class Sink(Protocol):
    """What variables are written to."""

    def make(self, path: str, name: str | None) -> None:
        """Begin with the variables of one part."""

    def put(self, path: str, key: str, value: Any) -> None:
        """Write one variable of the part."""


class Source(Protocol):
    """What variables are read from."""

    def own(self, path: str) -> dict[str, Any]:
        """The data sets of the part at a path, by their keys."""

    def name(self, path: str) -> str | None:
        """The name of the part at a path, if the file tells it."""

    def paths(self) -> Iterator[str]:
        """The paths of all data sets."""


def place_of(path: str) -> str:
    """Where the variables of a part stand."""
    return f"{path}/vars" if path else "vars"


class H5Sink:
    """Writes into an open HDF5 file."""

    def __init__(self, file: Any):
        self.file = file

    def make(self, path: str, name: str | None) -> None:
        """Begin with the variables of one part."""
        group = self.file.require_group(place_of(path))
        if name is not None:
            group.attrs["name"] = name

    def put(self, path: str, key: str, value: Any) -> None:
        """Write one variable of the part."""
        _h5.write(self.file.require_group(place_of(path)), key, value)


class H5Source:
    """Reads from an open HDF5 file; one of TensorFlow's Keras 2 calls layers otherwise."""

    def __init__(self, file: Any, is_former: bool = False):
        self.file = file
        self.is_renamed = _FORMER_LAYERS in file
        self.is_former = is_former or self.is_renamed

    def _group(self, path: str) -> Any:
        place = place_of(path)
        if self.is_renamed:
            place = re.sub(r"(?<![^/])layers(?=/)", _FORMER_LAYERS, place)
        return _h5.group_of(self.file, place)

    def own(self, path: str) -> dict[str, Any]:
        """The data sets of the part at a path, by their keys."""
        group = self._group(path)
        return {} if group is None else {key: _h5.dataset_of(group, key) for key in group}

    def name(self, path: str) -> str | None:
        """The name of the part at a path, if the file tells it."""
        group = self._group(path)
        found = None if group is None else _h5.attribute(group, "name")
        return found if isinstance(found, str) else None

    def paths(self) -> Iterator[str]:
        """The paths of all data sets."""
        for path in _h5.datasets(self.file):
            # It kept the states of compiled metrics, which a new model does not have yet.
            if not (self.is_former and path.startswith("metrics/")):
                yield path.replace(_FORMER_LAYERS, "layers") if self.is_renamed else path


class _Writer(dict[str, Any]):
    """What `save_own_variables` puts values into; each is written at once."""

    def __init__(self, sink: Sink, path: str):
        super().__init__()
        self._put = lambda key, value: sink.put(path, key, value)

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(str(key), value)
        super().__setitem__(str(key), None)


class _Reader(Mapping[str, Any]):
    """What `load_own_variables` takes values from."""

    def __init__(self, part: Any, data: dict[str, Any]):
        self._data = data
        self._allowed = 2 * sum(size_of(variable) for variable in part.variables)

    def __getitem__(self, key: str) -> Any:
        return _h5.read(self._data[str(key)], self._allowed)

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


# Saving


def save(model: Any, sink: Sink, without: tuple[Any, ...] = ()) -> None:
    """Write the variables of a model, its optimizer, and their parts."""
    for part in walk(model, without):
        if part.is_optional:
            variables = leaf_variables(part.object)
            if variables:
                sink.make(part.path, None)
        else:
            sink.make(part.path, part.object.name)
        if saves_itself(part.object):
            part.object.save_own_variables(_Writer(sink, part.path))
            continue
        for index, variable in enumerate(leaf_variables(part.object)):
            sink.put(part.path, str(index), value_of(variable))


def saves_itself(part: Any) -> bool:
    """Whether a method of the user's says what stands in the file."""
    method = getattr(type(part), "save_own_variables", None)
    return method not in (None, Weights.save_own_variables, OptimizerVariables.save_own_variables)


def _loads_itself(part: Any) -> bool:
    method = getattr(type(part), "load_own_variables", None)
    return method not in (None, Weights.load_own_variables, OptimizerVariables.load_own_variables)


# Loading


class _Assignment(NamedTuple):
    variable: Any
    data: Any
    path: str


class Loading:
    """The comparison of a model with a file, and then the assignment of what fits."""

    def __init__(self, source: Source, origin: Any, strict_optimizer: bool):
        self.source = source
        self.origin = origin
        # Whether an optimizer of another kind than that of the file is an error.
        self.strict_optimizer = strict_optimizer
        self.rows: list[tuple[str, str, str]] = []
        self.optimizer_rows: list[tuple[str, str, str]] = []
        self.assignments: list[_Assignment] = []
        self.themselves: list[tuple[Saveable, str]] = []
        self.used: set[str] = set()

    def compare(self, model: Any, prefix: str = "", without: tuple[Any, ...] = ()) -> None:
        """Note what the file has for each part of a model or layer."""
        _build_optimizer(model, self.source, without)
        for part in walk(model, without):
            path = f"{prefix}/{part.path}".strip("/")
            data = self.source.own(path)
            self.used |= {f"{place_of(path)}/{key}" for key in data}
            if _loads_itself(part.object):
                self.themselves.append((part, path))
            elif part.is_optional:
                self._compare_optional(part, path, data)
            elif isinstance(part.object, Optimizer):
                self._compare_optimizer(part, path, data)
            else:
                self._compare_variables(leaf_variables(part.object), path, data, self.rows)

    def _compare_optional(self, part: Saveable, path: str, data: dict[str, Any]) -> None:
        if data:
            self._compare_variables(leaf_variables(part.object), path, data, self.rows)

    def _compare_optimizer(self, part: Saveable, path: str, data: dict[str, Any]) -> None:
        variables = leaf_variables(part.object)
        if not data and not self.strict_optimizer:
            return
        if getattr(self.source, "is_former", False):
            variables, data = _without_rate(variables, data)
        fits = data and all(str(n) in data for n in range(len(data)))
        is_fresh = not int(part.object.iterations.numpy())
        if fits and len(data) < len(variables) and is_fresh and never_stepped(data):
            # It was saved before its first step: what it keeps for weights is as it begins.
            variables = variables[: len(data)]
        self._compare_variables(variables, path, data, self.optimizer_rows)

    def _compare_variables(
        self, variables: list[Any], path: str, data: dict[str, Any], rows: Any
    ) -> None:
        wanted = {str(index): variable for index, variable in enumerate(variables)}
        for key, variable in wanted.items():
            place = f"{place_of(path)}/{key}"
            found = data.get(key)
            if found is None:
                rows.append((place, describe(variable), "nothing"))
            elif not fits(variable, found):
                rows.append((place, describe(variable), described(found)))
            else:
                self.assignments.append(_Assignment(variable, found, place))
        for key in data:
            if key not in wanted:
                rows.append((f"{place_of(path)}/{key}", "nothing", described(data[key])))

    def compare_rest(self, model: Any) -> None:
        """Note what the file has and the model lacks."""
        has_optimizer = getattr(model, "optimizer", None) is not None
        for path in self.source.paths():
            if path in self.used or _is_optional(path):
                continue
            if path.split("/")[0] != _OPTIMIZER:
                self.rows.append((path, "nothing", "a variable"))
            elif has_optimizer:
                self.optimizer_rows.append((path, "nothing", "a variable"))

    def run(self, model: Any, skip_mismatch: bool) -> None:
        """Raise, or tell, what does not fit; and assign the rest."""
        if self.optimizer_rows and not self.strict_optimizer:
            errors.warn_user(
                f"{self.origin}: the state of the optimizer was not loaded, since it is that of "
                f"another one:\n{table(self.optimizer_rows)}"
            )
            self._leave_optimizer(model)
            self.optimizer_rows = []
        rows = [*self.rows, *self.optimizer_rows]
        if rows and not skip_mismatch:
            raise FileError(
                f"{self.origin}: {len(rows)} variables of the file and of the model "
                f"{model.name!r} do not fit together:\n{table(rows)}\n"
                "Nothing was loaded. Build the model as it was built when it was saved, or load "
                "what fits with skip_mismatch=True"
            )
        for variable, data, _ in self.assignments:
            assign(variable, _h5.read_wanted(data))
        rows += self._load_themselves(skip_mismatch)
        settle(model)
        if rows:
            errors.warn_user(
                f"{self.origin}: {len(rows)} variables were not loaded (skip_mismatch=True):\n"
                f"{table(rows)}"
            )

    def _leave_optimizer(self, model: Any) -> None:
        own = {id(v) for part in walk(model) if isinstance(part.object, Optimizer)
               for v in part.object.variables}  # fmt: skip
        self.assignments = [a for a in self.assignments if id(a.variable) not in own]

    def _load_themselves(self, skip_mismatch: bool) -> list[tuple[str, str, str]]:
        rows = []
        for part, path in self.themselves:
            try:
                part.object.load_own_variables(_Reader(part.object, self.source.own(path)))
            except FileError:
                raise
            except Exception as error:
                if not skip_mismatch:
                    raise FileError(
                        f"{self.origin}: the layer {part.object.name!r} at {path} cannot load "
                        f"its variables: {error}"
                    ) from error
                rows.append((path, part.object.name, str(error)))
        return rows


def load(
    model: Any,
    source: Source,
    origin: Any,
    skip_mismatch: bool = False,
    without: tuple[Any, ...] = (),
    strict_optimizer: bool = False,
) -> None:
    """Set the variables of a model, its optimizer, and their parts."""
    loading = Loading(source, origin, strict_optimizer)
    loading.compare(model, without=without)
    if not without:
        loading.compare_rest(model)
    loading.run(model, skip_mismatch)


def load_places(variables: list[Any], places: list[str], file: Any, name: str, origin: Any) -> None:
    """Set variables from data sets that stand at places in a file."""
    rows, found = [], []
    for index in range(max(len(variables), len(places))):
        variable = variables[index] if index < len(variables) else None
        data = _h5.dataset_of(file, places[index]) if index < len(places) else None
        if variable is None or data is None or not fits(variable, data):
            expected = "nothing" if variable is None else describe(variable)
            place = places[index] if index < len(places) else str(index)
            rows.append((place, expected, "nothing" if data is None else described(data)))
        else:
            found.append((variable, data))
    if rows:
        raise FileError(
            f"{origin}: {len(rows)} variables of the file and of {name!r} do not fit together:\n"
            f"{table(rows)}"
        )
    for variable, data in found:
        assign(variable, _h5.read_wanted(data))


def settle(model: Any) -> None:
    """Draw the values of variables that were not in the file, such as those of a fresh optimizer.

    A program that is traced takes variables that have a value.
    """
    parts = [variable for part in walk(model) for variable in leaf_variables(part.object)]
    for variable in [*parts, *getattr(model, "metrics_variables", [])]:
        variable._read()


def load_by_name(model: Any, source: Source, origin: Any, skip_mismatch: bool) -> None:
    """Set the variables of those layers whose names the file has too."""
    prefixes: dict[str, str] = {}
    for path in source.paths():
        parts = path.split("/")
        if len(parts) > 2 and parts[0] != _OPTIMIZER:
            prefix = "/".join(parts[:2]) if parts[0] == "layers" else parts[0]
            name = source.name(prefix)
            if name is not None:
                prefixes.setdefault(name, prefix)
    if not prefixes:
        raise FileError(f"{origin}: the file does not tell the names of layers. Load it in order")
    loading = Loading(source, origin, False)
    matching = [layer for layer in model.layers if layer.name in prefixes]
    if not matching:
        raise no_names(origin, model, prefixes)
    for layer in matching:
        loading.compare(layer, prefix=prefixes[layer.name])
    loading.run(model, skip_mismatch)


def no_names(origin: Any, model: Any, names: Iterable[str]) -> FileError:
    """The error for a file by whose names nothing at all would be loaded."""
    rows = itertools.zip_longest([layer.name for layer in model.layers], names, fillvalue="nothing")
    numbered = [(str(index), *row) for index, row in enumerate(rows)]
    return FileError(
        f"{origin}: none of its layers has the name of one of {model.name!r}, so by_name=True "
        f"loads nothing:\n{table(numbered)}"
    )


def _build_optimizer(model: Any, source: Source, without: tuple[Any, ...]) -> None:
    """An optimizer that has not been used yet is built if the file has state for its variables."""
    optimizer = getattr(model, "optimizer", None)
    if not isinstance(optimizer, Optimizer) or optimizer.built or optimizer in without:
        return
    if not never_stepped(source.own(_OPTIMIZER)):
        with weights_spared():
            optimizer.build(model.trainable_variables)


def _without_rate(variables: list[Any], data: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """What an optimizer kept in Keras 2: its rate stood in the config alone.

    SGD had momenta that it did not use, too.
    """
    kept = [variable for variable in variables if variable.name != "learning_rate"]
    return kept, {"0": data["0"]} if len(kept) == 1 and "0" in data else data


def never_stepped(data: dict[str, Any]) -> bool:
    """Whether the state of an optimizer is no more than the count of steps, 0, and the rate."""
    first = data.get("0")
    return first is None or (len(data) <= 4 and all(not _h5.shape_of(d) for d in data.values()))


def _is_optional(path: str) -> bool:
    """Whether data is that of a random generator, of which old files have more, or no weights."""
    parts = path.split("/")
    return parts[0] in _OWN or (len(parts) > 2 and "seed_generator" in parts[-3])


def describe(variable: Any) -> str:
    """The name, shape and dtype of a variable, for tables."""
    return f"{variable.name} {tuple(variable.shape)} {variable.dtype.name}"


def described(data: Any) -> str:
    """The shape and dtype of data, for tables."""
    dtype = "bfloat16" if data.dtype.kind == "V" else data.dtype.name
    return f"{tuple(data.shape)} {dtype}"


def fits(variable: Any, data: Any) -> bool:
    """Whether data has the shape of a variable, and numbers of its kind."""
    kinds = {"f": "fV", "V": "fV", "c": "fcV", "b": "b", "i": "iub", "u": "iub"}
    allowed = kinds.get(variable.dtype.numpy_dtype.kind, "")
    return tuple(variable.shape) == tuple(data.shape) and data.dtype.kind in allowed


def value_of(variable: Any) -> np.ndarray:
    """The value of a variable to be written at once: on the host it is no copy."""
    return np.asarray(variable._read())


def assign(variable: Any, values: np.ndarray) -> None:
    """Give a variable the values read for it, which nobody else holds."""
    array = jax.device_put(values.astype(variable.dtype.numpy_dtype, copy=False))
    variable._write(array, shared=True)

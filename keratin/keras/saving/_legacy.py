"""`.h5` files: the config and the compile options as attributes, weights by layers.

Files of Keras 1, 2 and 3 are read; those written are of Keras 3. What its files leave out, the
state of random generators and metrics, stands in a group that Keras does not look at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin._engine.errors import table
from keratin.keras import losses, metrics
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.host_random import weights_spared
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.saving import (
    _continuing,
    _former_config,
    _former_weights,
    _h5,
    _traced,
    _weights,
)
from keratin.keras.saving._archive import KERAS_VERSION
from keratin.keras.saving._errors import FileError, making, reading
from keratin.keras.saving._former_optimizer import optimizer_pairs
from keratin.keras.saving._walk import leaf_variables, walk

_WEIGHTS, _OPTIMIZER, _TOP = "model_weights", "optimizer_weights", "top_level_model_weights"
_STATE = "keratin_state"
_GRAPH = "keratin_graph_config"


# Writing


def save(model: Any, path: Any, include_optimizer: bool) -> None:
    """Write a model."""
    import h5py

    config = serialize_keras_object(model)
    with replacing(path) as beside, h5py.File(beside, "w") as file:
        file.attrs["keras_version"] = KERAS_VERSION
        file.attrs["backend"] = "jax"
        name = config["registered_name"] or config["class_name"]
        kept = {"class_name": name, "config": config["config"]}
        kept |= {key: config[key] for key in ("build_config",) if key in config}
        file.attrs["model_config"] = json.dumps(kept)
        compile_config = config.get("compile_config") if include_optimizer else None
        if compile_config:
            file.attrs["training_config"] = json.dumps(_training_config(model, compile_config))
        places = _save_layers(model, file.create_group(_WEIGHTS))
        if compile_config and getattr(model, "optimizer", None) is not None:
            _save_variables(file.create_group(_OPTIMIZER), list(model.optimizer.variables))
        places |= _save_state(model, file)
        if include_optimizer:
            _continuing.save(model, file)
        _save_graph(model, file, places)


def _save_graph(model: Any, file: Any, places: dict[int, str]) -> None:
    """Write the traced graph of a model with classes of the user's, see `_traced`."""
    graph = _traced.traced(model)
    text = None if graph is None else graph.text(places)
    if graph is not None and text is not None:
        file.attrs[_GRAPH] = text
        graph.write_constants(file)


def save_weights(model: Any, path: Any) -> None:
    """Write the weights of a model, by layers."""
    import h5py

    with replacing(path) as beside, h5py.File(beside, "w") as file:
        _save_layers(model, file)
        _save_state(model, file)


def _training_config(model: Any, compile_config: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in compile_config.items() if key != "optimizer"}
    for key, family in (("loss", losses), ("metrics", metrics), ("weighted_metrics", metrics)):
        rest[key] = _as_objects(rest.get(key), family)
    if getattr(model, "optimizer", None) is not None:
        optimizer = serialize_keras_object(model.optimizer)
        name = optimizer["registered_name"] or optimizer["class_name"]
        rest["optimizer_config"] = {"class_name": name, "config": optimizer["config"]}
    return rest


def _as_objects(given: Any, family: Any) -> Any:
    """Names as configs of classes: Keras does not find the functions that they stand for."""
    if isinstance(given, list):
        return [_as_objects(item, family) for item in given]
    if isinstance(given, dict) and "class_name" not in given:
        return {key: _as_objects(item, family) for key, item in given.items()}
    if not isinstance(given, str) or given in _BY_SHAPE:
        return given
    name = getattr(family.get(given), "__name__", given)
    cls = getattr(family, "".join(word.capitalize() for word in name.split("_")), None)
    return given if cls is None else serialize_keras_object(cls(name=given))


_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")


def _save_layers(model: Any, group: Any) -> dict[int, str]:
    """Write the weights by layers; gives the places of variables by their ids."""
    names = _distinct([layer.name for layer in model.layers])
    _h5.write_names(group, "layer_names", names)
    group.attrs["backend"] = "jax"
    group.attrs["keras_version"] = KERAS_VERSION
    places: dict[int, str] = {}
    for name, layer in sorted(zip(names, model.layers, strict=True), key=lambda pair: pair[0]):
        places |= _save_variables(group.create_group(name), _in_order(layer))
    return places | _save_variables(group.create_group(_TOP), list(model._variables_made()))


def _in_order(layer: Any) -> list[Any]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _save_variables(group: Any, variables: Sequence[Any]) -> dict[int, str]:
    """Write variables by their names; gives their places by their ids."""
    distinct = _distinct([variable.path for variable in variables])
    names = dict(zip(distinct, variables, strict=True))
    _h5.write_names(group, "weight_names", list(names))
    for name, variable in names.items():
        _h5.write(group, name, _weights.value_of(variable))
    return {id(variable): f"{group.name}/{name}"[1:] for name, variable in names.items()}


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where they stand more than once."""
    found: dict[str, None] = {}
    for wanted in names:
        name, number = wanted, 0
        while name in found:
            number += 1
            name = f"{wanted}_{number}"
        found[name] = None
    return list(found)


def _save_state(model: Any, file: Any) -> dict[int, str]:
    """Write what Keras does not keep; gives the places of variables by their ids."""
    places: dict[int, str] = {}
    sink = _weights.H5Sink(file.create_group(_STATE))
    for part in walk(model):
        if part.is_optional:
            for index, variable in enumerate(leaf_variables(part.object)):
                sink.put(part.path, str(index), _weights.value_of(variable))
                places[id(variable)] = f"{_STATE}/{_weights.place_of(part.path)}/{index}"
    return places


# Reading


def load(path: Any, custom_objects: Any, compile: bool) -> Any:
    """Read a model."""
    import h5py

    with reading(path, "the model"), h5py.File(path, "r") as file:
        text = _h5.attribute(file, "model_config")
        if not isinstance(text, str):
            raise FileError(
                f"{path} has no config of a model: it holds weights alone. Build the model and "
                "use model.load_weights"
            )
        version = str(_h5.attribute(file, "keras_version") or "1")
        with CustomObjectScope(custom_objects):
            parsed = json.loads(text)
            model = _traced.or_graph(
                lambda _: _model_of(parsed, version, path), False, _h5.attribute(file, _GRAPH), path
            )
            if _traced.is_graph(model):
                _traced.load(model, file, path)
                options = _h5.attribute(file, "training_config") if compile else None
                _traced.compile_for_evaluation(model, options and json.loads(options))
                return model
            group = _h5.group_of(file, _WEIGHTS)
            if group is None:
                raise FileError(f"{path} has no group {_WEIGHTS}")
            load_weights(model, group, path)
            _load_state(model, file, path)
            if compile:
                with weights_spared():
                    _compile(model, file, path)
                _weights.settle(model)
                _continuing.load(model, file)
    return model


def _model_of(config: Any, version: str, path: Any) -> Any:
    with making(path):
        return deserialize_keras_object(_former_config.architecture(config, version))


def load_weights(
    model: Any, group: Any, path: Any, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Set the weights from a group of layers: in their order, or by their names."""
    loading = _Loading(group, path)
    if by_name:
        loading.by_name(model)
    else:
        loading.in_order(model)
    loading.run(model, skip_mismatch)


class _Loading:
    """The comparison of layers with groups, and then the assignment of what fits."""

    def __init__(self, group: Any, path: Any):
        self.group = group
        self.path = path
        self.version = str(_h5.attribute(group, "keras_version") or "1")
        self.backend = _h5.attribute(group, "backend")
        self.rows: list[tuple[str, str, str]] = []
        self.assignments: list[tuple[Any, Any]] = []

    def in_order(self, model: Any) -> None:
        """Compare the layers that have weights with the groups that have, one by one."""
        layers = [layer for layer in model.layers if layer.weights]
        names = [name for name in self._names() if self._weights_of(name)]
        if len(layers) != len(names):
            rows = [
                (
                    str(index),
                    layers[index].name if index < len(layers) else "nothing",
                    names[index] if index < len(names) else "nothing",
                )
                for index in range(max(len(layers), len(names)))
            ]
            raise FileError(
                f"{self.path}: the model has {len(layers)} layers with weights, and the file "
                f"{len(names)}:\n{table(rows)}\nBuild the model as it was built when it was "
                "saved, or load those of the same names with by_name=True"
            )
        for layer, name in zip(layers, names, strict=True):
            self._compare(layer, name)
        has_top = _h5.group_of(self.group, _TOP) is not None
        own = self._weights_of(_TOP) if has_top else []
        self._compare_variables(list(model._variables_made()), _TOP, own)

    def by_name(self, model: Any) -> None:
        """Compare layers with the groups of the same names."""
        names = self._names()
        matching = [layer for layer in model.layers if layer.name in set(names)]
        if not matching:
            raise _weights.no_names(self.path, model, names)
        for layer in matching:
            self._compare(layer, layer.name)

    def _names(self) -> list[str]:
        return _h5.names_of(self.group, "layer_names")

    def _weights_of(self, name: str) -> list[Any]:
        """The data sets of a layer."""
        group = _h5.group_of(self.group, name)
        if group is None:
            raise FileError(f"{self.path}: the group of the layer {name!r} is missing")
        found = []
        for weight in _h5.names_of(group, "weight_names"):
            data = _h5.dataset_of(group, weight)
            if data is None:
                raise FileError(f"{self.path}: the weight {weight!r} of {name!r} is missing")
            found.append(data)
        return found

    def _compare(self, layer: Any, name: str) -> None:
        data = self._weights_of(name)
        if not self.version.startswith("3"):
            data = _former_weights.converted(layer, data, self.version, self.backend)
        self._compare_variables(_in_order(layer), name, data)

    def _compare_variables(self, variables: list[Any], name: str, data: list[Any]) -> None:
        for index in range(max(len(variables), len(data))):
            variable = variables[index] if index < len(variables) else None
            value = data[index] if index < len(data) else None
            if variable is not None and value is not None and _weights.fits(variable, value):
                self.assignments.append((variable, value))
                continue
            expected = "nothing" if variable is None else _weights.describe(variable)
            found = "nothing" if value is None else _weights.described(value)
            self.rows.append((f"{name}/{index}", expected, found))

    def run(self, model: Any, skip_mismatch: bool) -> None:
        """Raise, or tell, what does not fit; and assign the rest."""
        if self.rows and not skip_mismatch:
            raise FileError(
                f"{self.path}: {len(self.rows)} variables of the file and of the model "
                f"{model.name!r} do not fit together:\n{table(self.rows)}\nNothing was loaded. "
                "Build the model as it was built when it was saved, or load what fits with "
                "skip_mismatch=True"
            )
        for variable, data in self.assignments:
            values = data if isinstance(data, np.ndarray) else _h5.read_wanted(data)
            _weights.assign(variable, values)
        if self.rows:
            errors.warn_user(
                f"{self.path}: {len(self.rows)} variables were not loaded (skip_mismatch=True):\n"
                f"{table(self.rows)}"
            )


def load_weights_of_file(
    model: Any, file: Any, path: Any, skip_mismatch: bool, by_name: bool
) -> None:
    """Set the weights from an open file, of weights or of a model."""
    whole = "layer_names" not in file.attrs and "layer_names0" not in file.attrs
    group = _h5.group_of(file, _WEIGHTS) if whole else file
    if group is None:
        raise FileError(f"{path} holds neither a model nor weights by layers")
    load_weights(model, group, path, skip_mismatch, by_name)
    if not by_name and not skip_mismatch:
        _load_state(model, file, path)


def _load_state(model: Any, file: Any, path: Any) -> None:
    group = _h5.group_of(file, _STATE)
    if group is None:
        return
    source = _weights.H5Source(group)
    variables: list[Any] = []
    places: list[str] = []
    for part in walk(model):
        data = source.own(part.path) if part.is_optional else {}
        if data:
            variables += leaf_variables(part.object)
            places += [f"{_weights.place_of(part.path)}/{index}" for index in range(len(data))]
    _weights.load_places(variables, places, group, model.name, path)


def _compile(model: Any, file: Any, path: Any) -> None:
    text = _h5.attribute(file, "training_config")
    if not isinstance(text, str):
        return
    config = json.loads(text)
    if "optimizer_config" not in config:
        model.compile_from_config(config)
        return
    model.compile(**_former_config.compile_options(config))
    group = _h5.group_of(file, _OPTIMIZER)
    if group is None:
        return
    names = _h5.names_of(group, "weight_names")
    data = [_h5.dataset_of(group, name) for name in names]
    if any(value is None for value in data):
        raise FileError(f"{path}: a variable of the optimizer is missing in {_OPTIMIZER}")
    is_fresh = _weights.never_stepped(dict(zip(map(str, range(len(data))), data, strict=True)))
    if not is_fresh:
        model.optimizer.build(model.trainable_variables)
    version = str(_h5.attribute(file, "keras_version") or "1")
    if version.startswith("3"):
        variables = list(model.optimizer.variables)
        variables = variables[: len(data)] if is_fresh else variables
        places = [f"{_OPTIMIZER}/{name}" for name in names]
        _weights.load_places(variables, places, file, model.optimizer.name, path)
        return
    pairs = optimizer_pairs(model.optimizer, names, data, version, model)
    bad = [
        (_weights.describe(variable), value)
        for variable, value in pairs
        if not _weights.fits(variable, value)
    ]
    if bad or not pairs:
        errors.warn_user(
            f"{path}: the state of the optimizer was not loaded: it is kept in another way than "
            f"that of {type(model.optimizer).__name__}. Training begins with a fresh state. The "
            f"file has {names[:10]}"
        )
        return
    for variable, value in pairs:
        is_array = isinstance(value, np.ndarray)
        _weights.assign(variable, value if is_array else _h5.read_wanted(value))

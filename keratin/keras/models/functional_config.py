"""The config of a functional model: its layers, and how they are called on each other.

Tensors in the arguments of a call stand as "__keras_tensor__" with the name of the layer, the
number of its call and of the tensor, as Keras 3 writes it. Files of Keras 2 name them by lists.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import jax

from keratin._engine.tensor import Tensor
from keratin.keras._core import custom_objects as registry
from keratin.keras._core import serialization
from keratin.keras._core.config import constructor
from keratin.keras._core.graph import Function
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.symbolic import KerasTensor, OpCall, Operation, any_symbolic, is_symbolic
from keratin.keras.models import operation_config

_GRAPH = ("layers", "input_layers", "output_layers")


def is_plain(cls: type) -> bool:
    """Whether a model class is made by inputs and outputs alone."""
    parameters = constructor(cls).parameters
    open_ended = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters.values())
    return open_ended or {"inputs", "outputs"} <= set(parameters)


def get_config(model: Any) -> dict[str, Any]:
    """The config of a functional model."""
    graph: Function = vars(model)["_graph"]
    return {"name": model.name, "trainable": model._trainable, **config_of_graph(graph)}


def config_of_graph(graph: Function, exactly: bool = False) -> dict[str, Any]:
    """The layers and ops of a graph, and how they are called on each other.

    With `exactly`, ops of TensorFlow stand as such, and not as those of Keras that are alike.
    """
    describe = (
        operation_config.exact_config_and_node if exactly else operation_config.config_and_node
    )
    numbers = _numbers(graph)
    _name_apart(graph, numbers)
    return {
        "layers": [
            _operation_config(operation, graph, numbers, describe) for operation in graph.operations
        ],
        "input_layers": _places(graph.input, numbers),
        "output_layers": _places(graph.output, numbers),
    }


def _name_apart(graph: Function, numbers: dict[Any, Any]) -> None:
    """Give operations of the same name, which parts of one model may have, names of their own."""
    taken: set[str] = set()
    for operation in graph.operations:
        name, count = operation.name, 0
        while name in taken:
            count += 1
            name = f"{operation.name}_{count}"
        taken.add(name)
        numbers[id(operation)] = name


def _numbers(graph: Function) -> dict[Any, Any]:
    """For each node its number among those of its operation that belong to the graph."""
    numbers: dict[Any, Any] = {}
    counts: dict[int, int] = {}
    for operation in graph.operations:
        indices = sorted(n.index for n in graph.nodes if n.operation is operation)
        for index in indices:
            numbers[id(operation), index] = counts.get(id(operation), 0)
            counts[id(operation)] = counts.get(id(operation), 0) + 1
    return numbers


def _operation_config(
    operation: Operation, graph: Function, numbers: Any, describe: Any
) -> dict[str, Any]:
    nodes = sorted(
        (n for n in graph.nodes if n.operation is operation and not n.is_input),
        key=lambda n: n.index,
    )
    calls = [(node.args, node.kwargs) for node in nodes]
    if isinstance(operation, OpCall):
        found = [describe(operation, *call) for call in calls]
        config, calls = found[0][0], [node for _, node in found]
    else:
        config = serialize_keras_object(operation)  # itself: it may be given a number later
    config["name"] = numbers[id(operation)]
    config["inbound_nodes"] = [_node_config(args, kwargs, numbers) for args, kwargs in calls]
    return config


def _node_config(args: Any, kwargs: Any, numbers: Any) -> dict[str, Any]:
    def plain(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return serialize_keras_object(leaf)
        operation, index, tensor_index = leaf._keras_history
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": list(leaf.shape),
                "dtype": leaf.dtype.name,
                "keras_history": [
                    numbers[id(operation)],
                    numbers[id(operation), index],
                    tensor_index,
                ],
            },
        }

    args, kwargs = jax.tree.map(plain, (args, kwargs), is_leaf=_is_leaf)
    return {"args": list(args), "kwargs": kwargs}


def _is_leaf(value: Any) -> bool:
    return value is None or is_symbolic(value) or isinstance(value, Tensor)


def _places(structure: Any, numbers: Any) -> Any:
    """The layer, node and tensor index of each symbolic tensor; a list of them, as Keras has it."""

    def place(tensor: KerasTensor) -> Any:
        operation, index, tensor_index = tensor._keras_history
        return _Place(
            (numbers[id(operation)], numbers.get((id(operation), index), 0), tensor_index)
        )

    found = jax.tree.map(place, structure, is_leaf=is_symbolic)
    return _plain_places(found)


class _Place(tuple[Any, ...]):
    __slots__ = ()


def _plain_places(found: Any) -> Any:
    if isinstance(found, _Place):
        return list(found)
    if isinstance(found, Mapping):
        return {key: _plain_places(value) for key, value in found.items()}
    return [_plain_places(value) for value in found]


def from_config(cls: Any, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
    """A model from a config: of a graph, or of the arguments of its class."""
    if not all(key in config for key in _GRAPH):
        arguments = {
            name: deserialize_keras_object(value, custom_objects) for name, value in config.items()
        }
        try:
            return cls(**arguments)
        except TypeError as error:
            raise TypeError(
                f"A {cls.__name__} cannot be made of the config {dict(config)}: {error}. Its "
                "get_config() must give the arguments of its __init__"
            ) from error
    with registry.CustomObjectScope(custom_objects):
        reader = Reader(config)
        inputs, outputs = reader.read()
    options = {
        name: deserialize_keras_object(value)
        for name, value in config.items()
        if name not in _GRAPH and name in ("name", "trainable", "dtype")
    }
    return cls(inputs=inputs, outputs=outputs, **options)


class Reader:
    """Makes the layers of a config and calls them on each other."""

    def __init__(self, config: Mapping[str, Any]):
        self.config = config
        self.operations: dict[str, Any] = {}
        self.results: dict[tuple[str, int], list[Any]] = {}

    def read(self) -> tuple[Any, Any]:
        """The symbolic inputs and outputs."""
        waiting: list[tuple[str, int, Any]] = []
        for entry in _entries(self.config["layers"]):
            name = entry.get("name") or entry["config"]["name"]
            operation = _operation(entry)
            self.operations[name] = operation
            if not entry.get("inbound_nodes"):
                self.results[name, 0] = list(operation._inbound_nodes[0].output_tensors)
            for number, node in enumerate(entry.get("inbound_nodes") or []):
                waiting.append((name, number, node))
        self._call_all(waiting)
        return (
            self._structure(self.config["input_layers"]),
            self._structure(self.config["output_layers"]),
        )

    def _call_all(self, waiting: list[tuple[str, int, Any]]) -> None:
        """Call each layer as soon as its inputs are there, its calls in their order."""
        while waiting:
            later = []
            for name, number, node in waiting:
                ready = number == 0 or (name, number - 1) in self.results
                if ready and all(key in self.results for key in _needs(node)):
                    self.results[name, number] = self._call(self.operations[name], node)
                else:
                    later.append((name, number, node))
            if len(later) == len(waiting):
                name, _, node = later[0]
                missing = [key[0] for key in _needs(node) if key not in self.results]
                raise ValueError(
                    f"The config of the model does not fit together: {name!r} takes the output of "
                    f"{', '.join(map(repr, missing))}, which is not among its layers, or is "
                    "computed from it"
                )
            waiting = later

    def _call(self, operation: Any, node: Any) -> list[Any]:
        args, kwargs = self._arguments(node)
        if isinstance(operation, operation_config.KerasCall):
            args, kwargs = operation.complete(args, kwargs)
        if not any_symbolic((args, kwargs)):
            raise ValueError(
                f"The config of the model calls {operation.name!r} on none of the model's tensors"
            )
        before = len(operation._inbound_nodes)
        operation(*args, **kwargs)
        return list(operation._inbound_nodes[before].output_tensors)

    def _arguments(self, node: Any) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(node, Mapping):
            return self._filled(node["args"]), self._filled(node["kwargs"])
        tensors = [self._tensor(entry) for entry in _old_entries(node)]
        kwargs: Any = next((entry[3] for entry in _old_entries(node) if len(entry) > 3), {})
        first = tensors[0] if len(tensors) == 1 else tensors
        return [first], self._filled(kwargs)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            if value.get("class_name") == "__keras_tensor__":
                return self._tensor(_history(value))
            if "class_name" in value and "config" in value:
                return deserialize_keras_object(value)
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)([self._filled(item) for item in value])
        return value

    def _tensor(self, place: Any) -> Any:
        name, number, index = _place(place)
        if (name, number) not in self.results:
            raise ValueError(
                f"The config of the model names call {number} of the layer {name!r}, which is not "
                "there"
            )
        found = self.results[name, number]
        if not 0 <= index < len(found):
            raise ValueError(
                f"The config of the model names output {index} of the layer {name!r}, which has "
                f"{len(found)}"
            )
        return found[index]

    def _structure(self, places: Any) -> Any:
        if isinstance(places, Mapping):
            return {key: self._structure(value) for key, value in places.items()}
        if not isinstance(places, (list, tuple)):
            raise ValueError(_NO_PLACE.format(places))
        if len(places) == 3 and isinstance(places[0], str) and isinstance(places[1], int):
            return self._tensor(places)
        return [self._structure(place) for place in places]


_NO_PLACE = (
    "The config of the model has {0!r:.200} where a tensor is expected: the name of a layer, the "
    "number of its call, and that of the output"
)


def _place(place: Any) -> tuple[str, int, int]:
    """The layer, call and output that a tensor is named by."""
    if not isinstance(place, (list, tuple)) or len(place) < 3:
        raise ValueError(_NO_PLACE.format(place))
    name, number, index = place[:3]
    if not isinstance(name, str) or not isinstance(number, int) or not isinstance(index, int):
        raise ValueError(_NO_PLACE.format(place))
    return name, number, index


def _history(value: Mapping[str, Any]) -> Any:
    config = value.get("config")
    return config.get("keras_history") if isinstance(config, Mapping) else config


def _entries(layers: Any) -> list[Any]:
    """The layers of a config, each with a config of its own."""
    if not isinstance(layers, (list, tuple)):
        raise ValueError(f"The layers of a model are a list; the config has {layers!r:.200}")
    for entry in layers:
        has_config = isinstance(entry, Mapping) and isinstance(entry.get("config"), (Mapping, list))
        if not has_config or not isinstance(entry.get("class_name"), str):
            raise ValueError(
                f"The config of a layer has a class_name and a config; given {entry!r:.200}"
            )
        if not isinstance(entry.get("inbound_nodes") or [], (list, tuple)):
            raise ValueError(
                f"The calls of a layer are a list; given {entry['inbound_nodes']!r:.200}"
            )
    return list(layers)


def _operation(entry: Mapping[str, Any]) -> Any:
    operation = operation_config.read(entry)
    if operation is not None:
        return operation
    return deserialize_keras_object(dict(entry))


def _needs(node: Any) -> list[tuple[str, int]]:
    """The calls whose results a node takes."""
    if not isinstance(node, Mapping):
        return [_place(entry)[:2] for entry in _old_entries(node)]
    found: list[tuple[str, int]] = []

    def search(value: Any) -> None:
        if isinstance(value, Mapping):
            if value.get("class_name") == "__keras_tensor__":
                found.append(_place(_history(value))[:2])
            else:
                for item in value.values():
                    search(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                search(item)

    search(node)
    return found


def _old_entries(node: Any) -> list[Any]:
    """The entries of a node of Keras 2: `[[name, node, tensor, kwargs], ...]`, or one of them."""
    if not isinstance(node, (list, tuple)):
        raise ValueError(_NO_PLACE.format(node))
    return [node] if node and isinstance(node[0], str) else list(node)


def _read_functional(config: Mapping[str, Any]) -> Any:
    """`Functional` is how Keras calls the class of these models."""
    found = serialization.class_of({**config, "class_name": "Model"})
    model = from_config(found, config["config"])
    compile_config = config.get("compile_config")
    if compile_config and hasattr(model, "compile_from_config"):
        model.compile_from_config(compile_config)
    return model


serialization.readers["Functional"] = _read_functional

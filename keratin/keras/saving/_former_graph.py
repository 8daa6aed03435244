"""Graphs of functional models of Keras 1 and 2 in the form of Keras 3.

A call stood as a list of the tensors it took, `[layer, call, index, keywords]` each, and calls of
TensorFlow's functions as layers of the class `TFOpLambda`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keratin import array, bitwise, linalg, math, nn, signal
from keratin.keras.saving._errors import FileError
from keratin.math._casting import cast

_CONSTANT = "_CONSTANT_VALUE"
# What may come after the input of a layer in the list of its inputs.
_RECURRENT = ("Bidirectional", "ConvLSTM2D", "GRU", "LSTM", "RNN", "SimpleRNN")
_SPACES = {
    "array": array,
    "bitwise": bitwise,
    "linalg": linalg,
    "math": math,
    "nn": nn,
    "signal": signal,
}
# What stands in the root alone, and nowhere public besides.
_IN_ROOT = {"cast": cast}
_OPERATORS = {"add": "math.add", "matmul": "linalg.matmul", "eq": "math.equal"}
_MERGED = {
    "concat": "Concatenate",
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "dot": "Dot",
    "cos": "Dot",
}


def converted(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of a graph, with each call as arguments and keywords."""
    entries = config.get("layers")
    if not isinstance(entries, list):
        raise FileError("The layers of a model are not a list")
    names = {_name(entry) for entry in entries}
    found = {**config, "layers": [_entry(entry, names) for entry in entries]}
    for key in ("input_layers", "output_layers"):
        found[key] = _single(found.get(key))
    _count_from_zero(found)
    return found


def _single(places: Any) -> Any:
    """One place in a list was what a model of one input or output had."""
    if isinstance(places, list) and len(places) == 1 and isinstance(places[0], list):
        return places[0]
    return places


def _count_from_zero(config: dict[str, Any]) -> None:
    """Calls of models within were numbered from 1: the first was that of their own graph."""
    inputs, outputs = _copied(config["input_layers"]), _copied(config["output_layers"])
    config["input_layers"], config["output_layers"] = inputs, outputs
    nodes = [entry["inbound_nodes"] for entry in config["layers"]]
    places = [*_places(nodes), *_places([inputs, outputs])]
    for entry in config["layers"]:
        own = [place for place in places if place[0] == entry["name"]]
        is_model = isinstance(entry["config"], Mapping) and "layers" in entry["config"]
        is_model = is_model or isinstance(entry["config"], list)
        if is_model and max((place[1] for place in own), default=0) >= len(entry["inbound_nodes"]):
            for place in own:
                place[1] -= 1


def _copied(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_copied(each) for each in value]
    return {k: _copied(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def _places(value: Any) -> Iterator[list[Any]]:
    """The places of tensors in nodes, or in the inputs and outputs of a model."""
    if _is_place(value) and isinstance(value, list):
        yield value
    elif isinstance(value, (list, Mapping)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _places(each)


def _name(entry: Any) -> str:
    config = entry.get("config") if isinstance(entry, Mapping) else None
    if not isinstance(config, (Mapping, list)) or not isinstance(entry.get("class_name"), str):
        raise FileError("An entry among the layers of a model is not that of a layer")
    inner = config.get("name") if isinstance(config, Mapping) else None
    return str(entry.get("name") or inner)


def _entry(entry: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    nodes = entry.get("inbound_nodes") or []
    if not isinstance(nodes, (list, tuple)):
        raise FileError(f"The calls of the layer {_name(entry)!r} are not a list")
    calls = [node if _is_of_today(node) else _call(entry, node, names) for node in nodes]
    found = {**entry, "name": _name(entry), "inbound_nodes": calls}
    if entry["class_name"] in ("TFOpLambda", "SlicingOpLambda"):
        found |= _op(entry)
    return found


def _is_of_today(node: Any) -> bool:
    return isinstance(node, Mapping) and "args" in node


def _call(entry: Mapping[str, Any], node: Any, names: set[str]) -> dict[str, Any]:
    if isinstance(node, list) and len(node) == 1 and isinstance(node[0], list):
        node = node[0]
    keywords = _first_keywords(node)
    first = _tensors(node)
    kwargs = {name: _filled(value, names) for name, value in keywords.items()}
    args = [first]
    kind = entry["class_name"]
    if kind == "SlicingOpLambda":
        return {"args": [first, _slices(kwargs.pop("slice_spec", []))], "kwargs": {}}
    if kind == "TFOpLambda":
        kwargs = {name: value for name, value in kwargs.items() if name != "name" or value}
    if kind in _RECURRENT and isinstance(first, list):
        args = [first[0]]
        kwargs["initial_state"] = first[1:]
    return {"args": args, "kwargs": kwargs}


def _is_place(value: Any) -> bool:
    """Whether a list is `[layer, call, index]`, with or without keywords."""
    return (
        isinstance(value, (list, tuple))
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _first_keywords(node: Any) -> dict[str, Any]:
    if _is_place(node):
        return dict(node[3]) if len(node) == 4 and isinstance(node[3], Mapping) else {}
    inner = node.values() if isinstance(node, Mapping) else node
    found = map(_first_keywords, inner if isinstance(node, (list, Mapping)) else [])
    return next(filter(None, found), {})


def _tensors(node: Any) -> Any:
    """The structure of a node, with tensors as Keras 3 writes them."""
    if _is_place(node):
        return node[2] if node[0] == _CONSTANT else _tensor(node)
    if isinstance(node, Mapping):
        return {key: _tensors(value) for key, value in node.items()}
    if not isinstance(node, (list, tuple)):
        raise FileError(f"A call of a layer takes {node!r}, which is not the place of a tensor")
    return [_tensors(each) for each in node]


def _tensor(place: Any) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": list(place[:3])}}


def _filled(value: Any, names: set[str]) -> Any:
    """Keywords with tensors in place of the lists that stand for them."""
    if _is_place(value) and value[0] in names and isinstance(value[2], int):
        return _tensor(value)
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, Mapping):
        return {key: _filled(each, names) for key, each in value.items()}
    return value


def _slices(spec: Any) -> list[Any]:
    return [
        {"class_name": "__slice__", "config": part} if isinstance(part, Mapping) else part
        for part in (spec if isinstance(spec, list) else [spec])
    ]


def _op(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a function of TensorFlow's as that of the op of the same name."""
    if entry["class_name"] == "SlicingOpLambda":
        config = {"name": entry["config"]["name"]}
        return {"module": "keras.src.ops.numpy", "class_name": "GetItem", "config": config}
    name = str(entry["config"].get("function"))
    found = _function(name)
    if found is None:
        raise FileError(f"The model calls tf.{name}, which is not known here")
    function = f"{getattr(found, '__module__', '')}.{getattr(found, '__qualname__', '')}"
    config = {"name": entry["config"]["name"], "function": function}
    return {"module": "keras.ops", "class_name": "OpCall", "config": config}


def _function(name: str) -> Any:
    """The op of a name in TensorFlow, such as `math.add` or `concat`; None if there is none."""
    path = name.removeprefix("__operators__.").removeprefix("compat.v1.")
    space, _, last = _OPERATORS.get(path, path).rpartition(".")
    spaces = [_SPACES[space]] if space in _SPACES else [] if space else _SPACES.values()
    if last.startswith("_"):
        return None
    found = next(filter(None, (getattr(each, last, None) for each in spaces)), None)
    return found or (None if space else _IN_ROOT.get(last))


def merge(config: Mapping[str, Any]) -> dict[str, Any]:
    """The layer that a `Merge` of Keras 1 stands for."""
    mode = config.get("mode")
    if mode not in _MERGED or config.get("layers"):
        raise FileError(
            f"The layer {config.get('name')!r} is a Merge with mode={mode!r}, which nothing of "
            "today does. Build the model anew, and load the weights alone"
        )
    arguments: dict[str, Any] = {"name": config.get("name")}
    if mode == "concat":
        arguments["axis"] = config.get("concat_axis", -1)
    if mode in ("dot", "cos"):
        axes = config.get("dot_axes", -1)
        arguments |= {"axes": axes, "normalize": mode == "cos"}
    return {"class_name": _MERGED[mode], "config": arguments}

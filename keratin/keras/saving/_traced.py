"""Models without their classes: the graph that a call of theirs is, in layers and ops known to all.

A file of a model with classes of the user's also holds this graph, where Keras does not look. Where
a class is not at hand, the graph makes a model that computes the same, and is not trained.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.operators import operators
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, wrap
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core import custom_objects, names, serialization
from keratin.keras._core.graph import Function, standardized
from keratin.keras._core.host_random import weights_spared
from keratin.keras._core.serialization import class_of, serialize_keras_object
from keratin.keras._core.symbolic import OpCall, is_symbolic, recording, symbolic_tensors
from keratin.keras._core.variable import Variable
from keratin.keras.layers._call import call_context
from keratin.keras.layers.input_layer import Input, InputLayer
from keratin.keras.layers.layer import Layer
from keratin.keras.models import functional_config, operation_config
from keratin.keras.models.model import Model
from keratin.keras.saving import _weights
from keratin.keras.saving._errors import FileError, making
from keratin.keras.saving._walk import leaf_variables, walk

# Elements of a constant that stands in the graph itself.
_SMALL = 64
_FORMAT = 1


# Writing


class Traced:
    """The graph of a model, as a config, and the values that are wired into it."""

    def __init__(self, config: dict[str, Any], variables: list[Any], constants: list[Any]):
        self.config = config
        # Variables of the model, in the order in which the graph's model has them, or constants.
        self.variables = variables
        self.constants = constants

    def text(self, places: Mapping[int, str]) -> str | None:
        """The description for a file, in which variables stand at places by their ids."""
        folder = _weights.place_of(_weights.CONSTANTS)
        own = {id(value): f"{folder}/{index}" for index, value in enumerate(self.constants)}
        found = [places.get(id(v)) or own.get(id(v)) for v in self.variables]
        if None in found:
            return None
        return json.dumps({**self.config, "places": found})

    def write_constants(self, file: Any) -> None:
        """Write the values that are no weights to an HDF5 file."""
        sink = _weights.H5Sink(file)
        for index, value in enumerate(self.constants):
            sink.put(_weights.CONSTANTS, str(index), value)


def traced(model: Any) -> Traced | None:
    """The graph of a model with parts of the user's; None if it has none, or cannot be traced."""
    if not model.built or not _has_unknown(model):
        return None
    return _attempt(model, True) or _attempt(model, False)


def _attempt(model: Any, wires_variables: bool) -> Traced | None:
    count = names.snapshot()
    recorder = _Recorder(model)
    try:
        with recorder.recording(), recorder.wiring() if wires_variables else nullcontext():
            return recorder.trace()
    except Exception:
        # A call that only real tensors can go through, or that names functions of the user's.
        return None
    finally:
        recorder.forget()
        names.restore(count)


def places_of(model: Any) -> dict[int, str]:
    """Where the variables of a model stand in files of Keras 3, by their ids."""
    return {
        id(variable): f"{_weights.place_of(part.path)}/{index}"
        for part in walk(model)
        if not _weights.saves_itself(part.object)
        for index, variable in enumerate(leaf_variables(part.object))
    }


class _Wired(Variable):
    """A variable of which ops give symbolic tensors while a graph is recorded."""

    def __keratin_op__(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:
        if context.scope is None and recording.recorder is not None:
            return OpCall(function).symbolic_call(*args)
        read = jax.tree.map(_read_wired, list(args), is_leaf=_is_value)
        return function(*read)


def _read_wired(value: Any) -> Any:
    return wrap(value._read()) if isinstance(value, _Wired) else value


class _Recorder:
    """Calls a model on symbolic tensors, with the layers of the user opened up."""

    def __init__(self, model: Any):
        self.model = model
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.values: list[Any] = []
        self._symbols: dict[int, Any] = {}
        self._cast: dict[Any, Any] = {}
        self._is_open: dict[int, bool] = {}
        self._before = [(v, v._array) for v in model.variables]
        self._losses = [(layer, list(layer._losses)) for layer in model._flatten_layers()]

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Within it calls and nodes are told to this recorder."""
        outer = recording.recorder, call_context.training, call_context.entry
        recording.recorder, call_context.training, call_context.entry = self, False, None
        try:
            yield
        finally:
            recording.recorder, call_context.training, call_context.entry = outer

    @contextlib.contextmanager
    def wiring(self) -> Iterator[None]:
        """Within it what is computed of variables alone is part of the graph too."""
        changed = [variable for variable, _ in self._before if type(variable) is Variable]
        for variable in changed:
            variable.__class__ = _Wired
        try:
            yield
        finally:
            for variable in changed:
                variable.__class__ = Variable

    def note(self, node: Any) -> None:
        """Remember a node, to take it out again."""
        self.nodes.append(node)

    def forget(self) -> None:
        """Leave the model as it was."""
        for node in reversed(self.nodes):
            node.operation._inbound_nodes.remove(node)
            for parent in node.parents:
                parent.operation._outbound_nodes.remove(node)
        for variable, array in self._before:
            variable._array = array
        for layer, losses in self._losses:
            vars(layer)["_losses"] = losses

    def opens(self, layer: Any) -> bool:
        """Whether a layer is not to be found in the graph, but what it calls."""
        known = self._is_open.get(id(layer))
        if known is None:
            known = layer is self.model or _has_unknown(layer)
            self._is_open[id(layer)] = known
        return known

    def wired(self, operation: Any, args: Any, kwargs: Any) -> Any:
        """The arguments of a call, with variables and large values as inputs of the graph."""
        if context.scope is not None:
            return args, kwargs
        found = jax.tree.map(self._symbol, (args, kwargs), is_leaf=_is_value)
        # Ops of TensorFlow take an array as one of the dtype that the tensors have.
        of_keras = hasattr(getattr(operation, "function", None), "__keras_operation__")
        floating = [t.dtype for t in symbolic_tensors(found) if t.dtype.is_floating]
        dtype = floating[0] if floating and not of_keras else None
        return jax.tree.map(lambda v: self._constant(v, dtype), found, is_leaf=_is_value)

    def _symbol(self, value: Any) -> Any:
        if isinstance(value, EngineVariable):
            symbol = self._input(value, tuple(value.shape), value.dtype)
            casts = context.autocast is not None and value.dtype.is_floating
            if casts and getattr(value, "_autocast", False):
                return operators.cast(symbol, context.autocast)
            return symbol
        if isinstance(value, Tensor):
            return self._constant(np.asarray(value), None, value._value)
        return value

    def _constant(self, value: Any, dtype: Any, kept: Any = None) -> Any:
        """An array, which is large, as an input of the graph."""
        if not isinstance(value, np.ndarray) or value.size <= _SMALL or value.dtype.kind in "OSU":
            return value if kept is None else wrap(kept)
        if dtype is not None and value.dtype.kind == "f" and dtype.numpy_dtype != value.dtype:
            kept = self._cast.setdefault(
                (id(value), dtype.name), (value.astype(dtype.numpy_dtype), value)
            )[0]
        kept = value if kept is None else kept
        return self._input(kept, kept.shape, kept.dtype)

    def _input(self, value: Any, shape: Any, dtype: Any) -> Any:
        if id(value) not in self._symbols:
            symbol = Input(batch_shape=shape, dtype=dtype, name=f"weight_{len(self.values)}")
            self._symbols[id(value)] = symbol
            self.inputs.append(symbol)
            self.values.append(value)
        return self._symbols[id(value)]

    def trace(self) -> Traced | None:
        """The graph and what it is wired to; None if the call changes variables."""
        given = _symbolic_inputs(self.model)
        outputs = self.model(**given)
        if any(variable._array is not array for variable, array in self._before):
            return None
        graph = Function([*given.values(), self.inputs], outputs, name=self.model.name)
        config = {
            "format": _FORMAT,
            "name": self.model.name,
            "class": custom_objects.get_registered_name(type(self.model)),
            "arguments": list(given),
            "graph": _config_of(graph),
        }
        layers = [operation for operation in graph.operations if _holds_variables(operation)]
        variables = [*self.values, *_variables_of(layers)]
        self._check(config, [tuple(variable.shape) for variable in variables])
        constants = [v for v in self.values if not isinstance(v, EngineVariable)]
        return Traced(config, variables, constants)

    def _check(self, config: dict[str, Any], shapes: list[Any]) -> None:
        """Raise unless the graph can be read where nothing of the user's is known."""
        with custom_objects.hidden(), _recording_nothing(), weights_spared():
            again = GraphModel(config, self.model.name).graph_variables()
        if [tuple(variable.shape) for variable in again] != shapes:
            raise ValueError("The layers of the graph have other variables than those of the model")


@contextlib.contextmanager
def _recording_nothing() -> Iterator[None]:
    """Within it graphs are made that are none of the recorder's."""
    outer, recording.recorder = recording.recorder, None
    try:
        yield
    finally:
        recording.recorder = outer


def _is_value(value: Any) -> bool:
    return value is None or is_symbolic(value) or isinstance(value, (Tensor, EngineVariable))


def _symbolic_inputs(model: Any) -> dict[str, Any]:
    """Fresh inputs like those that the model was built for, by the arguments of its call."""
    graph = vars(model)["_graph"] or (model._whole_graph() if hasattr(model, "_sequence") else None)
    if graph is not None:
        specs = {model._first_parameter(): graph.input}
    else:
        specs = vars(model)["_build_specs"]

    def fresh(tensor: Any) -> Any:
        shape = (None, *tensor.shape[1:])
        return Input(batch_shape=shape, dtype=tensor.dtype, name=tensor.name)

    return {name: jax.tree.map(fresh, spec, is_leaf=is_symbolic) for name, spec in specs.items()}


def _config_of(graph: Function) -> dict[str, Any]:
    found = functional_config.config_of_graph(graph, exactly=True)
    return dict(json.loads(json.dumps(found)))


def _variables_of(layers: Sequence[Any]) -> list[Any]:
    parts = [part.object for layer in layers for part in walk(layer)]
    return [variable for part in parts for variable in leaf_variables(part)]


def _has_unknown(layer: Any) -> bool:
    """Whether a layer is, or holds, something of the user's."""
    config = serialize_keras_object(layer)
    return not _is_of_package({**config, "compile_config": None})


def _is_of_package(config: Any) -> bool:
    """Whether a config names classes and functions of the package alone."""
    if isinstance(config, (list, tuple)):
        return all(map(_is_of_package, config))
    if not isinstance(config, Mapping):
        return True
    if isinstance(config.get("class_name"), str) and "config" in config:
        with custom_objects.hidden():
            if not _is_known(config):
                return False
    return all(map(_is_of_package, config.values()))


def _is_known(entry: Mapping[str, Any]) -> bool:
    kind = entry["class_name"]
    if kind.startswith("__") or kind in serialization.readers:
        return True
    try:
        if kind == "function":
            serialization.deserialize_keras_object(dict(entry))
        elif kind == "type":
            class_of({**entry, "class_name": entry["config"]})
        elif not operation_config.names_op(entry):
            class_of(entry)
    except Exception:
        return False
    return True


# Reading


class GraphModel(Model):
    """A model for inference: the graph of another one, whose class is not at hand."""

    def __init__(self, graph: Mapping[str, Any], name: str | None = None):
        super().__init__(name=name)
        self.graph_config = graph
        self.class_name = str(graph.get("class"))
        if graph.get("format") != _FORMAT:
            raise ValueError(f"The format {graph.get('format')!r} of a graph is not known")
        reader = functional_config.Reader(graph["graph"])
        inputs, outputs = reader.read()
        if not isinstance(inputs, list) or not isinstance(graph["arguments"], list):
            raise ValueError("The inputs of a graph are a list")
        self.arguments = [str(argument) for argument in graph["arguments"]]
        vars(self)["_program"] = Function(inputs, outputs, name=self.name)
        self.wires = [
            Variable("zeros", shape=t.shape, dtype=t.dtype, name=t.name) for t in inputs[-1]
        ]
        self.parts = [op for op in reader.operations.values() if _holds_variables(op)]
        self.built = True
        named = ["inputs", *self.arguments[1:]]
        vars(self)["_build_specs"] = dict(zip(named, inputs, strict=False))
        self.trainable = False

    def graph_variables(self) -> list[Any]:
        """The variables of the graph, in the order of the places in a file."""
        return [*self.wires, *_variables_of(self.parts)]

    def call(self, inputs: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The outputs, whatever `training` says."""
        kwargs.pop("training", None)
        given = dict(zip(self.arguments[1:], args, strict=False)) | kwargs
        if inputs is not None:
            given[self.arguments[0]] = inputs
        values = []
        for argument, structure in zip(self.arguments, self._program.input, strict=False):
            if argument not in given:
                raise TypeError(f"{self.name!r}: the argument {argument!r} is missing")
            values += standardized(structure, given.pop(argument), self.name)
        if given:
            raise errors.unknown_keyword(self.name, next(iter(given)), self.arguments)
        return self._program.evaluate([*values, *self.wires])

    def get_config(self) -> dict[str, Any]:
        """The graph."""
        return {"graph": self.graph_config, "name": self.name}

    def get_compile_config(self) -> None:
        """None: it is not trained."""
        return

    def _refuse(self, what: str) -> RuntimeError:
        plain = self.class_name.rpartition(">")[2]
        return RuntimeError(
            f"{what}: this is a model for inference, made of the graph of a {plain} that a file "
            f"holds. To train it, load it where its class is known: decorate the class with "
            f"@keras.saving.register_keras_serializable(), or give "
            f"load_model(..., custom_objects={{{plain!r}: {plain}}})"
        )

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: the class of the model says how it is trained."""
        raise self._refuse("fit")

    def train_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: the class of the model says how it is trained."""
        raise self._refuse("train_on_batch")


def _holds_variables(operation: Any) -> bool:
    return isinstance(operation, Layer) and not isinstance(operation, InputLayer)


def or_graph(make: Callable[[bool], Any], compile: bool, graph: Any, origin: Any) -> Any:
    """What `make(compile)` gives; where it misses a class, the model of a graph if there is one."""
    try:
        return make(compile)
    except FileError as error:
        missing = _missing(error)
        if missing is None or (compile and _can_be_made(make)):
            raise
        if graph is None:
            raise FileError(
                f"{error} The file holds no graph of the model to load it by without that: its "
                "call depends on values, or on functions that are not of the package"
            ) from error
        model = _model_of(graph, origin)
    errors.warn_user(
        f"{origin}: {missing.name!r} is not known here, so the file was loaded as a model for "
        "inference, by the graph that it holds. To have the model itself, register the class or "
        "function with @keras.saving.register_keras_serializable() first, or give it in "
        "custom_objects"
    )
    return model


def _missing(error: BaseException | None) -> custom_objects.NotKnown | None:
    """The name not known for which a model was not made."""
    while error is not None and not isinstance(error, custom_objects.NotKnown):
        error = error.__cause__ or error.__context__
    return error


def _can_be_made(make: Callable[[bool], Any]) -> bool:
    """Whether only what it was compiled with is missing."""
    try:
        make(False)
    except FileError:
        return False
    return True


def is_graph(model: Any) -> bool:
    """Whether a model was made of a graph, and its variables are not loaded yet."""
    return "_places" in vars(model)


def _model_of(text: Any, origin: Any) -> GraphModel:
    described = json.loads(text)
    places = described.pop("places", None) if isinstance(described, dict) else None
    if not isinstance(places, list) or not all(isinstance(place, str) for place in places):
        raise FileError(f"{origin}: the graph of the model is no description of one")
    with making(origin):
        model = GraphModel(described, name=described.get("name"))
    vars(model)["_places"] = places
    return model


_KEPT = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly")


def compile_for_evaluation(model: GraphModel, config: Any) -> None:
    """Give a model the losses and metrics of a compile config, if they are known."""
    if not isinstance(config, Mapping):
        return
    options = {key: value for key, value in config.items() if key in _KEPT}
    with contextlib.suppress(custom_objects.NotKnown):
        model.compile(None, **serialization.deserialize_keras_object(options))


def load(model: GraphModel, file: Any, origin: Any) -> None:
    """Set the variables of a graph from an open HDF5 file."""
    places = vars(model).pop("_places")
    _weights.load_places(model.graph_variables(), places, file, model.name, origin)


def _read(config: Mapping[str, Any]) -> GraphModel:
    return GraphModel(config["config"]["graph"], name=config["config"].get("name"))


serialization.readers["GraphModel"] = _read

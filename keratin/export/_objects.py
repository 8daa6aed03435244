"""The objects that are saved: their variables, functions and parts, as a list of nodes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from keratin._engine.concrete import ConcreteFunction
from keratin._engine.function import Function, Method
from keratin._engine.module import Module
from keratin._engine.tensor import OBJECT
from keratin._engine.variable import Variable
from keratin.export._folder import Writer
from keratin.export._loaded import LoadedConcrete, LoadedFunction
from keratin.export._options import Asset, SaveOptions, VariablePolicy
from keratin.export._structure import encode, filled, slots_of, spec_of
from keratin.export._tracing import Program, program_of

_FUNCTIONS = (Function, Method, ConcreteFunction, LoadedFunction, LoadedConcrete)
_PLAIN = (bool, int, float, str)
_PARTS = ("_saved_members", "_checkpoint_children")


def is_function(value: Any) -> bool:
    """Whether a value is a function that can be saved."""
    return isinstance(value, _FUNCTIONS)


def members_of(value: Any) -> dict[str, Any] | None:
    """The parts of an object by name: attributes and compiled methods; None if it is no object."""
    own = getattr(type(value), "_saved_members", None)
    if own is not None:
        members: dict[str, Any] = own(value)
        return members
    if not isinstance(value, Module):
        # A checkpoint, an optimizer, a metric: what their files hold.
        parts = getattr(type(value), "_checkpoint_children", None)
        return None if parts is None else parts(value)
    found = {name: part for name, part in vars(value).items() if name not in _INTERNAL}
    for name in dir(type(value)):
        if isinstance(inspect.getattr_static(type(value), name, None), Function):
            found.setdefault(name, getattr(value, name))
    return found


_INTERNAL = frozenset({"_name", "_scope_name"})


class Graph:
    """Nodes for an object and all that hangs on it; each thing once, whatever leads to it."""

    def __init__(self, writer: Writer, options: SaveOptions):
        self._writer = writer
        self._options = options
        # The model whose own call is one of its functions: where nothing else was asked for.
        self.called: Any = None
        self.nodes: list[Any] = []
        self.variables: list[Variable] = []
        self.constants: list[Any] = []
        self.functions: list[Any] = []
        self._kept: list[Any] = []  # so that no id is given twice
        self._seen: dict[int, int] = {}
        self._variable_at: dict[int, int] = {}
        self._function_at: dict[int, int] = {}
        self._programs: dict[Any, tuple[Program, dict[str, Any]]] = {}

    # Nodes

    def add(self, value: Any, path: str) -> int | None:
        """The number of the node of a value; None for what is no part of a saved object."""
        if isinstance(value, Method):
            value = value._function
        found = self._seen.get(id(value))
        if found is not None:
            return found
        if isinstance(value, Variable):
            return self._node(value, {"kind": "variable", "variable": self.variable(value)})
        if is_function(value):
            place = self._place(value)
            self.nodes[place] = {"kind": "function", "function": self.function(value, path)}
            return place
        if isinstance(value, Asset):
            entry = {"kind": "asset", **self._writer.asset(value._path)}
            return self._node(value, entry)
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if isinstance(value, (list, tuple)):
            return self._sequence(value, path)
        return self._object(value, path)

    def _place(self, value: Any) -> int:
        """A number for a node whose content is still to come: parts may lead back to it."""
        self.nodes.append(None)
        self._kept.append(value)
        self._seen[id(value)] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def _node(self, value: Any, content: dict[str, Any]) -> int:
        place = self._place(value)
        self.nodes[place] = content
        return place

    def _object(self, value: Any, path: str) -> int | None:
        members = members_of(value)
        if members is None:
            return None
        place = self._place(value)
        is_called = value is self.called
        default = None if is_called else getattr(value, "_default_save_signature", None)
        children = [
            [name, number]
            for name, part in members.items()
            if part is not default and (number := self.add(part, f"{path}.{name}")) is not None
        ]
        name = getattr(value, "name", None)
        self.nodes[place] = {
            "kind": "object",
            "name": name if isinstance(name, str) else None,
            "children": children,
        }
        return place

    def _sequence(self, value: Sequence[Any], path: str) -> int | None:
        kind = "list" if isinstance(value, list) else "tuple"
        if not _leads_somewhere(value):
            return None
        place = self._place(value)
        items = [self._item(part, f"{path}[{i}]") for i, part in enumerate(value)]
        self.nodes[place] = {"kind": kind, "items": items}
        return place

    def _mapping(self, value: Mapping[Any, Any], path: str) -> int | None:
        if not _leads_somewhere(list(value.values())):
            return None
        for key in value:
            if not isinstance(key, str):
                raise ValueError(
                    f"{path} is a dictionary with the key {key!r}: what is saved of an object has "
                    "keys of text"
                )
        place = self._place(value)
        items = [[key, self._item(part, f"{path}[{key!r}]")] for key, part in value.items()]
        self.nodes[place] = {"kind": "dict", "items": items}
        return place

    def _item(self, value: Any, path: str) -> int:
        number = self.add(value, path)
        if number is not None:
            return number
        plain = value is None or isinstance(value, _PLAIN)
        self.nodes.append({"kind": "value", "value": encode(value if plain else None, path)})
        return len(self.nodes) - 1

    def variable(self, variable: Variable) -> int:
        """The number of a variable."""
        if variable._array.dtype == OBJECT:
            raise ValueError(
                f"The variable {variable.name!r} is of strings, which a file of variables does not "
                "hold. Keep them in a file: tf.saved_model.Asset"
            )
        place = self._variable_at.setdefault(id(variable), len(self.variables))
        if place == len(self.variables):
            self.variables.append(variable)
        return place

    def described_variables(self) -> list[dict[str, Any]]:
        """What the manifest says of each variable."""
        with_devices = self._options.experimental_variable_policy
        devices = with_devices is VariablePolicy.SAVE_VARIABLE_DEVICES
        return [
            {
                "name": variable._name,
                "shape": list(variable._array.shape),
                "declared": None if variable.shape.rank is None else variable.shape.as_list(),
                "dtype": variable.dtype.name,
                "trainable": bool(variable.trainable),
                **({"device": variable.device} if devices else {}),
            }
            for variable in self.variables
        ]

    # Functions

    def function(self, value: Any, path: str) -> int:
        """The number of a function, whose programs are written."""
        if isinstance(value, Method):
            value = value._function
        if id(value) not in self._function_at:
            self._kept.append(value)
            entry = {
                "name": str(getattr(value, "name", path)),
                "parameters": _parameters(_signature_of(value), path),
                "programs": [self.program(*one, path)[1] for one in _calls_of(value)],
                "is_concrete": isinstance(value, (ConcreteFunction, LoadedConcrete)),
            }
            self._function_at[id(value)] = len(self.functions)
            self.functions.append(entry)
        return self._function_at[id(value)]

    def program(
        self, function: Function, args: Any, kwargs: Any, path: str
    ) -> tuple[Program, dict[str, Any]]:
        """A program that was written, and what the manifest says of it."""
        key = (id(function), repr((args, kwargs)))
        if key not in self._programs:
            self._kept.append(function)
            try:
                made = program_of(
                    function, args, kwargs, self._options.experimental_custom_gradients
                )
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error.__cause__
            self._programs[key] = made, self._written(made, path)
        return self._programs[key]

    def _written(self, made: Program, path: str) -> dict[str, Any]:
        gradient: dict[str, Any] = {"none": made.no_gradient}
        if made.gradient is not None:
            file = self._writer.program(bytes(made.gradient.serialize()))
            gradient = {**file, "by": list(made.by), "of": list(made.of)}
        file = self._writer.program(bytes(made.exported.serialize()))
        if self._options.save_debug_info:
            self._writer.debug(file, made.exported.mlir_module())
        start = len(self.constants)
        self.constants.extend(made.constants)
        return {
            **file,
            "platforms": list(made.exported.platforms),
            "dims": [list(one) for one in made.dims],
            "arguments": encode(made.arguments, path),
            "outputs": encode(made.outputs, path),
            "constants": list(range(start, len(self.constants))),
            "reads": [self.variable(v) for v in made.reads],
            "writes": [self.variable(v) for v in made.writes],
            "gradient": gradient,
        }

    def signature(self, value: Any, name: str) -> dict[str, Any]:
        """What the manifest says of a signature."""
        function, args, kwargs = call_of_signature(value, name)
        made, entry = self.program(function, args, kwargs, f"signatures[{name!r}]")
        return {
            **entry,
            "inputs": _input_names(made.arguments, getattr(function, "_signature", None)),
            "results": _result_names(made.outputs, name),
        }


def _leads_somewhere(values: Sequence[Any]) -> bool:
    """Whether there is anything to save among the items of a list."""
    for value in values:
        if isinstance(value, (Variable, Asset)) or is_function(value):
            return True
        if isinstance(value, Module) or any(hasattr(type(value), name) for name in _PARTS):
            return True
        inner = list(value.values()) if isinstance(value, Mapping) else value
        if isinstance(inner, (list, tuple)) and _leads_somewhere(inner):
            return True
    return False


# What a function is called with


def _signature_of(value: Any) -> inspect.Signature | None:
    if isinstance(value, ConcreteFunction):
        value = value._function
    found: inspect.Signature | None = getattr(value, "_signature", None)
    return found


def _calls_of(value: Any) -> Iterator[tuple[Function, Any, Any]]:
    """A function with the arguments of each of its programs, tensors as specs."""
    if isinstance(value, LoadedFunction):
        for concrete in value.concrete_functions:
            yield _loaded_call(concrete)
    elif isinstance(value, LoadedConcrete):
        yield _loaded_call(value)
    elif isinstance(value, ConcreteFunction):
        yield value._function, *_of_concrete(value)
    elif value.input_signature is not None:
        yield value, tuple(value.input_signature), {}
    else:
        seen = []
        for concrete in list(value._concrete.values()):
            call = _of_concrete(concrete)
            if call not in seen:
                seen.append(call)
                yield value, *call


def _of_concrete(concrete: ConcreteFunction) -> tuple[Any, Any]:
    args, kwargs = concrete.structured_input_signature
    return args, kwargs


def _loaded_call(concrete: LoadedConcrete) -> tuple[Function, Any, Any]:
    """A program that was loaded, to be saved again, as a function of its arguments as they were."""
    args, kwargs = filled(concrete._arguments, spec_of)
    return concrete.as_function(), args, kwargs


def call_of_signature(value: Any, name: str) -> tuple[Function, Any, Any]:
    """The one set of arguments that the function of a signature is traced for."""
    if isinstance(value, Method):
        value = value._function
    if not is_function(value):
        raise ValueError(
            f"signatures[{name!r}] takes a tf.function, or what its get_concrete_function gives; "
            f"given {value!r}"
        )
    calls = list(_calls_of(value))
    if len(calls) != 1:
        raise ValueError(
            f"signatures[{name!r}]: the function {getattr(value, 'name', value)!r} was traced for "
            f"{len(calls)} sets of arguments. Give it an input_signature, or give one program of "
            "it: function.get_concrete_function(tf.TensorSpec(...))"
        )
    return calls[0]


def default_signature(obj: Any) -> Any:
    """The function of an object that is its default signature; None if there is no one."""
    members = members_of(obj) or {}
    named = getattr(obj, "_default_save_signature", None)
    if is_function(named):
        return named
    found: list[Any] = []
    for value in members.values():
        value = value._function if isinstance(value, Method) else value
        has_signature = isinstance(value, Function) and value.input_signature is not None
        is_program = isinstance(value, (ConcreteFunction, LoadedConcrete))
        if (has_signature or is_program) and not any(value is other for other in found):
            found.append(value)
    return found[0] if len(found) == 1 else None


def _parameters(signature: inspect.Signature | None, path: str) -> list[Any] | None:
    """The parameters of a function, with those defaults that a file can hold."""
    if signature is None:
        return None
    found = []
    for parameter in signature.parameters.values():
        entry: dict[str, Any] = {"name": parameter.name, "kind": parameter.kind.name}
        if parameter.default is not inspect.Parameter.empty:
            try:
                entry["default"] = encode(parameter.default, path)
            except ValueError:
                entry["default"] = {"value": None}
        found.append(entry)
    return found


def _input_names(arguments: Any, signature: inspect.Signature | None) -> list[str]:
    """A name for each tensor: that of its spec, else of its argument, else of its place."""
    args, kwargs = arguments
    known = signature.parameters.values() if signature is not None else ()
    parameters = [p.name for p in known if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names: dict[int, str] = {}
    taken: set[str] = set()
    of_args = [
        (parameters[i] if i < len(parameters) else f"args_{i}", arg) for i, arg in enumerate(args)
    ]
    for argument, structure in [*of_args, *kwargs.items()]:
        for slot in slots_of(structure):
            name = base = slot.spec.name or argument
            number = 0
            while name in taken:
                number += 1
                name = f"{base}_{number}"
            taken.add(name)
            names[slot.place] = name
    return [names[place] for place in sorted(names)]


def _result_names(outputs: Any, name: str) -> list[str]:
    """A name for each result: its key in a dictionary, or its number."""
    if isinstance(outputs, Mapping):
        for key, value in outputs.items():
            if (
                not isinstance(key, str)
                or len(slots_of(value)) != 1
                or slots_of(value)[0] is not (value)
            ):
                raise ValueError(
                    f"signatures[{name!r}] returns a dictionary with {key!r}: {value!r}. The "
                    "results of a signature are tensors by name"
                )
        pairs = [(slot.place, key) for key, slot in outputs.items()]
        return [key for _, key in sorted(pairs)]
    return [f"output_{i}" for i in range(len(slots_of(outputs)))]


def check_savable(obj: Any) -> None:
    """Refuse what has no variables and functions to be found."""
    if members_of(obj) is None:
        raise ValueError(
            f"tf.saved_model.save takes a tf.Module, a layer or a model of Keras, or a loaded "
            f"object; given {type(obj).__name__}. Make the functions and variables attributes of a "
            "tf.Module"
        )


def arrays_of(graph: Graph) -> list[Any]:
    """The values of the variables and constants, in the order of their numbers."""
    return [*(v._array for v in graph.variables), *map(np.asarray, graph.constants)]


def aliases_of(aliases: Mapping[str, Any], graph: Graph) -> list[list[Any]]:
    """Other names of functions, each with the number of its function."""
    found = []
    for alias, value in aliases.items():
        if not is_function(value):
            raise ValueError(f"function_aliases[{alias!r}] takes a tf.function; given {value!r}")
        found.append([str(alias), graph.function(value, f"function_aliases[{alias!r}]")])
    return found

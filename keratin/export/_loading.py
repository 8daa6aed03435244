"""`tf.saved_model.load`: the object of a folder, whose every entry is checked before it is used."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.device import device as on
from keratin._engine.module import Module
from keratin._engine.tensor import wrap
from keratin._engine.variable import Variable
from keratin.export import _inspection
from keratin.export._folder import MANIFEST, Reader, array_spec
from keratin.export._loaded import (
    LoadedConcrete,
    LoadedFunction,
    LoadedSignature,
    differentiable,
)
from keratin.export._options import Asset, LoadOptions, VariablePolicy
from keratin.export._structure import (
    FolderError,
    Slot,
    decode,
    index_of,
    items_of,
    record,
    shape_of,
    slots_of,
    text_of,
)

_DIM = re.compile(r"(?:[1-9][0-9]{0,5}\*)?[a-z][a-z0-9_]{0,40}")
# The sizes of results: names, numbers and simple arithmetic.
_OUTPUT_DIM = re.compile(r"(?:[\w\s+*(),-]|\^[1-9](?!\d)){1,4000}")
_LARGEST = 1 << 40


class LoadedObject(Module):
    """An object that was loaded: its variables, functions and parts by the names they had.

    >>> module = tf.Module()
    >>> module.rate = tf.Variable(0.5)
    >>> tf.saved_model.save(module, "rate")
    >>> tf.saved_model.load("rate").rate.numpy()
    np.float32(0.5)
    """

    def __init__(self) -> None:
        super().__init__(name="loaded")
        self._members: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        members = vars(self).get("_members", {})
        if name in members:
            return members[name]
        known = ", ".join(n for n in members if not n.startswith("_")) or "nothing"
        raise AttributeError(f"The loaded object has no {name!r}; it has {known}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._members})

    @property
    def variables(self) -> Any:
        """The variables, as the object listed them, or all of its parts'."""
        return self._listed("variables", super().variables)

    @property
    def trainable_variables(self) -> Any:
        """Those of the variables that are trainable."""
        return self._listed("trainable_variables", super().trainable_variables)

    @property
    def non_trainable_variables(self) -> Any:
        """Those of the variables that are not trainable."""
        return self._listed("non_trainable_variables", super().non_trainable_variables)

    def _listed(self, name: str, found: Any) -> Any:
        return self._members.get(name, found)

    def _saved_members(self) -> dict[str, Any]:
        own = {n: v for n, v in vars(self).items() if n not in _OWN}
        return {**self._members, **own}


_OWN = frozenset({"_members", "_name", "_scope_name", "signatures", "function_aliases"})


class CallableObject(LoadedObject):
    """A loaded object that is called like a function."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function that was the `__call__` of the object."""
        return self._members["__call__"](*args, **kwargs)


class Signatures(Mapping[str, Any]):
    """The signatures of a loaded object by name."""

    def __init__(self, signatures: dict[str, LoadedSignature]):
        self._signatures = signatures

    def __getitem__(self, name: str) -> LoadedSignature:
        if name not in self._signatures:
            raise KeyError(f"no signature {name!r}; there are {', '.join(self) or 'none'}")
        return self._signatures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signatures)

    def __len__(self) -> int:
        return len(self._signatures)

    def __repr__(self) -> str:
        return f"<signatures {self._signatures!r}>"


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Load what `save` wrote: an object with the variables and functions that the saved one had.

    A folder is data: its programs compute, and can do nothing else.

    Args:
        export_dir: The folder.
        tags: The tags that it must have; any if None.
        options: `tf.saved_model.LoadOptions`.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> tf.saved_model.save(model, "dense")
    >>> serve = tf.saved_model.load("dense").signatures["serving_default"]
    >>> serve(tf.zeros([5, 3]))["output_0"].shape
    TensorShape([5, 1])
    """
    if options is not None and not isinstance(options, LoadOptions):
        raise TypeError(f"load: options are tf.saved_model.LoadOptions; given {options!r}")
    reader = Reader(export_dir)
    try:
        return _Loading(reader, options or LoadOptions()).object(tags)
    except RecursionError:
        raise FolderError(f"{reader.given}: {MANIFEST} is nested too deep") from None
    except (OverflowError, MemoryError) as error:
        raise FolderError(f"{reader.given}: it says more than can be: {error}") from None


def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder holds a saved model: one of Keratin, or one of TensorFlow.

    `load` reads the first, and says of the second what to do with it.

    >>> tf.saved_model.contains_saved_model("nowhere")
    False
    """
    folder = Path(os.fspath(export_dir))
    names = (MANIFEST, "saved_model.pb", "saved_model.pbtxt")
    return any((folder / name).is_file() for name in names)


class _Loading:
    """The loading of one folder."""

    def __init__(self, reader: Reader, options: LoadOptions):
        self._reader = reader
        self._options = options
        keys = ("signatures", "root", "nodes", "functions", "variables", "constants", "weights")
        self._manifest = record(reader.manifest, self._at(""), (*keys, "tags", "aliases"))
        self._programs: dict[Any, Any] = {}

    def _at(self, place: str) -> str:
        return f"{self._reader.given}: {MANIFEST}{': ' + place if place else ''}"

    def object(self, tags: Any) -> Any:
        """The object, its parts and signatures."""
        self._check_tags(tags)
        self._load_arrays()
        self._functions = [
            self._function(entry, self._at(f"functions[{i}]"))
            for i, entry in enumerate(items_of(self._manifest["functions"], self._at("functions")))
        ]
        root = self._objects()
        entries = record(self._manifest["signatures"], self._at("signatures"), ())
        root.signatures = Signatures(
            {name: self._signature(name, entry) for name, entry in entries.items()}
        )
        if self._options.experimental_load_function_aliases:
            root.function_aliases = self._aliases()
        return root

    def _check_tags(self, tags: Any) -> None:
        if tags is None:
            return
        wanted = {tags} if isinstance(tags, str) else set(tags)
        found = self._manifest["tags"]
        if wanted != set(items_of(found, self._at("tags"))):
            raise RuntimeError(
                f"{self._reader.given} has the tags {found}, not {sorted(wanted)}. Give these, or "
                "none"
            )

    # Variables and constants

    def _load_arrays(self) -> None:
        variables = items_of(self._manifest["variables"], self._at("variables"))
        constants = items_of(self._manifest["constants"], self._at("constants"))
        specs = [array_spec(v, self._at(f"variables[{i}]")) for i, v in enumerate(variables)]
        others = [array_spec(c, self._at(f"constants[{i}]")) for i, c in enumerate(constants)]
        where = self._at("weights")
        # One array at a time is in memory twice.
        arrays = self._reader.arrays(self._manifest["weights"], [*specs, *others], where)
        self._variables = [
            self._variable(entry, next(arrays), self._at(f"variables[{i}]"))
            for i, entry in enumerate(variables)
        ]
        self._constants = [wrap(jnp.asarray(array)) for array in arrays]

    def _variable(self, entry: Any, array: np.ndarray, where: str) -> Variable:
        entry = record(entry, where, ("name", "trainable", "declared"))
        if not isinstance(entry["trainable"], bool):
            raise FolderError(f"{where}: trainable is true or false")
        declared = entry["declared"]
        shape = None if declared is None else shape_of(declared, where)
        name = text_of(entry["name"], where)
        if self._options.experimental_skip_checkpoint:
            array = np.zeros_like(array)
        if shape is not None and not shape.is_compatible_with(array.shape):
            raise FolderError(f"{where}: declared as {shape}, it has the shape {array.shape}")

        def make() -> Variable:
            return Variable(
                array,
                trainable=entry["trainable"],
                name=name,
                shape=shape,
                validate_shape=shape is not None,
            )

        policy = self._options.experimental_variable_policy
        if policy is VariablePolicy.SAVE_VARIABLE_DEVICES and "device" in entry:
            with on(text_of(entry["device"], where)):
                return make()
        return make()

    # Functions

    def _function(self, entry: Any, where: str) -> Any:
        entry = record(entry, where, ("name", "parameters", "programs", "is_concrete"))
        name = text_of(entry["name"], where)
        programs = items_of(entry["programs"], where)
        concretes = [
            self._concrete(LoadedConcrete, name, program, f"{where}: programs[{i}]")
            for i, program in enumerate(programs)
        ]
        if entry["is_concrete"] is True and len(concretes) == 1:
            return concretes[0]
        try:
            return LoadedFunction(name, _signature(entry["parameters"], where), concretes)
        except TypeError as error:
            raise FolderError(
                f"{where}: arguments that its parameters do not take: {error}"
            ) from None

    def _signature(self, name: str, entry: Any) -> LoadedSignature:
        where = self._at(f"signatures[{name!r}]")
        entry = record(entry, where, ("inputs", "results", "arguments", "outputs"))
        inputs = [text_of(n, where) for n in items_of(entry["inputs"], where)]
        results = [text_of(n, where) for n in items_of(entry["results"], where)]
        given = _slots(entry["arguments"], where)
        found = _slots(entry["outputs"], where)
        if len(inputs) != len(given) or len(results) != len(found):
            raise FolderError(f"{where}: there are not as many names as inputs and results")
        named = {n: _renamed(slot, n) for n, slot in zip(inputs, given, strict=True)}
        outputs = {n: _renamed(slot, n) for n, slot in zip(results, found, strict=True)}
        if len(named) != len(inputs) or len(outputs) != len(results):
            raise FolderError(f"{where}: a name stands twice")
        made: LoadedSignature = self._concrete(
            LoadedSignature, name, entry, where, ((), named), outputs
        )
        return made

    def _concrete(
        self,
        kind: Callable[..., Any],
        name: str,
        entry: Any,
        where: str,
        arguments: Any = None,
        outputs: Any = None,
    ) -> Any:
        """A program with its variables, once its parts agree with each other."""
        keys = ("arguments", "outputs", "dims", "constants", "reads", "writes", "gradient")
        entry = record(entry, where, (*keys, "file"))
        all_arguments, all_outputs = (
            _slots(entry["arguments"], where),
            _slots(entry["outputs"], where),
        )
        dims = [_dims(one, where) for one in items_of(entry["dims"], where)]
        constants = self._chosen(entry["constants"], self._constants, where)
        reads = self._chosen(entry["reads"], self._variables, where)
        writes = self._chosen(entry["writes"], self._variables, where)
        kernel, forward = self._kernel(name, entry, where)
        self._check_inputs(forward, dims, all_arguments, constants, reads, where)
        _check_outputs(forward, all_outputs, writes, where)
        arguments = arguments or decode(entry["arguments"], where)
        outputs = outputs if outputs is not None else decode(entry["outputs"], where)
        if not isinstance(arguments, tuple) or len(arguments) != 2:
            raise FolderError(f"{where}: arguments are positional ones and those by name")
        return kind(name, kernel, dims, arguments, outputs, constants, reads, writes)

    def _chosen(self, numbers: Any, values: list[Any], where: str) -> list[Any]:
        return [values[index_of(n, len(values), where)] for n in items_of(numbers, where)]

    def _kernel(self, name: str, entry: Any, where: str) -> tuple[Any, Any]:
        """The kernel of a program, made once however many functions share it."""
        gradient = record(entry["gradient"], f"{where}: gradient", ())
        key = repr([entry["file"], entry.get("bytes"), entry.get("sha256"), gradient])
        if key not in self._programs:
            forward = self._exported(entry, where)
            pull, by, of, why = None, [], [], str(gradient.get("none", ""))[:500]
            if "file" in gradient:
                inside = f"{where}: gradient"
                record(gradient, inside, ("by", "of"))
                pull = self._exported(gradient, inside)
                count_in, count_out = len(forward.in_avals), len(forward.out_avals)
                by = [index_of(n, count_in, inside) for n in items_of(gradient["by"], inside)]
                of = [index_of(n, count_out, inside) for n in items_of(gradient["of"], inside)]
                _check_gradient(forward, pull, by, of, inside)
            call = None if pull is None else pull.call
            self._programs[key] = differentiable(name, forward.call, call, by, of, why), forward
        kernel, forward = self._programs[key]
        return kernel, forward

    def _exported(self, entry: Any, where: str) -> Any:
        """A program, read and inspected."""
        data = self._reader.program(entry, where)
        place = f"{self._reader.given}: {entry['file']}"
        try:
            found = jax.export.deserialize(bytearray(data))
            _check_conventions(found)
            _inspection.check(found.mlir_module_serialized)
        except _inspection.RefusedError as error:
            raise FolderError(f"{place} is refused: {error}") from None
        except FolderError as error:
            raise FolderError(f"{place} {error}") from None
        except ImportError:
            raise
        except Exception as error:
            words = str(error).strip().split("\n")[0] or type(error).__name__
            raise FolderError(f"{place} is no program that can be read: {words}") from None
        return found

    def _check_inputs(
        self, forward: Any, dims: Any, slots: Any, constants: Any, reads: Any, where: str
    ) -> None:
        if len(dims) != len(slots):
            raise FolderError(f"{where}: there are not as many dims as arguments")
        wanted = [
            *((tuple(map(str, d)), s.spec.dtype) for d, s in zip(dims, slots, strict=True)),
            *((tuple(map(str, c.shape)), c.dtype) for c in constants),
            *((tuple(map(str, v._array.shape)), v.dtype) for v in reads),
        ]
        found = [(tuple(map(str, aval.shape)), aval.dtype) for aval in forward.in_avals]
        if len(wanted) != len(found):
            raise FolderError(f"{where}: the program takes {len(found)} inputs, not {len(wanted)}")
        for (shape, dtype), (its_shape, its_dtype) in zip(wanted, found, strict=True):
            if shape != its_shape or dtype.numpy_dtype != its_dtype:
                raise FolderError(
                    f"{where}: the program takes {its_dtype} of shape ({', '.join(its_shape)}), "
                    f"where {dtype.name} of shape ({', '.join(shape)}) is declared"
                )
        for slot, dim in zip(slots, dims, strict=True):
            sizes = [size if isinstance(size, int) else None for size in dim]
            if slot.spec.shape.as_list() != sizes:
                raise FolderError(f"{where}: an argument has the shape {slot.spec.shape} and {dim}")

    # Objects

    def _objects(self) -> Any:
        nodes = items_of(self._manifest["nodes"], self._at("nodes"))
        self._nodes = [
            record(node, self._at(f"nodes[{i}]"), ("kind",)) for i, node in enumerate(nodes)
        ]
        self._made: dict[int, Any] = {}
        root_at = index_of(self._manifest["root"], len(nodes), self._at("root"))
        # Objects first, so that parts may lead back to them; then what hangs on each.
        for number, node in enumerate(self._nodes):
            if node["kind"] == "object":
                self._made[number] = self._new_object(node, number)
        root = self._made.get(root_at)
        if root is None:
            raise FolderError(f"{self._at('root')}: nodes[{root_at}] is no object")
        for number, node in enumerate(self._nodes):
            if node["kind"] == "object":
                for name, part in self._children(node, number):
                    self._made[number]._members[name] = self._made_of(part, 0)
        return root

    def _children(self, node: Any, number: int) -> list[tuple[str, int]]:
        where = self._at(f"nodes[{number}]")
        pairs = []
        for pair in items_of(node.get("children"), where):
            if not isinstance(pair, list) or len(pair) != 2:
                raise FolderError(f"{where}: a child is a name and a number")
            pairs.append((text_of(pair[0], where), index_of(pair[1], len(self._nodes), where)))
        return pairs

    def _new_object(self, node: Any, number: int) -> LoadedObject:
        names = {name for name, _ in self._children(node, number)}
        return CallableObject() if "__call__" in names else LoadedObject()

    def _made_of(self, number: int, depth: int) -> Any:
        if number in self._made:
            return self._made[number]
        where = self._at(f"nodes[{number}]")
        if depth > _DEPTH:
            raise FolderError(f"{where}: nested deeper than {_DEPTH}, or holds itself")
        made = self._part(self._nodes[number], where, depth + 1)
        self._made[number] = made
        return made

    def _part(self, node: Any, where: str, depth: int) -> Any:
        kind = node["kind"]
        if kind == "variable":
            at = index_of(node.get("variable"), len(self._variables), where)
            return self._variables[at]
        if kind == "function":
            return self._functions[index_of(node.get("function"), len(self._functions), where)]
        if kind == "asset":
            return Asset(self._reader.asset(node, where))
        if kind == "value":
            return decode(node.get("value"), where)
        if kind in ("list", "tuple"):
            count = len(self._nodes)
            numbers = [index_of(n, count, where) for n in items_of(node.get("items"), where)]
            items = [self._made_of(n, depth) for n in numbers]
            return items if kind == "list" else tuple(items)
        if kind == "dict":
            pairs = self._children({"children": node.get("items")}, 0)
            return {name: self._made_of(n, depth) for name, n in pairs}
        raise FolderError(f"{where}: {str(kind)[:40]!r} is no kind of node")

    def _aliases(self) -> dict[str, str]:
        found: dict[str, str] = {}
        where = self._at("aliases")
        for pair in items_of(self._manifest["aliases"], where):
            if not isinstance(pair, list) or len(pair) != 2:
                raise FolderError(f"{where}: an alias is a name and a number")
            function = self._functions[index_of(pair[1], len(self._functions), where)]
            found[function.name] = text_of(pair[0], where)
        return found


_DEPTH = 100


def _signature(parameters: Any, where: str) -> inspect.Signature | None:
    if parameters is None:
        return None
    found = []
    for entry in items_of(parameters, where):
        entry = record(entry, where, ("name", "kind"))
        default = inspect.Parameter.empty
        if "default" in entry:
            default = decode(entry["default"], where)
        kinds = {kind.name: kind for kind in _KINDS}
        kind = kinds.get(text_of(entry["kind"], where))
        if kind is None:
            raise FolderError(f"{where}: {entry['kind'][:40]!r} is no kind of parameter")
        found.append((text_of(entry["name"], where), kind, default))
    try:
        return inspect.Signature([inspect.Parameter(n, k, default=d) for n, k, d in found])
    except ValueError as error:
        raise FolderError(f"{where}: parameters that cannot be: {error}") from None


_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


def _slots(data: Any, where: str) -> list[Slot]:
    """The tensors of a structure in the order of their numbers, which are all there."""
    slots = sorted(slots_of(decode(data, where)), key=lambda slot: slot.place)
    if [slot.place for slot in slots] != list(range(len(slots))):
        raise FolderError(f"{where}: the tensors are not numbered 0, 1, 2, ...")
    return slots


def _renamed(slot: Slot, name: str) -> Slot:
    return Slot(slot.place, type(slot.spec).from_spec(slot.spec, name))


def _dims(data: Any, where: str) -> tuple[Any, ...]:
    sizes = items_of(data, where)
    for size in sizes:
        whole = type(size) is int and 0 <= size < _LARGEST
        if not whole and not (isinstance(size, str) and _DIM.fullmatch(size)):
            raise FolderError(f"{where}: {str(size)[:40]!r} is no size")
    return tuple(sizes)


def _check_conventions(found: Any) -> None:
    """Refuse a program that is not called as those are that `save` writes."""
    flat = jax.tree.structure(((0,) * len(found.in_avals), {}))
    listed = jax.tree.structure([0] * len(found.out_avals))
    if found.in_tree != flat or found.out_tree != listed:
        raise FolderError("takes and gives other structures than lists of arrays")
    if found.nr_devices != 1 or found.ordered_effects or found.unordered_effects:
        raise FolderError("asks for several devices, or has effects")
    if found.disabled_safety_checks:
        raise FolderError("was made without the checks of what it may call")
    for aval in (*found.in_avals, *found.out_avals):
        for size in aval.shape:
            if not isinstance(size, int) and not _OUTPUT_DIM.fullmatch(str(size)):
                raise FolderError("has sizes that are no simple expressions")


def _check_outputs(forward: Any, slots: list[Slot], writes: list[Any], where: str) -> None:
    found = [
        ([size if isinstance(size, int) else None for size in aval.shape], aval.dtype)
        for aval in forward.out_avals
    ]
    wanted = [
        *((s.spec.shape.as_list(), s.spec.dtype.numpy_dtype) for s in slots),
        *((list(v._array.shape), v.dtype.numpy_dtype) for v in writes),
    ]
    if found != wanted:
        raise FolderError(f"{where}: the program gives other results than are declared")


def _check_gradient(forward: Any, pull: Any, by: list[int], of: list[int], where: str) -> None:
    """Compare types; sizes that are not known may be written in several ways."""

    def types(avals: Any) -> list[Any]:
        return [
            ([n if isinstance(n, int) else None for n in aval.shape], aval.dtype) for aval in avals
        ]

    taken = types([*forward.in_avals, *[forward.out_avals[i] for i in of]])
    given = types([forward.in_avals[i] for i in by])
    if types(pull.in_avals) != taken or types(pull.out_avals) != given:
        raise FolderError(f"{where}: it is no gradient of the program")

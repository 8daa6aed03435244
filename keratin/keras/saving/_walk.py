"""The parts of a model that files hold the state of, and the paths that they have there.

The paths are those of Keras 3: the attributes that lead from the model to a layer. Layers in a list
or dictionary are named by their classes, numbered. Whatever is reached a second time is left out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from keratin.keras._core import names
from keratin.keras.layers.layer import Layer
from keratin.keras.metrics._metric import Metric
from keratin.keras.models.model import Model
from keratin.keras.models.sequential import Sequential
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.random._seed import SeedGenerator


class Saveable(NamedTuple):
    """A part of a model, and its path in files."""

    path: str
    object: Any

    @property
    def is_optional(self) -> bool:
        """Whether files of Keras have no state of such a part: metrics, random generators."""
        return isinstance(self.object, (Metric, SeedGenerator))


_KINDS = (Layer, Optimizer, Metric, SeedGenerator)
# Where files have another name of a class than that by which it is exported.
_NAMES = {"GroupQueryAttention": "grouped_query_attention"}
# Properties that the class of Keras does not have, so that what they lead to is named otherwise.
_NOT_OF_KERAS = {
    "GroupQueryAttention": {"query_dense", "key_dense", "value_dense", "output_dense"},
}
_BASES = (Model, Sequential, Layer, Optimizer, Metric)
# What the bases keep in instances: former arguments, graphs, and lists of what is found elsewhere.
_INTERNAL = frozenset(
    {
        *("_added", "_arguments", "_sequence", "_tails", "_graph", "_inner_graph", "_loss_graph"),
        *("_inbound_nodes", "_outbound_nodes", "_symbolic_losses", "_losses", "_loss_functions"),
        "_symbolic_metrics",
        *("_trainable_variables", "_non_trainable_variables", "_programs", "_inner_optimizers"),
        *("_compile_options", "_compile_loss", "_compile_metrics", "_loss_tracker", "_build_specs"),
        *("_build_shapes", "_dtype_policy", "_input_spec", "_regularizers", "_input_shape_given"),
        *(
            "_compiled_trainability",
            "_variables",
            "_trainable_variables_indices",
            "_optimizer_map",
            "history",
        ),
    }
)


def walk(root: Any, without: tuple[Any, ...] = ()) -> list[Saveable]:
    """All parts of a model that have state, each once, the model itself first."""
    found: list[Saveable] = []
    seen = {id(part) for part in without}
    _visit(root, "", seen, found)
    return found


def _visit(part: Any, path: str, seen: set[int], found: list[Saveable]) -> None:
    if id(part) in seen:
        return
    seen.add(id(part))
    found.append(Saveable(path, part))
    if isinstance(part, SeedGenerator):
        return
    for name, child in _children(part):
        place = f"{path}/{name}" if path else name
        if isinstance(child, _KINDS):
            _visit(child, place, seen, found)
        elif isinstance(child, (list, tuple, dict)):
            _visit_container(child, place, seen, found, set())


def _visit_container(
    container: Any, path: str, seen: set[int], found: list[Saveable], containers: set[int]
) -> None:
    if id(container) in containers:
        return
    containers.add(id(container))
    used: dict[str, int] = {}
    for item in list(container.values() if isinstance(container, Mapping) else container):
        if isinstance(item, _KINDS):
            name = _numbered(_name_of(type(item)), used)
            _visit(item, f"{path}/{name}", seen, found)
        elif isinstance(item, (list, tuple, dict)):
            name = _numbered("container", used)
            _visit_container(item, f"{path}/{name}", seen, found, containers)


def _name_of(cls: type) -> str:
    """How the paths of files call a class; models of a graph are of a class of their own there."""
    if cls is Model:
        return "functional"
    return _NAMES.get(cls.__name__) or names.snake_case(cls.__name__)


def _numbered(name: str, used: dict[str, int]) -> str:
    count = used.get(name, -1) + 1
    used[name] = count
    return f"{name}_{count}" if count else name


def _children(part: Any) -> Iterator[tuple[str, Any]]:
    """The attributes in the order in which Keras looks at them, private ones last."""
    cls: Any = type(part)
    wanted = set(vars(part)) - _INTERNAL | _class_attributes(cls)
    wanted -= _base_attributes(cls)
    if isinstance(part, Model):
        if isinstance(part, Sequential) or vars(part).get("_graph") is not None:
            yield "layers", part.layers
        wanted |= {"layers", "optimizer"}
    for name in sorted(wanted, key=lambda name: f"~{name}" if name[0] == "_" else name):
        try:
            value = getattr(part, name)
        except Exception:
            # A property that cannot be asked for now leads to nothing that is saved.
            continue
        yield name, value


@functools.cache
def _base_attributes(cls: type) -> frozenset[str]:
    return frozenset(name for base in _BASES if issubclass(cls, base) for name in dir(base))


@functools.cache
def _class_attributes(cls: type) -> frozenset[str]:
    """Properties, and parts that are attributes of the class, in classes below the bases."""
    own = [base for base in cls.__mro__ if base not in _BASES]
    without = _NOT_OF_KERAS.get(cls.__name__, set())
    return frozenset(
        name
        for base in own
        for name, value in vars(base).items()
        if isinstance(value, (property, *_KINDS, list, tuple, dict)) and not name.startswith("__")
    ) - frozenset(without)


def leaf_variables(part: Any) -> list[Any]:
    """The variables that stand under the path of a part itself."""
    if isinstance(part, SeedGenerator):
        return [part.state]
    if isinstance(part, Metric):
        return part.variables
    if isinstance(part, Optimizer):
        return list(part.variables)
    return list(part._variables_made())


def size_of(variable: Any) -> int:
    """How many bytes a variable takes."""
    return math.prod(tuple(variable.shape)) * int(variable.dtype.size)

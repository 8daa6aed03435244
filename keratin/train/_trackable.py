"""What a checkpoint finds in an object: its parts, and the values of its own.

An object is one of those below, or has one of these methods (TensorFlow's names, where it has any):
    _checkpoint_children()       its parts by their names in files
    _checkpoint_child(name)      the part that other files know by another name, or None
    _checkpoint_skips(names)     which of the names in a file mean something else there
    _checkpoint_slot(v, name)    what an optimizer keeps for a variable
    _serialize_to_tensors()      values of its own by name
    _restore_from_tensors(...)   takes them back
"""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import state
from keratin._engine.creation import initial_array
from keratin._engine.dtype import DType
from keratin._engine.function import Function
from keratin._engine.module import Module
from keratin._engine.tensor import convert_to_tensor
from keratin._engine.variable import Variable
from keratin.random._generator import Generator

VALUE = "VARIABLE_VALUE"
_PYTHON_STATE = "py_state"


class PythonState(abc.ABC):
    """State of Python that is saved with variables: text or bytes, made and taken back by methods.

    >>> class Words(tf.train.experimental.PythonState):
    ...     def __init__(self):
    ...         self.words = ["a", "b"]
    ...     def serialize(self):
    ...         return " ".join(self.words)
    ...     def deserialize(self, string_value):
    ...         self.words = string_value.decode().split()
    >>> path = tf.train.Checkpoint(words=Words()).write("folder/words")
    >>> other = Words()
    >>> other.words = []
    >>> _ = tf.train.Checkpoint(words=other).read(path)
    >>> other.words
    ['a', 'b']
    """

    @abc.abstractmethod
    def serialize(self) -> str | bytes:
        """The state, as text or bytes."""

    @abc.abstractmethod
    def deserialize(self, string_value: bytes) -> None:
        """Take the state back from the bytes of what `serialize` gave."""


class Value(NamedTuple):
    """A value of an object's own: what it is, how to read it, and how to set it."""

    name: str
    full_name: str
    dtype: DType
    shape: tuple[int | None, ...] | None
    read: Callable[[], np.ndarray[Any, Any]]
    assign: Callable[[np.ndarray[Any, Any]], None]


def is_trackable(value: Any) -> bool:
    """Whether a checkpoint can hold an object."""
    return (
        isinstance(value, (Variable, Module, Generator, PythonState, Function))
        or hasattr(type(value), "_checkpoint_children")
        or hasattr(type(value), "_serialize_to_tensors")
    )


def is_container(value: Any) -> bool:
    """Whether a value is a list, a tuple or a dictionary, in which parts can stand."""
    return isinstance(value, (list, tuple, Mapping))


def children(value: Any) -> dict[str, Any]:
    """The parts of an object that have a place in a checkpoint, by name."""
    return {name: part for name, part in _attributes(value) if _belongs(part, set())}


def child(value: Any, name: str) -> Any:
    """The part of this name, which may be another than `children` has for it; or None."""
    return finder(value)(name)


def finder(value: Any) -> Callable[[str], Any]:
    """What `child` does, for many names of one object."""
    own = {name: p for name, p in _attributes(value) if is_trackable(p) or is_container(p)}
    former = getattr(type(value), "_checkpoint_child", None)

    def find(name: str) -> Any:
        if name in own or former is None:
            return own.get(name)
        return former(value, name)

    return find


def _attributes(value: Any) -> Sequence[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        return [(str(place), part) for place, part in enumerate(value)]
    if isinstance(value, Mapping):
        return [(str(key), part) for key, part in value.items()]
    own = getattr(type(value), "_checkpoint_children", None)
    if own is not None:
        return list(own(value).items())
    if isinstance(value, Generator):
        return [("_state_var", value.state)]
    if isinstance(value, (Variable, Function)) or not hasattr(value, "__dict__"):
        return []
    return list(vars(value).items())


def _belongs(part: Any, containers: set[int]) -> bool:
    """Whether it is an object, or a container of some."""
    if not is_container(part):
        return is_trackable(part)
    if id(part) in containers:
        return False
    containers.add(id(part))
    parts = part.values() if isinstance(part, Mapping) else part
    if not any(_belongs(inner, containers) for inner in parts):
        return False
    if isinstance(part, Mapping):
        _check_keys(part)
    return True


def _check_keys(mapping: Mapping[Any, Any]) -> None:
    odd = [key for key in mapping if not isinstance(key, (str, int))]
    names = {str(key) for key in mapping}
    if odd or len(names) != len(mapping):
        what = f"the key {odd[0]!r}" if odd else "keys that are written alike (1 and '1')"
        raise ValueError(
            f"A checkpoint cannot hold a dictionary with {what}: parts are named by their keys. "
            "Use text as keys"
        )


def values(value: Any) -> list[Value]:
    """The values of an object's own."""
    if isinstance(value, Variable):
        return [_of_variable(value)]
    if isinstance(value, PythonState):
        return [_of_python(value)]
    if hasattr(type(value), "_serialize_to_tensors"):
        return _of_tensors(value)
    return []


def name_of(variable: Variable) -> str:
    """The name of a variable with its scopes."""
    return str(getattr(variable, "path", variable.name)).removesuffix(":0")


def _of_variable(variable: Variable) -> Value:
    def assign(array: np.ndarray[Any, Any]) -> None:
        # Also while a function is traced, whose program is to find the value there.
        concrete = initial_array(array, variable.dtype, None)
        with state.enter(None):
            variable._write(concrete)

    shape = variable.shape
    sizes = None if shape.rank is None else tuple(shape.as_list())
    return Value(
        VALUE, name_of(variable), variable.dtype, sizes, lambda: np.asarray(variable), assign
    )


def _of_python(part: PythonState) -> Value:
    def read() -> np.ndarray[Any, Any]:
        text = part.serialize()
        return _text(text.encode() if isinstance(text, str) else bytes(text))

    return Value(
        _PYTHON_STATE, "", dtypes.string, (), read, lambda array: part.deserialize(array.item())
    )


def _of_tensors(part: Any) -> list[Value]:
    """Values that are set together, once the last of them is there."""
    arrays = {
        name: convert_to_tensor(value) for name, value in part._serialize_to_tensors().items()
    }
    given: dict[str, Any] = {}

    def assign(name: str, array: np.ndarray[Any, Any]) -> None:
        given[name] = convert_to_tensor(array)
        if len(given) == len(arrays):
            part._restore_from_tensors(dict(given))
            given.clear()

    return [
        Value(
            name,
            "",
            tensor.dtype,
            None,
            lambda tensor=tensor: np.asarray(tensor),  # type: ignore[misc]
            lambda array, name=name: assign(name, array),  # type: ignore[misc]
        )
        for name, tensor in arrays.items()
    ]


def _text(content: bytes) -> np.ndarray[Any, Any]:
    array = np.empty((), object)
    array[()] = content
    return array


def brief(value: Any) -> str:
    """What an object is, in a few words."""
    with contextlib.suppress(Exception):
        if isinstance(value, Variable):
            return f"{name_of(value)} {value.shape} {value.dtype.name}"
        return f"{type(value).__name__} {getattr(value, 'name', '')}".strip()
    return type(value).__name__

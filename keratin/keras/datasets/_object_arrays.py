"""Lists of numbers out of pickled NumPy arrays, without unpickling.

NumPy saves an array of lists as a pickle, a program for a small stack machine which can call any
function that it names. The files of IMDB and Reuters are such arrays. Here the few instructions
that make lists, numbers and arrays are carried out on plain values; names are never looked up,
nothing is called, and any other instruction is an error.
"""

from __future__ import annotations

import io
import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

# The most numbers that all lists together may have; a list can be referred to many times.
_MOST_NUMBERS = 1 << 26

# What follows most instructions MARK is a run of numbers, up to a thousand of them. It is read at
# one go: IMDB has twelve million numbers.
_NUMBER = re.compile(rb"K.|M..|J....", re.DOTALL)
_NUMBERS = re.compile(rb"(?:K.|M..|J....)*+", re.DOTALL)

_RECONSTRUCT = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"}
_ARRAY, _DTYPE, _ENCODE = "numpy ndarray", "numpy dtype", "_codecs encode"
_ALLOWED = {*_RECONSTRUCT, _ARRAY, _DTYPE, _ENCODE}


class _Name(NamedTuple):
    """A function or class that the file names; only ever compared."""

    path: str


@dataclass
class _Dtype:
    code: str
    order: str = "<"


@dataclass
class _Array:
    shape: tuple[int, ...] = ()
    dtype: _Dtype | None = None
    content: Any = None


class _Numbers(dict[bytes, int]):
    """Instruction to number; the words of a text recur, so that most are looked up."""

    def __missing__(self, instruction: bytes) -> int:
        value = int.from_bytes(instruction[1:], "little", signed=instruction[:1] == b"J")
        self[instruction] = value
        return value


def read_lists(pickled: bytes) -> np.ndarray[Any, Any]:
    """The array of lists of whole numbers that `numpy.save` wrote as these bytes.

    Anything else in them is a ValueError that says what it is.
    """
    try:
        found = _Machine(pickled).run()
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"the pickled array is damaged ({error!r})") from None
    if not isinstance(found, _Array) or found.dtype is None or not found.dtype.code.startswith("O"):
        raise ValueError("there is no array of lists in it")
    rows = found.content
    if not isinstance(rows, list) or found.shape != (len(rows),):
        raise ValueError(f"it is not a vector of lists (its shape is {found.shape})")
    result = np.empty(len(rows), dtype=object)
    total = 0
    for i, row in enumerate(rows):
        numbers = _numbers_of(row)
        total += len(numbers)
        if total > _MOST_NUMBERS:
            raise ValueError(f"it has more than {_MOST_NUMBERS:,} numbers")
        result[i] = numbers
    return result


def _numbers_of(row: Any) -> list[int]:
    if isinstance(row, _Array):
        row = _decoded(row)
    if not isinstance(row, (list, tuple)) or not {int}.issuperset(map(type, row)):
        raise ValueError("an element is not a list of whole numbers")
    return list(row)


def _decoded(array: _Array) -> Any:
    """The numbers of an array within the array, a vector of integers."""
    dtype = array.dtype
    if dtype is None or not re.fullmatch("[iu][1248]", dtype.code):
        raise ValueError("an element is an array of something else than whole numbers")
    vector = np.frombuffer(_as_bytes(array.content), dtype=dtype.order + dtype.code)
    if array.shape != vector.shape:
        raise ValueError(f"an element is an array of shape {array.shape}, and not a vector")
    return vector.tolist()


def _as_bytes(value: Any) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else bytes(value)


class _Machine:
    """The stack of a pickle, for instructions that only put values together."""

    def __init__(self, pickled: bytes) -> None:
        self.pickled = pickled
        self.stream = io.BytesIO(pickled)
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks beneath each MARK
        self.memo: dict[int, Any] = {}
        self.numbers = _Numbers()

    def run(self) -> Any:
        for instruction, argument, position in pickletools.genops(self.stream):
            name = instruction.name
            if name in _CONSTANTS:
                self.stack.append(argument)
            elif name in _FIXED:
                self.stack.append(_FIXED[name]())
            elif name in _ACTIONS:
                _ACTIONS[name](self, argument)
            elif name == "STOP":
                return self.stack.pop()
            elif name not in _IGNORED:
                raise ValueError(
                    f"at byte {position} it has the pickle instruction {name}, which no array of "
                    "lists of numbers needs"
                )
            if name in ("MARK", "FRAME"):
                self.take_numbers()
        raise ValueError("the pickled array ends too early")

    def take_numbers(self) -> None:
        begin = self.stream.tell()
        end = _NUMBERS.match(self.pickled, begin).end()  # type: ignore[union-attr]  # any length
        found = _NUMBER.findall(self.pickled, begin, end)
        self.stack.extend(map(self.numbers.__getitem__, found))
        self.stream.seek(end)

    def mark(self, _: Any) -> None:
        self.below.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        values, self.stack = self.stack, self.below.pop()
        return values

    def global_name(self, path: str) -> None:
        if path not in _ALLOWED:
            raise ValueError(
                f"it asks for {path.replace(' ', '.')}, which no array of lists of numbers needs"
            )
        self.stack.append(_Name(path))

    def stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.global_name(f"{module} {name}")

    def reduce(self, _: Any) -> None:
        """What calling a function would be: one of three results, made here."""
        arguments, function = self.stack.pop(), self.stack.pop()
        path = function.path if isinstance(function, _Name) else None
        if path in _RECONSTRUCT and arguments[0] == _Name(_ARRAY):
            self.stack.append(_Array())
        elif path == _DTYPE:
            self.stack.append(_Dtype(str(arguments[0])))
        elif path == _ENCODE and arguments[1] == "latin1":
            self.stack.append(arguments[0].encode("latin-1"))
        else:
            raise ValueError(f"it calls {path or type(function).__name__} with {arguments!r:.60}")

    def build(self, _: Any) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, _Dtype):
            target.order = state[1] if state[1] in ("<", ">") else "<"
        elif isinstance(target, _Array):
            _, target.shape, target.dtype, _, target.content = state
        else:
            raise ValueError(f"it sets the state of {type(target).__name__}")

    def tuple_of(self, count: int) -> None:
        self.stack[-count:] = [tuple(self.stack[-count:])]

    def tuple_since_mark(self, _: Any) -> None:
        values = tuple(self.since_mark())
        self.stack.append(values)

    def append(self, _: Any) -> None:
        value = self.stack.pop()
        self.list_on_top().append(value)

    def appends(self, _: Any) -> None:
        values = self.since_mark()
        self.list_on_top().extend(values)

    def list_on_top(self) -> list[Any]:
        if not isinstance(self.stack[-1], list):
            raise ValueError(f"it appends to {type(self.stack[-1]).__name__}")
        return self.stack[-1]

    def put(self, index: Any) -> None:
        self.memo[len(self.memo) if index is None else index] = self.stack[-1]

    def get(self, index: int) -> None:
        self.stack.append(self.memo[index])


# Instructions that put their argument on the stack, make a new value, call a method, do nothing.
_CONSTANTS = {
    *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1"),
    *("BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BINUNICODE", "SHORT_BINUNICODE"),
}
_FIXED: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "GLOBAL": _Machine.global_name,
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "TUPLE": _Machine.tuple_since_mark,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE"), _Machine.put),
    **dict.fromkeys(("BINGET", "LONG_BINGET", "GET"), _Machine.get),
}
_IGNORED = {"PROTO", "FRAME"}

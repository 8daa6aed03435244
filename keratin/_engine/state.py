"""Where a program is being recorded: the scopes of tracing and the tapes that listen.

Outside every scope a variable reads and writes its own array. Inside one, reads and writes go
through the scope, so that tracing a function leaves the real values untouched and yields a pure
program whose inputs and outputs include the variables it used.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from keratin._engine.variable import Variable

Value = Any  # a jax.Array, a tracer, or a NumPy array (strings; values known while tracing)


class Scope:
    """One level of tracing: a function, or a branch or loop body within it.

    `values` maps each variable (by id) to its current value at this level; `captured` holds the
    tensors made outside that the traced code used.
    """

    def __init__(self, values: dict[int, Value], parent: Scope | None = None, name: str = ""):
        self.values = values
        self.parent = parent
        self.name = name
        self.read: dict[int, Variable] = {}
        self.written: dict[int, Variable] = {}
        self.created: list[Variable] = []
        self.captured: dict[int, Any] = {}
        self.lane: Value | None = None  # the number of an element of `tf.vectorized_map`
        self.may_create_variables = True

    @property
    def root(self) -> Scope:
        """The scope of the function that is being traced."""
        return self if self.parent is None else self.parent.root

    def read_variable(self, variable: Variable) -> Value:
        key = id(variable)
        self.read[key] = variable
        if key in self.values:
            return self.values[key]
        if self.parent is not None:
            return self.parent.read_variable(variable)
        return variable._array

    def write_variable(self, variable: Variable, value: Value) -> None:
        key = id(variable)
        self.written[key] = variable
        self.values[key] = value

    def known_values(self) -> dict[int, Value]:
        """The values of all variables as they stand here, those of the outer levels included."""
        outer = self.parent.known_values() if self.parent is not None else {}
        return {**outer, **self.values}


class Flags:
    """Switches of the whole process, which `tf.config` sets."""

    run_functions_eagerly = False


flags = Flags()


class _Context(threading.local):
    scope: Scope | None = None
    tapes: tuple[Any, ...] = ()
    name_scopes: tuple[str, ...] = ()
    device: str | None = None
    python_loops: int = 0
    # The dtype in which ops read floating variables; None: that of each variable.
    autocast: Any = None
    # Who notes the rows that are taken from tables, while a loss is differentiated.
    taken_rows: Any = None


context = _Context()

_variables: dict[int, weakref.ref[Variable]] = {}

# Those that wait for variables that are yet to come, as a checkpoint does that was restored before
# them: told of new variables, of the first use of one they put off, and of attributes of modules.
waiting: list[Waiting] = []


class Waiting(Protocol):
    """What waits for variables."""

    def created(self, variable: Variable) -> None:
        """A variable has been made."""

    def used(self) -> None:
        """A variable whose value was put off is needed."""

    def attached(self, owner: Any) -> None:
        """An attribute of an object has been set."""


def put_off(variable: Variable) -> None:
    """Have whoever first uses the value tell those who wait before.

    Not so a variable whose class has its own way of coming by a value.
    """
    fields = vars(variable)
    if "_array" in fields and not hasattr(type(variable), "_array"):
        fields["_put_off"] = fields.pop("_array")


def first_use(variable: Variable) -> Value:
    """The value of a variable that was put off."""
    fields = vars(variable)
    if "_put_off" not in fields:
        raise AttributeError("_array")
    fields["_array"] = fields.pop("_put_off")
    for each in list(waiting):
        each.used()
    return fields["_array"]


def register(variable: Variable) -> None:
    """Note a new variable, so that functions traced from now on can take it as an input."""
    key = id(variable)
    _variables[key] = weakref.ref(variable, lambda _: _variables.pop(key, None))
    if context.scope is not None:
        context.scope.root.created.append(variable)
    for each in list(waiting):
        each.created(variable)


def unregister(variable: Variable) -> None:
    """Have functions not take a variable that has no value yet, until it is registered again."""
    _variables.pop(id(variable), None)


def live_variables() -> list[Variable]:
    """Every variable that still exists, oldest first."""
    found = (reference() for reference in list(_variables.values()))
    return [variable for variable in found if variable is not None]


@contextlib.contextmanager
def enter(scope: Scope | None) -> Iterator[Scope | None]:
    """Make `scope` the current one; None suspends tracing."""
    outer, context.scope = context.scope, scope
    try:
        yield scope
    finally:
        context.scope = outer


@contextlib.contextmanager
def listening(tapes: tuple[Any, ...]) -> Iterator[None]:
    """Let exactly these tapes record."""
    outer, context.tapes = context.tapes, tapes
    try:
        yield
    finally:
        context.tapes = outer

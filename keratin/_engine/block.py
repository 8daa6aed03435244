"""A branch or loop body, traced once into a program of explicit inputs.

Its Python code runs once. The tensors and variables of the outside that it used are found again in
the program by identity, so that tapes see them as inputs; the variables it assigned become outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.extend.core as jax_core
import numpy as np

from keratin._engine import errors
from keratin._engine.state import Scope, context, enter, listening
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable


def is_tensor(value: Any) -> bool:
    """Whether a value is a leaf of a structure of tensors."""
    return isinstance(value, (Tensor, Variable))


def flatten(structure: Any) -> tuple[list[Any], Any]:
    """The leaves of a structure, tensors whole, and its shape."""
    leaves, tree = jax.tree.flatten(structure, is_leaf=is_tensor)
    return leaves, tree


def leaved(structure: Any) -> tuple[list[Any], Any]:
    """`flatten` with dictionaries in their order, quicker for one leaf, whose shape is None."""
    if is_tensor(structure):
        return [structure], None
    return flatten(kept(structure))


class _Kept(dict[Any, Any]):
    """A dictionary that keeps the order of its keys when taken apart; JAX sorts those of others."""


def _put_back(keys: Any, children: Any) -> Any:
    return dict(zip(keys, children, strict=True))


jax.tree_util.register_pytree_node(
    _Kept, lambda value: (tuple(value.values()), tuple(value)), _put_back
)


def kept(structure: Any) -> Any:
    """The structure with dictionaries that keep the order of their keys."""
    kind = type(structure)
    if kind is dict:
        return _Kept({key: kept(value) for key, value in structure.items()})
    if kind is list or kind is tuple:
        return kind([kept(value) for value in structure])
    return structure


def becomes_tensor(value: Any) -> bool:
    """Whether a leaf is carried as an array; other objects stay as they are."""
    if isinstance(value, (Tensor, Variable, jax.Array, np.ndarray, np.generic)):
        return getattr(value, "dtype", None) != OBJECT
    return isinstance(value, (bool, int, float, complex))


def array_of(value: Any, dtype: Any = None) -> Any:
    """The array of a leaf; known values become part of the program."""
    tensor = value if type(value) is Tensor else convert_to_tensor(value, dtype_hint=dtype)
    array = tensor._value
    return jax.numpy.asarray(array) if isinstance(array, np.ndarray) else array


class Block:
    """The program of a function of tensors, and what it touched outside."""

    def __init__(
        self,
        function: Callable[..., Any],
        arrays: Sequence[Any],
        name: str,
        with_variables: bool = False,
    ):
        """Trace `function` on tensors like `arrays`; `with_variables` makes inputs of variables."""
        self.name = name
        outer = context.scope
        values = outer.known_values() if with_variables and outer is not None else {}
        self.variable_keys = list(values)
        self.scope = Scope({}, parent=outer, name=name)
        self._function = function
        program = jax.make_jaxpr(self._run)
        given = [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays]
        taken = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in values.values()]
        try:
            self.program = program(given, taken)
        except jax.errors.UnexpectedTracerError:
            raise errors.leaked() from None
        self.avals = self.program.out_avals
        self.written = dict(self.scope.written)
        self.consts = list(self.program.consts)
        self._find_captured()

    def _run(self, arrays: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        self.scope.values = dict(zip(self.variable_keys, values, strict=True))
        with enter(self.scope), listening(()):
            self.result = self._function(*[wrap(array) for array in arrays])
            self.leaves, self.tree = flatten(self.result)
            self.carried = [becomes_tensor(leaf) for leaf in self.leaves]
            self.numbers = [isinstance(leaf, (bool, int, float)) for leaf in self.leaves]
            outputs = [
                array_of(leaf)
                for leaf, carried in zip(self.leaves, self.carried, strict=True)
                if carried
            ]
        return [*outputs, *[self.scope.values[key] for key in self.scope.written]]

    def _find_captured(self) -> None:
        """Match the constants of the program with the tensors and variables they came from."""
        outer = context.scope
        by_array: dict[int, Any] = {}
        for value in self.scope.captured.values():
            if isinstance(value, Variable):
                array = value._array if outer is None else outer.read_variable(value)
            else:
                array = value._value
            by_array.setdefault(id(array), value)
        self.const_inputs = [
            by_array.get(id(const), wrap(const) if _is_array(const) else const)
            for const in self.consts
        ]
        if outer is not None:
            for const in self.consts:
                value = by_array.get(id(const))
                if value is not None:
                    outer.captured[id(value)] = value
        self.scope.captured = {}

    @property
    def num_outputs(self) -> int:
        """How many arrays the function itself returned."""
        return sum(self.carried)

    def run(self, consts: Sequence[Any], arrays: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        """Run the program: the arrays of the result, then the new values of `written`."""
        program = jax_core.ClosedJaxpr(self.program.jaxpr, list(consts))
        outputs: list[Any] = jax_core.jaxpr_as_fun(program)(*arrays, *values)
        return outputs

    def rebuild(self, arrays: Sequence[Any]) -> Any:
        """The structure that the function returned, with these arrays as its tensors."""
        rest = iter(arrays)
        leaves = [
            (value if isinstance(value := next(rest), Tensor) else wrap(value)) if carried else leaf
            for leaf, carried in zip(self.leaves, self.carried, strict=True)
        ]
        return jax.tree.unflatten(self.tree, leaves)


def _is_array(value: Any) -> bool:
    return isinstance(value, (jax.Array, np.ndarray)) or is_traced(value)

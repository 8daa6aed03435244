"""A step of training, testing or prediction, traced into a pure program.

The Python code of a step runs once per structure, dtypes and shapes of a batch. The variables that
it read or wrote become inputs and outputs of the program; so do larger arrays of the outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.extend.core as jax_core
import jax.numpy as jnp

from keratin._engine import errors, random, state
from keratin._engine.block import array_of, becomes_tensor, flatten, kept
from keratin._engine.concrete import _has_callbacks
from keratin._engine.creation import EagerCallNeeded
from keratin._engine.simplify import simplified
from keratin._engine.state import Scope
from keratin._engine.tensor import OBJECT, wrap
from keratin._engine.variable import Variable

# Smaller constants stay in the program, where the compiler can compute with them.
_LARGE_CONSTANT = 64


class Step:
    """A traced function of a batch.

    `carried` are the variables that it writes, `fixed` those that it only reads. `run` is pure: it
    takes their arrays and a batch, and gives the outputs and the new arrays of `carried`.
    """

    def __init__(self, function: Callable[[Any], Any], batch: Any, name: str):
        """Trace `function` on a batch like `batch`, a structure of arrays or their specs."""
        self.name = name
        self._function = function
        structs = jax.tree.map(_struct, batch)
        try:
            self._trace(structs)
        except EagerCallNeeded:
            _run_eagerly(function, structs)
            self._trace(structs)
        del self._function

    # Tracing

    def _trace(self, batch: Any) -> None:
        known = [v for v in state.live_variables() if v._array.dtype != OBJECT]
        values = [_struct(v._array) for v in known]
        scope = Scope({}, name=self.name)

        def program(given: Any, arrays: list[Any]) -> list[Any]:
            scope.values = {id(v): a for v, a in zip(known, arrays, strict=True)}
            with state.enter(scope), state.listening(()):
                outputs = self._take(self._function(jax.tree.map(wrap, given)))
            return [*outputs, *[scope.values[key] for key in scope.written]]

        try:
            traced = jax.make_jaxpr(program)(batch, values)
        except jax.errors.UnexpectedTracerError:
            raise errors.leaked() from None
        if scope.created:
            # Made while tracing, they are constants of this trace; they are inputs of the next.
            self._trace(batch)
            return
        self._keep(scope, known, simplified(traced), len(jax.tree.leaves(batch)))

    def _take(self, result: Any) -> list[Any]:
        """The arrays of a result; what is no array is kept as it is."""
        leaves, self._tree = flatten(kept(result))
        self._is_array = [becomes_tensor(leaf) for leaf in leaves]
        self._constants = [
            None if carried else leaf for leaf, carried in zip(leaves, self._is_array, strict=True)
        ]
        return [array_of(v) for v, carried in zip(leaves, self._is_array, strict=True) if carried]

    def _keep(self, scope: Scope, known: Sequence[Variable], traced: Any, num_leaves: int) -> None:
        self.program = traced
        self.num_outputs = sum(self._is_array)
        self.carried = list(scope.written.values())
        written = {id(v) for v in self.carried}
        self.fixed = [v for v in known if id(v) in scope.read and id(v) not in written]
        place = {id(v): i for i, v in enumerate(known)}
        self._carried_at = [place[id(v)] for v in self.carried]
        self._fixed_at = [place[id(v)] for v in self.fixed]
        self._num_known = len(known)
        self._num_leaves = num_leaves
        self._hoisted = [i for i, c in enumerate(traced.consts) if c.size >= _LARGE_CONSTANT]
        self.constants = [traced.consts[i] for i in self._hoisted]
        self.has_effects = _has_callbacks(traced.jaxpr)
        self.is_slow_in_loops = _has_convolution(traced.jaxpr)
        # A program that may fail half-way, or whose state others use meanwhile, destroys nothing.
        self.donated = [not self.has_effects and not random.is_state(v) for v in self.carried]
        avals = traced.out_avals
        self.outputs = [_struct(aval) for aval in avals[: self.num_outputs]]
        for variable, aval in zip(self.carried, avals[self.num_outputs :], strict=True):
            _check_same(variable, aval, self.name)

    # Running

    def run(
        self, constants: Sequence[Any], batch: Sequence[Any], carried: Sequence[Any], fixed: Any
    ) -> tuple[list[Any], list[Any]]:
        """Outputs and new arrays of `carried`; `batch` are the leaves of the batch."""
        values: list[Any] = [None] * self._num_known
        for index, array in zip(self._carried_at, carried, strict=True):
            values[index] = array
        for index, array in zip(self._fixed_at, fixed, strict=True):
            values[index] = array
        consts = list(self.program.consts)
        for index, array in zip(self._hoisted, constants, strict=True):
            consts[index] = array
        program = jax_core.ClosedJaxpr(self.program.jaxpr, consts)
        found = jax_core.jaxpr_as_fun(program)(*batch, *values)
        count = self.num_outputs
        new = [
            # Not of a weak type, which a loop would not carry.
            jax.lax.convert_element_type(array, variable.dtype)
            for array, variable in zip(found[count:], carried, strict=True)
        ]
        return list(found[:count]), new

    def rebuild(self, arrays: Sequence[Any], make: Callable[[Any], Any] = wrap) -> Any:
        """The structure that the step returned, with these arrays."""
        rest = iter(arrays)
        leaves = [
            make(next(rest)) if carried else leaf
            for leaf, carried in zip(self._constants, self._is_array, strict=True)
        ]
        return jax.tree.unflatten(self._tree, leaves)


def _struct(value: Any) -> Any:
    return jax.ShapeDtypeStruct(value.shape, value.dtype)


def _run_eagerly(function: Callable[[Any], Any], batch: Any) -> None:
    """Run once untraced, to create variables from computed values, and undo all assignments."""
    before = [(v, v._array) for v in state.live_variables()]
    for variable, _ in before:
        variable._shared = True
    function(jax.tree.map(lambda leaf: wrap(jnp.zeros(leaf.shape, leaf.dtype)), batch))
    for variable, array in before:
        variable._array, variable._shared = array, True


def _check_same(variable: Variable, aval: Any, name: str) -> None:
    old = variable._array
    if old.shape != aval.shape or old.dtype != aval.dtype:
        raise ValueError(
            f"{name}: the variable {variable.name!r} has shape {old.shape} and dtype "
            f"{old.dtype.name}, and the step assigns it a value of shape {tuple(aval.shape)} and "
            f"dtype {aval.dtype.name}. A compiled step keeps the shapes of variables: assign "
            "values of the same shape, or compile the model with run_eagerly=True."
        )


def _has_convolution(program: Any) -> bool:
    """Whether XLA would run a part of the program far slower within a loop.

    On CPU it computes the gradient of a convolution's kernel there by a naive program, 16 times
    slower than outside.
    """
    if jax.default_backend() != "cpu":
        return False
    for equation in program.eqns:
        if equation.primitive.name == "conv_general_dilated":
            return True
        if any(_has_convolution(inner) for inner in jax_core.jaxprs_in_params(equation.params)):
            return True
    return False

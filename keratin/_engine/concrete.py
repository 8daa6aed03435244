"""One traced signature of a function: a compiled program with its variables."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.extend.core as jax_core
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors, naming, random, state
from keratin._engine.block import array_of, becomes_tensor, flatten, kept, leaved
from keratin._engine.explain import explain
from keratin._engine.kernel import Kernel, finish
from keratin._engine.simplify import simplified
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.state import Scope, context
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable

if TYPE_CHECKING:
    from keratin._engine.function import Function


# Told of each compiled function that is called, while `tf.summary` records a trace.
told_of_calls: list[Callable[[ConcreteFunction], None]] = []


class ArgumentTensor(Tensor):
    """An argument of a function while it is traced: it prints with the name of its parameter."""

    __slots__ = ("_name",)

    _name: str

    @property
    def name(self) -> str:
        """The name of the parameter, as of the first output of an op."""
        return f"{self._name}:0"


class ConcreteFunction:
    """One traced signature of a function: a compiled program with its variables.

    >>> @tf.function
    ... def double(x):
    ...     return x * 2
    >>> concrete = double.get_concrete_function(tf.TensorSpec([2], tf.float32))
    >>> concrete(tf.constant([1.0, 2.0])).numpy()
    array([2., 4.], dtype=float32)
    """

    def __init__(self, function: Function, leaves: Sequence[Any], tree: Any):
        self._function = function
        self._tree = tree
        self.name = function.name
        self.structured_input_signature = _signature_of(leaves, tree)
        self._trace(list(leaves))

    # Tracing

    def _trace(self, leaves: list[Any]) -> None:
        self._tensor_at = [i for i, leaf in enumerate(leaves) if is_input(leaf)]
        self._variable_at = {
            id(leaf): i for i, leaf in enumerate(leaves) if isinstance(leaf, Variable)
        }
        variables = state.live_variables()
        scope = Scope({}, name=self.name)
        scope.may_create_variables = not self._function._traced_before
        structs = [_struct(leaves[i]) for i in self._tensor_at]
        taken = [
            jax.ShapeDtypeStruct(v._array.shape, v._array.dtype)
            for v in variables
            if v._array.dtype != OBJECT
        ]
        known = [v for v in variables if v._array.dtype != OBJECT]

        def program(arrays: list[Any], values: list[Any]) -> list[Any]:
            scope.values = {id(v): a for v, a in zip(known, values, strict=True)}
            with state.enter(scope), state.listening(()):
                result = self._call_python(leaves, arrays)
                outputs = self._take_outputs(result)
            return [*outputs, *[scope.values[key] for key in scope.written]]

        try:
            with _naming_scope():
                traced = jax.make_jaxpr(program)(structs, taken)
        except jax.errors.UnexpectedTracerError:
            raise errors.leaked() from None
        self._function._traced_before = True
        # Later traces create none of the user's, but maybe one that holds state of the engine.
        if scope.created:
            self._trace(leaves)
            return
        self._traced_program = traced
        self._keep(scope, known, simplified(traced))

    def _call_python(self, leaves: list[Any], arrays: list[Any]) -> Any:
        full = list(leaves)
        for index, array in zip(self._tensor_at, arrays, strict=True):
            full[index] = argument = ArgumentTensor.__new__(ArgumentTensor)
            argument._value = array
            argument._name = self._function._argument_name(self._tree, len(leaves), index)
        args, kwargs = jax.tree.unflatten(self._tree, full)
        return self._function._converted(*args, **kwargs)

    def _take_outputs(self, result: Any) -> list[Any]:
        """The arrays of what the function returned; everything else is kept as it is."""
        self._outputs, self._output_tree = leaved(result)
        self._carried = [becomes_tensor(leaf) for leaf in self._outputs]
        arrays = [
            array_of(leaf)
            for leaf, carried in zip(self._outputs, self._carried, strict=True)
            if carried
        ]
        self._outputs = [
            None if carried else _constant(leaf)
            for leaf, carried in zip(self._outputs, self._carried, strict=True)
        ]
        return arrays

    def _keep(self, scope: Scope, known: Sequence[Variable], traced: Any) -> None:
        self.graph_program = traced
        self._written = list(scope.written.values())
        touched = {**scope.read, **scope.written}
        self._read = [v for v in known if id(v) in scope.read]
        captured = {id(t._value): t for t in scope.captured.values() if isinstance(t, Tensor)}
        captured_at = [i for i, c in enumerate(traced.consts) if id(c) in captured]
        self._captured = [captured[id(traced.consts[i])] for i in captured_at]
        self._effects = _has_callbacks(traced.jaxpr)
        written = {id(v) for v in self._written}
        # A program that may fail half-way must not have destroyed its inputs.
        # Other threads draw from random streams meanwhile: their little state is not destroyed.
        self._donated = [
            id(v) in written and not self._effects and not random.is_state(v) for v in self._read
        ]
        self._variables = [v for v in known if id(v) in touched and not random.is_global_state(v)]
        inputs = len(self._tensor_at) + len(self._captured)
        self._donated_at = [inputs + i for i, donate in enumerate(self._donated) if donate]
        self._count = sum(self._carried)
        read_at = [i for i, v in enumerate(known) if id(v) in scope.read]
        arguments = len(self._tensor_at)
        self._read_at = [arguments + i for i in read_at]
        # Not a method: a cycle through it would keep programs alive that nothing uses any more.
        self._run = functools.partial(_run, traced, arguments, captured_at, read_at, len(known))
        self._kernel = Kernel(self.name, self._run)
        self._compiled: Any = None

    def declare(self, leaves: Sequence[Any]) -> None:
        """Note the specs that it was asked for by, of which names are kept, and unknown sizes."""
        if any(isinstance(leaf, TensorSpec) for leaf in leaves):
            specs = [
                leaf if isinstance(leaf, TensorSpec) or not is_input(leaf) else known
                for leaf, known in zip(leaves, self._leaves_of_signature(), strict=True)
            ]
            self.structured_input_signature = jax.tree.unflatten(self._tree, specs)

    def _leaves_of_signature(self) -> list[Any]:
        leaves: list[Any] = flatten(kept(self.structured_input_signature))[0]
        return leaves

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs and len(args) == len(self._tensor_at) and not self._variable_at:
            leaves = [convert_to_tensor(value) for value in args]
            self._check(leaves)
            traced = self.graph_program.in_avals
            if any(leaf.shape != a.shape for leaf, a in zip(leaves, traced, strict=False)):
                return self._call_other_size(leaves)
            return self._call([leaf._value for leaf in leaves], leaves)
        return self._function(*args, **kwargs)

    def _call_other_size(self, leaves: Sequence[Tensor]) -> Any:
        """Call the function on tensors of sizes that were declared unknown, traced for others."""
        full, rest = self._leaves_of_signature(), iter(leaves)
        for index in self._tensor_at:
            full[index] = next(rest)
        args, kwargs = jax.tree.unflatten(self._tree, full)
        return self._function(*args, **kwargs)

    def _check(self, leaves: Sequence[Tensor]) -> None:
        for spec, leaf in zip(self.inputs, leaves, strict=True):
            if spec.dtype != leaf.dtype or not spec.shape.is_compatible_with(leaf.shape):
                raise TypeError(
                    f"{self.name}: this concrete function was traced for {spec}; given a tensor of "
                    f"shape {leaf.shape} and dtype {leaf.dtype.name}."
                )

    def _call(self, arrays: list[Any], leaves: Sequence[Any]) -> Any:
        """Run on the arrays of the tensor arguments; `leaves` are all arguments, for variables."""
        read, written = self._read, self._written
        if self._variable_at:
            read = [self._actual(v, leaves) for v in read]
            written = [self._actual(v, leaves) for v in written]
        for tell in told_of_calls:
            tell(self)
        if context.scope is None and not context.tapes:
            return self._call_compiled(arrays, read, written)
        tensors = [leaves[i] for i in self._tensor_at] if len(leaves) != len(arrays) else leaves
        inputs = [*tensors, *self._captured, *read]
        full = [*arrays, *[t._value for t in self._captured], *[v._read() for v in read]]
        for variable in read:
            variable._shared = True
        outputs = self._recorded(inputs, full)
        for variable, value in zip(written, outputs[self._count :], strict=True):
            variable._write(value._value)
        return self._rebuild(outputs[: self._count])

    def _actual(self, variable: Variable, leaves: Sequence[Any]) -> Variable:
        place = self._variable_at.get(id(variable))
        return variable if place is None else leaves[place]

    def _call_compiled(
        self, arrays: list[Any], read: Sequence[Variable], written: Sequence[Variable]
    ) -> Any:
        for tensor in self._captured:
            arrays.append(tensor._value)
        for variable, donate in zip(read, self._donated, strict=True):
            if donate and variable._shared:
                variable._array = jax.device_put(variable._array, may_alias=False)
                variable._shared = False
            arrays.append(variable._array)
        try:
            outputs = self._execute(arrays)
            if self._effects:
                jax.block_until_ready(outputs)
                jax.effects_barrier()
        except Exception as error:
            raise _explained(self.name, error) from None
        count = self._count
        for variable, array in zip(written, outputs[count:], strict=True):
            variable._array = array
            variable._shared = False
        return self._rebuild([wrap(array) for array in outputs[:count]])

    def _execute(self, arrays: list[Any]) -> Any:
        """Run the program, compiled when it is first called.

        JAX keeps what it made on the way (several times the memory of the program) for as long as
        the function lives that was compiled: hence a function for the moment.
        """
        if self._compiled is None:
            if any(is_traced(array) for array in arrays):
                return self._kernel.jitted(*arrays)
            run = self._run
            program = jax.jit(lambda *given: run(*given), donate_argnums=self._donated_at)
            self._compiled = program.lower(*arrays).compile()
        try:
            return self._compiled(*arrays)
        except (TypeError, ValueError):
            # JAX transforms the call (jax.vmap, ...), or an array is on another device.
            if errors.raised_on_host:
                raise
            return self._kernel.jitted(*arrays)

    def _recorded(self, inputs: list[Any], arrays: list[Any]) -> list[Tensor]:
        """Run while tapes listen; one tape alone gets a pullback that saves the second forward."""
        tapes = context.tapes
        if context.scope is None and len(tapes) == 1 and tapes[0].keeps_pullbacks:
            wanted = tuple(tapes[0].differentiable(inputs, arrays))
            if wanted:
                outputs, pullback = self._forward(wanted)(*arrays)
                tensors = [wrap(array) for array in outputs]
                tapes[0].record_pullback(inputs, wanted, _jitted_pull(pullback, outputs), tensors)
                return tensors
        try:
            found = self._kernel.jitted(*arrays)
        except Exception as error:
            raise _explained(self.name, error) from None
        tensors = finish(self._kernel, inputs, arrays, found)
        return list(tensors)

    def _forward(self, wanted: tuple[int, ...]) -> Any:
        key = ("forward with pullback", wanted)
        found = self._kernel.pullbacks.get(key)
        if found is None:
            found = self._kernel.pullbacks[key] = jax.jit(
                functools.partial(_with_pullback, self._run, wanted)
            )
        return found

    def _rebuild(self, tensors: Sequence[Tensor]) -> Any:
        if self._output_tree is None:
            return tensors[0] if self._carried[0] else self._outputs[0]
        rest = iter(tensors)
        leaves = [
            next(rest) if carried else leaf
            for leaf, carried in zip(self._outputs, self._carried, strict=True)
        ]
        return jax.tree.unflatten(self._output_tree, leaves)

    # What it is

    @property
    def inputs(self) -> list[Any]:
        """The specs of the tensor arguments."""
        leaves = flatten_specs(self.structured_input_signature)
        return [leaf for leaf in leaves if isinstance(leaf, TypeSpec)]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the program reads or writes."""
        return tuple(self._variables)

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those of the variables that are trainable."""
        return tuple(v for v in self._variables if v.trainable)

    @property
    def captured_inputs(self) -> list[Any]:
        """The tensors and variables of the outside that the program uses."""
        return [*self._captured, *self._variables]

    @property
    def structured_outputs(self) -> Any:
        """The specs of the results, in their structure."""
        specs = [TensorSpec(aval.shape, aval.dtype) for aval in self.graph_program.out_avals][
            : self._count
        ]
        rest = iter(specs)
        leaves = [
            next(rest) if carried else leaf
            for leaf, carried in zip(self._outputs, self._carried, strict=True)
        ]
        if self._output_tree is None:
            return leaves[0]
        return jax.tree.unflatten(self._output_tree, leaves)

    @property
    def function_type(self) -> inspect.Signature:
        """The signature of the Python function."""
        return self._function.function_type

    @property
    def graph(self) -> ConcreteFunction:
        """What `tf.summary.graph` draws: this program itself, there is no other graph object."""
        return self

    def input_names(self) -> dict[int, str]:
        """The names of arguments and variables, by their places among the program's inputs."""
        tree = self._tree
        names = {
            place: self._function._argument_name(tree, tree.num_leaves, index)
            for place, index in enumerate(self._tensor_at)
        }
        for place, variable in zip(self._read_at, self._read, strict=True):
            names[place] = variable.name.split(":")[0]
        return {place: name for place, name in names.items() if name}

    def graph_text(self) -> str:
        """The program as it was traced, as it was simplified, and as XLA compiled it."""
        structs = [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in self._example_arrays()]
        compiled = jax.jit(self._run).lower(*structs).compile().as_text() or ""
        return (
            f"# {self.name}: as traced\n{self._traced_program.jaxpr}\n\n"
            f"# {self.name}: simplified\n{self.graph_program.jaxpr}\n\n"
            f"# {self.name}: as compiled\n{_without_places(compiled)}"
        )

    def _example_arrays(self) -> Iterator[Any]:
        avals = self.graph_program.in_avals[: len(self._tensor_at)]
        yield from avals
        yield from (t._value for t in self._captured)
        yield from (v._array for v in self._read)

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.name}{self.structured_input_signature}>"


def _run(
    traced: Any,
    arguments: int,
    captured_at: Sequence[int],
    read_at: Sequence[int],
    num_variables: int,
    *given: Any,
) -> list[Any]:
    """A traced program as a function of its arguments, captured tensors and variables read."""
    consts = list(traced.consts)
    for place, array in zip(captured_at, given[arguments:], strict=False):
        consts[place] = array
    values: list[Any] = [None] * num_variables
    for place, array in zip(read_at, given[arguments + len(captured_at) :], strict=True):
        values[place] = array
    program = jax_core.ClosedJaxpr(traced.jaxpr, consts)
    outputs: list[Any] = jax_core.jaxpr_as_fun(program)(*given[:arguments], *values)
    return outputs


def _without_places(text: str) -> str:
    """XLA's text without the tables and notes of where in Python an instruction came from."""
    text = re.sub(r"(?ms)^FileNames$.*?(?=^%|^ENTRY)", "", text)
    return re.sub(r", metadata=\{[^}]*\}", "", text)


def _with_pullback(run: Callable[..., Any], wanted: tuple[int, ...], *arrays: Any) -> Any:
    def partial(*some: Any) -> Any:
        full = list(arrays)
        for index, array in zip(wanted, some, strict=True):
            full[index] = array
        return run(*full)

    return jax.vjp(partial, *[arrays[i] for i in wanted])


@jax.jit
def _apply_pullback(pullback: Any, cotangents: Any) -> Any:
    return pullback(cotangents)


def _jitted_pull(pullback: Any, outputs: Sequence[Any]) -> Callable[[list[Tensor]], list[Tensor]]:
    def pull(cotangents: list[Tensor]) -> list[Tensor]:
        arrays = [
            cotangent._value
            if jnp.issubdtype(output.dtype, jnp.inexact)
            else np.zeros(output.shape, jax.dtypes.float0)
            for output, cotangent in zip(outputs, cotangents, strict=True)
        ]
        return [wrap(array) for array in _apply_pullback(pullback, arrays)]

    return pull


def _naming_scope() -> Any:
    return naming.name_scope("")


def _has_callbacks(program: Any) -> bool:
    """Whether a program calls back into Python, where it may fail."""
    if program.effects:
        return True
    for equation in program.eqns:
        if "callback" in equation.primitive.name:
            return True
        if any(_has_callbacks(inner) for inner in jax_core.jaxprs_in_params(equation.params)):
            return True
    return False


def _explained(name: str, error: Exception) -> Exception:
    return explain(name, error, None, ())


def _constant(leaf: Any) -> Any:
    """A result that is not computed: strings become tensors, the rest stays."""
    if isinstance(leaf, (str, bytes)):
        return convert_to_tensor(leaf)
    return leaf


def is_input(leaf: Any) -> bool:
    return isinstance(leaf, (Tensor, jax.Array, np.ndarray, np.generic, jax.ShapeDtypeStruct)) and (
        getattr(leaf, "dtype", None) != OBJECT
    )


def _struct(leaf: Any) -> Any:
    value = leaf._value if isinstance(leaf, Tensor) else leaf
    return jax.ShapeDtypeStruct(value.shape, value.dtype)


def _signature_of(leaves: Sequence[Any], tree: Any) -> Any:
    specs = [
        TensorSpec(tuple(leaf.shape), _dtype_of(leaf)) if is_input(leaf) else leaf
        for leaf in leaves
    ]
    return jax.tree.unflatten(tree, specs)


def _dtype_of(leaf: Any) -> Any:
    return leaf.dtype


def flatten_specs(structure: Any) -> list[Any]:
    """The leaves of a structure of specs."""
    found: list[Any] = jax.tree.leaves(structure, is_leaf=lambda v: isinstance(v, TypeSpec))
    return found

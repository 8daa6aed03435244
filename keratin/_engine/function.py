"""`tf.function`: a Python function, traced once per signature into a compiled program.

Tracing runs the Python code on tensors without values. The variables that it reads or writes become
inputs and outputs of the program (those it writes are donated: their memory is reused), and so do
the tensors of the outside that it uses. A call on arguments of a known signature is one dispatch.
"""

from __future__ import annotations

import functools
import inspect
import re
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import jax
import jax.extend.core as jax_core
import jax.numpy as jnp
import numpy as np

from keratin._engine import autograph, errors, host, naming, state
from keratin._engine.block import array_of, becomes_tensor, flatten, leaved
from keratin._engine.op import Kernel, explain, finish
from keratin._engine.simplify import simplified
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.state import Scope, context
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, on_device, wrap
from keratin._engine.variable import EagerCallNeeded, Variable

# Signatures that a function keeps compiled; the least recently used gives way.
MAX_SIGNATURES = 128
_MANY_TRACES = 6


class _Same:
    """A key that is equal for the same object only, and does not keep it alive."""

    __slots__ = ("_hash", "_target")

    def __init__(self, target: Any):
        self._hash = id(target)
        try:
            self._target: Any = weakref.ref(target)
        except TypeError:
            self._target = lambda: target

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same):
            return False
        mine = self._target()
        return mine is not None and mine is other._target()

    def __repr__(self) -> str:
        return repr(self._target())


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
        self._tensor_at = [i for i, leaf in enumerate(leaves) if _is_input(leaf)]
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
        self._known = [v for v in variables if v._array.dtype != OBJECT]

        def program(arrays: list[Any], values: list[Any]) -> list[Any]:
            scope.values = {id(v): a for v, a in zip(self._known, values, strict=True)}
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
        self._keep(scope, simplified(traced))

    def _call_python(self, leaves: list[Any], arrays: list[Any]) -> Any:
        full = list(leaves)
        for index, array in zip(self._tensor_at, arrays, strict=True):
            full[index] = wrap(array)
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

    def _keep(self, scope: Scope, traced: Any) -> None:
        self.graph_program = traced
        self._written = list(scope.written.values())
        touched = {**scope.read, **scope.written}
        self._read = [v for v in self._known if id(v) in scope.read]
        self._places = [i for i, v in enumerate(self._known) if id(v) in scope.read]
        captured = {id(t._value): t for t in scope.captured.values() if isinstance(t, Tensor)}
        self._captured_at = [i for i, c in enumerate(traced.consts) if id(c) in captured]
        self._captured = [captured[id(traced.consts[i])] for i in self._captured_at]
        self._effects = _has_callbacks(traced.jaxpr)
        written = {id(v) for v in self._written}
        # A program that may fail half-way must not have destroyed its inputs.
        self._donated = [id(v) in written and not self._effects for v in self._read]
        self._variables = [v for v in self._known if id(v) in touched]
        inputs = len(self._tensor_at) + len(self._captured)
        donated = [inputs + i for i, donate in enumerate(self._donated) if donate]
        self._kernel = Kernel(self.name, self._run)
        self._donating = jax.jit(self._run, donate_argnums=donated)
        self._count = sum(self._carried)

    def _run(self, *given: Any) -> list[Any]:
        """The program as a function of arguments, captured tensors and the variables it reads."""
        count, captured = len(self._tensor_at), len(self._captured)
        consts = list(self.graph_program.consts)
        for place, array in zip(self._captured_at, given[count : count + captured], strict=True):
            consts[place] = array
        values: list[Any] = [None] * len(self._known)
        for place, array in zip(self._places, given[count + captured :], strict=True):
            values[place] = array
        program = jax_core.ClosedJaxpr(self.graph_program.jaxpr, consts)
        outputs: list[Any] = jax_core.jaxpr_as_fun(program)(*given[:count], *values)
        return outputs

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs and len(args) == len(self._tensor_at) and not self._variable_at:
            leaves = [convert_to_tensor(value) for value in args]
            self._check(leaves)
            return self._call([leaf._value for leaf in leaves], leaves)
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
                variable._array = jnp.array(variable._array, copy=True)
                variable._shared = False
            arrays.append(variable._array)
        try:
            outputs = self._donating(*arrays)
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
    raised = host.take_error()
    if isinstance(raised, Exception):
        return raised.with_traceback(None)
    return explain(name, error, None, ())


def _constant(leaf: Any) -> Any:
    """A result that is not computed: strings become tensors, the rest stays."""
    if isinstance(leaf, (str, bytes)):
        return convert_to_tensor(leaf)
    return leaf


def _is_input(leaf: Any) -> bool:
    return isinstance(leaf, (Tensor, jax.Array, np.ndarray, np.generic, jax.ShapeDtypeStruct)) and (
        getattr(leaf, "dtype", None) != OBJECT
    )


def _struct(leaf: Any) -> Any:
    value = leaf._value if isinstance(leaf, Tensor) else leaf
    return jax.ShapeDtypeStruct(value.shape, value.dtype)


def _signature_of(leaves: Sequence[Any], tree: Any) -> Any:
    specs = [
        TensorSpec(tuple(leaf.shape), _dtype_of(leaf)) if _is_input(leaf) else leaf
        for leaf in leaves
    ]
    return jax.tree.unflatten(tree, specs)


def _dtype_of(leaf: Any) -> Any:
    return leaf.dtype


def flatten_specs(structure: Any) -> list[Any]:
    """The leaves of a structure of specs."""
    found: list[Any] = jax.tree.leaves(structure, is_leaf=lambda v: isinstance(v, TypeSpec))
    return found


class Function:
    """A function that is compiled; made by `tf.function`."""

    def __init__(
        self,
        python_function: Callable[..., Any],
        name: str | None = None,
        input_signature: Any = None,
        use_autograph: bool = True,
        reduce_retracing: bool = False,
        jit_compile: bool | None = None,
        autograph_options: Any = None,
    ):
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self.name: str = name or str(getattr(python_function, "__name__", "function"))
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self._signature = _signature(python_function)
        self._use_autograph = use_autograph
        self._autograph_options = autograph_options
        self._reduce_retracing = reduce_retracing
        self._jit_compile = jit_compile
        self._tails = _default_tails(self._signature)
        self._converted = (
            autograph.convert(python_function, autograph_options)
            if use_autograph
            else autograph.do_not_convert(python_function)
        )
        self._concrete: dict[Any, ConcreteFunction] = {}
        self._traced_before = False
        self._num_traces = 0
        self._recent: list[Any] = []
        self._bound: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()
        self._warned = False

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if context.scope is not None or state.flags.run_functions_eagerly:
            return self._call_inline(args, kwargs)
        if not kwargs and self.input_signature is None:
            args += self._tails.get(len(args), ())
            arrays, key = _quick_key(args)
            if arrays is not None:
                concrete = self._concrete.get(key)
                if concrete is not None:
                    return concrete._call(arrays, args)
        return self._call_any(args, kwargs)

    def _call_inline(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if context.scope is None:
            return self.python_function(*args, **kwargs)
        args, kwargs = self._arguments(args, kwargs)
        return self._converted(*args, **kwargs)

    def _call_any(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args, kwargs = self._arguments(args, kwargs)
        try:
            concrete, leaves = self._lookup(args, kwargs)
        except EagerCallNeeded:
            return self._first_call_eager(args, kwargs)
        arrays = [leaves[i]._value for i in concrete._tensor_at]
        return concrete._call(arrays, leaves)

    def _first_call_eager(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The first call creates variables from computed values: run it untraced, once."""
        self._traced_before = True
        return self.python_function(*args, **kwargs)

    def _arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The arguments with NumPy arrays as tensors, bound to the signature if there is one."""
        if kwargs or self.input_signature is not None:
            args, kwargs = self._bind(args, kwargs)
        if self.input_signature is not None:
            args = self._fit(args)
        convert = functools.partial(jax.tree.map, _tensor_argument, is_leaf=_is_argument_leaf)
        return convert(args), convert(kwargs)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._signature is None:
            return args, kwargs
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            names = list(self._signature.parameters)
            unknown = [key for key in kwargs if key not in names]
            if unknown and not any(
                p.kind is p.VAR_KEYWORD for p in self._signature.parameters.values()
            ):
                raise errors.unknown_keyword(self.name, unknown[0], names) from None
            raise TypeError(f"{self.name}(): {error}") from None
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def _fit(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        signature = self.input_signature or ()
        if len(args) < len(signature):
            raise TypeError(
                f"{self.name}: input_signature has {len(signature)} entries, "
                f"{len(args)} arguments were given"
            )
        fitted = [self._fitted(spec, value) for spec, value in zip(signature, args, strict=False)]
        return (*fitted, *args[len(signature) :])

    def _fitted_parts(self, spec: Any, value: Any) -> Any:
        if isinstance(spec, dict) and isinstance(value, dict) and spec.keys() == value.keys():
            return {key: self._fitted(spec[key], value[key]) for key in value}
        both = isinstance(spec, (list, tuple)) and isinstance(value, (list, tuple))
        if both and len(spec) == len(value):
            return type(spec)([self._fitted(*pair) for pair in zip(spec, value, strict=True)])
        raise TypeError(
            f"{self.name}: an argument does not have the structure of the input_signature: "
            f"expected {spec!r}, given {value!r}."
        )

    def _fitted(self, spec: Any, value: Any) -> Any:
        if not isinstance(spec, TensorSpec):
            if not isinstance(spec, (list, tuple, dict)):
                return value
            return self._fitted_parts(spec, value)
        tensor = convert_to_tensor(value, dtype_hint=spec.dtype)
        if tensor.dtype != spec.dtype or not spec.shape.is_compatible_with(tensor.shape):
            raise TypeError(
                f"{self.name}: an argument does not fit the input_signature: expected {spec}, "
                f"given a tensor of shape {tensor.shape} and dtype {tensor.dtype.name}."
            )
        return tensor

    def _lookup(self, args: Any, kwargs: Any) -> tuple[ConcreteFunction, list[Any]]:
        leaves, tree = flatten((args, kwargs))
        quick = None if kwargs else _quick_key(args)[1]
        key = quick if quick is not None else (tree, tuple([_leaf_key(leaf) for leaf in leaves]))
        concrete = self._concrete.get(key)
        if concrete is None:
            self._num_traces += 1
            self._note(key, tree, leaves)
            try:
                concrete = ConcreteFunction(self, leaves, tree)
            except Exception as error:
                raise errors.for_user(error) from None
            while len(self._concrete) >= MAX_SIGNATURES:
                self._concrete.pop(next(iter(self._concrete)))
        else:
            del self._concrete[key]  # to the end: it was used last
        self._concrete[key] = concrete
        return concrete, leaves

    def _note(self, key: Any, tree: Any, leaves: list[Any]) -> None:
        """Warn, once, when the function is traced again and again, naming the argument."""
        described = [_described(leaf) for leaf in leaves]
        self._recent.append((tree, described))
        self._recent = self._recent[-2:]
        if self._num_traces < _MANY_TRACES or self._warned or self._reduce_retracing:
            return
        self._warned = True
        (old_tree, old), (_, new) = self._recent
        what = "the structure of its arguments changes"
        if old_tree == tree:
            changed = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
            if changed:
                place = changed[0]
                what = (
                    f"the argument {self._argument_name(tree, len(leaves), place)} changes: it was "
                    f"{old[place]}, now it is {new[place]}"
                )
        warnings.warn(
            f"tf.function {self.name!r} was traced {self._num_traces} times, which is slow: "
            f"{what}. Pass numbers that change as tensors, tf.constant(n); keep shapes the same; "
            "and create the tf.function once, outside of loops. At "
            f"{errors.user_location()}.",
            UserWarning,
            stacklevel=4,
        )

    def _argument_name(self, tree: Any, count: int, place: int) -> str:
        args, kwargs = jax.tree.unflatten(tree, list(range(count)))
        names = list(self._signature.parameters) if self._signature is not None else []
        for index, value in enumerate(args):
            if place in jax.tree.leaves(value):
                return repr(names[index]) if index < len(names) else f"number {index}"
        for name, value in kwargs.items():
            if place in jax.tree.leaves(value):
                return repr(name)
        return f"number {place}"

    # Methods and signatures

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            bound = self._bound.get(instance)
            if bound is None:
                bound = self._bound[instance] = self._bound_to(weakref.ref(instance))
        except TypeError:  # an instance that cannot be a weak key gets a function each time
            bound = self._bound_to(lambda: instance)
        return Method(bound, instance)

    def _bound_to(self, reference: Callable[[], Any]) -> Function:
        """This function for one instance, with traces of its own; it does not keep it alive."""
        python_function, converted = self.python_function, self._converted

        @functools.wraps(python_function)
        def method(*args: Any, **kwargs: Any) -> Any:
            return python_function(reference(), *args, **kwargs)

        if self._signature is not None:
            parameters = list(self._signature.parameters.values())[1:]
            method.__signature__ = self._signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        bound = Function(
            method,
            self.name,
            self.input_signature,
            self._use_autograph,
            self._reduce_retracing,
            self._jit_compile,
            self._autograph_options,
        )
        bound._converted = lambda *args, **kwargs: converted(reference(), *args, **kwargs)
        return bound

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The program for arguments like these; `tf.TensorSpec`s stand for tensors.

        >>> @tf.function
        ... def add(a, b):
        ...     return a + b
        >>> spec = tf.TensorSpec([], tf.int32)
        >>> add.get_concrete_function(spec, spec)(tf.constant(1), tf.constant(2)).numpy()
        np.int32(3)
        """
        if not args and not kwargs and self.input_signature is not None:
            args = self.input_signature
        examples = functools.partial(jax.tree.map, _example, is_leaf=_is_argument_leaf)
        args, kwargs = examples(args), examples(kwargs)
        try:
            concrete, _ = self._lookup(*self._arguments_of_specs(args, kwargs))
        except EagerCallNeeded:
            self._create_variables(args, kwargs)
            concrete, _ = self._lookup(*self._arguments_of_specs(args, kwargs))
        return concrete

    def _arguments_of_specs(self, args: Any, kwargs: Any) -> Any:
        if kwargs:
            args, kwargs = self._bind(args, kwargs)
        return args, kwargs

    def _create_variables(self, args: Any, kwargs: Any) -> None:
        """Run once untraced to create variables, and undo what it assigned to others."""
        before = [(v, v._array) for v in state.live_variables()]
        self._first_call_eager(args, kwargs)
        for variable, array in before:
            variable._array, variable._shared = array, True

    @property
    def function_type(self) -> inspect.Signature:
        """The signature of the Python function."""
        return self._signature or inspect.Signature()

    def experimental_get_tracing_count(self) -> int:
        """How often the function was traced."""
        return self._num_traces

    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Callable[..., str]:
        """A function `(stage="hlo") -> str` that shows the compiled program."""
        concrete = self.get_concrete_function(*args, **kwargs)

        def text(stage: str = "hlo", device_name: str | None = None) -> str:
            structs = [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in concrete._example_arrays()]
            lowered = jax.jit(concrete._run).lower(*structs)
            return lowered.as_text() if stage == "hlo" else str(lowered.compile().as_text())

        return text

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """The signatures that were traced so far, a line each."""
        return "\n".join(repr(concrete) for concrete in self._concrete.values())

    def graph_text(self, *args: Any, **kwargs: Any) -> str:
        """The program for arguments like these, before and after optimization.

        Without arguments, that of the signature traced last.
        """
        if args or kwargs:
            return self.get_concrete_function(*args, **kwargs).graph_text()
        if not self._concrete:
            raise ValueError(
                f"{self.name}.graph_text(): call the function first, or give arguments"
            )
        return list(self._concrete.values())[-1].graph_text()

    def __repr__(self) -> str:
        return f"<keratin function {self.name}>"


class Method:
    """A compiled function bound to an instance."""

    def __init__(self, function: Function, instance: Any):
        self._function = function
        self.__self__ = instance
        self.__wrapped__ = function.python_function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __repr__(self) -> str:
        return f"<bound {self._function!r} of {self.__self__!r}>"


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        return None


def _default_tails(signature: inspect.Signature | None) -> dict[int, tuple[Any, ...]]:
    """The defaults that fill up a call of so many positional arguments."""
    if signature is None:
        return {}
    parameters = list(signature.parameters.values())
    if any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters):
        return {}
    defaults = [p.default for p in parameters]
    return {
        given: tuple(defaults[given:])
        for given in range(len(defaults))
        if inspect.Parameter.empty not in defaults[given:]
    }


def _quick_key(args: tuple[Any, ...]) -> tuple[Any, Any]:
    """(arrays, key) of plain arguments: tensors, numbers, strings, None; else (None, None)."""
    arrays: list[Any] = []
    key: list[Any] = []
    for value in args:
        kind = type(value)
        if kind is Tensor:
            array = value._value
            if array.dtype == OBJECT:
                return None, None
            arrays.append(array)
            key.append(array.dtype)
            key.append(array.shape)
        elif kind is int or kind is bool or kind is float or kind is str or value is None:
            key.append(kind)
            key.append(value)
        else:
            return None, None
    return arrays, tuple(key)


def _leaf_key(leaf: Any) -> Any:
    if _is_input(leaf):
        value = leaf._value if isinstance(leaf, Tensor) else leaf
        return "tensor", value.dtype, tuple(value.shape)
    if isinstance(leaf, Variable):
        return "variable", leaf._dtype, tuple(leaf._array.shape)
    if isinstance(leaf, Tensor):
        return "strings", tuple(leaf._value.ravel().tolist()), leaf._value.shape
    if isinstance(leaf, (int, float, str, bytes, bool, complex, type(None))):
        return type(leaf), leaf
    return _Same(leaf)


def _described(leaf: Any) -> str:
    if isinstance(leaf, Variable):
        return f"the variable {leaf.name!r}"
    if _is_input(leaf):
        return f"a tensor of shape {tuple(leaf.shape)} and dtype {getattr(leaf.dtype, 'name', '')}"
    text = repr(leaf)
    return text if len(text) < 60 else text[:57] + "..."


def _is_argument_leaf(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable, TypeSpec, np.ndarray))


def _tensor_argument(leaf: Any) -> Any:
    if isinstance(leaf, (np.ndarray, np.generic, jax.Array)):
        return convert_to_tensor(leaf)
    return leaf


def _example(leaf: Any) -> Any:
    """A stand-in for an argument: zeros of a spec's dtype and shape."""
    if isinstance(leaf, TensorSpec):
        # A dimension that is not known is 1 here; each call compiles for its own size.
        sizes = [] if leaf.shape.rank is None else leaf.shape.as_list()
        shape = [1 if size is None else size for size in sizes]
        return wrap(on_device(np.zeros(shape, leaf.dtype.numpy_dtype)))
    return _tensor_argument(leaf)


@overload
def function(func: Callable[..., Any]) -> Function: ...


@overload
def function(
    func: None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Callable[[Callable[..., Any]], Function]: ...


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
) -> Any:
    """Compile a function of tensors.

    The function is traced, and compiled by XLA, once for each combination of dtypes, shapes and
    Python values of its arguments. Python's `if`, `while` and `for` over tensors become part of the
    program. All functions are compiled, whatever `jit_compile` says; shapes are part of the
    signature, so that `reduce_retracing` only silences the warning about many traces. The
    other `experimental_` arguments concern TensorFlow's graphs and change nothing.

    >>> @tf.function
    ... def collatz_steps(n):
    ...     steps = 0
    ...     while n > 1:
    ...         n = n // 2 if n % 2 == 0 else 3 * n + 1
    ...         steps += 1
    ...     return steps
    >>> collatz_steps(tf.constant(27))
    <tf.Tensor: shape=(), dtype=int32, numpy=111>
    """
    if input_signature is not None:
        for spec in flatten_specs(tuple(input_signature)):
            if not isinstance(spec, TypeSpec):
                raise TypeError(f"tf.function: input_signature takes tf.TensorSpec; given {spec!r}")

    def decorate(python_function: Callable[..., Any]) -> Function:
        if isinstance(python_function, Function):
            python_function = python_function.python_function
        if not callable(python_function):
            raise TypeError(f"tf.function takes a function; given {python_function!r}")
        return Function(
            python_function,
            input_signature=input_signature,
            use_autograph=autograph,
            reduce_retracing=reduce_retracing or bool(experimental_relax_shapes),
            jit_compile=jit_compile if jit_compile is not None else experimental_compile,
            autograph_options=experimental_autograph_options,
        )

    return decorate if func is None else decorate(func)

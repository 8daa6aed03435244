"""`tf.function`: a Python function, traced once per signature into a compiled program.

Tracing runs the Python code on tensors without values. The variables that it reads or writes become
inputs and outputs of the program (those it writes are donated: their memory is reused), and so do
the tensors of the outside that it uses. A call on arguments of a known signature is one dispatch.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable
from typing import Any, overload

import jax
import numpy as np

from keratin._engine import autograph, errors, state
from keratin._engine.block import flatten, kept
from keratin._engine.concrete import ConcreteFunction, flatten_specs, is_input
from keratin._engine.creation import EagerCallNeeded
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.state import context
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, on_device, wrap
from keratin._engine.variable import Variable

# Signatures that a function keeps compiled; the least recently used gives way.
MAX_SIGNATURES = 64
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
        functools.update_wrapper(self, python_function, updated=())
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
        if kwargs or self.input_signature is not None or len(args) not in self._tails:
            args, kwargs = self._bind(args, kwargs)
        if self.input_signature is not None:
            args = self._fit(args)
        convert = functools.partial(jax.tree.map, _tensor_argument, is_leaf=_is_argument_leaf)
        return convert(kept(args)), convert(kept(kwargs))

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
        leaves, tree = flatten(kept((args, kwargs)))
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
                name = self._argument_name(tree, len(leaves), place)
                what = f"the argument {name!r} changes: it was {old[place]}, now it is {new[place]}"
        errors.warn_user(
            f"tf.function {self.name!r} was traced {self._num_traces} times, which is slow: "
            f"{what}. Pass numbers that change as tensors, tf.constant(n); keep shapes the same; "
            "and create the tf.function once, outside of loops."
        )

    def _argument_name(self, tree: Any, count: int, place: int) -> str:
        """The name of the parameter that a leaf of the arguments belongs to."""
        args, kwargs = jax.tree.unflatten(tree, list(range(count)))
        names = list(self._signature.parameters) if self._signature is not None else []
        for index, value in enumerate(args):
            if place in jax.tree.leaves(value):
                return names[index] if index < len(names) else f"args_{index}"
        return next((name for name, value in kwargs.items() if place in jax.tree.leaves(value)), "")

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
        declared = kept(self._arguments_of_specs(args, kwargs))
        examples = functools.partial(jax.tree.map, _example, is_leaf=_is_argument_leaf)
        args, kwargs = examples(kept(args)), examples(kept(kwargs))
        try:
            concrete, _ = self._lookup(*self._arguments_of_specs(args, kwargs))
        except EagerCallNeeded:
            self._create_variables(args, kwargs)
            concrete, _ = self._lookup(*self._arguments_of_specs(args, kwargs))
        concrete.declare(flatten(declared)[0])
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
        if not any(default is inspect.Parameter.empty for default in defaults[given:])
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
    if is_input(leaf):
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
    if is_input(leaf):
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

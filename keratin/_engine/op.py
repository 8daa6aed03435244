"""`@op` turns a pure function of arrays into an op of the framework.

The body of an op says what it computes; everything that all ops share is here: arguments are
converted and their dtypes checked, static arguments select a compiled kernel, active tapes and
accumulators are told, and errors name the op, its arguments and the user's line.

The annotation of a parameter says what it is:

    T, Ts            a tensor, a sequence of tensors: all of them share one dtype
    Array, Arrays    likewise, each of a dtype of its own
    DTypeArg         a dtype; the body gets a `numpy.dtype`
    anything else    static: the body gets plain, hashable Python values

A body gets jax arrays. With `strings=True` it also takes NumPy arrays of bytes, as they are; with
`host=True` it always gets NumPy arrays, and runs outside of compiled programs.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar, overload

import jax
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType
from keratin._engine.explain import explain
from keratin._engine.kernel import Kernel, OpKernel, finish, trace
from keratin._engine.op_spec import OpSpec, Parameter
from keratin._engine.op_spec import freeze as freeze
from keratin._engine.state import context
from keratin._engine.tensor import (
    OBJECT,
    Tensor,
    convert_to_tensor,
    is_traced,
    on_device,
    remembered_scalar,
    scalar_on_device,
    to_numpy,
    wrap,
)
from keratin._engine.variable import Variable

T: TypeAlias = Any
Ts: TypeAlias = Sequence[Any]
Array: TypeAlias = Any
Arrays: TypeAlias = Sequence[Any]
DTypeArg: TypeAlias = Any
Static: TypeAlias = Any
Function = TypeVar("Function", bound=Callable[..., Any])


# What makes arguments that share a dtype alike where mixing was asked for, see `promotion`.
before_convert_hooks: list[Callable[[list[Any], list[int]], None]] = []

# The types of variables whose arrays are taken as they are, unless values are cast when read.
quick_variables: set[type] = {Variable}

_FOLD_LIMIT = 1024


@overload
def op(body: Function) -> Function: ...


@overload
def op(
    *,
    T: str = "any",
    host: bool = False,
    strings: bool = False,
    vjp: Callable[..., Any] | None = None,
) -> Callable[[Function], Function]: ...


@overload
def op(
    body: Function,
    *,
    T: str = "any",
    host: bool = False,
    strings: bool = False,
    vjp: Callable[..., Any] | None = None,
) -> Function: ...


def op(
    body: Any = None,
    *,
    T: str = "any",
    host: bool = False,
    strings: bool = False,
    vjp: Callable[..., Any] | None = None,
) -> Any:
    """Make an op of a pure function; `T` lists the kinds of dtype that its T may have.

    `vjp` is a body of the same results that knows its gradient, but only backwards: it runs, and
    the other one is what forward accumulators differentiate.
    """
    if body is None:
        return functools.partial(op, T=T, host=host, strings=strings, vjp=vjp)
    spec = OpSpec(body, T, host, strings, vjp)
    call = _pair(spec) if spec.is_pair else _general(spec)
    functools.update_wrapper(call, body)
    call.__signature__ = spec.signature  # type: ignore[attr-defined]
    call.spec = spec  # type: ignore[attr-defined]
    return call


def _general(spec: OpSpec) -> Callable[..., Any]:
    """The public function of an op, quick for tensors outside of tracing."""
    count, tails = len(spec.parameters), spec.tails
    tensor_at, static_at = spec.tensor_at, spec.static_at
    shares, accepted = spec.shares, spec.accepted
    quick = spec.plain and not spec.host and spec.tensors_first

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            args = _bind(spec, args, kwargs)
        elif len(args) != count:
            args = args + tails[len(args)] if len(args) in tails else _bind(spec, args, kwargs)
        if quick and context.scope is None:
            inputs = []
            arrays = []
            for index in tensor_at:
                value = args[index]
                kind = type(value)
                if kind is Tensor:
                    arrays.append(value._value)
                elif kind in quick_variables and context.autocast is None:
                    value._shared = True
                    arrays.append(value._array)
                else:
                    break
                inputs.append(value)
            else:
                first = arrays[0].dtype
                if (
                    first in accepted
                    and (len(arrays) == 1 or OBJECT not in [array.dtype for array in arrays])
                    and (shares < 2 or all([array.dtype == first for array in arrays[1:shares]]))
                ):
                    kernel = _known_kernel(spec, tuple([args[index] for index in static_at]))
                    if kernel is not None:
                        return _dispatch(spec, kernel, inputs, arrays, args)
        return _call(spec, call, args)

    return call


def _known_kernel(spec: OpSpec, statics: tuple[Any, ...]) -> Kernel | None:
    try:
        kernel = spec.kernels.get(statics)
    except TypeError:  # a list, or a tensor, to be frozen first
        statics = tuple([tuple(s) if type(s) is list else s for s in statics])
        try:
            kernel = spec.kernels.get(statics)
        except TypeError:
            return None
    if kernel is not None and kernel.whole and not _are_whole(kernel, statics):
        return None
    return kernel


def _are_whole(kernel: Kernel, statics: tuple[Any, ...]) -> bool:
    """Whether equal arguments are of integers too: the shape (2.0, 3.0) is not (2, 3)."""
    for place in kernel.whole:
        for value in statics[place]:
            if type(value) is not int:
                return False
    return True


def _pair(spec: OpSpec) -> Callable[..., Any]:
    """The public function of an op of two tensors of one dtype: `x + y`, `x * 2.0`."""
    accepted, kernels = spec.accepted, spec.kernels

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != 2:
            args = _bind(spec, args, kwargs)
        if context.scope is None:
            x, y = args[0], args[1]
            left = _quick_array(x)
            right = _quick_array(y)
            if left is None and right is not None:
                left = _quick_scalar(x, right.dtype)
            elif right is None and left is not None:
                right = _quick_scalar(y, left.dtype)
            if (
                left is not None
                and right is not None
                and left.dtype == right.dtype
                and (left.dtype in accepted)
            ):
                kernel = kernels.get(())
                if kernel is not None:
                    return _dispatch(spec, kernel, (x, y), [left, right], args)
        return _call(spec, call, args)

    return call


def _quick_array(value: Any) -> Any:
    kind = type(value)
    if kind is Tensor:
        return value._value
    if kind in quick_variables and context.autocast is None:
        value._shared = True
        return value._array
    return None


def _quick_scalar(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as an array that was made before, if it fits the dtype; else None."""
    kind = type(value)
    if kind is int or (kind is float and dtype.kind in "fcV"):
        return remembered_scalar(value, dtype)
    return None


def _dispatch(
    spec: OpSpec, kernel: Kernel, inputs: Sequence[Any], arrays: list[Any], args: tuple[Any, ...]
) -> Any:
    try:
        result = kernel.run(arrays)
    except Exception as error:
        raise explain(spec.name, error, spec, args) from None
    return finish(kernel, inputs, arrays, result)


def _bind(spec: OpSpec, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments in the order of the parameters, defaults filled in."""
    if len(args) > len(spec.parameters):
        raise TypeError(
            f"{spec.name}() takes {len(spec.parameters)} arguments "
            f"({', '.join(spec.names)}), but {len(args)} were given"
        )
    for key in kwargs:
        if key not in spec.names:
            raise errors.unknown_keyword(spec.name, key, spec.names)
    bound = list(args)
    for name in kwargs:
        if name in spec.names[: len(args)]:
            raise TypeError(f"{spec.name}() got two values for the argument {name!r}")
    for parameter in spec.parameters[len(args) :]:
        value = kwargs.get(parameter.name, parameter.default)
        if value is inspect.Parameter.empty:
            raise TypeError(f"{spec.name}() is missing the argument {parameter.name!r}")
        bound.append(value)
    return tuple(bound)


class _Call:
    """One call on its way: the tensors it was given, flat, and how to put them back."""

    def __init__(self, spec: OpSpec, args: tuple[Any, ...]):
        self.spec = spec
        self.inputs: list[Any] = []
        self.key: Any = None
        self.layout: list[Any] = []  # per tensor parameter: None, an int, or a tuple of ints
        self.shared: list[int] = []
        for parameter, index in zip(spec.tensors, spec.tensor_at, strict=True):
            self.layout.append(self._place(parameter, args[index]))
        self.statics = tuple(
            [freeze(args[i], p) for p, i in zip(spec.statics, spec.static_at, strict=True)]
        )

    def _place(self, parameter: Parameter, value: Any) -> Any:
        if value is None and parameter.optional:
            return None
        if not parameter.sequence:
            return self._add(parameter, value)
        if isinstance(value, (Tensor, np.ndarray, Variable)):
            value = list(value)
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                f"argument {parameter.name!r} takes a list of tensors; given {type(value).__name__}"
            )
        return tuple([self._add(parameter, item) for item in value])

    def _add(self, parameter: Parameter, value: Any) -> int:
        if value is None:
            raise ValueError(f"argument {parameter.name!r} is None; a tensor is needed")
        self.inputs.append(value)
        if parameter.kind == "T":
            self.shared.append(len(self.inputs) - 1)
        return len(self.inputs) - 1

    def forget(self) -> None:
        """Drop the kernel of a call that failed: equal arguments may yet be right, as 2.0 is 2."""
        self.spec.kernels.pop(self.key, None)

    def kernel(self) -> Kernel:
        spec = self.spec
        key = self.key = self.statics if spec.plain else (self.statics, tuple(self.layout))
        kernel = spec.kernels.get(key)
        if kernel is not None and kernel.whole and not _are_whole(kernel, self.statics):
            key = self.key = (key, "not whole")
            kernel = spec.kernels.get(key)
        if kernel is None:
            if len(spec.kernels) > 2000:
                spec.kernels.clear()
            kernel = spec.kernels[key] = self._new_kernel()
            kernel.whole = tuple(
                [
                    place
                    for place, value in enumerate(self.statics)
                    if type(value) is tuple and set(map(type, value)) == {int}
                ]
            )
        return kernel

    def _new_kernel(self) -> Kernel:
        spec = self.spec
        if spec.vjp is None:
            return OpKernel(spec.name, self.function())
        return Kernel(spec.name, self.function(), jax.jit(self.function(spec.vjp), inline=True))

    def function(self, body: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """The body as a function of the flat arrays alone."""
        spec, layout = self.spec, self.layout
        body = body or spec.body
        names = [p.name for p in spec.tensors]
        fixed = {p.name: v for p, v in zip(spec.statics, self.statics, strict=True)}
        if spec.takes_name:
            fixed["name"] = None

        def function(*arrays: Any) -> Any:
            given = {
                name: None
                if place is None
                else arrays[place]
                if isinstance(place, int)
                else [arrays[i] for i in place]
                for name, place in zip(names, layout, strict=True)
            }
            return body(**given, **fixed)

        function.__name__ = spec.name
        return function


def _call(spec: OpSpec, public: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The general path: anything convertible, lists of tensors, tracing, strings, host ops."""
    handler = _protocol(spec, args)
    if handler is not None:
        return handler(public, args)
    call: _Call | None = None
    try:
        call = _Call(spec, args)
        arrays = _convert(call)
        if spec.host or any(isinstance(a, np.ndarray) and a.dtype == OBJECT for a in arrays):
            return _call_on_host(call, arrays)
        kernel = call.kernel()
        if context.scope is not None and _is_known(arrays):
            return _fold(call, kernel, arrays)
        if kernel is not None and context.scope is not None and context.tapes:
            return trace(kernel, call.inputs, arrays)
        result = kernel.run(arrays)
    except Exception as error:
        if call is not None:
            call.forget()
        raise explain(spec.name, error, spec, args) from None
    return finish(kernel, call.inputs, arrays, result)


def _protocol(spec: OpSpec, args: tuple[Any, ...]) -> Callable[..., Any] | None:
    """The handler of the first argument that takes ops upon itself: symbolic, ragged, sparse."""
    for parameter, index in zip(spec.tensors, spec.tensor_at, strict=True):
        value = args[index]
        for item in value if parameter.sequence and isinstance(value, (list, tuple)) else (value,):
            handler = getattr(type(item), "__keratin_op__", None)
            if handler is not None:
                return functools.partial(handler, item)
    return None


def _convert(call: _Call) -> list[Any]:
    """The arrays of a call's inputs; those that share a dtype are checked, numbers adapt."""
    spec, inputs = call.spec, call.inputs
    arrays: list[Any] = [None] * len(inputs)
    scope = context.scope
    for hook in before_convert_hooks:
        hook(inputs, call.shared)
    for index, value in enumerate(inputs):
        arrays[index] = _settled(value, scope)
    common = _common_dtype(call, arrays)
    for index, value in enumerate(inputs):
        if arrays[index] is None:
            hint = common if index in call.shared else None
            tensor = _adapted(spec, value, hint, index in call.shared)
            inputs[index], arrays[index] = tensor, tensor._value
    _check_dtypes(call, arrays)
    return arrays


def _settled(value: Any, scope: Any) -> Any:
    """The array of what has a dtype of its own already; None for Python values and NumPy."""
    if isinstance(value, Tensor):
        array = value._value
        # In a function only what comes from outside is an input; in a branch or loop body what
        # the function computed before is one too.
        if scope is not None and (scope.parent is not None or not is_traced(array)):
            scope.captured[id(value)] = value
        return array
    if isinstance(value, Variable):
        value._shared = True
        if scope is not None:
            scope.captured[id(value)] = value
        return value._read()
    return value if isinstance(value, jax.Array) else None


def _common_dtype(call: _Call, arrays: list[Any]) -> DType | None:
    for index in call.shared:
        if arrays[index] is not None:
            return dtypes.of(arrays[index].dtype)
    found = [
        call.inputs[i].dtype
        for i in call.shared
        if isinstance(call.inputs[i], (np.ndarray, np.generic))
    ]
    found = [dtype for dtype in found if dtype.kind in "biufcV"]
    if found:
        return dtypes.of(found[0])
    if len(call.shared) < 2:
        return None
    converted = [to_numpy(call.inputs[i]) for i in call.shared if _plain(call.inputs[i])]
    ranks = [dtypes.of(array.dtype) for array in converted if array.dtype != OBJECT]
    return max(
        ranks, key=lambda d: ("bool int uint float complex".find(d.kind), d.size), default=None
    )


def _plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex)) or (
        isinstance(value, (list, tuple)) and all(_plain(item) for item in value)
    )


def _adapted(spec: OpSpec, value: Any, hint: DType | None, shared: bool) -> Tensor:
    """A tensor of a Python or NumPy value, of the hinted dtype where that loses nothing."""
    if shared and hint is None and spec.default_float() and _plain(value):
        hint = dtypes.float32
    kind = type(value)
    if (kind is int or kind is float) and hint is not None and context.scope is None:
        dtype = hint
        if kind is int and hint.kind in ("int", "uint") and not hint.min <= value <= hint.max:
            raise errors.InvalidArgumentError(
                f"the number {value} does not fit the dtype {hint.name}, which holds "
                f"{hint.min} to {hint.max}. Cast the tensor to a wider dtype first"
            )
        if hint.kind in ("float", "complex") or (kind is int and hint.kind in ("int", "uint")):
            return wrap(scalar_on_device(value, dtype.numpy_dtype))
    if kind is float and hint is not None and hint.kind in ("int", "uint"):
        raise errors.InvalidArgumentError(
            f"the Python float {value} meets a tensor of dtype {hint.name}. Write "
            f"tf.cast(x, tf.float32), or an integer"
        )
    return convert_to_tensor(value, dtype_hint=hint)


def _check_dtypes(call: _Call, arrays: list[Any]) -> None:
    spec = call.spec
    if not call.shared:
        return
    first = call.shared[0]
    dtype = dtypes.of(arrays[first].dtype)
    for index in call.shared[1:]:
        other = dtypes.of(arrays[index].dtype)
        if other != dtype:
            names = _argument(call, first), _argument(call, index)
            raise errors.InvalidArgumentError(
                f"arguments of different dtypes: {names[0]} is {dtype.name}, {names[1]} is "
                f"{other.name}. Write {_alike(names, (dtype, other), spec.kinds)}"
            )
    if dtype.kind not in spec.kinds:
        raise errors.InvalidArgumentError(
            f"{_argument(call, first)} has dtype {dtype.name}, but this op takes "
            f"{_readable(spec.kinds)}. Write {_remedy(_argument(call, first), dtype, spec.kinds)}"
        )


def _alike(names: tuple[str, str], found: tuple[DType, DType], kinds: frozenset[str]) -> str:
    """How to make two arguments of one dtype."""
    if dtypes.string not in found:
        return f"tf.cast({names[1]}, tf.{found[0].name}) or tf.cast({names[0]}, tf.{found[1].name})"
    text = names[found.index(dtypes.string)]
    other = names[0] if text == names[1] else names[1]
    in_python = f"float(...) for {text} before it becomes a tensor"
    return f"str(...) for {other}, or {in_python}" if "string" in kinds else in_python


# The dtype to cast to, by the kinds that an op takes: the first one of them.
_CAST_TO = {"float": "float32", "complex": "complex64", "int": "int32", "bool": "bool"}


def _remedy(name: str, dtype: DType, kinds: frozenset[str]) -> str:
    """How to make an argument of a dtype that the op takes."""
    target = next((_CAST_TO[kind] for kind in _CAST_TO if kind in kinds), "uint8")
    if dtype.kind == "string":
        return f"numbers instead of text for {name}, such as float(...), before it becomes a tensor"
    if "string" in kinds and not kinds & set(_CAST_TO):
        return f"text instead of numbers for {name}, such as str(...), before it becomes a tensor"
    if target == "complex64" and dtype.size == 8:
        target = "complex128"
    return f"tf.cast({name}, tf.{target})"


def _readable(kinds: frozenset[str]) -> str:
    order = ["bool", "int", "uint", "float", "complex", "string"]
    return " or ".join(kind for kind in order if kind in kinds)


def _argument(call: _Call, index: int) -> str:
    for parameter, place in zip(call.spec.tensors, call.layout, strict=True):
        if place == index and isinstance(place, int):
            return parameter.name
        if isinstance(place, tuple) and index in place:
            return f"{parameter.name}[{place.index(index)}]"
    return "an argument"


# Carrying out


def _is_known(arrays: list[Any]) -> bool:
    """Whether all inputs are values known while tracing: the arithmetic of shapes."""
    return bool(arrays) and all(
        isinstance(a, np.ndarray) and a.dtype.kind in "iub" and a.size <= _FOLD_LIMIT
        for a in arrays
    )


# The arithmetic of shapes: NumPy's functions that agree with the ops of these names on integers,
# so that tracing `tf.shape(x)[0] * 2` compiles nothing.
_ON_INTEGERS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "negative": np.negative,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


def _fold(call: _Call, kernel: Kernel, arrays: list[Any]) -> Any:
    """The result of an op on values known while tracing."""
    simple = _ON_INTEGERS.get(call.spec.name)
    if simple is not None and arrays[0].dtype.kind in "iu":
        return wrap(np.asarray(simple(*arrays)))
    with jax.ensure_compile_time_eval():
        if call.spec.strings:  # the body takes NumPy arrays as well: nothing to compile
            result = call.function()(*arrays)
        else:
            result = kernel.jitted(*[jax.device_put(a) for a in arrays])
        return jax.tree.map(lambda array: wrap(np.asarray(array)), result)


def _call_on_host(call: _Call, arrays: list[Any]) -> Any:
    spec = call.spec
    if not spec.strings:
        raise errors.InvalidArgumentError("this op does not take strings")
    if any(is_traced(array) for array in arrays):
        raise errors.InvalidArgumentError(
            "the shape of the result depends on the values, so this op cannot be part of a "
            "compiled function. Call it outside of tf.function, wrap it in tf.py_function with a "
            "fixed result shape, or use an op of fixed shape such as tf.where(condition, x, y)"
        )
    result = call.function()(*[np.asarray(array) for array in arrays])
    make = (
        (lambda a: wrap(np.asarray(a)))
        if context.scope is not None
        else (lambda a: wrap(on_device(np.asarray(a))))
    )
    return jax.tree.map(make, result)


# Errors

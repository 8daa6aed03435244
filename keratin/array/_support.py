"""What the array ops share: axes from either end, values the host knows, arguments made ready."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.explain import explain
from keratin._engine.op import freeze
from keratin._engine.op_spec import OpSpec, public_name
from keratin._engine.state import context
from keratin._engine.tensor import (
    Tensor,
    convert_to_tensor,
    is_traced,
    scalar_on_device,
    to_numpy,
    wrap,
)
from keratin._engine.variable import Variable

Function = TypeVar("Function", bound=Callable[..., Any])
Axis = int | Sequence[int] | None
Shape = Any  # a list of ints and scalar tensors, an integer tensor, a TensorShape


def library(*arrays: Any) -> Any:
    """`numpy` for strings and for values known while tracing, else `jax.numpy`."""
    return np if all(isinstance(array, np.ndarray) for array in arrays) else jnp


def normalize_axis(axis: int, rank: int, name: str = "axis", new: bool = False) -> int:
    """The axis counted from the front; a `new` one is put among those of a tensor of that rank."""
    if not isinstance(axis, int) or isinstance(axis, bool):
        raise errors.InvalidArgumentError(f"{name} must be one integer; given {axis!r}")
    count = rank + new
    if not -count <= axis < count:
        allowed = f"Give an axis from {-count} to {count - 1}" if count else "A scalar has no axes"
        raise errors.InvalidArgumentError(
            f"{name}={axis} is out of range for a {'new axis of a ' * new}tensor of rank {rank}. "
            f"{allowed}"
        )
    return axis % count


def normalize_axes(axis: Any, rank: int, name: str = "axis") -> tuple[int, ...]:
    """The axes counted from the front, each of them once."""
    given = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple([normalize_axis(each, rank, name) for each in given])
    if len(set(axes)) != len(axes):
        raise errors.InvalidArgumentError(
            f"{name}={list(given)} names an axis twice for a tensor of rank {rank}. Give each axis "
            "once"
        )
    return axes


def integers(value: Any, name: str) -> tuple[int, ...]:
    """A static argument as a tuple of integers; a single one counts as a tuple of one."""
    found = value if isinstance(value, tuple) else (value,)
    for item in found:
        if not isinstance(item, int) or isinstance(item, bool):
            raise errors.InvalidArgumentError(
                f"{name} must hold integers; given {list(found)!r}. Write int(...) or "
                f"tf.cast({name}, tf.int32)"
            )
    return found


def dimensions(shape: Any, name: str = "shape") -> tuple[int, ...]:
    """The sizes of a shape given in whichever form; all must be known."""
    frozen = plain(shape, name)
    if isinstance(frozen, tuple) and any(size is None for size in frozen):
        raise errors.InvalidArgumentError(
            f"{name}={list(frozen)} is not fully known. Give a number for each None, for example "
            "from tf.shape(x)"
        )
    sizes = integers(frozen, name)
    if min(sizes, default=0) < 0:
        raise errors.InvalidArgumentError(
            f"{name}={list(sizes)} has a negative size. Sizes must be 0 or more"
        )
    return sizes


def host_value(value: Any) -> np.ndarray[Any, Any] | None:
    """The values of an argument where looking costs nothing: not traced, not on an accelerator."""
    if isinstance(value, Tensor):
        value = value._value
    elif isinstance(value, Variable):
        value = value._read()
    elif hasattr(type(value), "__keratin_op__"):
        return None
    if isinstance(value, jax.Array):
        return None if is_traced(value) or not _on_cpu() else np.asarray(value)
    try:
        return np.asarray(value)
    except (TypeError, ValueError, errors.OpError):
        return None  # tensors in a list, or ragged; the op says what is wrong


@functools.cache
def _on_cpu() -> bool:
    return jax.default_backend() == "cpu"


def static_shape(value: Any) -> tuple[int, ...] | None:
    """The shape of a tensor or array without converting it, or None."""
    if isinstance(value, Tensor):
        value = value._value
    elif isinstance(value, Variable):
        value = value._read()
    elif not isinstance(value, (np.ndarray, jax.Array)):
        return None
    return tuple(value.shape)


def on_host(value: Any) -> Any:
    """Indices given as Python or NumPy values as a tensor that kernels take without a transfer.

    Only for arguments: results of ops are on the device.
    """
    if isinstance(value, (int, list, tuple, np.ndarray)) and not is_nest_of_tensors(value):
        return wrap(np.array(to_numpy(value)))
    return value


def is_nest_of_tensors(value: Any) -> bool:
    """Whether a nested list holds anything but Python and NumPy numbers."""
    if isinstance(value, (list, tuple)):
        return any(is_nest_of_tensors(item) for item in value)
    return not isinstance(value, (int, float, np.ndarray, np.generic))


def number_like(value: Any, other: Any) -> Any:
    """A Python number as a tensor of the dtype of another that was given, where that is simple."""
    kind = type(value)
    if (kind is float or kind is int) and type(other) is Tensor and context.scope is None:
        dtype = other._value.dtype
        if dtype.kind == "f" or (kind is int and dtype.kind == "i" and -128 <= value < 128):
            return wrap(scalar_on_device(value, dtype))
    return value


def with_shape(value: Any) -> tuple[Any, tuple[int, ...] | None]:
    """An argument, converted if need be, with its shape; None of one that is not an array."""
    if hasattr(type(value), "__keratin_op__"):
        return value, None
    shape = static_shape(value)
    if shape is None:
        value = convert_to_tensor(value)
        shape = static_shape(value)
    return value, shape


class _Static(NamedTuple):
    """The argument that is being frozen, for messages."""

    name: str
    kind: str = "static"


def plain(value: Any, name: str) -> Any:
    """A static argument as hashable Python, which finds the kernel of an earlier call."""
    return value if type(value) is int or value is None else freeze(value, _Static(name))


def prepared(prepare: Callable[..., tuple[Any, ...]]) -> Callable[[Function], Function]:
    """Have `prepare`, of the op's signature, check or change the arguments before the op runs.

    It sees values where the body sees traced arrays; it returns all arguments in their order.
    """

    def decorate(function: Any) -> Any:
        spec: OpSpec = function.spec

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            handler = _handler(args, kwargs)
            if handler is not None:
                return handler(call, _bound(call, args, kwargs))
            try:
                arguments = prepare(*args, **kwargs)
            except Exception as error:
                raise _explained(function, spec, error, args, kwargs) from None
            return function(*arguments)

        return call

    return decorate


def named(name: str) -> Callable[[Function], Function]:
    """Have the messages of an op that is a part of another one name that one."""

    def decorate(function: Any) -> Any:
        function.spec.name = name
        return function

    return decorate


def composite(function: Function) -> Function:
    """Have the errors of a function made of several ops name it and the user's line."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        handler = _handler(args, kwargs)
        if handler is not None:
            return handler(call, _bound(call, args, kwargs))
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise _explained(function, None, error, args, kwargs) from None

    return call  # type: ignore[return-value]


def _explained(
    function: Any, spec: OpSpec | None, error: Exception, args: Any, kwargs: Any
) -> Exception:
    label = public_name(function.__module__, function.__name__)
    signature = inspect.signature(function)
    names = list(signature.parameters)
    catches_all = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    for key in () if catches_all else kwargs:
        if key not in names:
            return errors.unknown_keyword(label, key, names)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as mistake:
        return TypeError(f"{label}: {mistake}. It takes: {', '.join(names)}")
    bound.apply_defaults()
    return explain(label, error, spec, bound.args)


def _handler(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any] | None:
    """What a symbolic, ragged or sparse first argument makes of a function; None of others."""
    first = args[0] if args else next(iter(kwargs.values()), None)
    for value in first if type(first) is list or type(first) is tuple else (first,):
        handler = getattr(type(value), "__keratin_op__", None)
        if handler is not None:
            return functools.partial(handler, value)
    return None


def _bound(function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Any, ...]:
    """All arguments in their order, the defaults filled in."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.args


def without_tapes(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function whose result has no gradient: no tape is told."""
    outer, context.tapes = context.tapes, ()
    try:
        return function(*args)
    finally:
        context.tapes = outer

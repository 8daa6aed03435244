"""What the ops of Keras share: how they stand in graphs, what they say in errors, their dtypes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.explain import explain
from keratin._engine.operators import operators
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.keras._core.settings import settings
from keratin.keras._core.symbolic import KerasTensor, OpCall

Function = TypeVar("Function", bound=Callable[..., Any])


def operation(name: str, explained: bool = True) -> Callable[[Function], Function]:
    """Have a function be an op of Keras: one node in graphs, named as Keras names its class.

    Its errors name it, unless `explained` is false: for functions that run those of the user.
    """

    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if _holds_symbolic(args) or (kwargs and _holds_symbolic(kwargs.values())):
                return OpCall(call)(*args, **kwargs)
            if not explained:
                return function(*args, **kwargs)
            try:
                return function(*args, **kwargs)
            except Exception as error:
                raise _explained(function, error, args, kwargs) from None

        call.__keras_operation__ = name  # type: ignore[attr-defined]
        return call

    return decorate


def _holds_symbolic(values: Any) -> bool:
    for value in values:
        kind = type(value)
        if kind is Tensor:
            continue
        if issubclass(kind, KerasTensor):
            return True
        if kind is list or kind is tuple:
            if _holds_symbolic(value):
                return True
        elif kind is dict and _holds_symbolic(value.values()):
            return True
    return False


def _explained(function: Any, error: Exception, args: Any, kwargs: Any) -> Exception:
    label = f"keras.ops.{function.__name__}"
    signature = inspect.signature(function)
    names = list(signature.parameters)
    if not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        for key in kwargs:
            if key not in names:
                return errors.unknown_keyword(label, key, names)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as mistake:
        return TypeError(f"{label}: {mistake}. It takes: {', '.join(names)}")
    bound.apply_defaults()
    return explain(label, error, None, bound.args)


# Dtypes of arguments, before an op


def as_tensor(value: Any) -> Any:
    """A tensor or variable as it is, anything else converted; within mixed precision, as read."""
    if type(value) is Tensor:
        return value
    if isinstance(value, Variable):
        return value if context.autocast is None else operators.identity(value)
    return convert_to_tensor(value)


def as_floating(value: Any) -> Any:
    """A tensor of floating or complex numbers: integers and booleans become `floatx`."""
    tensor = as_tensor(value)
    if tensor.dtype.kind in ("bool", "int", "uint"):
        return operators.cast(tensor, settings.floatx)
    return tensor


def as_numeric(value: Any) -> Any:
    """A tensor of numbers: booleans become int32."""
    tensor = as_tensor(value)
    return operators.cast(tensor, "int32") if tensor.dtype.kind == "bool" else tensor


def shape_of(value: Any) -> tuple[Any, ...]:
    """The sizes of a tensor."""
    return tuple(value.shape)


# Dtypes of arrays, within an op


def floating(array: jax.Array) -> jax.Array:
    """The array, integers and booleans as float32."""
    return array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(np.float32)


def promoted(*arrays: jax.Array) -> list[jax.Array]:
    """The arrays in the dtype they promote to, a floating one."""
    dtype = jnp.result_type(*[array.dtype for array in arrays])
    if not jnp.issubdtype(dtype, jnp.inexact):
        dtype = np.dtype(np.float32)
    return [array.astype(dtype) for array in arrays]


def wide(array: jax.Array) -> jax.Array:
    """At least float32: what is summed up in half precision loses too much."""
    array = floating(array)
    return array.astype(np.float32) if array.dtype.itemsize < 4 else array


def spreads_to(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an array of a shape can be broadcast to another one."""
    last = whole[len(whole) - len(shape) :]
    return len(shape) <= len(whole) and all(
        size in (1, wanted) for size, wanted in zip(shape, last, strict=True)
    )


def require(condition: bool, message: str) -> None:
    """Raise an error of this text unless the condition holds."""
    if not condition:
        raise errors.InvalidArgumentError(message)

"""How variables come to be: who may make them, when, and of what initial value."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax

from keratin._engine import errors, state
from keratin._engine.dtype import DType
from keratin._engine.keywords import KeywordMeta
from keratin._engine.state import context
from keratin._engine.tensor import (
    OBJECT,
    Tensor,
    convert_to_tensor,
    is_traced,
    on_device,
    to_numpy,
    wrap,
)


class EagerCallNeeded(BaseException):
    """A variable is created from a value that is being traced: run the function untraced first."""


_creators: list[Callable[..., Any]] = []


@contextlib.contextmanager
def variable_creator_scope(variable_creator: Callable[..., Any]) -> Iterator[None]:
    """Have `variable_creator(next_creator, **kwargs)` make each variable created inside.

    >>> def half(next_creator, **kwargs):
    ...     return next_creator(**(kwargs | {"dtype": tf.float16}))
    >>> with tf.variable_creator_scope(half):
    ...     tf.Variable(1.0).dtype
    tf.float16
    """
    _creators.append(variable_creator)
    try:
        yield
    finally:
        _creators.remove(variable_creator)


class CreationMeta(KeywordMeta):
    """Lets the creators in force make the variable."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not _creators:
            return super().__call__(*args, **kwargs)
        names = ("initial_value", "trainable", "validate_shape", "caching_device", "name")
        kwargs = {**dict(zip(names, args, strict=False)), **kwargs}
        make = super().__call__
        for creator in list(_creators):
            make = _with_next(creator, make)
        return make(**kwargs)


def _with_next(creator: Callable[..., Any], make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **kwargs: creator(make, **kwargs)


def check_may_create() -> None:
    scope = context.scope
    if scope is not None and not scope.root.may_create_variables:
        raise ValueError(
            f"A tf.Variable is created on a later call of the function {scope.root.name!r}, at "
            f"{errors.user_location()}. A tf.function may create variables on its first call "
            "only: create the variable outside and pass or capture it, or keep it on an object and "
            "create it once, `if self.v is None: self.v = tf.Variable(...)`."
        )


def initial_array(initial_value: Any, dtype: DType | None, shape: Any) -> Any:
    """A fresh concrete array of the initial value, also while a function is traced."""
    if context.scope is None:
        return _concrete_array(initial_value, dtype, shape)
    with state.enter(None), state.listening(()), jax.ensure_compile_time_eval():
        return _concrete_array(initial_value, dtype, shape)


def _concrete_array(value: Any, dtype: DType | None, shape: Any) -> Any:
    if callable(value):
        value = value()
    if isinstance(value, jax.Array):
        value = wrap(value)
    if isinstance(value, Tensor):
        if is_traced(value._value):
            raise EagerCallNeeded
        if dtype is not None and value.dtype != dtype:
            raise ValueError(
                f"tf.Variable: the initial value has dtype {value.dtype.name}, but dtype="
                f"{dtype.name} was asked for. Write tf.cast(value, tf.{dtype.name})."
            )
        array = value._value
        return array if array.dtype == OBJECT else jax.device_put(array, may_alias=False)
    if hasattr(value, "__tf_tensor__"):
        return _concrete_array(convert_to_tensor(value), dtype, shape)
    if isinstance(value, (list, tuple)):
        return _concrete_array(convert_to_tensor(value, dtype=dtype), dtype, shape)
    return on_device(to_numpy(value, dtype))

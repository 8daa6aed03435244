"""A call of a layer: what its `call` takes, what the call around it says, and masks."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from keratin._engine import errors, state
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.keras._core.symbolic import KerasTensor


class CallContext(threading.local):
    """What the outermost call of a layer that is going on says to those within."""

    training: Any = None
    # The outermost layer.
    entry: Any = None
    # The innermost layer of a user's class whose `call` runs.
    running: Any = None
    # Told of each call of a layer, where somebody wants to know.
    observer: Any = None


call_context = CallContext()


class CallSpec:
    """The parameters of a `call` method, read once for each class."""

    def __init__(self, function: Callable[..., Any]):
        self.signature = inspect.signature(function)
        parameters = self.signature.parameters
        self.names = [
            name
            for name, p in parameters.items()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        self.takes_any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        self.takes_any_positional = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
        self.has_training = "training" in parameters
        self.mask_for = self._mask_parameters()

    def _mask_parameters(self) -> dict[str, str]:
        """For each argument the parameter that takes its mask: `mask` for the first one."""
        found = {}
        for index, name in enumerate(self.names):
            mask = f"{name}_mask"
            if mask in self.names:
                found[name] = mask
            elif index == 0 and "mask" in self.names:
                found[name] = "mask"
        return found

    def without_unknown(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Without `training` and `mask`, which any caller may say, where `call` lacks them."""
        if self.takes_any_keyword or not ("training" in kwargs or "mask" in kwargs):
            return kwargs
        return {
            name: value
            for name, value in kwargs.items()
            if name in self.names or name not in ("training", "mask")
        }

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> dict[str, Any]:
        """The arguments given, by the names of the parameters."""
        if not self.takes_any_keyword:
            for key in kwargs:
                if key not in self.names:
                    raise errors.unknown_keyword(f"Layer {name!r}: call", key, self.names)
            kwargs = {key: value for key, value in kwargs.items() if key in self.names}
        try:
            return self.signature.bind_partial(*args, **kwargs).arguments
        except TypeError as error:
            several = len(args) > len(self.names)
            remedy = ". Give several tensors as one list: layer([a, b])" if several else ""
            raise TypeError(
                f"call of layer {name!r}: {error}. It takes: {', '.join(self.names)}{remedy}"
            ) from None

    def missing(self, given: dict[str, Any]) -> str | None:
        """The first parameter without a value, if there is one."""
        for name in self.names:
            parameter = self.signature.parameters[name]
            if name not in given and parameter.default is inspect.Parameter.empty:
                return name
        return None


@functools.lru_cache(maxsize=1000)
def _spec_of_function(function: Callable[..., Any]) -> CallSpec:
    return CallSpec(_without_self(function))


def _without_self(function: Callable[..., Any]) -> Callable[..., Any]:
    bound: Callable[..., Any] = functools.partial(function, None)
    functools.update_wrapper(bound, function)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    bound.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return bound


def spec_of(method: Any) -> CallSpec:
    """The parameters of a layer's `call`."""
    function = getattr(method, "__func__", None)
    return CallSpec(method) if function is None else _spec_of_function(function)


# Masks


def get_mask(tensor: Any) -> Any:
    """The mask that a layer put on a tensor, or None."""
    return getattr(tensor, "_keras_mask", None)


def masks_of(structure: Any) -> Any:
    """The masks of a structure of tensors, in the same structure."""
    if isinstance(structure, (Tensor, KerasTensor)):
        return get_mask(structure)
    return jax.tree.map(get_mask, structure, is_leaf=is_leaf)


def set_masks(outputs: Any, masks: Any) -> None:
    """Put masks on the tensors that have none yet, one after the other."""
    if isinstance(outputs, (Tensor, KerasTensor)):
        tensors = [outputs]
    else:
        tensors = jax.tree.leaves(outputs, is_leaf=is_leaf)
    found = [masks] if is_leaf(masks) else jax.tree.leaves(masks, is_leaf=is_leaf)
    for tensor, mask in zip(tensors, found, strict=False):
        settable = isinstance(tensor, (Tensor, KerasTensor)) and get_mask(tensor) is None
        if settable and mask is not None:
            tensor._keras_mask = mask


def is_leaf(value: Any) -> bool:
    """Whether a value is one tensor, or stands for the lack of one, and is not a structure."""
    return value is None or isinstance(value, (Tensor, KerasTensor, Variable))


# Inputs


def is_tensor_like(value: Any) -> bool:
    """Whether a value is a tensor, or an array that becomes one."""
    return isinstance(value, (Tensor, KerasTensor, Variable, jax.Array, np.ndarray, np.generic))


class Inputs:
    """Makes the arguments of a call tensors of the dtype that the layer computes in."""

    def __init__(self, dtype: Any, autocasts: bool, casts_symbolic: bool = False):
        self.dtype = dtype
        self.autocasts = autocasts
        self.casts_symbolic = casts_symbolic

    def convert(self, value: Any) -> Any:
        """A value with its arrays as tensors, and its floating tensors cast."""
        kind = type(value)
        if value is None or kind is str or kind is bool:
            return value
        if kind is Tensor or isinstance(value, (Tensor, Variable)):
            return self._cast(value)
        if isinstance(value, KerasTensor):
            return self._cast(value) if self.casts_symbolic else value
        if isinstance(value, (np.ndarray, np.generic, jax.Array)):
            return self._cast(self._tensor(value))
        if isinstance(value, dict):
            return {key: self.convert(item) for key, item in value.items()}
        if kind is list or kind is tuple:
            return kind([self.convert(item) for item in value])
        if hasattr(kind, "__array__") or hasattr(kind, "__tf_tensor__"):
            return self._cast(convert_to_tensor(value))
        return value

    def convert_first(self, value: Any) -> Any:
        """The first argument: lists of numbers are tensors as well."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._cast(convert_to_tensor(value))
        if isinstance(value, (list, tuple)) and value and _numbers(value):
            return self._cast(convert_to_tensor(value))
        return self.convert(value)

    def _tensor(self, value: Any) -> Tensor:
        if self.autocasts and value.dtype.kind == "f" and isinstance(value, np.ndarray):
            value = value.astype(self.dtype.numpy_dtype, copy=False)
        return convert_to_tensor(value)

    def _cast(self, value: Any) -> Any:
        if not self.autocasts or not value.dtype.is_floating or value.dtype == self.dtype:
            return value
        cast = operators.cast(value, self.dtype)
        mask = get_mask(value)
        if mask is not None:
            cast._keras_mask = mask
        return cast


def _numbers(value: Any) -> bool:
    """Whether nested lists hold nothing but numbers."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_numbers, value))
    return isinstance(value, (bool, int, float))


def in_trace() -> bool:
    """Whether a program is being traced."""
    return state.context.scope is not None

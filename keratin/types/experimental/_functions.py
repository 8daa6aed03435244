"""The kinds of functions there are, for `isinstance`."""

from __future__ import annotations

import abc
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from keratin._engine import concrete, function


class FunctionType(inspect.Signature):
    """The signature of a compiled function.

    >>> def double(x: tf.types.experimental.TensorLike):
    ...     return x * 2
    >>> list(tf.types.experimental.FunctionType.from_callable(double).parameters)
    ['x']
    """

    def __init__(
        self,
        parameters: Sequence[inspect.Parameter] | None = None,
        *,
        return_annotation: Any = inspect.Signature.empty,
        __validate_parameters__: bool = True,
    ):
        super().__init__(
            parameters,
            return_annotation=return_annotation,
            __validate_parameters__=__validate_parameters__,
        )


class Callable(abc.ABC):
    """Something that is called with tensors and has a `function_type`.

    >>> concrete = tf.function(lambda x: x * 2).get_concrete_function(tf.constant(1.0))
    >>> isinstance(concrete, tf.types.experimental.Callable)
    True
    """

    @property
    @abc.abstractmethod
    def function_type(self) -> inspect.Signature:
        """The signature."""

    @abc.abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""


class AtomicFunction(Callable):
    """A compiled function that takes the values it captures as arguments of the call.

    >>> isinstance(tf.function(lambda x: x * 2), tf.types.experimental.AtomicFunction)
    False
    """

    @abc.abstractmethod
    def call_with_captures(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], captures: Sequence[Any]
    ) -> Any:
        """Run it with values for what it captures."""


class ConcreteFunction(Callable):
    """A function compiled for one signature, as `get_concrete_function` gives it.

    >>> double = tf.function(lambda x: x * 2)
    >>> concrete = double.get_concrete_function(tf.constant(1.0))
    >>> isinstance(concrete, tf.types.experimental.ConcreteFunction)
    True
    """

    @property
    @abc.abstractmethod
    def inference_fn(self) -> Any:
        """The function without gradients."""


class PolymorphicFunction(Callable):
    """A function that is compiled for each signature it is called with: what `tf.function` makes.

    >>> isinstance(tf.function(lambda x: x * 2), tf.types.experimental.PolymorphicFunction)
    True
    """

    @abc.abstractmethod
    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """The function compiled for the signature of these arguments."""

    @abc.abstractmethod
    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Any:
        """The program that is compiled for these arguments, as text."""


ConcreteFunction.register(concrete.ConcreteFunction)
PolymorphicFunction.register(function.Function)

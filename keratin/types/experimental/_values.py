"""What ops take, and the protocol of what can be an argument of a compiled function."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any, TypeAlias

import jax
import numpy as np

from keratin._engine.dtype import DType
from keratin._engine.spec import TypeSpec
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable

# Whatever an op converts to a tensor.
TensorLike: TypeAlias = (
    Tensor
    | Variable
    | jax.Array
    | np.ndarray
    | np.generic
    | bool
    | int
    | float
    | complex
    | str
    | bytes
    | list
    | tuple
)


class TraceType(abc.ABC):
    """What a compiled function knows of an argument: calls of equal types share a program.

    >>> isinstance(tf.TensorSpec([2]), tf.types.experimental.TraceType)
    True
    """

    @abc.abstractmethod
    def is_subtype_of(self, other: TraceType) -> bool:
        """Whether a program for `other` can take a value of this type."""

    @abc.abstractmethod
    def most_specific_common_supertype(self, others: Sequence[TraceType]) -> TraceType | None:
        """The narrowest type that takes the values of all; None if there is none."""

    @abc.abstractmethod
    def placeholder_value(self, placeholder_context: Any) -> Any:
        """The value that stands for the argument while the function is traced."""

    def to_tensors(self, value: Any) -> list[Any]:
        """The tensors within a value of this type."""
        return []

    def from_tensors(self, tensors: Any) -> Any:
        """The value of this type made of `tensors`."""
        return self.placeholder_value(None)

    def flatten(self) -> list[TraceType]:
        """The types of the tensors within a value of this type."""
        return []

    def cast(self, value: Any, cast_context: Any) -> Any:
        """`value`, converted to this type."""
        return value

    @abc.abstractmethod
    def __hash__(self) -> int:
        """Equal types have equal hashes."""

    @abc.abstractmethod
    def __eq__(self, other: object) -> bool:
        """Whether both types share programs."""


class SupportsTracingProtocol(abc.ABC):
    """Has a trace type of its own for compiled functions, by `__tf_tracing_type__`.

    >>> isinstance(1, tf.types.experimental.SupportsTracingProtocol)
    False
    """

    @abc.abstractmethod
    def __tf_tracing_type__(self, context: Any) -> TraceType:
        """The trace type of this value."""

    @classmethod
    def __subclasshook__(cls, other: type) -> Any:
        return True if hasattr(other, "__tf_tracing_type__") else NotImplemented


TraceType.register(TypeSpec)
TraceType.register(DType)

"""Shapes as Keras gives them: tuples, in which None stands for a size that is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

from keratin._engine.shape import TensorShape


class Shape(tuple[Any, ...]):
    """A tuple of sizes that also has what `tf.TensorShape` has."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[Any]:
        """The sizes as a list."""
        return list(self)

    def as_list(self) -> list[Any]:
        """The sizes as a list."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return None not in self

    def num_elements(self) -> int | None:
        """The number of elements, or None if it is not known."""
        return None if None in self else math.prod(self)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether one shape exists that both describe."""
        return TensorShape(self).is_compatible_with(other)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Shape(found) if isinstance(key, slice) else found

    def __add__(self, other: Any) -> Self:
        return type(self)((*self, *other))

    def __radd__(self, other: Any) -> Self:
        return type(self)((*other, *self))


def as_shape(value: Any) -> Shape:
    """A shape of whatever stands for one."""
    if type(value) is Shape:
        return value
    if value is None:
        raise ValueError("A shape is needed; given None, which says not even the number of axes")
    if isinstance(value, int):
        raise ValueError(
            f"A shape is a tuple of sizes; given the number {value}. Write ({value},), with a comma"
        )
    sizes = tuple([None if size is None else _size(size, value) for size in value])
    return Shape(sizes)


def _size(size: Any, shape: Any) -> int:
    try:
        number = size.__index__()
    except (AttributeError, TypeError):
        raise ValueError(
            f"A shape is a tuple of whole numbers and None; given {shape!r}, in which {size!r} is "
            "neither"
        ) from None
    if number < 0:
        raise ValueError(
            f"A shape has no negative sizes; given {tuple(shape)}. Write None for a size that may "
            "vary"
        )
    return int(number)


def is_shape(value: Any) -> bool:
    """Whether a value is one shape, and not a structure of them."""
    if isinstance(value, TensorShape):
        return True
    return isinstance(value, (list, tuple)) and all(
        size is None or (hasattr(size, "__index__") and not isinstance(size, bool))
        for size in value
    )


def map_shapes(function: Any, structure: Any) -> Any:
    """The structure of shapes with the function applied to each."""
    if structure is None:
        return None
    if is_shape(structure):
        return function(structure)
    if isinstance(structure, Mapping):
        return {key: map_shapes(function, value) for key, value in structure.items()}
    if not isinstance(structure, (list, tuple)):
        raise ValueError(f"A shape is a tuple of whole numbers and None; given {structure!r}")
    return type(structure)([map_shapes(function, value) for value in structure])

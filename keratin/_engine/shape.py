"""`TensorShape`: a tuple of sizes of which some, or all and their number, may be unknown."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Self, SupportsIndex, overload

from keratin._engine.proto import Dim as DimProto
from keratin._engine.proto import TensorShapeProto

Dim = int | None
Dims = tuple[Dim, ...]
Entries = Sequence[SupportsIndex | None]
# What stands for a shape: another shape, a list or tuple, one size, or None for "unknown".
ShapeLike = "TensorShape | Entries | SupportsIndex | None"


class TensorShape:
    """The shape of a tensor. None stands for a size, or a number of dimensions, not known yet.

    It does what a tuple does: indexing, slicing, iteration, `len`, `+`, `==` with tuples and lists.

    >>> shape = tf.TensorShape([None, 28, 28])
    >>> shape, shape.rank, shape[1:], shape.is_fully_defined()
    (TensorShape([None, 28, 28]), 3, TensorShape([28, 28]), False)
    >>> tf.TensorShape(None)
    TensorShape(None)
    """

    __slots__ = ("_dims",)

    _dims: Dims | None

    def __init__(self, dims: Any) -> None:
        self._dims = _as_dims(dims)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None.

        >>> tf.TensorShape([2, 3]).rank
        2
        """
        return None if self._dims is None else len(self._dims)

    ndims = rank

    @property
    def dims(self) -> list[Dim] | None:
        """The sizes as a list, or None if their number is unknown.

        >>> tf.TensorShape([2, None]).dims
        [2, None]
        """
        return None if self._dims is None else list(self._dims)

    def as_list(self) -> list[Dim]:
        """The sizes as a list.

        >>> tf.TensorShape([2, None]).as_list()
        [2, None]
        """
        return list(self._known("as_list()"))

    def num_elements(self) -> int | None:
        """The number of elements, or None if it is not known.

        >>> tf.TensorShape([2, 3]).num_elements()
        6
        """
        if self._dims is None or None in self._dims:
            return None
        return math.prod(self._dims)  # type: ignore[arg-type]

    def is_fully_defined(self) -> bool:
        """Whether every size is known.

        >>> tf.TensorShape([2, None]).is_fully_defined()
        False
        """
        return self._dims is not None and None not in self._dims

    def is_compatible_with(self, other: Any) -> bool:
        """Whether one shape exists that both describe.

        >>> tf.TensorShape([2, None]).is_compatible_with([2, 3])
        True
        """
        return _merged(self._dims, _as_dims(other)) is not False

    def merge_with(self, other: Any) -> "TensorShape":
        """What both shapes say together; an error where they contradict each other.

        >>> tf.TensorShape([2, None]).merge_with([None, 3])
        TensorShape([2, 3])
        """
        other_shape = as_shape(other)
        dims = _merged(self._dims, other_shape._dims)
        if dims is False:
            raise ValueError(f"Shapes {self} and {other_shape} are not compatible.")
        return of(dims)

    def concatenate(self, other: Any) -> "TensorShape":
        """The dimensions of this shape followed by those of another.

        >>> tf.TensorShape([2]).concatenate([3, None])
        TensorShape([2, 3, None])
        """
        dims = _as_dims(other)
        return of(None if self._dims is None or dims is None else self._dims + dims)

    __add__ = concatenate

    def __radd__(self, other: Any) -> "TensorShape":
        return as_shape(other).concatenate(self)

    def most_specific_compatible_shape(self, other: Any) -> "TensorShape":
        """The narrowest shape that describes whatever either shape describes.

        >>> tf.TensorShape([2, 3]).most_specific_compatible_shape([2, 4])
        TensorShape([2, None])
        """
        dims = _as_dims(other)
        if self._dims is None or dims is None or len(self._dims) != len(dims):
            return of(None)
        return of(tuple(a if a == b else None for a, b in zip(self._dims, dims, strict=True)))

    def most_specific_common_supertype(self, others: Sequence[Any]) -> "TensorShape | None":
        """The narrowest shape that describes this one and all `others`; None if one is no shape.

        >>> tf.TensorShape([2, 3]).most_specific_common_supertype([tf.TensorShape([2, 4])])
        TensorShape([2, None])
        """
        shape = self
        for other in others:
            if not isinstance(other, TensorShape):
                return None
            shape = shape.most_specific_compatible_shape(other)
        return shape

    def is_subtype_of(self, other: Any) -> bool:
        """Whether `other` is a TensorShape that describes whatever this one does.

        >>> tf.TensorShape([2, 3]).is_subtype_of(tf.TensorShape([2, None]))
        True
        """
        if not isinstance(other, TensorShape):
            return False
        if other._dims is None:
            return True
        if self._dims is None or len(self._dims) != len(other._dims):
            return False
        return all(b is None or a == b for a, b in zip(self._dims, other._dims, strict=True))

    def assert_has_rank(self, rank: int) -> None:
        """Raise ValueError if the number of dimensions is known and is not `rank`.

        >>> tf.TensorShape([2, 3]).assert_has_rank(2)
        """
        if self._dims is not None and len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}, but it has {self.rank}.")

    def assert_same_rank(self, other: Any) -> None:
        """Raise ValueError if both numbers of dimensions are known and differ.

        >>> tf.TensorShape([2, 3]).assert_same_rank([5, 5])
        """
        other_shape = as_shape(other)
        if None not in (self.rank, other_shape.rank) and self.rank != other_shape.rank:
            raise ValueError(f"Shapes {self} and {other_shape} must have the same rank.")

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError if the shapes contradict each other.

        >>> tf.TensorShape([2, None]).assert_is_compatible_with([2, 3])
        """
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {as_shape(other)} are incompatible.")

    def assert_is_fully_defined(self) -> None:
        """Raise ValueError if a size is not known.

        >>> tf.TensorShape([2, 3]).assert_is_fully_defined()
        """
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined.")

    def with_rank(self, rank: int) -> "TensorShape":
        """This shape, with `rank` unknown sizes where nothing was known of it.

        >>> tf.TensorShape(None).with_rank(2)
        TensorShape([None, None])
        """
        self.assert_has_rank(rank)
        return of((None,) * rank) if self._dims is None else self

    def with_rank_at_least(self, rank: int) -> "TensorShape":
        """This shape; ValueError if it is known to have fewer than `rank` dimensions.

        >>> tf.TensorShape([2, 3]).with_rank_at_least(1)
        TensorShape([2, 3])
        """
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}; it has {self.rank}.")
        return self

    def with_rank_at_most(self, rank: int) -> "TensorShape":
        """This shape; ValueError if it is known to have more than `rank` dimensions.

        >>> tf.TensorShape([2, 3]).with_rank_at_most(3)
        TensorShape([2, 3])
        """
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}; it has {self.rank}.")
        return self

    def placeholder_value(self, placeholder_context: object) -> "TensorShape":
        """The value that stands for this type while a function is traced: the shape itself."""
        return self

    def to_tensors(self, value: object) -> list[Any]:
        """The tensors in a value of this type: a shape holds none."""
        return []

    def from_tensors(self, tensors: object) -> "TensorShape":
        """The value of this type made of `tensors`: the shape itself."""
        return self

    def flatten(self) -> list[Any]:
        """The specs of the tensors in a value of this type: there are none."""
        return []

    def cast(self, value: Any, cast_context: object) -> "TensorShape":
        """Return `value` if this shape describes it.

        >>> tf.TensorShape([None]).cast(tf.TensorShape([3]), None)
        TensorShape([3])
        """
        if not (isinstance(value, TensorShape) and value.is_subtype_of(self)):
            raise TypeError(f"{value!r} is not described by {self!r}.")
        return value

    def as_proto(self) -> TensorShapeProto:
        """The shape as a message, with -1 for unknown sizes.

        >>> tf.TensorShape([2, None]).as_proto()
        TensorShapeProto(dim=[Dim(size=2), Dim(size=-1)])
        """
        if self._dims is None:
            return TensorShapeProto(unknown_rank=True)
        return TensorShapeProto(dim=[DimProto(size=-1 if d is None else d) for d in self._dims])

    experimental_as_proto = as_proto

    @classmethod
    def experimental_from_proto(cls, proto: TensorShapeProto) -> "TensorShape":
        """The shape that a message describes.

        >>> tf.TensorShape.experimental_from_proto(tf.TensorShape([2, None]).as_proto())
        TensorShape([2, None])
        """
        if proto.unknown_rank:
            return of(None)
        return TensorShape([None if dim.size == -1 else dim.size for dim in proto.dim])

    @classmethod
    def experimental_type_proto(cls) -> type[TensorShapeProto]:
        """The class of the messages that stand for shapes."""
        return TensorShapeProto

    def _known(self, asked: str) -> Dims:
        if self._dims is None:
            raise ValueError(
                f"{asked} of a shape whose number of dimensions is unknown. "
                "Give the shape first, with tensor.set_shape([...]) or an input_signature."
            )
        return self._dims

    def __len__(self) -> int:
        return len(self._known("len()"))

    def __iter__(self) -> Iterator[Dim]:
        return iter(self._known("Iteration"))

    def __bool__(self) -> bool:
        return self._dims is not None

    @overload
    def __getitem__(self, key: SupportsIndex) -> Dim: ...
    @overload
    def __getitem__(self, key: slice) -> "TensorShape": ...
    def __getitem__(self, key: SupportsIndex | slice) -> "Dim | TensorShape":
        dims = self._dims
        if isinstance(key, slice):
            return of(_slice_of_unknown(key) if dims is None else dims[key])
        if dims is None:
            return None
        try:
            return dims[key]
        except IndexError:
            raise IndexError(
                f"Index {key} is outside shape {self}, which has {len(dims)} dimensions."
            ) from None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TensorShape):
            return self._dims == other._dims
        try:
            return self._dims == _as_dims(other)
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._dims)

    def __repr__(self) -> str:
        return f"TensorShape({None if self._dims is None else list(self._dims)})"

    def __str__(self) -> str:
        return "<unknown>" if self._dims is None else str(self._dims)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._dims,)


def of(dims: Dims | None) -> TensorShape:
    """The TensorShape of a tuple that is known to hold sizes only: nothing is checked."""
    shape = _new(TensorShape)
    shape._dims = dims
    return shape


_new = object.__new__


def as_shape(value: Any) -> TensorShape:
    """Convert what stands for a shape to a TensorShape."""
    return value if isinstance(value, TensorShape) else TensorShape(value)


def _as_dims(value: Any) -> Dims | None:
    if value is None:
        return None
    if isinstance(value, TensorShape):
        return value._dims
    if not isinstance(value, tuple | list):
        if isinstance(value, str | bytes | dict | set):
            raise TypeError(f"{value!r} is not a shape. Give a list of sizes, such as [2, 3].")
        if hasattr(value, "tolist"):
            value = value.tolist()
        elif hasattr(value, "numpy"):
            value = value.numpy().tolist()
        if not hasattr(value, "__iter__"):
            return (_as_dim(value),)
    for dim in value:
        if type(dim) is not int or dim < 0:
            return tuple(map(_as_dim, value))
    return tuple(value)


def _as_dim(value: Any) -> Dim:
    if value is None:
        return None
    try:
        dim = value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(
            f"A size of a shape must be an integer or None; {value!r} is of type "
            f"{type(value).__name__}."
        ) from None
    if dim < 0:
        raise ValueError(
            f"A size of a shape must be 0 or more; {dim} is not. Write None for an unknown size."
        )
    return int(dim)


def _merged(a: Dims | None, b: Dims | None) -> Any:
    """The dims that satisfy both, or False."""
    if a is None or b is None:
        return b if a is None else a
    if len(a) != len(b):
        return False
    if any(x != y and x is not None and y is not None for x, y in zip(a, b, strict=True)):
        return False
    return tuple(y if x is None else x for x, y in zip(a, b, strict=True))


def _slice_of_unknown(key: slice) -> Dims | None:
    start = 0 if key.start is None else key.start
    step = 1 if key.step is None else key.step
    if key.stop is None or start < 0 or key.stop < 0 or step < 0:
        return None
    return (None,) * len(range(start, key.stop, step))

"""Specs: what is known of a value before there is one, its class, shapes and dtypes.

    TypeSpec             base; a composite tensor (ragged, sparse, ...) has a subclass of its own
      TensorSpec         a dense tensor
      NoneTensorSpec     None
      IndexedSlicesSpec  in `indexed_slices.py`; other specs live beside their classes

A class of composite tensors has a `_type_spec`; its spec says in `_component_specs`,
`_to_components` and `_from_components` of which tensors a value is made.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Self

from keratin._engine import dtype as dtypes
from keratin._engine import errors, nest, proto
from keratin._engine.dtype import DType, DTypeLike
from keratin._engine.shape import TensorShape, as_shape
from keratin._engine.tensor import Tensor, convert_to_tensor


class TypeSpec:
    """What is known of a value: the base of `tf.TensorSpec` and of the specs of composite tensors.

    A subclass gives `value_type`, `_serialize` (the constructor's arguments), `_component_specs`,
    `_to_components` and `_from_components`.

    >>> tf.TensorSpec([None, 3], tf.float32).is_compatible_with(tf.zeros([2, 3]))
    True
    """

    __slots__ = ("__weakref__",)

    _by_name: ClassVar[dict[str, type["TypeSpec"]]] = {}

    # Whether values are made of several tensors, which `tf.nest` may list one by one.
    _composite_spec: ClassVar[bool] = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        TypeSpec._by_name[cls.__name__] = cls

    @property
    def value_type(self) -> type[Any]:
        """The class of the values."""
        raise TypeError(f"{type(self).__name__} must define `value_type`.")

    def _serialize(self) -> tuple[Any, ...]:
        raise TypeError(f"{type(self).__name__} must define `_serialize`.")

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> Self:
        return cls(*serialization)

    @property
    def _component_specs(self) -> Any:
        raise TypeError(f"{type(self).__name__} must define `_component_specs`.")

    def _to_components(self, value: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must define `_to_components`.")

    def _from_components(self, components: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must define `_from_components`.")

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or a value of another spec, may be one of this spec.

        >>> tf.TensorSpec([None]).is_compatible_with(tf.TensorSpec([3]))
        True
        """
        other = spec_or_value
        if not isinstance(other, TypeSpec):
            found = _spec_or_none(other)
            if found is None:
                return False
            other = found
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every value of this spec is one of `other`.

        >>> tf.TensorSpec([3]).is_subtype_of(tf.TensorSpec([None]))
        True
        """
        return type(self) is type(other) and _subtype(self._serialize(), other._serialize())

    def most_specific_common_supertype(self, others: Sequence[Any]) -> "Self | None":
        """The narrowest spec for every value of this spec and of all `others`, or None.

        >>> tf.TensorSpec([3]).most_specific_common_supertype([tf.TensorSpec([4])])
        TensorSpec(shape=(None,), dtype=tf.float32, name=None)
        """
        if any(type(other) is not type(self) for other in others):
            return None
        fields = self._serialize()
        try:
            for other in others:
                fields = _supertype(fields, other._serialize())
        except _NoSupertypeError:
            return None
        return self._deserialize(fields)

    def most_specific_compatible_type(self, other: "TypeSpec") -> Self:
        """The narrowest spec for every value of this spec and of `other`; ValueError if none is.

        >>> tf.TensorSpec([3]).most_specific_compatible_type(tf.TensorSpec([4]))
        TensorSpec(shape=(None,), dtype=tf.float32, name=None)
        """
        result = self.most_specific_common_supertype([other])
        if result is None:
            raise ValueError(f"No spec describes the values of both {self} and {other}.")
        return result

    def to_tensors(self, value: Any) -> list[Any]:
        """List the tensors that a value of this spec is made of."""
        return nest.flatten(self._to_components(value), expand_composites=True)

    def from_tensors(self, tensors: Iterator[Any]) -> Any:
        """Make a value of this spec, taking as many tensors as it needs from an iterator."""
        specs = self._component_specs
        taken = [next(tensors) for _ in nest.flatten(specs, expand_composites=True)]
        return self._from_components(nest.pack_sequence_as(specs, taken, expand_composites=True))

    def flatten(self) -> list["TypeSpec"]:
        """List the specs of the tensors that a value is made of."""
        return nest.flatten(self._component_specs, expand_composites=True)

    def cast(self, value: Any, casting_context: object) -> Any:
        """Return `value` if it is of this spec; TypeError if it is not.

        >>> tf.TensorSpec([None]).cast(tf.zeros([3]), None).shape
        TensorShape([3])
        """
        if not self.is_compatible_with(value):
            raise TypeError(f"{value!r} is not described by {self}.")
        return value

    def placeholder_value(self, placeholder_context: object) -> Any:
        """The symbolic value of this spec: a Keras input."""
        for make in placeholder_makers:
            return make(self)
        raise TypeError(f"There is no symbolic value for {self} outside a model or a function.")

    def experimental_as_proto(self) -> Any:
        """The spec as a message.

        >>> tf.NoneTensorSpec().experimental_as_proto().type_spec_class_name
        'tf.NoneTensorSpec'
        """
        name = type(self).__name__
        number = _CLASS_NUMBERS.get(name, _REGISTERED)
        return proto.TypeSpecProto(
            type_spec_class=number,
            type_state=_to_proto(self._serialize()),
            type_spec_class_name=f"tf.{name}" if number == _REGISTERED else name,
            num_flat_components=len(self.flatten()),
        )

    @classmethod
    def experimental_from_proto(cls, proto: Any) -> Self:
        """The spec that a message describes; its class must have been defined.

        >>> message = tf.NoneTensorSpec().experimental_as_proto()
        >>> tf.TypeSpec.experimental_from_proto(message)
        NoneTensorSpec()
        """
        name = proto.type_spec_class_name.rpartition(".")[2]
        found = TypeSpec._by_name.get(name)
        if found is None or not issubclass(found, cls):
            raise errors.InvalidArgumentError(
                f"The message describes a {name!r}, which is no {cls.__name__} known here."
                f"{errors.nearest(name, TypeSpec._by_name)}"
            )
        return found._deserialize(_from_proto(proto.type_state))

    @classmethod
    def experimental_type_proto(cls) -> type[proto.Message]:
        """The class of the messages that stand for specs of this class."""
        return proto.TypeSpecProto

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TypeSpec):
            return NotImplemented
        return type(self) is type(other) and self._serialize() == other._serialize()

    def __hash__(self) -> int:
        return hash((type(self).__name__, _hashable(self._serialize())))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._deserialize, (self._serialize(),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._serialize()))})"


# How a symbolic value is made from a spec: Keras adds its own way when it is imported.
placeholder_makers: list[Callable[[TypeSpec], Any]] = []


class TensorSpec(TypeSpec):
    """The shape, dtype and name of a tensor that is still to come.

    >>> tf.TensorSpec([None, 3], tf.int32, name="x")
    TensorSpec(shape=(None, 3), dtype=tf.int32, name='x')
    """

    __slots__ = ("_dtype", "_name", "_shape")

    _composite_spec = False

    def __init__(
        self, shape: Any, dtype: DTypeLike = dtypes.float32, name: str | None = None
    ) -> None:
        self._shape = as_shape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> Self:
        """Copy another spec, under another name.

        >>> tf.TensorSpec.from_spec(tf.TensorSpec([2]), name="x").name
        'x'
        """
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> Self:
        """The spec of a tensor.

        >>> tf.TensorSpec.from_tensor(tf.zeros([2], tf.int32))
        TensorSpec(shape=(2,), dtype=tf.int32, name=None)
        """
        return cls(tensor.shape, tensor.dtype, name)

    @property
    def shape(self) -> TensorShape:
        """The shape, of which parts may be unknown."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name of the argument or value."""
        return self._name

    @property
    def value_type(self) -> type[Any]:
        """The class of the values: `tf.Tensor`."""
        return Tensor

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether a tensor, or what another spec describes, has this dtype and fits this shape.

        >>> tf.TensorSpec([None]).is_compatible_with(tf.zeros([3]))
        True
        """
        other = spec_or_tensor
        if not isinstance(other, TensorSpec | Tensor):
            return super().is_compatible_with(other)
        return self._dtype is other.dtype and self._shape.is_compatible_with(other.shape)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every tensor of this spec is one of `other`.

        >>> tf.TensorSpec([3]).is_subtype_of(tf.TensorSpec([None]))
        True
        """
        return (
            type(other) is TensorSpec
            and self._dtype is other._dtype
            and self._name in (None, other._name)
            and self._shape.is_subtype_of(other._shape)
        )

    def experimental_as_proto(self) -> proto.TensorSpecProto:
        """The spec as a message.

        >>> tf.TensorSpec([2], name="x").experimental_as_proto()
        TensorSpecProto(name='x', shape=TensorShapeProto(dim=[Dim(size=2)]), dtype=1)
        """
        return proto.TensorSpecProto(
            name=self._name or "",
            shape=self._shape.as_proto(),
            dtype=self._dtype.as_datatype_enum,
        )

    @classmethod
    def experimental_from_proto(cls, proto: Any) -> Self:
        """The spec that a message describes.

        >>> tf.TensorSpec.experimental_from_proto(tf.TensorSpec([2]).experimental_as_proto())
        TensorSpec(shape=(2,), dtype=tf.float32, name=None)
        """
        shape = TensorShape.experimental_from_proto(proto.shape)
        return cls(shape, dtypes.as_dtype(proto.dtype), proto.name or None)

    @classmethod
    def experimental_type_proto(cls) -> type[proto.TensorSpecProto]:
        """The class of the messages that stand for specs of tensors."""
        return proto.TensorSpecProto

    def _serialize(self) -> tuple[TensorShape, DType, str | None]:
        return self._shape, self._dtype, self._name

    @property
    def _component_specs(self) -> "TensorSpec":
        return self

    def _to_components(self, value: Any) -> Any:
        return value

    def _from_components(self, components: Any) -> Any:
        return components

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class NoneTensorSpec(TypeSpec):
    """The spec of None, where a structure of tensors has one.

    >>> tf.NoneTensorSpec()
    NoneTensorSpec()
    """

    __slots__ = ()

    _composite_spec = False

    @property
    def value_type(self) -> type[Any]:
        """The class of None."""
        return type(None)

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value is None, or a spec that of None.

        >>> tf.NoneTensorSpec().is_compatible_with(None)
        True
        """
        return spec_or_value is None or isinstance(spec_or_value, NoneTensorSpec)

    @classmethod
    def from_value(cls, value: None) -> Self:
        """The spec of None.

        >>> tf.NoneTensorSpec.from_value(None)
        NoneTensorSpec()
        """
        return cls()

    def most_specific_compatible_shape(self, other: TypeSpec) -> "NoneTensorSpec":
        """This spec, if `other` is one of None too; ValueError if not.

        >>> tf.NoneTensorSpec().most_specific_compatible_shape(tf.NoneTensorSpec())
        NoneTensorSpec()
        """
        return self.most_specific_compatible_type(other)

    def _serialize(self) -> tuple[()]:
        return ()

    @property
    def _component_specs(self) -> list[Any]:
        return []

    def _to_components(self, value: Any) -> list[Any]:
        return []

    def _from_components(self, components: Any) -> None:
        return None


_makers: list[tuple[type[Any], Callable[[Any], TypeSpec]]] = []


def register_type_spec_from_value(value_type: type[Any], make: Callable[[Any], TypeSpec]) -> None:
    """Say how to make the spec of values of a class that has no `_type_spec`."""
    _makers.append((value_type, make))


def type_spec_from_value(value: Any) -> TypeSpec:
    """The spec of a tensor, or of a value that could be converted to one.

    >>> tf.type_spec_from_value(tf.constant([1.0, 2.0]))
    TensorSpec(shape=(2,), dtype=tf.float32, name=None)
    """
    spec = _spec_or_none(value)
    if spec is None:
        try:
            spec = TensorSpec.from_tensor(convert_to_tensor(value))
        except (TypeError, ValueError):
            spec = None
    if spec is None:
        raise TypeError(
            f"There is no spec of {value!r}, of type {type(value).__name__}: "
            "it is not a tensor and cannot be converted to one."
        )
    return spec


def _spec_or_none(value: Any) -> TypeSpec | None:
    if value is None:
        return NoneTensorSpec()
    if isinstance(value, Tensor):
        return TensorSpec.from_tensor(value)
    spec = getattr(type(value), "_type_spec", None) and value._type_spec
    if isinstance(spec, TypeSpec):
        return spec
    for value_type, make in _makers:
        if isinstance(value, value_type):
            return make(value)
    return None


_REGISTERED = 12
_CLASS_NUMBERS = {
    "SparseTensorSpec": 1,
    "IndexedSlicesSpec": 2,
    "RaggedTensorSpec": 3,
    "TensorArraySpec": 4,
    "DatasetSpec": 5,
    "IteratorSpec": 6,
    "OptionalSpec": 7,
}

# How each kind of value is written in a message and read back; the first that fits is taken.
_WRITERS: list[tuple[Any, str, Callable[[Any], Any]]] = [
    (type(None), "none_value", lambda _: proto.NoneValue()),
    (bool, "bool_value", bool),
    (int, "int64_value", int),
    (float, "float64_value", float),
    (str, "string_value", str),
    (DType, "tensor_dtype_value", lambda dtype: dtype.as_datatype_enum),
    (TensorShape, "tensor_shape_value", TensorShape.as_proto),
    (TensorSpec, "tensor_spec_value", TensorSpec.experimental_as_proto),
    (TypeSpec, "type_spec_value", TypeSpec.experimental_as_proto),
    (list, "list_value", lambda items: proto.ListValue(values=[*map(_to_proto, items)])),
    (tuple, "tuple_value", lambda items: proto.ListValue(values=[*map(_to_proto, items)])),
    (dict, "dict_value", lambda items: _dict_to_proto(items)),
]
_READERS: dict[str, Callable[[Any], Any]] = {
    "none_value": lambda _: None,
    "tensor_dtype_value": dtypes.as_dtype,
    "tensor_shape_value": TensorShape.experimental_from_proto,
    "tensor_spec_value": TensorSpec.experimental_from_proto,
    "type_spec_value": TypeSpec.experimental_from_proto,
    "list_value": lambda message: [*map(_from_proto, message.values)],
    "tuple_value": lambda message: tuple(map(_from_proto, message.values)),
    "dict_value": lambda message: {e.key: _from_proto(e.value) for e in message.entries},
}


def _to_proto(value: Any) -> proto.StructuredValue:
    for kind, field, write in _WRITERS:
        if isinstance(value, kind):
            return proto.StructuredValue(**{field: write(value)})
    raise TypeError(f"A spec with {value!r}, of type {type(value).__name__}, has no message.")


def _dict_to_proto(items: dict[str, Any]) -> proto.DictValue:
    entries = [proto.DictEntry(key=key, value=_to_proto(value)) for key, value in items.items()]
    return proto.DictValue(entries=entries)


def _from_proto(message: proto.StructuredValue) -> Any:
    field, value = message.which()
    return _READERS.get(field, lambda same: same)(value)


class _NoSupertypeError(Exception):
    pass


def _compatible(a: Any, b: Any) -> bool:
    """Whether two serialized specs, or parts of them, can describe one value."""
    if isinstance(a, TypeSpec | TensorShape):
        return a.is_compatible_with(b)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_compatible, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_compatible(a[key], b[key]) for key in a)
    return bool(a == b)


def _subtype(a: Any, b: Any) -> bool:
    """Whether one serialized spec, or part of it, is narrower than another or the same."""
    if isinstance(a, TypeSpec | TensorShape):
        return a.is_subtype_of(b)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_subtype, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_subtype(a[key], b[key]) for key in a)
    return bool(a == b)


def _supertype(a: Any, b: Any) -> Any:
    """The narrowest serialized spec, or part of one, that is wider than both."""
    if isinstance(a, TypeSpec | TensorShape):
        result = a.most_specific_common_supertype([b])
        if result is None:
            raise _NoSupertypeError
        return result
    if isinstance(a, tuple | list) and len(a) == len(b):
        return type(a)(map(_supertype, a, b))
    if isinstance(a, dict) and a.keys() == b.keys():
        return {key: _supertype(a[key], b[key]) for key in a}
    if a != b:
        raise _NoSupertypeError
    return a


def _hashable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(map(_hashable, value))
    if isinstance(value, dict):
        return tuple((key, _hashable(value[key])) for key in sorted(value))
    return value

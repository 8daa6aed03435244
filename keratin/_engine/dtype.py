"""Data types: `DType`, its instances, and the conversions to it.

Every DType is made once, below its class, and may be compared by identity. Whatever takes a dtype
takes all that `as_dtype` understands.
"""

import builtins
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, Self

import ml_dtypes
import numpy as np

from keratin._engine.errors import nearest
from keratin._engine.proto import SerializedDType

Kind = Literal["bool", "int", "uint", "float", "complex", "string", "other"]

_NUMBER: Final = ("int", "uint", "float", "complex")


class DType:
    """The type of the elements of a tensor, such as `tf.float32`.

    `tf.DType(1)` and the like return the one instance there is for that number.

    >>> tf.float32
    tf.float32
    >>> print(tf.float32, tf.float32.size, tf.float32 == "float32")
    <dtype: 'float32'> 4 True
    >>> np.zeros(2, tf.int8)
    array([0, 0], dtype=int8)
    """

    __slots__ = (
        "__weakref__",
        "_enum",
        "_numeric",
        "_numpy_type",
        "dtype",
        "is_bool",
        "is_complex",
        "is_floating",
        "is_integer",
        "is_quantized",
        "is_unsigned",
        "kind",
        "name",
        "numpy_dtype",
    )

    name: str
    kind: Kind
    numpy_dtype: np.dtype[Any]
    dtype: np.dtype[Any]
    is_bool: builtins.bool
    is_integer: builtins.bool
    is_unsigned: builtins.bool
    is_floating: builtins.bool
    is_complex: builtins.bool
    is_quantized: builtins.bool
    _enum: int
    _numeric: builtins.bool
    _numpy_type: Any

    def __new__(cls, type_enum: "DTypeLike", handle_data: object = None) -> Self:
        return as_dtype(type_enum)  # type: ignore[return-value]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self!r} cannot be changed: a dtype is a constant.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{self!r} cannot be changed: a dtype is a constant.")

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar type, such as `np.float32`.

        >>> tf.bfloat16.as_numpy_dtype
        <class 'ml_dtypes.bfloat16'>
        """
        if self._numpy_type is None:
            raise TypeError(f"NumPy has no counterpart of {self!r}.")
        return self._numpy_type

    @property
    def as_datatype_enum(self) -> int:
        """The number that files and `tf.DType` know this dtype by.

        >>> tf.int32.as_datatype_enum
        3
        """
        return self._enum

    @property
    def base_dtype(self) -> "DType":
        """The dtype itself: there are no reference dtypes here.

        >>> tf.int32.base_dtype
        tf.int32
        """
        return self

    @property
    def real_dtype(self) -> "DType":
        """The dtype of the real and imaginary parts; of other dtypes, the dtype itself.

        >>> tf.complex64.real_dtype
        tf.float32
        """
        return _REAL_PARTS.get(self.name, self)

    @property
    def is_numeric(self) -> builtins.bool:
        """Whether this is an ordinary number: integer, floating, complex or quantized.

        >>> tf.int32.is_numeric, tf.bool.is_numeric
        (True, False)
        """
        return self._numeric

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether NumPy has a counterpart.

        >>> tf.string.is_numpy_compatible, tf.variant.is_numpy_compatible
        (True, False)
        """
        return self._numpy_type is not None

    @property
    def size(self) -> int:
        """Bytes that an element takes; 0 where that varies.

        >>> tf.complex64.size, tf.string.size
        (8, 0)
        """
        return 0 if self.numpy_dtype.kind == "O" else self.numpy_dtype.itemsize

    @property
    def min(self) -> Any:
        """The least number there is of this dtype.

        >>> tf.int8.min
        -128
        """
        return self._extreme("min")

    @property
    def max(self) -> Any:
        """The greatest number there is of this dtype.

        >>> tf.int8.max
        127
        """
        return self._extreme("max")

    def _extreme(self, which: Literal["min", "max"]) -> Any:
        if self.is_integer:
            limits = np.iinfo if self.numpy_dtype.kind in "iu" else ml_dtypes.iinfo
            return int(getattr(limits(self.numpy_dtype), which))
        if self.is_floating:
            return getattr(_float_limits(self.numpy_dtype), which)
        raise TypeError(
            f"{self!r} has no {which}imum: only integer and floating dtypes have one. "
            + (f"Use {self.real_dtype!r}.{which}." if self.is_complex else "")
        )

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of brightness of an image of this dtype, without negative values.

        >>> tf.uint8.limits, tf.float32.limits
        ((0, 255), (0, 1))
        """
        if self.is_bool:
            return 0, True
        if self.name in ("float32", "float64"):
            return 0, 1
        if self.is_integer and self._numeric:
            return 0, self.max
        raise ValueError(f"{self!r} has no range of brightness: cast the image to tf.float32.")

    def is_compatible_with(self, other: "DTypeLike") -> builtins.bool:
        """Whether a value of dtype `other` may stand where this dtype is asked for.

        >>> tf.int32.is_compatible_with("int32"), tf.int32.is_compatible_with(tf.int64)
        (True, False)
        """
        return as_dtype(other) is self

    def is_subtype_of(self, other: object) -> builtins.bool:
        """Whether every value of this dtype is one of `other`: true of the dtype itself alone.

        >>> tf.int32.is_subtype_of(tf.int32)
        True
        """
        return self is other

    def most_specific_common_supertype(self, types: Sequence[object]) -> "DType | None":
        """This dtype if all `types` are this dtype, else None.

        >>> tf.int32.most_specific_common_supertype([tf.int32, tf.int64]) is None
        True
        """
        return self if all(other is self for other in types) else None

    def placeholder_value(self, placeholder_context: object) -> "DType":
        """The value that stands for this type while a function is traced: the dtype itself."""
        return self

    def to_tensors(self, value: object) -> list[Any]:
        """The tensors in a value of this type: a dtype holds none."""
        return []

    def from_tensors(self, tensors: object) -> "DType":
        """The value of this type made of `tensors`: the dtype itself."""
        return self

    def flatten(self) -> list[Any]:
        """The specs of the tensors in a value of this type: there are none."""
        return []

    def cast(self, value: object, cast_context: object) -> "DType":
        """Return `value` if it is this dtype.

        >>> tf.int32.cast(tf.int32, None)
        tf.int32
        """
        if value is not self:
            raise TypeError(f"{value!r} is not {self!r}.")
        return self

    def experimental_as_proto(self) -> SerializedDType:
        """The dtype as a message.

        >>> tf.int32.experimental_as_proto()
        SerializedDType(datatype=3)
        """
        return SerializedDType(datatype=self._enum)

    @classmethod
    def experimental_from_proto(cls, proto: SerializedDType) -> "DType":
        """The dtype that a message names.

        >>> tf.DType.experimental_from_proto(tf.int32.experimental_as_proto())
        tf.int32
        """
        return as_dtype(proto.datatype)

    @classmethod
    def experimental_type_proto(cls) -> type[SerializedDType]:
        """The class of the messages that stand for dtypes."""
        return SerializedDType

    def __eq__(self, other: object) -> builtins.bool:
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self  # type: ignore[arg-type]
        except TypeError:
            return False

    def __ne__(self, other: object) -> builtins.bool:
        return not self == other

    __hash__ = object.__hash__

    def __int__(self) -> int:
        return self._enum

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return as_dtype, (self.name,)


_float_limits: Any = ml_dtypes.finfo

# What `as_dtype` takes.
DTypeLike = DType | str | int | type | np.dtype[Any]


def _make(
    name: str,
    enum: int,
    kind: Kind,
    numpy_type: Any,
    numeric: builtins.bool,
    quantized: builtins.bool,
) -> DType:
    dtype = object.__new__(DType)
    numpy_dtype = np.dtype(object if numpy_type is None else numpy_type)
    values: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "numpy_dtype": numpy_dtype,
        # NumPy reads this attribute, so that a DType stands wherever NumPy takes a dtype.
        "dtype": numpy_dtype,
        "is_bool": kind == "bool",
        "is_integer": kind in ("int", "uint"),
        "is_unsigned": kind == "uint",
        "is_floating": kind == "float",
        "is_complex": kind == "complex",
        "is_quantized": quantized,
        "_enum": enum,
        "_numeric": numeric,
        "_numpy_type": numpy_type,
    }
    for attribute, value in values.items():
        object.__setattr__(dtype, attribute, value)
    return dtype


def _ordinary(name: str, enum: int, kind: Kind, numpy_type: Any) -> DType:
    return _make(name, enum, kind, numpy_type, kind in _NUMBER, quantized=False)


def _narrow(name: str, enum: int, kind: Kind) -> DType:
    return _make(name, enum, kind, getattr(ml_dtypes, name), numeric=False, quantized=False)


def _quantized(name: str, enum: int, numpy_type: Any) -> DType:
    return _make(
        name,
        enum,
        "other",
        np.dtype([(name, numpy_type)]),
        numeric=True,
        quantized=True,
    )


float32: Final = _ordinary("float32", 1, "float", np.float32)
float64: Final = _ordinary("float64", 2, "float", np.float64)
int32: Final = _ordinary("int32", 3, "int", np.int32)
uint8: Final = _ordinary("uint8", 4, "uint", np.uint8)
int16: Final = _ordinary("int16", 5, "int", np.int16)
int8: Final = _ordinary("int8", 6, "int", np.int8)
string: Final = _ordinary("string", 7, "string", np.object_)
complex64: Final = _ordinary("complex64", 8, "complex", np.complex64)
int64: Final = _ordinary("int64", 9, "int", np.int64)
bool: Final = _ordinary("bool", 10, "bool", np.bool_)
qint8: Final = _quantized("qint8", 11, np.int8)
quint8: Final = _quantized("quint8", 12, np.uint8)
qint32: Final = _quantized("qint32", 13, np.int32)
bfloat16: Final = _ordinary("bfloat16", 14, "float", ml_dtypes.bfloat16)
qint16: Final = _quantized("qint16", 15, np.int16)
quint16: Final = _quantized("quint16", 16, np.uint16)
uint16: Final = _ordinary("uint16", 17, "uint", np.uint16)
complex128: Final = _ordinary("complex128", 18, "complex", np.complex128)
float16: Final = _ordinary("float16", 19, "float", np.float16)
resource: Final = _ordinary("resource", 20, "other", None)
variant: Final = _ordinary("variant", 21, "other", None)
uint32: Final = _ordinary("uint32", 22, "uint", np.uint32)
uint64: Final = _ordinary("uint64", 23, "uint", np.uint64)
float8_e5m2: Final = _narrow("float8_e5m2", 24, "float")
float8_e4m3fn: Final = _narrow("float8_e4m3fn", 25, "float")
float8_e4m3fnuz: Final = _narrow("float8_e4m3fnuz", 26, "float")
float8_e4m3b11fnuz: Final = _narrow("float8_e4m3b11fnuz", 27, "float")
float8_e5m2fnuz: Final = _narrow("float8_e5m2fnuz", 28, "float")
int4: Final = _narrow("int4", 29, "int")
uint4: Final = _narrow("uint4", 30, "uint")
int2: Final = _narrow("int2", 31, "int")
uint2: Final = _narrow("uint2", 32, "uint")
float4_e2m1fn: Final = _narrow("float4_e2m1fn", 33, "float")
half: Final = float16
double: Final = float64

ALL: Final[tuple[DType, ...]] = tuple(
    dict.fromkeys(value for value in list(globals().values()) if isinstance(value, DType))
)
QUANTIZED_DTYPES: Final = frozenset(dtype for dtype in ALL if dtype.is_quantized)

_REAL_PARTS: Final = {"complex64": float32, "complex128": float64}

_BY_NUMPY: Final[dict[np.dtype[Any], DType]] = {
    dtype.numpy_dtype: dtype for dtype in ALL if dtype.is_numpy_compatible
}
_BY_NUMPY_TYPE: Final[dict[type, DType]] = {
    dtype.numpy_dtype.type: dtype for dtype in _BY_NUMPY.values() if not dtype.is_quantized
}
_BY_VALUE: Final[Mapping[Any, DType]] = MappingProxyType(
    {dtype.name: dtype for dtype in ALL}
    | {dtype._enum: dtype for dtype in ALL}
    | _BY_NUMPY_TYPE
    | {"half": float16, "float": float32, "double": float64}
    | {
        "int": int32,
        "complex": complex128,
        "object": string,
        "str": string,
    }
    # Plain `float` is float32, as a plain 1.0 is; `bool` here is the DType.
    | {builtins.bool: bool, int: int32, float: float32, complex: complex128}
    | {str: string, bytes: string, object: string}
)


def of(numpy_dtype: np.dtype[Any]) -> DType:
    """The DType of arrays of a NumPy dtype."""
    try:
        return _BY_NUMPY[numpy_dtype]
    except KeyError:
        pass
    if numpy_dtype.kind in "SUT":
        return string
    if numpy_dtype.kind in "iufc" and not numpy_dtype.isnative:
        return of(numpy_dtype.newbyteorder("="))
    raise TypeError(
        f"There is no tensor of NumPy dtype {str(numpy_dtype)!r}: {_remedy(numpy_dtype)}"
    )


def _remedy(numpy_dtype: np.dtype[Any]) -> str:
    if numpy_dtype.kind in "mM":
        return "convert dates and durations to numbers first, with array.astype('int64')."
    if numpy_dtype.kind == "V":
        return "convert each field of a structured array on its own."
    return "convert the array first, with array.astype('float64') for example."


def as_dtype(type_value: DTypeLike) -> DType:
    """Convert a name, a NumPy or Python type or the number of a dtype to a `tf.DType`.

    >>> tf.as_dtype("float32"), tf.as_dtype(np.int8), tf.as_dtype(bool), tf.as_dtype(9)
    (tf.float32, tf.int8, tf.bool, tf.int64)
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, np.dtype):
        return of(type_value)
    try:
        # True and 1.0 would be found as 1.
        if not isinstance(type_value, (builtins.bool, float)):
            return _BY_VALUE[type_value]
    except (KeyError, TypeError):
        pass
    dtype = getattr(type_value, "dtype", None)
    if isinstance(dtype, np.dtype):
        return of(dtype)
    if isinstance(type_value, str) or (
        isinstance(type_value, type) and issubclass(type_value, np.generic)
    ):
        try:
            return of(np.dtype(type_value))
        except TypeError:
            pass
    raise TypeError(f"{type_value!r} is not a dtype.{_suggestion(type_value)}")


def _suggestion(value: object) -> str:
    if isinstance(value, str):
        suggestion = nearest(value.removeprefix("tf.").removesuffix("_ref"), _names())
        return suggestion or f" The dtypes are: {', '.join(_names())}."
    return " Give a dtype such as tf.float32 or 'float32', or a NumPy type such as np.float32."


def _names() -> Iterable[str]:
    return [dtype.name for dtype in ALL]

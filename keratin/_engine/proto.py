"""Protocol buffers, as far as they are needed: TensorFlow's messages that describe types.

A message is a class whose `fields` say, for each name, the number and the kind it has on the wire.
Others are defined beside what they describe.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from keratin._engine import errors

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_WIRE_TYPES = {
    "int": _VARINT,
    "sint": _VARINT,
    "bool": _VARINT,
    "double": _EIGHT_BYTES,
    "float": _FOUR_BYTES,
    "fixed32": _FOUR_BYTES,
}


@dataclass(frozen=True)
class Field:
    """A field: its number, its kind, whether it repeats, and whether 0 differs from nothing.

    Kinds are "int" (also of enums), "sint", "fixed32", "bool", "double", "float", "string",
    "bytes" or a class of messages.
    """

    number: int
    kind: Any
    repeated: bool = False
    optional: bool = False

    @property
    def is_message(self) -> bool:
        """Whether the values are messages."""
        return isinstance(self.kind, type)

    @property
    def wire_type(self) -> int:
        """How a value is delimited."""
        return _WIRE_TYPES.get(self.kind, _LENGTH)

    def default(self) -> Any:
        """The value of a field that was not set."""
        if self.repeated:
            return []
        if self.optional or self.is_message:
            return None
        return {"string": "", "bytes": b"", "bool": False, "double": 0.0, "float": 0.0}.get(
            self.kind, 0
        )


class Message:
    """A message: values under the names in `fields`, None or a default where there is none."""

    fields: ClassVar[Mapping[str, Field]] = {}

    def __init__(self, **values: Any) -> None:
        for name in values:
            if name not in self.fields:
                raise errors.unknown_keyword(type(self).__name__, name, self.fields)
        for name, field in self.fields.items():
            setattr(self, name, values.get(name, field.default()))

    def SerializeToString(self) -> bytes:
        """The bytes of the message."""
        return b"".join(
            _varint(field.number << 3 | field.wire_type) + _encoded(field, value)
            for field, value in self._present()
        )

    def _present(self) -> Iterator[tuple[Field, Any]]:
        for field, values in sorted(
            ((field, getattr(self, name)) for name, field in self.fields.items()),
            key=lambda entry: entry[0].number,
        ):
            if field.repeated:
                yield from ((field, value) for value in values)
            elif values is not None and (field.optional or field.is_message or values):
                yield field, values

    @classmethod
    def FromString(cls, data: bytes) -> Self:
        """The message of these bytes; DataLossError if they are cut off."""
        message = cls()
        known = {field.number: (name, field) for name, field in cls.fields.items()}
        for number, wire_type, raw in _read_fields(memoryview(data)):
            name, field = known.get(number, ("", None))
            if field is None:
                continue
            if field.repeated and wire_type == _LENGTH != field.wire_type:
                getattr(message, name).extend(_unpacked(field, raw))
            elif wire_type != field.wire_type:
                raise errors.DataLossError(f"{cls.__name__}.{name} is of another kind in the data.")
            elif field.repeated:
                getattr(message, name).append(_decoded(field, raw))
            else:
                setattr(message, name, _decoded(field, raw))
        return message

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = [
            f"{name}={getattr(self, name)!r}"
            for name, field in self.fields.items()
            if getattr(self, name) != field.default()
        ]
        return f"{type(self).__name__}({', '.join(values)})"


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _encoded(field: Field, value: Any) -> bytes:
    if field.is_message:
        value = value.SerializeToString()
    elif field.kind == "string":
        value = value.encode()
    elif field.kind == "double":
        return struct.pack("<d", value)
    elif field.kind == "float":
        return struct.pack("<f", value)
    elif field.kind == "fixed32":
        return struct.pack("<I", value)
    elif field.kind == "sint":
        return _varint(value << 1 ^ value >> 63)
    elif field.wire_type == _VARINT:
        return _varint(int(value))
    return _varint(len(value)) + bytes(value)


def _read_fields(data: memoryview) -> Iterator[tuple[int, int, Any]]:
    """The number, the wire type and the undecoded value of each field."""
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position)
        wire_type = key & 7
        if wire_type == _VARINT:
            raw, position = _read_varint(data, position)
            yield key >> 3, wire_type, raw
            continue
        if wire_type == _LENGTH:
            size, position = _read_varint(data, position)
        elif wire_type in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if wire_type == _EIGHT_BYTES else 4
        else:
            raise errors.DataLossError(f"There is no wire type {wire_type}: this is no message.")
        if position + size > len(data):
            raise errors.DataLossError(
                f"The message is cut off: {size} bytes follow, of which {len(data) - position} "
                "are there."
            )
        yield key >> 3, wire_type, data[position : position + size]
        position += size


def _read_varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, position
    raise errors.DataLossError("The message is cut off within a number.")


def _decoded(field: Field, raw: Any) -> Any:
    if field.is_message:
        return field.kind.FromString(raw)
    if field.kind == "string":
        return bytes(raw).decode()
    if field.kind == "bytes":
        return bytes(raw)
    if field.kind in ("double", "float"):
        return struct.unpack("<d" if field.kind == "double" else "<f", raw)[0]
    if field.kind == "fixed32":
        return int.from_bytes(raw, "little")
    if field.kind == "bool":
        return bool(raw)
    if field.kind == "sint":
        return raw >> 1 ^ -(raw & 1)
    return raw - (1 << 64) if raw >> 63 else raw


def _unpacked(field: Field, raw: memoryview) -> Iterator[Any]:
    """The values of a repeated field of numbers that were written end to end."""
    position = 0
    while position < len(raw):
        if field.wire_type == _VARINT:
            value, position = _read_varint(raw, position)
            yield _decoded(field, value)
        else:
            size = 8 if field.wire_type == _EIGHT_BYTES else 4
            yield _decoded(field, raw[position : position + size])
            position += size


class Dim(Message):
    """One size of a shape; -1 if it is unknown."""

    size: int
    name: str
    fields = {"size": Field(1, "int"), "name": Field(2, "string")}  # noqa: RUF012


class TensorShapeProto(Message):
    """A shape."""

    dim: list[Dim]
    unknown_rank: bool
    fields = {  # noqa: RUF012
        "dim": Field(2, Dim, repeated=True),
        "unknown_rank": Field(3, "bool"),
    }


class SerializedDType(Message):
    """A dtype, by its number."""

    datatype: int
    fields = {"datatype": Field(1, "int")}  # noqa: RUF012


class TensorSpecProto(Message):
    """The spec of a tensor."""

    name: str
    shape: TensorShapeProto | None
    dtype: int
    fields = {  # noqa: RUF012
        "name": Field(1, "string"),
        "shape": Field(2, TensorShapeProto),
        "dtype": Field(3, "int"),
    }


class NoneValue(Message):
    """None."""


class StructuredValue(Message):
    """A Python value: None, a number, text, a shape, dtype or spec, or a list, tuple or dict."""

    def which(self) -> tuple[str, Any]:
        """The name and the value of the one field that is set."""
        for name in self.fields:
            value = getattr(self, name)
            if value is not None:
                return name, value
        raise errors.DataLossError("A StructuredValue holds no value.")


class ListValue(Message):
    """The values of a list or tuple."""

    fields = {"values": Field(1, StructuredValue, repeated=True)}  # noqa: RUF012


class DictEntry(Message):
    """A key and its value."""

    fields = {"key": Field(1, "string"), "value": Field(2, StructuredValue)}  # noqa: RUF012


class DictValue(Message):
    """The entries of a dict."""

    fields = {"entries": Field(1, DictEntry, repeated=True)}  # noqa: RUF012


class TypeSpecProto(Message):
    """The spec of a composite tensor: its class and the arguments of its constructor."""

    type_spec_class: int
    type_state: StructuredValue | None
    type_spec_class_name: str
    num_flat_components: int
    fields = {  # noqa: RUF012
        "type_spec_class": Field(1, "int"),
        "type_state": Field(2, StructuredValue),
        "type_spec_class_name": Field(3, "string"),
        "num_flat_components": Field(4, "int"),
    }


StructuredValue.fields = {
    "none_value": Field(1, NoneValue),
    "float64_value": Field(11, "double", optional=True),
    "int64_value": Field(12, "sint", optional=True),
    "string_value": Field(13, "string", optional=True),
    "bool_value": Field(14, "bool", optional=True),
    "tensor_shape_value": Field(31, TensorShapeProto),
    "tensor_dtype_value": Field(32, "int", optional=True),
    "tensor_spec_value": Field(33, TensorSpecProto),
    "type_spec_value": Field(34, TypeSpecProto),
    "list_value": Field(51, ListValue),
    "tuple_value": Field(52, ListValue),
    "dict_value": Field(53, DictValue),
}

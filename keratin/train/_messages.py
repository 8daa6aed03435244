"""The messages in checkpoint files: entries of the index, and the graph of objects."""

# ruff: noqa: RUF012
from __future__ import annotations

from keratin._engine.proto import Field, Message, TensorShapeProto


class VersionDef(Message):
    """The version of a writer, and the least version of a reader."""

    producer: int
    min_consumer: int
    fields = {"producer": Field(1, "int"), "min_consumer": Field(2, "int")}


class BundleHeader(Message):
    """The first entry of an index: over how many files the data is spread."""

    num_shards: int
    endianness: int
    version: VersionDef | None
    fields = {
        "num_shards": Field(1, "int"),
        "endianness": Field(2, "int"),
        "version": Field(3, VersionDef),
    }


class Extent(Message):
    """The part of one axis that a slice has; all of it where there is no length."""

    start: int
    length: int | None
    fields = {"start": Field(1, "int"), "length": Field(2, "int", optional=True)}


class TensorSlice(Message):
    """A block of a tensor."""

    extent: list[Extent]
    fields = {"extent": Field(1, Extent, repeated=True)}


class BundleEntry(Message):
    """Where the bytes of a tensor stand; or, of one in parts, which parts it has."""

    dtype: int
    shape: TensorShapeProto | None
    shard_id: int
    offset: int
    size: int
    crc32c: int
    slices: list[TensorSlice]
    fields = {
        "dtype": Field(1, "int"),
        "shape": Field(2, TensorShapeProto),
        "shard_id": Field(3, "int"),
        "offset": Field(4, "int"),
        "size": Field(5, "int"),
        "crc32c": Field(6, "fixed32"),
        "slices": Field(7, TensorSlice, repeated=True),
    }


class ObjectReference(Message):
    """A child of an object: its number, and the attribute that leads to it."""

    node_id: int
    local_name: str
    fields = {"node_id": Field(1, "int"), "local_name": Field(2, "string")}


class SerializedTensor(Message):
    """A value of an object, and the key that it has in the index."""

    name: str
    full_name: str
    checkpoint_key: str
    fields = {
        "name": Field(1, "string"),
        "full_name": Field(2, "string"),
        "checkpoint_key": Field(3, "string"),
    }


class SlotVariable(Message):
    """What an optimizer keeps for a variable."""

    original_variable_node_id: int
    slot_name: str
    slot_variable_node_id: int
    fields = {
        "original_variable_node_id": Field(1, "int"),
        "slot_name": Field(2, "string"),
        "slot_variable_node_id": Field(3, "int"),
    }


class BoolValue(Message):
    """A truth value that may be absent."""

    value: bool
    fields = {"value": Field(1, "bool")}


class ObjectNode(Message):
    """An object: what it leads to, and the values of its own."""

    children: list[ObjectReference]
    attributes: list[SerializedTensor]
    slot_variables: list[SlotVariable]
    has_checkpoint_values: BoolValue | None
    fields = {
        "children": Field(1, ObjectReference, repeated=True),
        "attributes": Field(2, SerializedTensor, repeated=True),
        "slot_variables": Field(3, SlotVariable, repeated=True),
        "has_checkpoint_values": Field(5, BoolValue),
    }


class ObjectGraph(Message):
    """All objects of a checkpoint, the root first."""

    nodes: list[ObjectNode]
    fields = {"nodes": Field(1, ObjectNode, repeated=True)}

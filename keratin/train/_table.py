"""The sorted table that the index of a checkpoint is: keys and values, in blocks.

The layout is LevelDB's: blocks of entries whose keys leave out what they share with the key before,
each followed by its kind of compression and its checksum; then a block that tells where the others
stand; and a footer of 48 bytes. Whatever stands in a file is checked before it is followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from keratin._engine import errors
from keratin.train._crc32c import crc32c, masked

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5
_RESTART_INTERVAL = 16
_BLOCK_SIZE = 1 << 18
# No index is larger: these hold some hundred bytes for each variable.
_LARGEST_BLOCK = 1 << 26
_LARGEST_TABLE = 1 << 30


def write_table(file: BinaryIO, entries: Mapping[bytes, bytes]) -> None:
    """Write entries, sorted by key."""
    index: list[tuple[bytes, bytes]] = []
    block: list[tuple[bytes, bytes]] = []
    size = 0
    for key in sorted(entries):
        block.append((key, entries[key]))
        size += len(key) + len(entries[key]) + 3
        if size >= _BLOCK_SIZE:
            index.append((key, _write_block(file, block)))
            block, size = [], 0
    if block or not index:
        index.append((block[-1][0] if block else b"", _write_block(file, block)))
    metaindex = _write_block(file, [])
    footer = metaindex + _write_block(file, index, restart_interval=1)
    file.write(footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC))


def _write_block(
    file: BinaryIO, entries: list[tuple[bytes, bytes]], restart_interval: int = _RESTART_INTERVAL
) -> bytes:
    """Write a block; gives the bytes that say where it stands."""
    content = bytearray()
    restarts = [0]
    last = b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_interval:
            shared = _shared(last, key)
        elif number:
            restarts.append(len(content))
        content += varint(shared) + varint(len(key) - shared) + varint(len(value))
        content += key[shared:] + value
        last = key
    content += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))
    place = varint(file.tell()) + varint(len(content))
    content += b"\0"  # not compressed
    file.write(content + struct.pack("<I", masked(crc32c(content))))
    return place


def _shared(first: bytes, second: bytes) -> int:
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def read_table(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a file of this size, in order; DataLossError if it is damaged."""
    if size < _FOOTER:
        raise errors.DataLossError(f"it has {size} bytes, fewer than its footer needs")
    if size > _LARGEST_TABLE:
        raise errors.DataLossError(f"it has {size} bytes, more than an index can have")
    file.seek(size - _FOOTER)
    footer = file.read(_FOOTER)
    if struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise errors.DataLossError("it does not end as an index does")
    _, position = _read_place(footer, 0)
    index_place, _ = _read_place(footer, position)
    last = b""
    begun = False
    for _, place in list(_read_block(file, size, index_place, "the block of blocks")):
        block_place, _ = _read_place(place, 0)
        for key, value in _read_block(file, size, block_place, "a block"):
            if begun and key <= last:
                raise errors.DataLossError(f"the key {key[:80]!r} is out of order")
            begun, last = True, key
            yield key, value


def _read_place(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    offset, position = read_varint(data, position)
    length, position = read_varint(data, position)
    return (offset, length), position


def _read_block(
    file: BinaryIO, size: int, place: tuple[int, int], what: str
) -> Iterator[tuple[bytes, bytes]]:
    offset, length = place
    if length > _LARGEST_BLOCK or offset + length + _TRAILER > size - _FOOTER:
        raise errors.DataLossError(
            f"{what} is said to stand at {offset}, with {length} bytes, in a file of {size}"
        )
    file.seek(offset)
    data = file.read(length + _TRAILER)
    if len(data) != length + _TRAILER:
        raise errors.DataLossError(f"{what} at {offset} is cut off")
    if data[length]:
        kind = {1: "Snappy"}.get(data[length], f"kind {data[length]}")
        raise errors.DataLossError(
            f"{what} at {offset} is compressed ({kind}), as no checkpoint of TensorFlow 2 is"
        )
    if masked(crc32c(data[: length + 1])) != struct.unpack("<I", data[length + 1 :])[0]:
        raise errors.DataLossError(f"{what} at {offset} does not have its checksum")
    yield from _entries(data[:length], what)


def _entries(data: bytes, what: str) -> Iterator[tuple[bytes, bytes]]:
    if len(data) < 4:
        raise errors.DataLossError(f"{what} has {len(data)} bytes, too few")
    end = len(data) - 4 - 4 * struct.unpack("<I", data[-4:])[0]
    if end < 0:
        raise errors.DataLossError(f"{what} has more restarts than bytes")
    position = 0
    key = b""
    while position < end:
        shared, position = read_varint(data, position)
        own, position = read_varint(data, position)
        length, position = read_varint(data, position)
        if shared > len(key) or position + own + length > end:
            raise errors.DataLossError(f"an entry of {what} reaches beyond it")
        key = key[:shared] + data[position : position + own]
        position += own
        yield key, data[position : position + length]
        position += length


def varint(value: int) -> bytes:
    """A number in as many bytes of seven bits as it needs."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """The number that stands at a position, and the position behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, position
    raise errors.DataLossError("a number is cut off, or has no end")

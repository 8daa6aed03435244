"""CRC-32C, the checksum of TensorFlow's record files."""

from __future__ import annotations

import functools
import struct
from typing import Any

import numpy as np

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, bits reversed
_MASK_DELTA = 0xA282EAD8
# Below this, a loop over the bytes is quicker than many lanes.
_SHORT = 4096


def _make_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _make_table()
_TABLE_ARRAY = np.array(_TABLE, np.uint32)


def crc32c(data: bytes) -> int:
    """The CRC-32C of some bytes.

    >>> from keratin._engine.checksum import crc32c
    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    if len(data) >= _SHORT:
        return _in_lanes(data)
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """The checksum as records hold it: rotated and moved, for bytes that hold checksums."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """A record: its length, the checksum of that, the bytes, and their checksum."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        [
            length,
            struct.pack("<I", masked_crc32c(length)),
            data,
            struct.pack("<I", masked_crc32c(data)),
        ]
    )


def _in_lanes(data: bytes) -> int:
    """As many lanes of equal length as make the work short, side by side, then joined.

    Begun with 0 the checksum is linear, and zeros in front change nothing; to begin with ones is
    to invert the first four bytes.
    """
    num_lanes = 1 << max((len(data) // 64).bit_length() // 2 + 2, 1)
    length = -(-len(data) // num_lanes)
    padded = np.zeros(num_lanes * length, np.uint8)
    padded[padded.size - len(data) :] = np.frombuffer(data, np.uint8)
    padded[padded.size - len(data) :][:4] ^= 0xFF
    crc = np.zeros(num_lanes, np.uint32)
    for column in np.ascontiguousarray(padded.reshape(num_lanes, length).T):
        crc = _TABLE_ARRAY[(crc ^ column) & 0xFF] ^ (crc >> 8)
    shift = _shift_by(length)
    while crc.size > 1:
        crc = _apply(shift, crc[0::2]) ^ crc[1::2]
        shift = _apply(shift, shift)
    return int(crc[0]) ^ 0xFFFFFFFF


@functools.lru_cache(maxsize=64)
def _shift_by(length: int) -> np.ndarray[Any, Any]:
    """What `length` zero bytes make of each of the 32 bits of a checksum."""
    result = np.uint32(1) << np.arange(32, dtype=np.uint32)
    power = _TABLE_ARRAY[result & 0xFF] ^ (result >> 8)
    while length:
        if length & 1:
            result = _apply(power, result)
        power = _apply(power, power)
        length >>= 1
    return result


def _apply(matrix: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The products of a matrix over bits, of 32 columns, and some numbers of 32 bits."""
    bits = (values[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    product: np.ndarray[Any, Any] = np.bitwise_xor.reduce(bits * matrix, axis=1)
    return product

"""The checksum of files of TensorFlow: CRC-32C, computed by NumPy on many stretches at once.

A CRC is linear: that of a whole is the sum (xor) of those of its parts, each moved on by the zeros
that follow it. So data is cut into stretches of one length, whose CRCs go on side by side, two
bytes a step; then neighbours are joined, pair by pair.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

_POLYNOMIAL = 0x82F63B78
_ALL = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8
# Shorter data is done byte by byte.
_SHORT = 3000
# Stretches done side by side at most, and bytes of data looked at together.
_MOST_STRETCHES = 1 << 15
_CHUNK = 1 << 25

Table = np.ndarray[Any, np.dtype[np.uint32]]


def crc32c(data: Any, value: int = 0) -> int:
    """The CRC of bytes; `value` is the CRC of what came before them.

    >>> from keratin.train._crc32c import crc32c
    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    array = np.frombuffer(data, np.uint8)
    for start in range(0, len(array), _CHUNK):
        value = _extended(array[start : start + _CHUNK], value)
    return value


def masked(value: int) -> int:
    """The form in which a CRC is stored, so that the CRC of data with CRCs in it is no trivial one.

    >>> from keratin.train._crc32c import crc32c, masked
    >>> hex(masked(crc32c(b"123456789")))
    '0xc78ab0e5'
    """
    return (((value >> 15) | (value << 17)) + _MASK_DELTA) & _ALL


def _extended(array: np.ndarray[Any, np.dtype[np.uint8]], value: int) -> int:
    if len(array) < _SHORT:
        return _byte_by_byte(array, value ^ _ALL) ^ _ALL
    stretches = 1
    while stretches < _MOST_STRETCHES and len(array) // (2 * stretches) >= 64:
        stretches *= 2
    length = len(array) // stretches // 2 * 2
    body, rest = array[: stretches * length], array[stretches * length :]
    crc = _joined(_side_by_side(body.reshape(stretches, length)), length)
    # What came before is moved on by the whole length, as by so many zeros.
    crc ^= int(_moved(np.array([value ^ _ALL], np.uint32), len(body))[0])
    return _byte_by_byte(rest, crc) ^ _ALL


def _byte_by_byte(array: np.ndarray[Any, np.dtype[np.uint8]], register: int) -> int:
    table = _byte_list()
    for byte in array.tolist():
        register = table[(register ^ byte) & 255] ^ (register >> 8)
    return register


def _side_by_side(rows: np.ndarray[Any, np.dtype[np.uint8]]) -> Table:
    """The CRC of each row, begun at zero."""
    table = _pair_table()
    words = np.ascontiguousarray(rows.view("<u2").T)
    registers = np.zeros(rows.shape[0], np.uint32)
    index = np.empty(rows.shape[0], np.uint16)
    for word in words:
        np.bitwise_xor(registers.astype(np.uint16), word, out=index)
        registers >>= 16
        registers ^= table[index]
    return registers


def _joined(registers: Table, length: int) -> int:
    """The CRC of all stretches of this length one after the other."""
    while len(registers) > 1:
        registers = _moved(registers[::2], length) ^ registers[1::2]
        length *= 2
    return int(registers[0])


def _moved(registers: Table, zeros: int) -> Table:
    """CRCs after so many more bytes of zeros."""
    power = 0
    while zeros:
        if zeros & 1:
            table = _zeros_table(power)
            registers = (
                table[0][registers & 255]
                ^ table[1][registers >> 8 & 255]
                ^ table[2][registers >> 16 & 255]
                ^ table[3][registers >> 24]
            )
        zeros >>= 1
        power += 1
    return registers


@functools.cache
def _byte_table() -> Table:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


@functools.cache
def _byte_list() -> list[int]:
    return _byte_table().tolist()


@functools.cache
def _pair_table() -> Table:
    """What two bytes do to a register."""
    table = _byte_table()
    pairs = np.arange(1 << 16, dtype=np.uint32)
    once = table[pairs & 255] ^ pairs >> 8
    return table[once & 255] ^ once >> 8


@functools.cache
def _zeros_table(power: int) -> Table:
    """What 2 ** power bytes of zeros do to each byte of a register."""
    bytes_at: list[Table] = [
        np.arange(256, dtype=np.uint32) << np.uint32(8 * place) for place in range(4)
    ]
    if power == 0:
        table = _byte_table()
        return np.stack([table[part & 255] ^ part >> 8 for part in bytes_at])
    former = _zeros_table(power - 1)

    def once(part: Table) -> Table:
        return (
            former[0][part & 255]
            ^ former[1][part >> 8 & 255]
            ^ former[2][part >> 16 & 255]
            ^ former[3][part >> 24]
        )

    return np.stack([once(once(part)) for part in bytes_at])

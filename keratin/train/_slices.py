"""The keys of parts of tensors: name and place, in an encoding that sorts as they do."""

from __future__ import annotations

from collections.abc import Sequence

_END = b"\0\1"


def slice_key(name: str, extents: Sequence[tuple[int, int | None]]) -> bytes:
    """The key of the part of a tensor with these starts and lengths; None: the whole axis.

    >>> from keratin.train._slices import slice_key
    >>> slice_key("v", [(0, 5)])
    b'\\x00v\\x00\\x01\\x01\\x01\\x80\\x85'
    """
    key = _number(0) + name.encode().replace(b"\0", b"\0\xff") + _END + _number(len(extents))
    for start, length in extents:
        key += _signed(start) + _signed(-1 if length is None else length)
    return key


def _number(value: int) -> bytes:
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(data)]) + data


def _signed(value: int) -> bytes:
    """As many bytes as ones stand first, turned over where the number is negative."""
    magnitude = ~value if value < 0 else value
    size = magnitude.bit_length() // 7 + 1
    ones = (((1 << size) - 1) << (16 - size)).to_bytes(2, "big")
    data = bytearray(value.to_bytes(10, "big", signed=True)[-size:])
    for place in range(min(size, 2)):
        data[place] ^= ones[place]
    return bytes(data)

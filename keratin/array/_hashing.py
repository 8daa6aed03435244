"""Fingerprints: 64-bit hashes that are the same on every machine and in every version.

The hash is FarmHash's `Fingerprint64`, by Geoff Pike, as published at github.com/google/farmhash.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, op
from keratin._engine.tensor import OBJECT

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_MASK = 0xFFFFFFFFFFFFFFFF


def _word(text: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(text[place : place + size], "little")


def _rotate(value: int, by: int) -> int:
    value &= _MASK
    return (value >> by | value << 64 - by) & _MASK


def _shift_mix(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _hash_pair(low: int, high: int, multiplier: int) -> int:
    first = _shift_mix((low ^ high) * multiplier)
    second = _shift_mix((high ^ first) * multiplier)
    return second * multiplier & _MASK


def _up_to_16(text: bytes) -> int:
    length = len(text)
    multiplier = _K2 + 2 * length
    if length >= 8:
        first, last = _word(text, 0) + _K2, _word(text, length - 8)
        low = _rotate(last, 37) * multiplier + first
        high = (_rotate(first, 25) + last) * multiplier
        return _hash_pair(low & _MASK, high & _MASK, multiplier)
    if length >= 4:
        low = length + (_word(text, 0, 4) << 3)
        return _hash_pair(low, _word(text, length - 4, 4), multiplier)
    if length:
        low = text[0] + (text[length >> 1] << 8)
        high = length + (text[-1] << 2)
        return _shift_mix(low * _K2 ^ high * _K0) * _K2 & _MASK
    return _K2


def _up_to_32(text: bytes) -> int:
    length = len(text)
    multiplier = _K2 + 2 * length
    a, b = _word(text, 0) * _K1, _word(text, 8)
    c, d = _word(text, length - 8) * multiplier, _word(text, length - 16) * _K2
    low = _rotate(a + b, 43) + _rotate(c, 30) + d
    high = a + _rotate(b + _K2, 18) + c
    return _hash_pair(low & _MASK, high & _MASK, multiplier)


def _up_to_64(text: bytes) -> int:
    length = len(text)
    multiplier = _K2 + 2 * length
    a, b = _word(text, 0) * _K2, _word(text, 8)
    c, d = _word(text, length - 8) * multiplier, _word(text, length - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _hash_pair(y & _MASK, a + _rotate(b + _K2, 18) + c & _MASK, multiplier)
    e, f = _word(text, 16) * multiplier, _word(text, 24)
    g = (y + _word(text, length - 32)) * multiplier
    h = (z + _word(text, length - 24)) * multiplier
    low = _rotate(e + f, 43) + _rotate(g, 30) + h
    high = e + _rotate(f + a, 18) + g
    return _hash_pair(low & _MASK, high & _MASK, multiplier)


def _weak(text: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    """A pair of numbers of the 32 bytes at a place and two seeds."""
    w, x, y, z = [_word(text, place + offset) for offset in (0, 8, 16, 24)]
    a += w
    b = _rotate(b + a + z, 21)
    c = a
    a += x + y
    b += _rotate(a, 44)
    return (a + z) & _MASK, (b + c) & _MASK


def _longer(text: bytes) -> int:
    length = len(text)
    x = 81
    y = 81 * _K1 + 113 & _MASK
    z = _shift_mix(y * _K2 + 113) * _K2 & _MASK
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _word(text, 0)
    for place in range(0, (length - 1) // 64 * 64, 64):
        x = _rotate(x + y + v[0] + _word(text, place + 8), 37) * _K1 ^ w[1]
        y = _rotate(y + v[1] + _word(text, place + 48), 42) * _K1 + v[0] + _word(text, place + 40)
        z = _rotate(z + w[0], 33) * _K1
        v = _weak(text, place, v[1] * _K1, x + w[0])
        w = _weak(text, place + 32, z + w[1], y + _word(text, place + 16))
        x, z = z, x
    multiplier = _K1 + ((z & 0xFF) << 1)
    place = length - 64
    w = w[0] + (length - 1 & 63), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    x = _rotate(x + y + v[0] + _word(text, place + 8), 37) * multiplier ^ w[1] * 9
    y = _rotate(y + v[1] + _word(text, place + 48), 42) * multiplier + v[0] * 9
    y += _word(text, place + 40)
    z = _rotate(z + w[0], 33) * multiplier
    v = _weak(text, place, v[1] * multiplier, x + w[0])
    w = _weak(text, place + 32, z + w[1], y + _word(text, place + 16))
    x, z = z, x
    low = _hash_pair(v[0], w[0], multiplier) + _shift_mix(y) * _K0 + z
    high = _hash_pair(v[1], w[1], multiplier) + x
    return _hash_pair(low & _MASK, high & _MASK, multiplier)


def fingerprint64(text: bytes) -> int:
    """FarmHash's 64-bit fingerprint of some bytes."""
    length = len(text)
    if length <= 16:
        return _up_to_16(text)
    if length <= 32:
        return _up_to_32(text)
    return _up_to_64(text) if length <= 64 else _longer(text)


def _bytes_of(text: bytes) -> bytes:
    return fingerprint64(text).to_bytes(8, "little")


@op(host=True)
def fingerprint(data: Array, method: str = "farmhash64") -> np.ndarray[Any, Any]:
    """A hash of each row of the data, as eight bytes; the same everywhere and for ever.

    >>> tf.fingerprint(["a", "b"]).shape
    TensorShape([2, 8])
    """
    if method != "farmhash64":
        raise errors.InvalidArgumentError(f"method={method!r} must be 'farmhash64'")
    if not data.ndim:
        raise errors.InvalidArgumentError("data is a scalar; it must have rows. Write [data]")
    rows = data.reshape(len(data), -1)
    if data.dtype != OBJECT:
        hashes = [_bytes_of(row.tobytes()) for row in np.ascontiguousarray(rows)]
    elif rows.shape[1] == 1:
        hashes = [_bytes_of(row[0]) for row in rows]
    else:
        hashes = [_bytes_of(b"".join([_bytes_of(text) for text in row])) for row in rows]
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 8).copy()

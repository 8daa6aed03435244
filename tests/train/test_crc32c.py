"""Checksums equal those of the plain loop, at every way of dividing the data."""

import numpy as np
import pytest

from keratin.train._crc32c import _SHORT, crc32c, masked

RANDOM = np.random.default_rng(0)


def plainly(data, value=0):
    register = value ^ 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def test_known_checksums():
    # RFC 3720, B.4
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"") == 0
    assert masked(crc32c(b"foo")) != crc32c(b"foo")


@pytest.mark.parametrize("size", [1, 7, _SHORT - 1, _SHORT, _SHORT + 1, 4097, 8192, 20_011])
def test_all_sizes_and_starts(size):
    data = RANDOM.bytes(size)
    assert crc32c(data) == plainly(data)
    assert crc32c(data, 12345) == plainly(data, 12345)


def test_parts_make_the_whole():
    data = RANDOM.bytes(300_001)
    assert crc32c(data[100_000:], crc32c(data[:100_000])) == crc32c(data)
    flipped = bytearray(data)
    flipped[150_000] ^= 1
    assert crc32c(flipped) != crc32c(data)


def test_large_data_is_done_in_chunks(monkeypatch):
    data = RANDOM.bytes(10_000)
    whole = crc32c(data)
    monkeypatch.setattr("keratin.train._crc32c._CHUNK", 4000)
    assert crc32c(data) == whole

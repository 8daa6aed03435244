"""Tables: what is written is read; what is damaged is told."""

import contextlib
import io
import struct

import hypothesis
import hypothesis.strategies as st
import pytest

from keratin import errors
from keratin.train._crc32c import crc32c, masked
from keratin.train._table import read_table, read_varint, varint, write_table


def written(entries):
    file = io.BytesIO()
    write_table(file, entries)
    return file.getvalue()


def read(data):
    return dict(read_table(io.BytesIO(data), len(data)))


@hypothesis.given(st.dictionaries(st.binary(max_size=40), st.binary(max_size=60), max_size=60))
@hypothesis.settings(max_examples=50, deadline=None)
def test_what_is_written_is_read(entries):
    assert read(written(entries)) == entries


def test_many_blocks(monkeypatch):
    monkeypatch.setattr("keratin.train._table._BLOCK_SIZE", 200)
    entries = {f"layer/{n:03}/kernel".encode(): bytes([n % 256]) * n for n in range(120)}
    data = written(entries)
    assert read(data) == entries
    assert list(read(data)) == sorted(entries)


@pytest.fixture(scope="module")
def table():
    return written({f"key/{n}".encode(): bytes(20) for n in range(40)})


def test_cut_tables_are_refused(table):
    for size in [int(n * len(table) / 50) for n in range(50)]:
        with pytest.raises(errors.DataLossError):
            read(table[:size])


def test_changed_bytes_are_noticed(table):
    whole = read(table)
    for place in range(0, len(table), max(1, len(table) // 150)):
        damaged = bytearray(table)
        damaged[place] ^= 0x40
        with contextlib.suppress(errors.DataLossError):
            assert read(bytes(damaged)) == whole, place  # padding of the footer


def block(content, kind=0):
    data = content + bytes([kind])
    return data + struct.pack("<I", masked(crc32c(data)))


def table_of(content, kind=0, place=None, index=None):
    """A table with one block of these bytes."""
    data = block(content, kind)
    where = place if place is not None else varint(0) + varint(len(content))
    entry = varint(0) + varint(1) + varint(len(where)) + b"z" + where
    restarts = struct.pack("<2I", 0, 1)
    index = entry + restarts if index is None else index
    at = len(data)
    data += block(index)
    footer = varint(0) + varint(0) + varint(at) + varint(len(index))
    return data + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


RESTARTS = struct.pack("<2I", 0, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "fewer than its footer"),
        (bytes(48), "does not end as an index does"),
        (table_of(RESTARTS, kind=1), "compressed .Snappy."),
        (table_of(RESTARTS, kind=7), "compressed .kind 7."),
        (table_of(RESTARTS, place=varint(1 << 60) + varint(8)), "said to stand at"),
        (table_of(RESTARTS, place=varint(0) + varint(1 << 62)), "said to stand at"),
        (table_of(RESTARTS, place=b"\xff" * 20), "has no end"),
        (table_of(b"\xff" * 12 + RESTARTS), "no end"),
        (table_of(varint(5) + varint(1) + varint(0) + b"a" + RESTARTS), "reaches beyond it"),
        (table_of(varint(0) + varint(1 << 50) + varint(0) + RESTARTS), "reaches beyond it"),
        (table_of(varint(0) + varint(1) + varint(1 << 40) + b"a" + RESTARTS), "reaches beyond it"),
        (table_of(struct.pack("<I", 1 << 30)), "more restarts than bytes"),
        (table_of(b"ab"), "too few"),
        (table_of((varint(0) + varint(1) + varint(0) + b"a") * 2 + RESTARTS), "out of order"),
    ],
)
def test_hostile_tables_are_refused(data, message):
    with pytest.raises(errors.DataLossError, match=message):
        read(data)


def test_no_bytes_break_the_reader(table):
    @hypothesis.given(st.binary(max_size=200), st.integers(0, len(table)))
    @hypothesis.settings(max_examples=60, deadline=None)
    def check(content, place):
        data = table[:place] + content + table[place + len(content) :]
        with contextlib.suppress(errors.DataLossError):
            read(data)

    check()


def test_a_size_beyond_all_indices_is_refused(table):
    with pytest.raises(errors.DataLossError, match="more than an index can have"):
        list(read_table(io.BytesIO(table), 1 << 40))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**32, 2**64 - 1])
def test_numbers(value):
    assert read_varint(b"x" + varint(value), 1) == (value, 1 + len(varint(value)))

"""The two kinds of file of a checkpoint: `prefix.index`, and `prefix.data-00000-of-00001`.

The index says for each key the dtype and the shape, and where in the data the bytes stand.
"""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import os
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.proto import Dim, TensorShapeProto
from keratin.train._crc32c import crc32c, masked
from keratin.train._messages import BundleEntry, BundleHeader, Extent, TensorSlice, VersionDef
from keratin.train._slices import slice_key
from keratin.train._table import read_table, read_varint, varint, write_table

_CHUNK = 1 << 24
_MOST_DIMENSIONS = 254
# What strings may take at most: graphs of objects, states of Python, vocabularies.
_LARGEST_STRINGS = 1 << 30

Array = np.ndarray[Any, Any]


def data_file(prefix: str, shard: int, shards: int) -> str:
    """The path of one of the files with the data.

    >>> from keratin.train._bundle import data_file
    >>> data_file("ckpt-1", 0, 1)
    'ckpt-1.data-00000-of-00001'
    """
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


# Writing


@dataclasses.dataclass
class Piece:
    """A value to write: its key, and, of a part of a tensor, the whole shape and its place."""

    key: str
    read: Callable[[], Array]
    dtype: DType
    full_shape: tuple[int, ...] = ()
    offsets: tuple[int, ...] | None = None


def write_bundle(prefix: str, shards: Sequence[Sequence[Piece]]) -> None:
    """Write a checkpoint, all or nothing.

    The data is written under a number of files that the checkpoint there does not use, so that it
    stays whole until the new index takes the place of its index, by which the new one exists.
    """
    former = _shards_there(prefix)
    count = len(shards) if len(shards) not in former else max(*former, len(shards)) + 1
    entries: dict[bytes, bytes] = {b"": _header(count)}
    sliced: dict[str, BundleEntry] = {}
    try:
        for number, pieces in enumerate(shards):
            with _open_new(data_file(prefix, number, count)) as file:
                for piece in pieces:
                    _write_piece(file, number, piece, entries, sliced)
        for key, entry in sliced.items():
            entries[key.encode()] = entry.SerializeToString()
        with _open_new(f"{prefix}.index") as file:
            write_table(file, entries)
    except BaseException:
        _remove_data(prefix, lambda shards: shards == count)
        raise
    _remove_data(prefix, lambda shards: shards != count)


def _header(shards: int) -> bytes:
    return BundleHeader(num_shards=shards, version=VersionDef(producer=1)).SerializeToString()


@contextlib.contextmanager
def _open_new(path: str) -> Iterator[BinaryIO]:
    with replacing(path) as beside, open(beside, "wb") as file:
        yield file


def _write_piece(
    file: BinaryIO,
    shard: int,
    piece: Piece,
    entries: dict[bytes, bytes],
    sliced: dict[str, BundleEntry],
) -> None:
    offset = file.tell()
    value = piece.read()
    if piece.dtype.name == "string":
        checksum = _write_strings(file, value)
    else:
        data = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
        file.write(data)
        checksum = crc32c(data)
    entry = BundleEntry(
        dtype=piece.dtype.as_datatype_enum,
        shape=_shape_message(value.shape),
        shard_id=shard,
        offset=offset,
        size=file.tell() - offset,
        crc32c=masked(checksum),
    )
    key = piece.key.encode()
    if piece.offsets is not None:
        extents = _extents(piece, value.shape)
        key = slice_key(piece.key, [(e.start, e.length) for e in extents])
        whole = BundleEntry(dtype=entry.dtype, shape=_shape_message(piece.full_shape), slices=[])
        sliced.setdefault(piece.key, whole).slices.append(TensorSlice(extent=extents))
    entries[key] = entry.SerializeToString()


def _extents(piece: Piece, shape: tuple[int, ...]) -> list[Extent]:
    """The part of each axis; none is said of an axis that is there as a whole."""
    return [
        Extent() if size == full else Extent(start=start, length=size)
        for start, size, full in zip(piece.offsets or (), shape, piece.full_shape, strict=True)
    ]


def _shape_message(shape: Sequence[int]) -> TensorShapeProto:
    return TensorShapeProto(dim=[Dim(size=int(size)) for size in shape])


def _write_strings(file: BinaryIO, value: Array) -> int:
    """Lengths, the checksum of these, and the bytes; gives the checksum of all."""
    texts = [v.encode() if isinstance(v, str) else bytes(v) for v in np.ravel(value).tolist()]
    checksum = crc32c(struct.pack(f"<{len(texts)}I", *map(len, texts)))
    ending = struct.pack("<I", masked(checksum))
    file.write(b"".join(map(varint, map(len, texts))) + ending)
    checksum = crc32c(ending, checksum)
    for text in texts:
        file.write(text)
        checksum = crc32c(text, checksum)
    return checksum


def _shards_there(prefix: str) -> set[int]:
    """The numbers of files that checkpoints of this name have left data under."""
    return {shards for _, shards in _data_files(prefix)}


def _data_files(prefix: str) -> Iterator[tuple[str, int]]:
    for path in glob.glob(f"{glob.escape(prefix)}.data-*-of-*"):
        match = re.fullmatch(r".*\.data-\d{5}-of-(\d{5})", path, re.DOTALL)
        if match:
            yield path, int(match[1])


def _remove_data(prefix: str, which: Callable[[int], bool]) -> None:
    for path, shards in list(_data_files(prefix)):
        if which(shards):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def remove_bundle(prefix: str) -> None:
    """Delete a checkpoint, its index first, so that none is there in half."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{prefix}.index")
    _remove_data(prefix, lambda shards: True)


# Reading


class Bundle:
    """A checkpoint on disk: what it holds is known at once, values are read when asked for."""

    def __init__(self, prefix: str):
        self.prefix = prefix
        self.entries: dict[str, BundleEntry] = {}
        self._slices: dict[bytes, BundleEntry] = {}
        self._shards = 0
        path = f"{prefix}.index"
        with _about(path), open(path, "rb") as file:
            for key, value in read_table(file, os.fstat(file.fileno()).st_size):
                self._take(key, value)
            if not self._shards:
                raise errors.DataLossError("it has no header")

    def _take(self, key: bytes, value: bytes) -> None:
        if not key:
            header = BundleHeader.FromString(value)
            self._shards = header.num_shards
            if header.endianness:
                raise errors.DataLossError("its numbers have their high bytes first")
            if not 0 < header.num_shards < 100_000:
                raise errors.DataLossError(f"it speaks of {header.num_shards} files of data")
            return
        try:
            entry = BundleEntry.FromString(value)
            if key[:1] == b"\0":  # a part of a tensor
                self._slices[key] = entry
            else:
                self.entries[key.decode()] = entry
            self._check(entry)
        except ValueError as error:
            raise errors.DataLossError(f"the entry {key[:200]!r}: {error}") from error
        except errors.DataLossError as error:
            raise errors.DataLossError(f"the entry {key[:200]!r}: {error}") from error

    def _check(self, entry: BundleEntry) -> None:
        """Refuse what no checkpoint says."""
        dtype_of(entry)
        sizes = shape_of(entry)
        if len(sizes) > _MOST_DIMENSIONS or any(size < 0 for size in sizes):
            raise errors.DataLossError(f"the shape {sizes[:8]} is no shape")
        if entry.slices:
            if any(len(part.extent) != len(sizes) for part in entry.slices):
                raise errors.DataLossError("its parts have another rank than the whole")
            return
        if not 0 <= entry.shard_id < self._shards or entry.offset < 0 or entry.size < 0:
            raise errors.DataLossError(
                f"it stands in file {entry.shard_id} of {self._shards}, at {entry.offset}, with "
                f"{entry.size} bytes"
            )
        count = _number_of_elements(sizes)
        item = dtype_of(entry).size
        if item and count * item != entry.size:
            raise errors.DataLossError(
                f"{sizes} {dtype_of(entry).name} takes {count * item} bytes; it has {entry.size}"
            )
        if not item and count > entry.size:
            raise errors.DataLossError(f"{count} strings do not stand in {entry.size} bytes")

    def entry(self, key: str) -> BundleEntry:
        """What the index says of a key."""
        found = self.entries.get(key)
        if found is None:
            near = errors.nearest(key, self.entries)
            raise errors.NotFoundError(f"{self.prefix}: the checkpoint has no {key!r}.{near}")
        return found

    def verify(self, key: str) -> None:
        """Compare the bytes of a key with their checksum, without keeping them."""
        for entry in self._parts(key):
            if dtype_of(entry).name == "string":
                self._strings(entry, key)
                continue
            with self._data(entry, key) as file:
                value, left = 0, entry.size
                while left:
                    chunk = file.read(min(_CHUNK, left))
                    value = crc32c(chunk, value)
                    left -= len(chunk)
            self._check_sum(entry, value, key)

    def read(self, key: str, verified: bool = False) -> Array:
        """The value of a key."""
        entry = self.entry(key)
        if not entry.slices:
            return self._value(entry, key, verified)
        sizes = shape_of(entry)
        dtype = dtype_of(entry)
        _check_cover(entry, sizes, f"{self.prefix}: {key!r}")
        parts = list(zip(entry.slices, self._parts(key), strict=True))
        whole = np.empty(sizes, dtype.numpy_dtype)
        for part, stored in parts:
            whole[_place(part)] = self._value(stored, key, verified)
        return whole

    def _parts(self, key: str) -> list[BundleEntry]:
        entry = self.entry(key)
        if not entry.slices:
            return [entry]
        found = []
        sizes = shape_of(entry)
        for part in entry.slices:
            stored = self._slices.get(slice_key(key, [(e.start, e.length) for e in part.extent]))
            expected = tuple(
                size if extent.length is None else extent.length
                for size, extent in zip(sizes, part.extent, strict=True)
            )
            if stored is None or stored.slices or stored.dtype != entry.dtype:
                raise errors.DataLossError(f"{self.prefix}.index: a part of {key!r} is missing")
            if shape_of(stored) != expected:
                raise errors.DataLossError(
                    f"{self.prefix}.index: a part of {key!r} has shape {shape_of(stored)}, not "
                    f"{expected}"
                )
            found.append(stored)
        return found

    @contextlib.contextmanager
    def _data(self, entry: BundleEntry, key: str) -> Iterator[BinaryIO]:
        """The file of an entry, open where its bytes begin, all of which are there."""
        path = data_file(self.prefix, entry.shard_id, self._shards)
        if not os.path.isfile(path):
            raise errors.NotFoundError(
                f"{path} is missing: the index of the checkpoint names it for {key!r}."
            )
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if entry.offset + entry.size > size:
                raise errors.DataLossError(
                    f"{path}: {key!r} ends at byte {entry.offset + entry.size}, the file at "
                    f"{size}. It is damaged or cut short"
                )
            file.seek(entry.offset)
            yield file

    def _value(self, entry: BundleEntry, key: str, verified: bool) -> Array:
        if dtype_of(entry).name == "string":
            return self._strings(entry, key)
        with self._data(entry, key) as file:
            data = np.empty(entry.size, np.uint8)
            if file.readinto(data.data) != entry.size:  # type: ignore[attr-defined]
                raise errors.DataLossError(f"{self.prefix}: the data of {key!r} is cut off")
        if not verified:
            self._check_sum(entry, crc32c(data), key)
        numpy_dtype = dtype_of(entry).numpy_dtype
        if numpy_dtype == np.bool_ and data.max(initial=0) > 1:
            raise errors.DataLossError(f"{self.prefix}: {key!r} is neither true nor false")
        return data.view(numpy_dtype).reshape(shape_of(entry))

    def _strings(self, entry: BundleEntry, key: str) -> Array:
        count = _number_of_elements(shape_of(entry))
        if entry.size > _LARGEST_STRINGS:
            raise errors.DataLossError(f"{self.prefix}: {entry.size} bytes of text in {key!r}")
        with self._data(entry, key) as file:
            data = file.read(entry.size)
        lengths, position = [], 0
        for _ in range(count):
            length, position = read_varint(data, position)
            lengths.append(length)
        if position + 4 + sum(lengths) != len(data) or max(lengths, default=0) >> 32:
            raise errors.DataLossError(
                f"{self.prefix}: the lengths of the strings in {key!r} do not add up to their bytes"
            )
        packed = struct.pack(f"<{count}I", *lengths)
        self._check_sum(entry, crc32c(data[position:], crc32c(packed)), key)
        position += 4
        texts = np.empty(count, object)
        for number, length in enumerate(lengths):
            texts[number] = data[position : position + length]
            position += length
        return texts.reshape(shape_of(entry))

    def _check_sum(self, entry: BundleEntry, value: int, key: str) -> None:
        if masked(value) != entry.crc32c:
            path = data_file(self.prefix, entry.shard_id, self._shards)
            raise errors.DataLossError(
                f"{path}: the bytes of {key!r} do not have their checksum. The file is damaged"
            )


def _check_cover(entry: BundleEntry, sizes: tuple[int, ...], what: str) -> None:
    """Refuse parts that reach beyond the whole, or leave something of it open."""
    covered = 0
    for part in entry.slices:
        lengths = []
        for size, extent in zip(sizes, part.extent, strict=True):
            length = size if extent.length is None else extent.length
            if extent.start < 0 or length < 0 or extent.start + length > size:
                raise errors.DataLossError(f"{what}: a part reaches beyond the whole")
            lengths.append(length)
        covered += _number_of_elements(lengths)
    if covered != _number_of_elements(sizes):
        raise errors.DataLossError(f"{what}: the parts do not make up the whole")


def _place(part: TensorSlice) -> tuple[slice, ...]:
    return tuple(
        slice(None) if e.length is None else slice(e.start, e.start + e.length) for e in part.extent
    )


def _number_of_elements(sizes: Sequence[int]) -> int:
    count = 1
    for size in sizes:
        count *= size
    return count


def shape_of(entry: BundleEntry) -> tuple[int, ...]:
    """The shape of the value of an entry."""
    return tuple(dim.size for dim in entry.shape.dim) if entry.shape is not None else ()


def dtype_of(entry: BundleEntry) -> DType:
    """The dtype of the value of an entry."""
    try:
        return as_dtype(entry.dtype)
    except (TypeError, ValueError) as error:
        raise errors.DataLossError(f"there is no dtype number {entry.dtype}") from error


@contextlib.contextmanager
def _about(path: str) -> Iterator[None]:
    """Have what is wrong with a file be one error that names it."""
    try:
        yield
    except errors.DataLossError as error:
        raise errors.DataLossError(
            f"{path} cannot be read: {str(error).rstrip('.')}. The file is damaged, cut short, or "
            "no index of a checkpoint"
        ) from error

"""Files `.npz`, with arrays of numbers and arrays of lists, read without running what they hold."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from keratin.keras.datasets._object_arrays import read_lists

# The largest array of the data sets has 47 MB; a file that unpacks to more than this is not one.
_MOST_BYTES = 1 << 30


def read_npz(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """By name, the arrays of a file.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.npz"
    >>> np.savez(path, a=np.arange(3), b=np.array([[1], [2, 3]], dtype=object))
    >>> read_npz(path)
    {'a': array([0, 1, 2]), 'b': array([list([1]), list([2, 3])], dtype=object)}
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
            return {m.filename.removesuffix(".npy"): _read(archive, m) for m in members}
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read: {error}. Nothing of it was run. Delete the file, and it will "
            "be downloaded anew."
        ) from None


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray[Any, Any]:
    if member.file_size > _MOST_BYTES:
        raise ValueError(f"{member.filename} has {member.file_size:,} bytes, which is too many")
    with archive.open(member) as file:
        if not _holds_objects(file):  # type: ignore[arg-type]  # zipfile says IO[bytes]
            file.seek(0)
            return np.asarray(npy.read_array(file, allow_pickle=False))
        try:
            return read_lists(file.read(_MOST_BYTES))
        except ValueError as error:
            raise ValueError(f"{member.filename}: {error}") from None


def _holds_objects(file: BinaryIO) -> bool:
    """Reads the head of an array, so that what follows are its values."""
    version = npy.read_magic(file)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"its arrays are of an unknown version, {version}")
    _, _, dtype = readers[version](file)
    return bool(dtype.hasobject)

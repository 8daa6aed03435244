"""A part of an open file as a file of its own: an HDF5 file lies within an archive."""

from __future__ import annotations

import io
import zlib
from typing import Any

_BLOCK = 1 << 20


class Window(io.RawIOBase):
    """The bytes of an open file from a place on; as many as given, or as are written."""

    def __init__(self, file: Any, start: int, size: int | None = None):
        super().__init__()
        self._file, self._start, self._at = file, start, 0
        self._is_fixed = size is not None
        self.size = size or 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """Whether it grows."""
        return not self._is_fixed

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, all of it if there is as much."""
        view = memoryview(buffer).cast("B")[: max(0, self.size - self._at)]
        self._file.seek(self._start + self._at)
        done = 0
        # HDF5 asks once, and a system gives no more than 2 GB at once.
        while done < len(view) and (count := self._file.readinto(view[done:])):
            done += count
        self._at += done
        return done

    def write(self, data: Any) -> int:
        """Write all of a buffer."""
        view = memoryview(data).cast("B")
        self._file.seek(self._start + self._at)
        done = 0
        while done < len(view):
            done += self._file.write(view[done:])
        self._at += done
        self.size = max(self.size, self._at)
        return done

    def truncate(self, size: int | None = None) -> int:
        """Set the size."""
        self.size = self._at if size is None else size
        return self.size

    def checksum(self) -> int:
        """The CRC-32 of the bytes, as archives keep it."""
        found, buffer = 0, bytearray(_BLOCK)
        self.seek(0)
        while count := self.readinto(buffer):
            found = zlib.crc32(memoryview(buffer)[:count], found)
        return found

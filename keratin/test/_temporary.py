"""Temporary files of a test, which go when it ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


class TemporaryFile(os.PathLike[str]):
    """A file of a test, as `create_tempfile` gives it."""

    def __init__(self, path: Path):
        self._path = path

    @property
    def full_path(self) -> str:
        """The whole path."""
        return str(self._path)

    def __fspath__(self) -> str:
        return str(self._path)

    def read_text(self, encoding: str = "utf8", errors: str = "strict") -> str:
        """The text in it."""
        return self._path.read_text(encoding, errors)

    def write_text(
        self, text: str, mode: str = "w", encoding: str = "utf8", errors: str = "strict"
    ) -> None:
        """Replace the text in it, or with mode "a" add to it."""
        with open(self._path, mode, encoding=encoding, errors=errors) as file:
            file.write(text)

    def read_bytes(self) -> bytes:
        """The bytes in it."""
        return self._path.read_bytes()

    def write_bytes(self, data: bytes, mode: str = "wb") -> None:
        """Replace the bytes in it, or with mode "ab" add to them."""
        with open(self._path, mode) as file:
            file.write(data)

    def open_text(self, mode: str = "rt", encoding: str = "utf8", errors: str = "strict") -> Any:
        """The file, open as text."""
        return open(self._path, mode, encoding=encoding, errors=errors)

    def open_bytes(self, mode: str = "rb") -> Any:
        """The file, open as bytes."""
        return open(self._path, mode)


class TemporaryDirectory(os.PathLike[str]):
    """A folder of a test, as `create_tempdir` gives it."""

    def __init__(self, path: Path):
        self._path = path

    @property
    def full_path(self) -> str:
        """The whole path."""
        return str(self._path)

    def __fspath__(self) -> str:
        return str(self._path)

    def create_file(
        self,
        file_path: str | None = None,
        content: str | bytes | None = None,
        mode: str = "w",
        encoding: str = "utf8",
        errors: str = "strict",
    ) -> TemporaryFile:
        """A file in it, with folders on the way made."""
        path = self._path / (file_path or f"file_{len(list(self._path.iterdir()))}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        file = TemporaryFile(path)
        if isinstance(content, bytes):
            file.write_bytes(content, mode if "b" in mode else mode + "b")
        elif content is not None:
            file.write_text(content, mode, encoding, errors)
        return file

    def mkdir(self, dir_path: str | None = None) -> TemporaryDirectory:
        """A folder in it."""
        path = self._path / (dir_path or f"folder_{len(list(self._path.iterdir()))}")
        path.mkdir(parents=True)
        return TemporaryDirectory(path)

"""Archives taken apart, without letting them write outside of their folder."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_FORMATS = ("tar", "zip")


def extract_archive(path: Path, folder: Path, archive_format: Any = "auto") -> bool:
    """Put the files of an archive into a folder; False if it is none of the formats asked for.

    The folder is there in full or not at all. A member that would lie outside of it is an error.
    """
    for kind in _formats(archive_format):
        if kind == "tar" and tarfile.is_tarfile(path):
            with tarfile.open(path) as archive:
                _into(folder, lambda place: _extract_tar(archive, place))
            return True
        if kind == "zip" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as zipped:
                _into(folder, lambda place: _extract_zip(zipped, place))
            return True
    return False


def _formats(archive_format: Any) -> Iterable[str]:
    if archive_format is None:
        return ()
    if archive_format == "auto":
        return _FORMATS
    given = [archive_format] if isinstance(archive_format, str) else list(archive_format)
    for kind in given:
        if kind not in _FORMATS:
            raise ValueError(f"archive_format is 'auto', 'tar', 'zip' or None; given {kind!r}.")
    return given


def _into(folder: Path, extract: Callable[[Path], None]) -> None:
    """Extract beside the folder, then move everything into its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        extract(place)
        if folder.is_dir():
            shutil.copytree(place, folder, symlinks=True, dirs_exist_ok=True)
        else:
            os.replace(place, folder)
            folder.chmod(0o755)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _extract_tar(archive: tarfile.TarFile, place: Path) -> None:
    try:
        archive.extractall(place, filter="data")
    except tarfile.FilterError as error:
        raise ValueError(
            f"The archive {archive.name!r} was not extracted: {error}. A file in it would be "
            "written outside of the folder, or is not an ordinary one; do not trust this archive."
        ) from error


def _extract_zip(archive: zipfile.ZipFile, place: Path) -> None:
    root = place.resolve()
    for member in archive.infolist():
        target = (root / member.filename).resolve()
        if not target.is_relative_to(root):
            raise ValueError(
                f"The archive {archive.filename!r} was not extracted: its member "
                f"{member.filename!r} would be written outside of the folder; do not trust this "
                "archive."
            )
    archive.extractall(place)

"""Folders of files, one folder a class."""

from pathlib import Path


def folder_of(path: Path, files: dict[str, list[str]], write) -> Path:
    """A folder with these files in these classes; `write(path, number)` makes each."""
    number = 0
    for name, members in files.items():
        (path / name).mkdir(parents=True)
        for member in members:
            write(path / name / member, number)
            number += 1
    return path


def write_number(path: Path, number: int) -> None:
    """A text that is its number."""
    path.write_text(str(number))

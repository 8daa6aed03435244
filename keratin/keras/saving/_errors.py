"""What is wrong with a file, in words."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from keratin.keras._core.host_random import weights_spared

# What libraries raise when the bytes of a file are not what they should be.
_UNREADABLE = (
    *(OSError, KeyError, IndexError, TypeError, AttributeError, RuntimeError, ValueError),
    *(EOFError, OverflowError, RecursionError, MemoryError, NotImplementedError, AssertionError),
    *(zipfile.BadZipFile, zlib.error, struct.error, UnicodeError, json.JSONDecodeError),
)


class FileError(ValueError):
    """The error for a file that cannot be read, or does not fit."""


@contextlib.contextmanager
def reading(path: Any, what: str) -> Iterator[None]:
    """Have whatever goes wrong in a damaged file be one error that names the file."""
    try:
        yield
    except FileError:
        raise
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except _UNREADABLE as error:
        raise FileError(
            f"{path}: {what} cannot be read: {_words(error)}. The file is damaged, cut short, or "
            "of another kind than its name says"
        ) from error


@contextlib.contextmanager
def making(path: Any) -> Iterator[None]:
    """Make a model whose weights are loaded next; what is wrong with its config names the file."""
    try:
        with weights_spared():
            yield
    except FileError:
        raise
    except MemoryError as error:
        raise FileError(f"{path}: the model needs more memory than there is") from error
    except RecursionError as error:
        raise FileError(f"{path}: the config is nested too deep, or holds itself") from error
    except Exception as error:
        raise FileError(
            f"{path}: the model cannot be made of its config: {_words(error)}"
        ) from error


def _words(error: BaseException) -> str:
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return text.strip().rstrip(".") or type(error).__name__


def disk_error(path: Any, error: OSError) -> OSError:
    """The error for a file that cannot be written."""
    reason = {
        errno.ENOSPC: "the disk is full. Free some space, or save elsewhere",
        errno.EDQUOT: "the quota is used up. Free some space, or save elsewhere",
        errno.EACCES: "writing there is not allowed",
        errno.EROFS: "the disk is read-only",
        errno.EFBIG: "the file is larger than allowed",
    }.get(error.errno or 0, os.strerror(error.errno) if error.errno else str(error))
    message = f"{path} was not saved: {reason}. What stood there before is unchanged"
    return OSError(error.errno or errno.EIO, message)


def table(rows: Sequence[tuple[str, str, str]], most: int = 20) -> str:
    """Rows of path, expected and found, as a table; the first ones of many."""
    head = ("path", "expected", "found")
    shown = [head, *rows[:most]]
    widths = [max(len(row[column]) for row in shown) for column in range(3)]
    lines = [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    if len(rows) > most:
        lines.append(f"  and {len(rows) - most} more")
    return "\n".join(lines)

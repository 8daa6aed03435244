"""What is wrong with a file, in words."""

from __future__ import annotations

import contextlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
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

"""Files that are whole or not there: written beside their place, and moved into it when done."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def replacing(path: Any) -> Iterator[Path]:
    """Give a path to write to; the file there takes the place of `path` if all goes well.

    A process killed at any moment leaves the former file as it was, and at most a file whose name
    begins with a dot and ends in `.saving` beside it.
    """
    target = Path(os.path.realpath(path))
    with _explained(path):
        target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.parent / f".{target.name[:80]}.{secrets.token_hex(4)}.saving"
    try:
        with _explained(path):
            yield beside
            _flush(beside)
            if target.exists():
                os.chmod(beside, target.stat().st_mode & 0o7777)
            os.replace(beside, target)
            _flush(target.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


@contextlib.contextmanager
def _explained(path: Any) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error
    except RuntimeError as error:
        # h5py fails once more when it closes the file that it could not write.
        if isinstance(error.__context__, OSError):
            raise disk_error(path, error.__context__) from error
        raise


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


def _flush(path: Path) -> None:
    """Wait until the disk has it."""
    if path.is_dir() and os.name == "nt":  # a folder has no handle there
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Finding the folders that TensorBoard can show."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from keratin._engine import errors

_MOST_FOLDERS = 20_000  # looked at, so that a search of a whole disk ends
_MOST_NAMED = 8


def find_runs(logdir: str | os.PathLike[str]) -> list[str]:
    """The folders of runs within a folder, by their paths from there; "." is the folder itself.

    >>> with tf.summary.create_file_writer("logs/first").as_default():
    ...     written = tf.summary.scalar("loss", 0.5, step=0)
    >>> from keratin.summary._runs import find_runs
    >>> find_runs("logs")
    ['first']
    """
    top = Path(logdir)
    return sorted(path.relative_to(top).as_posix() for path in _run_folders(top))


def checked_logdir(logdir: str | os.PathLike[str]) -> Path:
    """The folder, if there are runs in it; else an error that names some that are near."""
    path = Path(logdir)
    if path.is_dir():
        if next(_run_folders(path), None) is not None:
            return path
        problem = "holds no summaries"
    else:
        problem = "is not a folder" if path.exists() else "does not exist"
    near = _near(path)
    hint = f" There are some in: {', '.join(near)}." if near else ""
    remedy = "Give the folder that summaries were written to." if near else _NONE_NEAR
    raise errors.NotFoundError(f"{os.fspath(logdir)!r} {problem}.{hint} {remedy}")


_NONE_NEAR = (
    "No summaries were found near it; keras.callbacks.TensorBoard(log_dir) and "
    "tf.summary.create_file_writer(logdir) write them."
)


def _run_folders(top: Path, depth: int | None = None) -> Iterator[Path]:
    """The folders with files that TensorBoard reads."""
    base = len(top.parts)
    for count, (folder, folders, files) in enumerate(os.walk(top)):
        path = Path(folder)
        if any("tfevents" in name or name == "projector_config.pbtxt" for name in files):
            yield path
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if count >= _MOST_FOLDERS or (depth is not None and len(path.parts) - base >= depth):
            folders.clear()


def _near(path: Path) -> list[str]:
    """Folders near the path that can be given instead, those with the likest names first."""
    ancestor = path.absolute()
    while not ancestor.is_dir():
        ancestor = ancestor.parent
    if path.is_dir():  # empty: the runs may be beside it
        ancestor = ancestor.parent
    found = {_top_of_run(run) for run in _run_folders(ancestor, depth=3)}
    wanted = os.path.abspath(path)

    def difference(folder: Path) -> tuple[float, str]:
        alike = difflib.SequenceMatcher(None, str(folder), wanted).ratio()
        return -alike, str(folder)

    return [_shown(folder) for folder in sorted(found, key=difference)[:_MOST_NAMED]]


def _top_of_run(run: Path) -> Path:
    """The folder that a callback was given: it writes into `train` and `validation` within."""
    return run.parent if run.name in ("train", "validation") else run


def _shown(folder: Path) -> str:
    try:
        return folder.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()

"""The `checkpoint` file of a folder, which says which checkpoints there are and which is the last.

It is the text form of a protocol message. The paths in it are relative to the folder; programs have
written absolute ones, too, which are followed only where they stay within the folder.
"""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from keratin._engine import errors
from keratin._engine.atomic import replacing

_NAME = "checkpoint"
_LARGEST = 1 << 24
_FIELD = re.compile(r'\s*(\w+)\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|([-+.\w]+))\s*(?:#[^\n]*)?')
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f"}


@dataclasses.dataclass
class CheckpointState:
    """What the `checkpoint` file of a folder says; the paths are whole."""

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: list[str] = dataclasses.field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = dataclasses.field(default_factory=list)
    last_preserved_timestamp: float = 0.0


def get_checkpoint_state(
    checkpoint_dir: Any, latest_filename: str | None = None
) -> CheckpointState | None:
    """What the `checkpoint` file of a folder says; None if there is none.

    >>> _ = tf.train.Checkpoint(v=tf.Variable(1.0)).save("folder/ckpt")
    >>> state = tf.train.get_checkpoint_state("folder")
    >>> [path.rpartition("/")[2] for path in state.all_model_checkpoint_paths]
    ['ckpt-1']
    """
    folder = os.fspath(checkpoint_dir)
    path = os.path.join(folder, _file_name(latest_filename))
    try:
        size = os.path.getsize(path)
        if size > _LARGEST:
            raise errors.DataLossError(f"{path} has {size} bytes: it is no list of checkpoints.")
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        raise errors.DataLossError(f"{path} is no text: {error}") from error
    state = _parsed(text, path)
    if not state.model_checkpoint_path:
        raise errors.DataLossError(f"{path} names no last checkpoint.")
    state.model_checkpoint_path = _within(folder, state.model_checkpoint_path, path)
    state.all_model_checkpoint_paths = [
        _within(folder, each, path) for each in state.all_model_checkpoint_paths
    ]
    return state


def _file_name(latest_filename: str | None) -> str:
    name = latest_filename or _NAME
    if os.path.basename(name) != name:
        raise ValueError(f"latest_filename is the name of a file in the folder; given {name!r}")
    return name


def _parsed(text: str, path: str) -> CheckpointState:
    state = CheckpointState()
    position = 0
    while text[position:].strip():
        found = _FIELD.match(text, position)
        if found is None:
            line = text[position:].strip().splitlines()[0]
            raise errors.DataLossError(f"{path} is damaged: {line[:100]!r} is no field of it.")
        position = found.end()
        name, quoted, plain = found.groups()
        if name in ("model_checkpoint_path", "all_model_checkpoint_paths") and quoted is not None:
            value = _unescaped(quoted)
            if name == "model_checkpoint_path":
                state.model_checkpoint_path = value
            else:
                state.all_model_checkpoint_paths.append(value)
        elif name in ("all_model_checkpoint_timestamps", "last_preserved_timestamp"):
            number = _number(plain, name, path)
            if name == "last_preserved_timestamp":
                state.last_preserved_timestamp = number
            else:
                state.all_model_checkpoint_timestamps.append(number)
        else:
            raise errors.DataLossError(f"{path} is damaged: {name[:100]!r} is no field of it.")
    return state


def _number(text: str | None, name: str, path: str) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise errors.DataLossError(f"{path} is damaged: {name} is {text!r}.") from None


def _unescaped(text: str) -> str:
    def one(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if code[:1] == b"x" and len(code) > 1:
            return bytes([int(code[1:], 16)])
        if code.isdigit():
            return bytes([int(code, 8) & 255])
        return _ESCAPES.get(code, code)

    return _ESCAPE.sub(one, text.encode()).decode(errors="replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")


def _within(folder: str, path: str, file: str) -> str:
    """The place of a checkpoint in its folder; ValueError if it is none of the folder's."""
    if "\0" not in path:
        whole = path if os.path.isabs(path) else os.path.join(folder, path)
        if _is_within(folder, whole):
            return whole
        # The folder was moved, or is mounted elsewhere.
        moved = os.path.join(folder, os.path.basename(path))
        if os.path.isabs(path) and os.path.exists(f"{moved}.index"):
            return moved
    raise ValueError(
        f"{file} names the checkpoint {path!r}, which is outside of its folder, and no such file "
        "is in it. Paths from a file are not followed elsewhere: give the path of the checkpoint "
        "itself, if you trust it"
    )


def _is_within(folder: str, path: str) -> bool:
    base = os.path.realpath(folder)
    return os.path.realpath(path).startswith(base.rstrip(os.sep) + os.sep)


def update_checkpoint_state(
    folder: str,
    last: str,
    paths: Sequence[str],
    timestamps: Sequence[float] = (),
    last_preserved: float | None = None,
) -> None:
    """Write the `checkpoint` file of a folder, all or nothing."""
    lines = [f'model_checkpoint_path: "{_escaped(_relative(folder, last))}"']
    lines += [f'all_model_checkpoint_paths: "{_escaped(_relative(folder, p))}"' for p in paths]
    lines += [f"all_model_checkpoint_timestamps: {stamp!r}" for stamp in timestamps]
    if last_preserved is not None:
        lines.append(f"last_preserved_timestamp: {last_preserved!r}")
    with replacing(os.path.join(folder, _NAME)) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _relative(folder: str, path: str) -> str:
    return os.path.relpath(path, folder or ".")


def checkpoint_exists(prefix: Any) -> bool:
    """Whether there is a checkpoint of this name."""
    return os.path.isfile(f"{os.fspath(prefix)}.index")


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The path of the last checkpoint that was saved in a folder; None if there is none.

    >>> checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    >>> path = checkpoint.save("folder/ckpt")
    >>> tf.train.latest_checkpoint("folder") == path
    True
    >>> _ = checkpoint.restore(path)
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not checkpoint_exists(state.model_checkpoint_path):
        return None
    return state.model_checkpoint_path


def checkpoints_iterator(
    checkpoint_dir: Any,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The paths of checkpoints as they appear in a folder, beginning with the last one there.

    It ends when none appears for `timeout` seconds (None: never), unless `timeout_fn()` is false.

    >>> _ = tf.train.Checkpoint(v=tf.Variable(1.0)).save("folder/ckpt")
    >>> for path in tf.train.checkpoints_iterator("folder", timeout=0):
    ...     print(path.rpartition("/")[2])
    ckpt-1
    """
    last: str | None = None
    while True:
        new = _next_checkpoint(checkpoint_dir, last, timeout)
        if new is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        began = time.monotonic()
        last = new
        yield new
        left = began + min_interval_secs - time.monotonic()
        if left > 0:
            time.sleep(left)


def _next_checkpoint(folder: Any, last: str | None, timeout: float | None) -> str | None:
    """Wait for another checkpoint than the last one."""
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        found = latest_checkpoint(folder)
        if found is not None and found != last:
            return found
        left = 1.0 if until is None else until - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(1.0, left))


def nearest_checkpoints(prefix: str) -> str:
    """What to say where there is no checkpoint of this name."""
    if os.path.isdir(prefix):
        found = latest_checkpoint(prefix)
        if found is not None:
            return f" It is a folder; its last checkpoint is {found!r}."
    folder = os.path.dirname(prefix) if not os.path.isdir(prefix) else prefix
    try:
        names = sorted(
            entry.name.removesuffix(".index")
            for entry in os.scandir(folder or ".")
            if entry.name.endswith(".index")
        )
    except OSError:
        return f" There is no folder {folder!r}."
    if not names:
        return f" The folder {folder or '.'!r} has no checkpoints."
    import difflib  # only ever needed for this message

    near = difflib.get_close_matches(os.path.basename(prefix), names, n=5, cutoff=0.0)
    shown = ", ".join(repr(os.path.join(folder, name)) for name in near)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f" In that folder there are {shown}{more}."

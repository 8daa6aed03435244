"""A table of the results of all epochs, in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keratin.keras.callbacks._callback import Callback, Logs


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line of a CSV file.

    Args:
        filename: The file; `append=True` adds to one that exists, else it is replaced.
        separator: What stands between columns.

    >>> keras.callbacks.CSVLogger("training.csv", separator=";").sep
    ';'
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ):
        super().__init__()
        self.sep = separator
        self.filename = os.fspath(filename)
        self.append = append
        self.keys: list[str] | None = None
        self.writer: Any = None
        self.append_header = True
        self.csv_file: Any = None
        # The size of the file before this training.
        self._former_size = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file."""
        self._close()
        path = Path(self.filename)
        self._former_size = path.stat().st_size if self.append and path.exists() else 0
        self.append_header = not self._former_size
        self.csv_file = path.open("a" if self.append else "w", newline="", encoding="utf-8")
        self.writer = self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the line of the epoch."""
        logs = logs or {}
        if self.writer is None:
            self._begin_table(sorted(logs))
        row = {key: _cell(logs.get(key, "NA")) for key in self.keys or []}
        self.writer.writerow({"epoch": epoch, **row})
        self.csv_file.flush()

    def state_dict(self) -> dict[str, Any]:
        """What was written in this training, for `BackupAndRestore`."""
        with open(self.filename, encoding="utf-8", newline="") as file:
            file.seek(self._former_size)
            text = file.read()
        return {"former_size": self._former_size, "keys": self.keys, "text": text}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave: with the same lines, and none that came later."""
        self._former_size = min(int(state["former_size"]), os.path.getsize(self.filename))
        self.csv_file.seek(self._former_size)
        self.csv_file.truncate()
        self.csv_file.write(state["text"])
        self.csv_file.flush()
        self.keys = state["keys"]
        self.writer = None if self.keys is None else self._table()

    def _table(self) -> Any:
        names = ["epoch", *(self.keys or [])]
        return csv.DictWriter(self.csv_file, fieldnames=names, delimiter=self.sep)

    def _begin_table(self, keys: list[str]) -> None:
        if keys and not any(key.startswith("val_") for key in keys):
            # Room for validation that comes in later epochs.
            keys = keys + [f"val_{key}" for key in keys]
        self.keys = keys
        self.writer = self._table()
        if self.append_header:
            self.writer.writeheader()

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the file."""
        self._close()
        self.writer = None

    def _broken_off(self) -> None:
        self._close()

    def _close(self) -> None:
        if self.csv_file is not None and not self.csv_file.closed:
            self.csv_file.close()


def _cell(value: Any) -> Any:
    if isinstance(value, str) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value
    if isinstance(value, Iterable):
        return f'"[{", ".join(map(str, value))}]"'
    return value

"""Files of data sets: where they come from, how they are recognised, and where they are kept."""

from __future__ import annotations

import urllib.error
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from keratin.keras.utils._files import cache_folder, get_file

KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
TORONTO = "https://www.cs.toronto.edu/~kriz"

# (x_train, y_train), (x_test, y_test)
Split: TypeAlias = tuple[
    tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
    tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
]


@dataclass(frozen=True)
class Remote:
    """One file of a data set. The hash is SHA-256, or MD5 where it has 32 digits."""

    data_set: str
    name: str
    file_hash: str
    site: str = KERAS_FILES
    folder: str = "datasets"

    @property
    def origin(self) -> str:
        return f"{self.site}/{self.name}"

    def fetch(self, path: str | None = None) -> Path:
        """Where the file is on this machine, as `path` in the cache, once it is downloaded."""
        name = self.name if path is None else path
        try:
            found = get_file(
                name, origin=self.origin, file_hash=self.file_hash, cache_subdir=self.folder
            )
        except OSError as error:
            place = cache_folder(None) / self.folder / name
            raise OSError(
                f"keras.datasets.{self.data_set}: {self.origin} could not be downloaded "
                f"({_reason(error)}). Put that file at {place} by hand, or use "
                "keras.datasets.digits, which is embedded in Keratin."
            ) from None
        return Path(found)


def _reason(error: OSError) -> str:
    """What went wrong, in a few words: `get_file` says the rest in its own message."""
    cause = error.__cause__
    if isinstance(cause, urllib.error.HTTPError):
        return f"the server answered {cause.code}, {cause.reason}"
    if isinstance(cause, urllib.error.URLError):
        return str(cause.reason)
    return str(error).rstrip(".")

"""Texts in folders as batches."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keratin.keras.utils._directories import Options, dataset_of
from keratin.keras.utils._image_dataset import check_format


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A data set of batches (texts, labels) of the .txt files in a folder, one folder a class.

    Texts are strings, cut to `max_length` bytes; labels as in `image_dataset_from_directory`.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("neg", "pos"):
    ...     (folder / name).mkdir()
    ...     _ = (folder / name / "1.txt").write_text(f"a {name} review")
    >>> data = keras.utils.text_dataset_from_directory(folder, shuffle=False, verbose=False)
    >>> [(texts.numpy().tolist(), labels.numpy().tolist()) for texts, labels in data]
    [([b'a neg review', b'a pos review'], [0, 1])]
    """
    check_format(format)
    if max_length is not None and max_length < 1:
        raise ValueError(f"max_length is a number of bytes from 1 on; given {max_length!r}.")
    options = Options(
        directory,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
        (".txt",),
        "text files",
    )
    return dataset_of(options, functools.partial(_read_all, max_length=max_length), workers=1)


def _read_all(paths: list[str], max_length: int | None) -> np.ndarray:
    found = np.empty(len(paths), object)
    for index, path in enumerate(paths):
        found[index] = Path(path).read_bytes()[:max_length]
    return found

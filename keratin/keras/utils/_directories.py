"""Files in folders, one folder a class."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.utils._datasets import Dataset, of_items
from keratin.keras.utils._logging import print_message

_LABEL_MODES = ("int", "categorical", "binary", None)
_SUBSETS = ("training", "validation", "both", None)


@dataclass(frozen=True)
class Options:
    """What the functions that read folders have in common."""

    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool
    formats: tuple[str, ...]
    what: str  # "images", as messages call the files


@dataclass(frozen=True)
class Files:
    """Paths with their classes, as numbers; no labels where none are wanted."""

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def part(self, rows: slice) -> Files:
        """Some of the files."""
        labels = None if self.labels is None else self.labels[rows]
        return Files(self.paths[rows], labels, self.class_names)


def dataset_of(options: Options, read: Callable[[list[str]], Any], workers: int) -> Any:
    """The data set of a folder (two for the subset "both"); `read` makes a batch of paths."""
    _check(options)
    files = _indexed(options)
    if options.subset == "both":
        parts = [_subset(files, options, each) for each in ("training", "validation")]
        return [
            _dataset(part, options, read, workers, options.shuffle and i == 0)
            for i, part in enumerate(parts)
        ]
    return _dataset(
        _subset(files, options, options.subset), options, read, workers, options.shuffle
    )


def _dataset(
    files: Files, options: Options, read: Callable[[list[str]], Any], workers: int, shuffle: bool
) -> Dataset:
    mode = None if files.labels is None else options.label_mode
    labels = None if mode is None else _encoded(files, mode)

    def make_batch(items: np.ndarray) -> Any:
        batch = read([files.paths[item] for item in items])
        return batch if labels is None else (batch, labels[items])

    count = len(files.paths)
    found = of_items(count, make_batch, options.batch_size, shuffle, options.seed, workers)
    found.class_names, found.file_paths = files.class_names, files.paths
    return found


def _encoded(files: Files, mode: str) -> np.ndarray:
    """Labels as int32, as float32 in a column, or as one-hot rows."""
    labels = np.asarray(files.labels)
    if mode == "int":
        return labels.astype(np.int32)
    if mode == "binary":
        return labels.astype(np.float32)[:, None]
    return np.eye(len(files.class_names or ()), dtype=np.float32)[labels.astype(np.int64)]


def _check(options: Options) -> None:
    labels = options.labels
    if not (labels is None or isinstance(labels, (list, tuple)) or _is_inferred(labels)):
        raise ValueError(
            "labels is 'inferred' (from the folders), None, or a list with one class (a number) "
            f"for each file in alphanumeric order; given {labels!r}."
        )
    if options.label_mode not in _LABEL_MODES:
        raise ValueError(
            f"label_mode is 'int', 'categorical', 'binary' or None; given {options.label_mode!r}."
        )
    if options.class_names and not _is_inferred(labels):
        raise ValueError(
            "class_names says which folders there are, and in which order; it is for "
            f"labels='inferred'. Leave it out: labels={labels!r} was given."
        )
    _check_subset(options)


def _is_inferred(labels: Any) -> bool:
    return isinstance(labels, str) and labels == "inferred"


def _check_subset(options: Options) -> None:
    part, subset = options.validation_split, options.subset
    if part and not 0 < part < 1:
        raise ValueError(f"validation_split is a number between 0 and 1; given {part!r}.")
    if subset not in _SUBSETS:
        raise ValueError(
            f"subset is 'training', 'validation', 'both' or None; given {subset!r}."
            f"{errors.nearest(str(subset), [each for each in _SUBSETS if each])}"
        )
    if bool(part) != bool(subset):
        raise ValueError(
            "validation_split and subset go together: give both, or neither. Given "
            f"validation_split={part!r} and subset={subset!r}."
        )
    if part and options.shuffle and options.seed is None:
        raise ValueError(
            "validation_split of shuffled files needs a seed, so that the subsets 'training' and "
            "'validation', read one after the other, do not overlap. Give seed=1, or any other."
        )


def _indexed(options: Options) -> Files:
    """All files with their classes, shuffled as Keras does it with the same seed."""
    directory = Path(options.directory)
    if not directory.is_dir():
        raise NotADirectoryError(f"There is no folder {str(directory)!r}.")
    inferred = _is_inferred(options.labels) and options.label_mode is not None
    names = _folders(directory, options.class_names) if _is_inferred(options.labels) else [""]
    found = [_files(directory / name, options) for name in names]
    paths = [path for each in found for path in each]
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    if inferred:
        class_names = names
        labels = np.repeat(np.arange(len(names), dtype=np.int32), [len(each) for each in found])
    elif isinstance(options.labels, (list, tuple)) and options.label_mode is not None:
        labels = _given_labels(options.labels, paths, directory)
        class_names = [str(label) for label in sorted(set(options.labels))]
    _report(paths, class_names, options)
    if options.label_mode == "binary" and class_names is not None and len(class_names) != 2:
        raise ValueError(
            f"label_mode='binary' is for 2 classes, and there are {len(class_names)}: "
            f"{class_names}. Use label_mode='int' or 'categorical'."
        )
    return _shuffled(Files(paths, labels, class_names), options)


def _shuffled(files: Files, options: Options) -> Files:
    if not options.shuffle:
        return files
    seed = np.random.randint(10**6) if options.seed is None else options.seed
    paths, labels = list(files.paths), files.labels
    np.random.RandomState(seed).shuffle(paths)
    if labels is not None:
        labels = labels.copy()
        np.random.RandomState(seed).shuffle(labels)
    return Files(paths, labels, files.class_names)


def _report(paths: list[str], class_names: list[str] | None, options: Options) -> None:
    if options.verbose:
        classes = "" if class_names is None else f" belonging to {len(class_names)} classes"
        print_message(f"Found {len(paths)} files{classes}.")


def _folders(directory: Path, class_names: Sequence[str] | None) -> list[str]:
    found = sorted(p.name for p in directory.iterdir() if p.is_dir() and p.name[0] != ".")
    if class_names is None:
        return found
    unknown = [name for name in class_names if name not in found]
    if unknown:
        raise ValueError(
            f"class_names has {unknown[0]!r}, and {str(directory)!r} has no such folder."
            f"{errors.nearest(unknown[0], found)} Its folders are: {', '.join(found) or 'none'}."
        )
    return list(class_names)


def _files(folder: Path, options: Options) -> list[str]:
    walked = sorted(os.walk(folder, followlinks=options.follow_links), key=lambda each: each[0])
    return [
        os.path.join(root, name)
        for root, _, names in walked
        for name in sorted(names)
        if name.lower().endswith(options.formats)
    ]


def _given_labels(labels: Any, paths: list[str], directory: Path) -> np.ndarray:
    if len(labels) != len(paths):
        raise ValueError(
            f"labels has {len(labels)} entries, and {str(directory)!r} has {len(paths)} files. "
            "Give one label for each file, in alphanumeric order."
        )
    return np.asarray(labels)


def _subset(files: Files, options: Options, subset: str | None) -> Files:
    if options.validation_split and subset:
        count = int(options.validation_split * len(files.paths))
        at = len(files.paths) - count
        if subset == "training":
            files, message = files.part(slice(0, at)), f"Using {at} files for training."
        else:
            files, message = files.part(slice(at, None)), f"Using {count} files for validation."
        if options.verbose:
            print_message(message)
    if not files.paths:
        which = f" for {subset}" if subset else ""
        raise ValueError(
            f"No {options.what} were found{which} in {str(options.directory)!r}. Files are looked "
            f"for that end in {', '.join(options.formats)}"
            f"{', in one folder for each class' if _is_inferred(options.labels) else ''}."
        )
    return files

"""Classes, however they are given: numbers, names, one-hot rows or probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors


class Classes:
    """The classes of samples: their `numbers`, and their `probabilities`, where those were given.

    `count` is how many classes there are, as far as can be told.
    """

    def __init__(self, values: Any, name: str, caller: str, class_names: list[str] | None):
        """`name` is the argument of `caller` that the values were given for."""
        self.name = name
        self.caller = caller
        self.probabilities: np.ndarray[Any, Any] | None = None
        # Whether the values have a column for each class, so that their number is known.
        self.is_exact = False
        array = np.asarray(values)
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        if array.dtype.kind not in "biufUSO":
            array = array.astype(np.float32)  # such as bfloat16
        if array.ndim == 2 and array.dtype.kind in "biuf":
            self._take_rows(array)
        elif array.ndim != 1:
            raise ValueError(
                f"{caller}: {name} has the shape {array.shape}; expected a class for each sample, "
                "(samples,), or a number for each sample and class, (samples, classes)."
            )
        elif array.dtype.kind in "USO":
            self._take_names(array, class_names)
        elif array.dtype.kind == "f" and (array % 1).any():
            self._take_probabilities(array)
        else:
            self.numbers = array.astype(np.int64)
            self._check_numbers()
            self.count = int(self.numbers.max(initial=-1)) + 1

    def _take_rows(self, array: np.ndarray[Any, Any]) -> None:
        self.numbers = array.argmax(axis=-1)
        self.count = array.shape[1]
        self.is_exact = True
        if array.dtype.kind == "f" and ((array >= 0) & (array <= 1)).all():
            self.probabilities = np.take_along_axis(array, self.numbers[:, None], axis=-1)[:, 0]

    def _take_probabilities(self, array: np.ndarray[Any, Any]) -> None:
        """One number a sample: the probability of the second of two classes."""
        if not ((array >= 0) & (array <= 1)).all():
            raise ValueError(
                f"{self.caller}: {self.name} has values from {np.nanmin(array):g} to "
                f"{np.nanmax(array):g}; one number a sample is the number of its class, or the "
                "probability of class 1. Of scores, give keras.ops.sigmoid(scores)."
            )
        self.numbers = (array > 0.5).astype(np.int64)
        self.probabilities = np.where(self.numbers == 1, array, 1 - array)
        self.count = 2
        self.is_exact = True

    def _take_names(self, array: np.ndarray[Any, Any], class_names: list[str] | None) -> None:
        if class_names is None:
            raise ValueError(
                f"{self.caller}: {self.name} holds names of classes: give class_names, all names "
                "in their order."
            )
        places = {name: number for number, name in enumerate(class_names)}
        names = [value.decode() if isinstance(value, bytes) else str(value) for value in array]
        for name in names:
            if name not in places:
                raise ValueError(
                    f"{self.caller}: {self.name} holds {name!r}, which is not in class_names."
                    f"{errors.nearest(name, class_names)}"
                )
        self.numbers = np.array([places[name] for name in names], np.int64)
        self.count = len(class_names)

    def _check_numbers(self) -> None:
        if self.numbers.size and self.numbers.min() < 0:
            raise ValueError(
                f"{self.caller}: {self.name} holds {self.numbers.min()}; classes are numbered "
                "from 0."
            )


def names_of(class_names: Any, caller: str) -> list[str] | None:
    """The names of classes as a list, or None."""
    if class_names is None:
        return None
    if isinstance(class_names, (str, bytes)):
        raise TypeError(
            f"{caller}: class_names is a list of names, such as ['cat', 'dog']; given "
            f"{class_names!r}."
        )
    return [name.decode() if isinstance(name, bytes) else str(name) for name in class_names]


def count_of(given: Sequence[Classes], class_names: list[str] | None, caller: str) -> int:
    """How many classes there are; an error if there are not as many names."""
    largest = max(given, key=lambda each: each.count)
    exact = [each for each in given if each.is_exact]
    if len({each.count for each in exact}) > 1:
        counts = " and ".join(f"{each.name} for {each.count}" for each in exact)
        raise ValueError(f"{caller}: there are numbers in {counts} classes.")
    if exact and largest.count > exact[0].count:
        raise ValueError(
            f"{caller}: {largest.name} holds class {largest.count - 1}, and {exact[0].name} is "
            f"for {exact[0].count} classes, 0 to {exact[0].count - 1}."
        )
    if class_names is None:
        return max(largest.count, 1)
    if len(class_names) < largest.count or (exact and len(class_names) != largest.count):
        how = "is for" if largest.is_exact else "holds at least"
        raise ValueError(
            f"{caller}: class_names has {len(class_names)} names; {largest.name} {how} "
            f"{largest.count} classes. Give one name for each."
        )
    return len(class_names)


def check_lengths(caller: str, **lengths: int) -> None:
    """An error if there are not as many samples of one as of another."""
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"{caller}: there is one of each for a sample; given {found}.")

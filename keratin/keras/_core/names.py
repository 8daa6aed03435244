"""Names that are made up: `dense`, `dense_1`, ... until `clear_session` starts anew."""

from __future__ import annotations

import collections
import re

_counts: collections.Counter[str] = collections.Counter()


def snake_case(name: str) -> str:
    """The class name as a name of instances: `Conv2D` is `conv2d`, `BatchNormalization`
    `batch_normalization`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique(prefix: str) -> str:
    """The prefix, numbered if it was given out before."""
    count = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def of_instance(cls: type) -> str:
    """A unique name for an instance of a class."""
    return unique(snake_case(cls.__name__))


def uid(prefix: str = "") -> int:
    """A number that goes up by one each time it is asked for."""
    _counts[prefix] += 1
    return _counts[prefix]


def reset() -> None:
    """Start all counts anew."""
    _counts.clear()


def snapshot() -> collections.Counter[str]:
    """The counts as they stand."""
    return _counts.copy()


def restore(counts: collections.Counter[str]) -> None:
    """Set the counts back, so that names made up since then are free again."""
    _counts.clear()
    _counts.update(counts)

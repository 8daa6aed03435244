"""Axes split, exchanged and joined by a pattern, as in the library einops."""

from __future__ import annotations

import math as python_math
import re
from typing import Any

from keratin import array
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, require


@operation
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """The elements with their axes split, exchanged and joined as a pattern says.

    Each side of the pattern names the axes in order; in parentheses stand those that make up one
    axis. `axes_lengths` gives the sizes that do not follow from the tensor.

    >>> x = np.arange(6).reshape(2, 3)
    >>> keras.ops.rearrange(x, "a b -> (b a)").numpy()
    array([0, 3, 1, 4, 2, 5])
    >>> keras.ops.rearrange(np.zeros((4, 6)), "(h p) w -> h w p", p=2).shape
    TensorShape([2, 6, 2])
    """
    sides = pattern.split("->")
    require(
        len(sides) == 2,
        f"pattern must have one arrow, as in 'b h w -> b (h w)'; given {pattern!r}",
    )
    tensor = as_tensor(tensor)
    before, after = (_groups(side, pattern) for side in sides)
    _check_names(before, after, pattern, axes_lengths)
    require(
        len(before) == len(tensor.shape),
        f"pattern {pattern!r} names {len(before)} axes, and the tensor has shape "
        f"{list(tensor.shape)}",
    )
    sizes = _sizes(before, [int(size) for size in tensor.shape], axes_lengths, pattern)
    names = [name for group in before for name in group]
    order = [names.index(name) for group in after for name in group]
    split = array.reshape(tensor, [sizes[name] for name in names])
    moved = array.transpose(split, order) if order != sorted(order) else split
    return array.reshape(moved, [python_math.prod(sizes[name] for name in g) for g in after])


def _groups(side: str, pattern: str) -> list[list[str]]:
    """The axes of one side: the names that make up each of them."""
    parts = re.findall(r"\([^()]*\)|\w+|\S", side)
    bad = [part for part in parts if not re.fullmatch(r"\([\w\s]*\)|\w+", part)]
    require(
        not bad,
        f"pattern {pattern!r}: {''.join(bad[:1])!r} is neither a name nor names in parentheses",
    )
    return [re.findall(r"\w+", part) if part != "1" else [] for part in parts]


def _check_names(before: Any, after: Any, pattern: str, lengths: dict[str, int]) -> None:
    sides = [[name for group in side for name in group] for side in (before, after)]
    for names in sides:
        twice = [name for name in names if names.count(name) > 1]
        require(not twice, f"pattern {pattern!r} names {twice[0] if twice else ''!r} twice")
    alone = sorted(set(sides[0]) ^ set(sides[1]))
    require(not alone, f"pattern {pattern!r} names {', '.join(alone)} on one side only")
    unknown = sorted(set(lengths) - set(sides[0]))
    require(not unknown, f"a size was given for {', '.join(unknown)}, not in pattern {pattern!r}")


def _sizes(
    groups: list[list[str]], shape: list[int], lengths: dict[str, int], pattern: str
) -> dict[str, int]:
    """The size of each name; one in each group may follow from the axis."""
    sizes = {name: int(size) for name, size in lengths.items()}
    for group, whole in zip(groups, shape, strict=True):
        open_names = [name for name in group if name not in sizes]
        require(
            len(open_names) <= 1,
            f"the sizes of {' and '.join(open_names)} in pattern {pattern!r} do not follow from "
            f"the tensor, of shape {shape}: give all but one of them, as keyword arguments",
        )
        known = python_math.prod(sizes[name] for name in group if name in sizes)
        fits = known == whole if not open_names else known > 0 and whole % known == 0
        require(
            fits,
            f"axis ({' '.join(group)}) of pattern {pattern!r} has {whole} elements, which "
            f"{known} {'is not' if not open_names else 'does not divide'}",
        )
        for name in open_names:
            sizes[name] = whole // known
    return sizes

"""The geometry that convolutions and pools share: data formats, strides, paddings.

Everything here is Python on static values; nothing touches an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from keratin._engine import errors

Pairs: TypeAlias = tuple[tuple[int, int], ...]
Item = TypeVar("Item")

FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


class Layout(NamedTuple):
    """Where the axes of a batch of images, sequences or volumes are."""

    rank: int
    channels_first: bool

    @property
    def spatial(self) -> range:
        start = 2 if self.channels_first else 1
        return range(start, start + self.rank)

    @property
    def channel(self) -> int:
        return 1 if self.channels_first else self.rank + 1

    @property
    def name(self) -> str:
        return FORMATS[self.rank][self.channels_first]

    def pick(self, values: Sequence[Item]) -> tuple[Item, ...]:
        """The spatial entries of a list with one entry per axis."""
        return tuple(values[axis] for axis in self.spatial)

    def full(self, spatial: Sequence[Item], rest: Item) -> tuple[Item, ...]:
        """A list with one entry per axis: `spatial` on the spatial ones, `rest` on the others."""
        around = (rest, rest)
        return (*around, *spatial) if self.channels_first else (rest, *spatial, rest)


def layout(data_format: object, rank: int) -> Layout:
    """Reads `data_format`; None is channels last."""
    if rank not in FORMATS:
        raise errors.InvalidArgumentError(
            f"{rank} spatial dimensions were given, expected 1, 2 or 3: the input has the shape "
            "[batch, *spatial, channels]."
        )
    last, first = FORMATS[rank]
    if data_format in (None, last, "CHANNELS_LAST", "channels_last"):
        return Layout(rank, False)
    if data_format in (first, "CHANNELS_FIRST", "channels_first"):
        return Layout(rank, True)
    # A pool or convolution over one dimension is also known by the names of two.
    if rank == 1 and data_format in FORMATS[2]:
        return Layout(rank, data_format == "NCHW")
    raise errors.InvalidArgumentError(
        f"data_format={data_format!r} was given, expected {last!r} or {first!r} for {rank} spatial "
        f"dimension{'s' if rank > 1 else ''}."
    )


def per_axis(value: object, where: Layout, name: str) -> tuple[int, ...]:
    """Strides, dilations or a window as one int per spatial dimension.

    `value` is one int, one per spatial dimension, or one per dimension of the input, where those
    of batch and channels are 1.
    """
    full = per_dimension(value, where, name)
    if full[0] != 1 or full[where.channel] != 1:
        raise errors.InvalidArgumentError(
            f"{name}={list(full)} was given, expected 1 for the batch and the channel dimension "
            f"(data_format {where.name!r}). Write {name}={list(where.pick(full))}."
        )
    return where.pick(full)


def per_dimension(value: object, where: Layout, name: str) -> tuple[int, ...]:
    """Like `per_axis`, but one int for every dimension of the input, batch and channel included."""
    if value is None:
        return (1,) * (where.rank + 2)
    entries = tuple(value) if isinstance(value, Sequence) else (value,)
    if not all(isinstance(entry, int) and entry > 0 for entry in entries):
        raise errors.InvalidArgumentError(
            f"{name}={value!r} was given, expected a positive integer or a list of them."
        )
    numbers = [int(entry) for entry in entries if isinstance(entry, int)]
    if len(numbers) == where.rank + 2:
        return tuple(numbers)
    if len(numbers) not in (1, where.rank):
        lengths = sorted({1, where.rank, where.rank + 2})
        raise errors.InvalidArgumentError(
            f"{name}={value!r} has {len(numbers)} entries, expected "
            f"{', '.join(map(str, lengths[:-1]))} or {lengths[-1]} "
            f"(the input has {where.rank} spatial dimensions)."
        )
    return where.full(numbers * where.rank if len(numbers) == 1 else numbers, 1)


def pad_pairs(
    padding: object,
    sizes: Sequence[int],
    windows: Sequence[int],
    strides: Sequence[int],
    where: Layout,
) -> Pairs:
    """The padding before and after each spatial dimension.

    `windows` are the sizes a window spans, dilation included.
    """
    if not isinstance(padding, str):
        return _explicit_pairs(padding, where)
    mode = padding.upper()
    if mode == "VALID":
        return ((0, 0),) * where.rank
    if mode == "SAME":
        return tuple(map(same_pair, sizes, windows, strides))
    raise errors.InvalidArgumentError(
        f"padding={padding!r} was given, expected 'SAME', 'VALID' or a list with the padding "
        f"before and after each of the {where.rank + 2} dimensions."
    )


def same_pair(size: int, window: int, stride: int) -> tuple[int, int]:
    """The padding that makes ceil(size / stride) windows fit, the odd one after."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def _explicit_pairs(padding: object, where: Layout) -> Pairs:
    pairs = [tuple(pair) for pair in padding] if isinstance(padding, Sequence) else []
    if len(pairs) != where.rank + 2 or any(len(pair) != 2 for pair in pairs):
        raise errors.InvalidArgumentError(
            f"padding={padding!r} was given, expected 'SAME', 'VALID' or {where.rank + 2} pairs "
            f"[before, after], one per dimension of {where.name!r}."
        )
    if any(pairs[axis] != (0, 0) for axis in (0, where.channel)):
        raise errors.InvalidArgumentError(
            f"padding={padding!r} was given, expected [0, 0] for the batch and the channel "
            f"dimension of {where.name!r}."
        )
    if any(side < 0 for pair in pairs for side in pair):
        raise errors.InvalidArgumentError(f"padding={padding!r} was given, and none may be < 0.")
    return tuple((int(before), int(after)) for before, after in where.pick(pairs))


def out_size(size: int, window: int, stride: int, pair: tuple[int, int]) -> int:
    """How many windows fit; zero or less where none does."""
    return (size + sum(pair) - window) // stride + 1


def check_windows(
    sizes: Sequence[int],
    windows: Sequence[int],
    pairs: Pairs,
    what: str,
    axis_name: str = "spatial dimension",
) -> None:
    """Raises where a window is larger than the padded input."""
    for axis, (size, window, pair) in enumerate(zip(sizes, windows, pairs, strict=True)):
        if size > 0 and size + sum(pair) < window:
            raise errors.InvalidArgumentError(
                f"{what} spans {window} along {axis_name} {axis}, and the input has "
                f"{size}{f' (+ {sum(pair)} of padding)' if any(pair) else ''}: not one fits. "
                "Use padding='SAME', a smaller window, or a larger input."
            )


def span(windows: Sequence[int], dilations: Sequence[int]) -> tuple[int, ...]:
    """The sizes that dilated windows reach over."""
    return tuple(
        (window - 1) * dilation + 1 for window, dilation in zip(windows, dilations, strict=True)
    )

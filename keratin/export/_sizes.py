"""Sizes that are not known when a program is saved, and the numbers that stand for them.

A program is traced at several sizes of each unknown dimension. A number that is the same in all
traces is a number; one that changes with the sizes is an expression of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax

# The sizes at which a program is traced. None is usual for a layer; and halved again and again,
# rounded up or down, each row holds odd and even ones, of all remainders by 3 and 4 too. So a
# program that treats odd sizes in another way than even ones is found out. For a batch, which
# programs do not divide, the first three do.
_ROWS = (
    (227, 124, 210, 198, 245, 190),
    (233, 109, 228, 162, 209, 95),
    (175, 138, 158, 197, 90, 164),
    (236, 151, 114, 170, 229, 127),
    (121, 185, 132, 116, 223, 142),
    (248, 196, 225, 216, 202, 191),
    (105, 137, 214, 113, 176, 135),
    (108, 125, 178, 139, 204, 166),
)
_FEW = 3
_DIVISORS = (2, 3, 4, 5, 6, 7, 8, 16, 32, 64)
_SMALLEST_QUOTIENT = 4
_LARGEST_STRIDE = 8


class NotGeneralError(Exception):
    """A program does something else for other sizes, which one program cannot express."""


class Sizes:
    """What the numbers of several traces mean.

    Args:
        names: A name for each unknown dimension; those of a batch begin with "batch".
        blocks: The dimensions that are multiples of a number, with the number.
    """

    def __init__(self, names: Sequence[str], blocks: Mapping[str, int] | None = None):
        blocks = blocks or {}
        self.names = tuple(names)
        only_batch = all(name.startswith("batch") for name in names)
        self.count = (_FEW if only_batch else len(_ROWS[0])) if names else 1
        self.samples = {
            name: _samples(index, blocks.get(name, 1))[: self.count]
            for index, name in enumerate(names)
        }
        self.texts = {name: f"{blocks[name]}*{name}" if name in blocks else name for name in names}
        self._symbols: dict[str, Any] = {}
        if names:
            scope = jax.export.SymbolicScope()
            text = ", ".join(self.texts[name] for name in names)
            found = jax.export.symbolic_shape(text, scope=scope)
            self._symbols = dict(zip(names, found, strict=True))
        self._known: dict[tuple[int, ...], Any] = {
            self.samples[name]: symbol for name, symbol in self._symbols.items()
        }

    def symbol(self, name: str) -> Any:
        """The expression of an unknown dimension."""
        return self._symbols[name]

    def learn(self, shape: Sequence[Any], sampled: Sequence[Sequence[int]]) -> None:
        """Note what the sizes of an array are, of which the sizes at each sample are given."""
        for size, numbers in zip(shape, zip(*sampled, strict=True), strict=True):
            if not isinstance(size, int):
                self._known.setdefault(tuple(numbers), size)

    def expression(self, numbers: Sequence[int]) -> Any:
        """The expression that has these values at the samples; a number if all are the same."""
        given = tuple(int(number) for number in numbers)
        if len(set(given)) == 1:
            return given[0]
        found = self._known.get(given)
        if found is None:
            found = next(self._candidates(given), None)
        if found is None:
            raise NotGeneralError(
                f"it holds numbers that change with the sizes in no simple way: {list(given)} for "
                f"{self._described()}"
            )
        self._known[given] = found
        return found

    def _described(self) -> str:
        return ", ".join(f"{name} in {list(self.samples[name])}" for name in self.names)

    def _candidates(self, given: tuple[int, ...]) -> Iterator[Any]:
        known = list(self._known.items())
        for values, size in known:
            factor = _constant(_divided(given, values))
            if factor:
                yield size * factor
        for values, size in known:
            offset = _constant(_minus(given, values))
            if offset is not None:
                yield size + offset
        for (first, a), (second, b) in itertools.combinations_with_replacement(known, 2):
            product = tuple(map(math.prod, zip(first, second, strict=True)))
            factor = _constant(_divided(given, product))
            if factor:
                yield a * b * factor
        for (first, a), (second, b) in itertools.combinations_with_replacement(known, 2):
            offset = _constant(_minus(given, tuple(map(sum, zip(first, second, strict=True)))))
            if offset is not None:
                yield a + b + offset
        for values, size in known:
            yield from _affine(given, values, size)
        for values, size in known:
            yield from _quotients(given, values, size)
        for values, size in known:
            yield from _rounded(given, values, size)

    def padding(self, given: Sequence[int], axis_size: Any, sampled: Sequence[int]) -> Any:
        """Rows or columns to pad along an axis, which may hang on a remainder of its size.

        Padding such that a window of stride `s` meets all of `n` is, on either side, half of what
        `-n` leaves when divided by `s`, and of a constant.
        """
        given = [int(number) for number in given]
        try:
            return self.expression(given)
        except NotGeneralError:
            pass
        # The axis itself decides; in gradients it is an axis of the input of the program.
        own = [] if isinstance(axis_size, int) else [(axis_size, sampled)]
        inputs = [(symbol, self.samples[name]) for name, symbol in self._symbols.items()]
        for sizes in (own, inputs):
            for stride in range(2, _LARGEST_STRIDE + 1):
                found = [_remainder(given, *size, stride) for size in sizes]
                found = [expression for expression in found if expression is not None]
                if len(found) == 1:
                    return found[0]
                if found:
                    break  # by chance: it cannot be told which of them it is
        raise NotGeneralError(f"it pads by amounts that hang on the sizes in no known way: {given}")


def _samples(index: int, block: int) -> tuple[int, ...]:
    """Sizes for the unknown dimension of this number, other ones for each."""
    turn, row = divmod(index, len(_ROWS))
    return tuple(block * (n + 256 * turn) for n in _ROWS[row])


def _constant(values: Sequence[int | None]) -> int | None:
    return values[0] if len(set(values)) == 1 else None


def _divided(values: Sequence[int], others: Sequence[int]) -> list[int | None]:
    return [a // b if b and a % b == 0 else None for a, b in zip(values, others, strict=True)]


def _minus(values: Sequence[int], others: Sequence[int]) -> list[int | None]:
    return [a - b for a, b in zip(values, others, strict=True)]


def _affine(given: Sequence[int], values: Sequence[int], size: Any) -> Iterator[Any]:
    """`factor * size + offset`, if two samples give it and the third agrees."""
    run, rise = values[1] - values[0], given[1] - given[0]
    if run and rise % run == 0 and rise:
        factor = rise // run
        offset = given[0] - factor * values[0]
        if all(factor * v + offset == g for v, g in zip(values, given, strict=True)):
            yield size * factor + offset


def _quotients(given: Sequence[int], values: Sequence[int], size: Any) -> Iterator[Any]:
    """`(size + offset) // divisor`, rounded in one of the ways that programs round."""
    # Small numbers may be quotients of something by chance.
    if min(given) < _SMALLEST_QUOTIENT:
        return
    for divisor in _DIVISORS:
        for offset in (0, divisor - 1, -1, 1, divisor // 2):
            if all((v + offset) // divisor == g for v, g in zip(values, given, strict=True)):
                yield (size + offset) // divisor


def of_spec(dims: Sequence[Any], sizes: Sizes, sample: int | None = None) -> tuple[Any, ...]:
    """A shape whose names are replaced by their sizes at a sample, or by their expressions."""
    if sample is None:
        return tuple(sizes.symbol(d) if isinstance(d, str) else d for d in dims)
    return tuple(sizes.samples[d][sample] if isinstance(d, str) else d for d in dims)


def _rounded(given: Sequence[int], values: Sequence[int], size: Any) -> Iterator[Any]:
    """Something simple of `size // divisor`: the part of a size that whole windows cover."""
    for divisor in range(2, _LARGEST_STRIDE + 1):
        for offset in (0, divisor - 1):
            quotients = [(value + offset) // divisor for value in values]
            yield from _affine(given, quotients, (size + offset) // divisor)


def _remainder(given: Sequence[int], size: Any, sampled: Sequence[int], stride: int) -> Any:
    """A small number made of what is left when `-size` is divided; None if it is none."""
    rests = [-number % stride for number in sampled]
    for sign, halved in ((1, 2), (1, 1), (-1, 1)):
        first = halved * given[0] - sign * rests[0]
        for constant in range(first, first + halved):
            pairs = zip(rests, given, strict=True)
            if all((constant + sign * rest) // halved == number for rest, number in pairs):
                return (constant + sign * ((-size) % stride)) // halved
    return None


def factor_and_name(text: str) -> tuple[int, str]:
    """The parts of an unknown dimension such as "batch" or "64*size1"."""
    factor, _, name = text.rpartition("*")
    return int(factor or 1), name

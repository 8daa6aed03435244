"""Sizes that are not known when a program is saved, and the numbers that stand for them.

A program is traced at three sizes of each unknown dimension. A number that is the same in all
traces is a number; one that changes with the sizes is an expression of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import jax

COUNT = 3

# Primes, so that sizes, their sums and products are told apart; and multiples of 64 for programs
# that halve a size several times. Neither holds a size that is usual for a layer.
_PRIMES = (101, 131, 167, 103, 137, 173, 107, 139, 179, 109, 149, 181, 113, 151, 191, 127, 157, 193)
_BLOCK = 64
_BLOCKS = (5, 7, 11)
_LARGEST_DIVISOR = 64


class NotGeneralError(Exception):
    """A program does something else for other sizes, which one program cannot express."""


class Sizes:
    """What the numbers of three traces mean.

    Args:
        names: A name for each unknown dimension.
        in_blocks: Those that are multiples of 64.
    """

    def __init__(self, names: Sequence[str], in_blocks: frozenset[str] = frozenset()):
        self.names = tuple(names)
        self.samples = {
            name: _block_samples(index) if name in in_blocks else _prime_samples(index)
            for index, name in enumerate(names)
        }
        self.texts = {name: f"{_BLOCK}*{name}" if name in in_blocks else name for name in names}
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


def _prime_samples(index: int) -> tuple[int, ...]:
    """Three sizes for the unknown dimension of this number, in another order for each."""
    start = (index * COUNT) % len(_PRIMES)
    chosen = _PRIMES[start : start + COUNT]
    turn = (index // (len(_PRIMES) // COUNT)) % COUNT
    return chosen[turn:] + chosen[:turn]


def _block_samples(index: int) -> tuple[int, ...]:
    turn = index % COUNT
    return tuple(_BLOCK * n for n in _BLOCKS[turn:] + _BLOCKS[:turn])


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
    for divisor in range(2, _LARGEST_DIVISOR + 1):
        for offset in (0, divisor - 1, -1, 1, divisor // 2):
            if all((v + offset) // divisor == g for v, g in zip(values, given, strict=True)):
                yield (size + offset) // divisor


def of_spec(dims: Sequence[Any], sizes: Sizes, sample: int | None = None) -> tuple[Any, ...]:
    """A shape whose names are replaced by their sizes at a sample, or by their expressions."""
    if sample is None:
        return tuple(sizes.symbol(d) if isinstance(d, str) else d for d in dims)
    return tuple(sizes.samples[d][sample] if isinstance(d, str) else d for d in dims)


def factor_and_name(text: str) -> tuple[int, str]:
    """The parts of an unknown dimension such as "batch" or "64*size1"."""
    factor, _, name = text.rpartition("*")
    return int(factor or 1), name

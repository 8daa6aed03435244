"""`vectorize`: a function of numbers or vectors as one of tensors."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from keratin import array as tensors
from keratin._engine.functional import vectorized_map
from keratin.keras.ops._promotion import tensor

_CORE = r"\((?:\s*\w+\s*(?:,\s*\w+\s*)*)?\)"
_LIST = rf"\s*{_CORE}\s*(?:,\s*{_CORE}\s*)*"


def vectorize(
    pyfunc: Callable[..., Any],
    *,
    excluded: Collection[int | str] | None = None,
    signature: str | None = None,
) -> Callable[..., Any]:
    """A function that applies `pyfunc` to all elements of its arguments, which broadcast.

    `excluded` are places or names of arguments that `pyfunc` gets whole. A `signature` such as
    "(n),(n)->()" has it called on vectors or matrices, the last axes, instead of elements. It runs
    once, on tensors that stand for all: it may not decide by their values.

    >>> larger = keras.ops.vectorize(lambda a, b: keras.ops.maximum(a, b) * 2)
    >>> larger(keras.ops.array([1, 5]), 3).numpy()
    array([ 6, 10], dtype=int32)
    """
    if not callable(pyfunc):
        raise ValueError(f"keras.ops.vectorize: pyfunc has to be callable; given {pyfunc!r}")
    whole = frozenset(excluded or ())
    ranks = None if signature is None else _ranks_of(signature)

    @functools.wraps(pyfunc)
    def vectorized(*args: Any, **kwargs: Any) -> Any:
        unknown = sorted(set(kwargs) - whole)
        if unknown:
            raise TypeError(
                f"keras.ops.vectorize: the keyword {unknown[0]!r} is not vectorized. Give it by "
                f"position, or name it in excluded"
            )
        places = [i for i in range(len(args)) if i not in whole]
        values = [tensor(args[i]) for i in places]
        if ranks is not None and len(ranks) != len(values):
            raise TypeError(
                f"keras.ops.vectorize: the signature {signature!r} has {len(ranks)} arguments, "
                f"but {len(values)} were given"
            )

        def call(parts: list[Any]) -> Any:
            filled = list(args)
            for place, part in zip(places, parts, strict=True):
                filled[place] = part
            return pyfunc(*filled, **kwargs)

        return _mapped(call, values, ranks or [0] * len(values))

    return vectorized


def _ranks_of(signature: str) -> list[int]:
    """How many axes of each argument the function gets."""
    if not re.fullmatch(rf"{_LIST}->{_LIST}", signature):
        raise ValueError(
            f"keras.ops.vectorize: {signature!r} is not a signature, such as '(n),(n)->()'"
        )
    given = re.findall(_CORE, signature.split("->")[0])
    return [len(re.findall(r"\w+", core)) for core in given]


def _mapped(call: Callable[[list[Any]], Any], values: list[Any], ranks: list[int]) -> Any:
    shapes = [tuple(value.shape) for value in values]
    cuts = [len(shape) - rank for shape, rank in zip(shapes, ranks, strict=True)]
    loop = np.broadcast_shapes(*[shape[:cut] for shape, cut in zip(shapes, cuts, strict=True)])
    rows = [
        tensors.reshape(tensors.broadcast_to(value, [*loop, *shape[cut:]]), [-1, *shape[cut:]])
        for value, shape, cut in zip(values, shapes, cuts, strict=True)
    ]
    found = vectorized_map(call, rows)

    def shaped(result: Any) -> Any:
        return tensors.reshape(result, [*loop, *result.shape[1:]])

    if isinstance(found, (list, tuple)):
        return tuple([shaped(result) for result in found])
    return shaped(found)

"""Labels of integers beside predictions of floats, in functions that users wrote.

Keras 2 cast both to one dtype before it called such a function; Keras 3 leaves labels as they are,
as some functions take them for indices. Here they stay as they are, and where an op of TensorFlow
would refuse to mix them with floats, the integers become floats.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from keratin._engine.dtype import as_dtype
from keratin._engine.op import before_convert_hooks
from keratin._engine.operators import operators


class _Active(threading.local):
    depth = 0


_active = _Active()


@contextlib.contextmanager
def mixing() -> Iterator[None]:
    """Have ops take integers for floats where they meet floats of one dtype.

    >>> from keratin.keras.metrics._mixing import mixing
    >>> with mixing():
    ...     (tf.constant([1, 2]) - tf.constant([0.5, 1.0])).numpy()
    array([0.5, 1. ], dtype=float32)
    """
    _active.depth += 1
    try:
        yield
    finally:
        _active.depth -= 1


def _cast_integers(inputs: list[Any], shared: list[int]) -> None:
    if not _active.depth:
        return
    found = {i: as_dtype(inputs[i].dtype) for i in shared if hasattr(inputs[i], "dtype")}
    floating = {dtype for dtype in found.values() if dtype.is_floating}
    if len(floating) == 1:
        (wanted,) = floating
        for index, dtype in found.items():
            if dtype.is_integer or dtype.is_bool:
                inputs[index] = operators.cast(inputs[index], wanted)


before_convert_hooks.append(_cast_integers)

"""What the process remembers of models, and what symbolic tensors are made of."""

from __future__ import annotations

import gc
from typing import Any

from keratin.keras._core import dtype_policy, names
from keratin.keras._core.symbolic import is_symbolic, node_of, symbolic_tensors


def clear_session(free_memory: bool = True) -> None:
    """Count the names of layers from the start again, and free what models left behind.

    The dtype policy becomes the default one. `free_memory=False` leaves it to Python when to
    free memory.

    >>> keras.utils.clear_session()
    >>> keras.layers.Dense(1).name
    'dense'
    """
    names.reset()
    dtype_policy.set_dtype_policy(None)
    if free_memory:
        gc.collect()


def is_keras_tensor(x: Any) -> bool:
    """Whether a value is a symbolic tensor, as `keras.Input` gives them.

    >>> keras.utils.is_keras_tensor(keras.Input((2,))), keras.utils.is_keras_tensor(np.ones(2))
    (True, False)
    """
    return is_symbolic(x)


def get_source_inputs(tensor: Any) -> list[Any]:
    """The symbolic inputs that a symbolic tensor is computed from.

    >>> x = keras.Input((2,), name="x")
    >>> [each.name for each in keras.utils.get_source_inputs(x * 2)]
    ['x']
    """
    if not is_symbolic(tensor):
        raise ValueError(
            f"get_source_inputs takes a symbolic tensor; given a {type(tensor).__name__}."
        )
    found: list[Any] = []
    waiting, seen = [tensor], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        node = node_of(current)
        before = symbolic_tensors((node.args, node.kwargs)) if node is not None else []
        if before:
            waiting.extend(reversed(before))
        else:
            found.append(current)
    return found

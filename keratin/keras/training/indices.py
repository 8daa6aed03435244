"""Numbers for which an Embedding has no vector: an error before a program looks for them.

A compiled program takes zeros for them and goes on. What lies in memory can be looked at as long
as it is on the host, where that costs next to nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras._core.graph import in_order
from keratin.keras.layers.embedding import Embedding


def embedded(model: Any) -> list[tuple[int, Embedding]]:
    """The places of the inputs that go straight into an Embedding, and which one."""
    graph = model._given_graph()
    if graph is None:
        return []
    place = {id(tensor): index for index, tensor in enumerate(graph.inputs)}
    return [
        (place[id(node.input_tensors[0])], node.operation)
        for node in graph.nodes
        # Not the way back from vectors to numbers, which an argument asks for.
        if isinstance(node.operation, Embedding) and len(node.args) == 1 and not node.kwargs
        if id(node.input_tensors[0]) in place
    ]


def check_indices(model: Any, x: Any, method: str) -> None:
    """Raise for numbers in memory that an Embedding has no vector for."""
    found = embedded(model)
    if not found:
        return
    graph = model._given_graph()
    names = [tensor.name for tensor in graph.inputs]
    arrays = in_order(graph.input, x, names, model.name)
    for index, layer in found:
        array = arrays[index]
        if isinstance(array, np.ndarray) and array.dtype.kind in "iuf" and array.size:
            _check_range(array, layer, names[index], method)


def _check_range(array: np.ndarray[Any, Any], layer: Embedding, name: str, method: str) -> None:
    lowest, highest = array.min(), array.max()
    if lowest >= 0 and highest < layer.input_dim:
        return
    is_wrong = ~((array >= 0) & (array < layer.input_dim))
    place = tuple(map(int, np.argwhere(is_wrong)[0]))
    remedy = (
        f"Give the layer input_dim={int(highest) + 1} or more, or leave such numbers out"
        if lowest >= 0
        else "Vectors are counted from 0"
    )
    raise errors.InvalidArgumentError(
        f"{method}(): the input {name!r} holds {array[place]!s} at {list(place)}, and the layer "
        f"{layer.name!r} (Embedding) has vectors for 0 to {layer.input_dim - 1} "
        f"(input_dim={layer.input_dim}). {remedy}. At {errors.user_location()}."
    )

"""The graph of the objects of a program, as a checkpoint writes it down."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import numpy as np

from keratin.train._messages import (
    BoolValue,
    ObjectGraph,
    ObjectNode,
    ObjectReference,
    SerializedTensor,
)
from keratin.train._trackable import Value, children, values

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


class Found(NamedTuple):
    """An object, the names that lead to it by the shortest way, and the numbers of its parts."""

    object: Any
    path: tuple[str, ...]
    children: list[tuple[str, int]]

    @property
    def place(self) -> str:
        """The path as it is shown."""
        return "/".join(self.path) or "(root)"


def search(root: Any) -> list[Found]:
    """All objects that lead on from the root, nearest first; each once, so that cycles end."""
    found = [Found(root, (), [])]
    numbers = {id(root): 0}
    waiting = deque(found)
    while waiting:
        current = waiting.popleft()
        for name, part in children(current.object).items():
            if id(part) not in numbers:
                numbers[id(part)] = len(found)
                found.append(Found(part, (*current.path, name), []))
                waiting.append(found[-1])
            current.children.append((name, numbers[id(part)]))
    return found


def key_of(path: tuple[str, ...], value: str) -> str:
    """The key of a value of the object at a path.

    >>> from keratin.train._object_graph import key_of
    >>> key_of(("layers", "a/b.c"), "VARIABLE_VALUE")
    'layers/a.Sb..c/.ATTRIBUTES/VARIABLE_VALUE'
    """
    names = [name.replace(".", "..").replace("/", ".S") for name in path]
    return "/".join([*names, ".ATTRIBUTES", value.replace(".", "..").replace("/", ".S")])


def describe(found: list[Found]) -> tuple[bytes, dict[str, Value]]:
    """The graph as bytes, and the values by their keys."""
    by_key: dict[str, Value] = {}
    nodes = []
    for each in found:
        own = {key_of(each.path, value.name): value for value in values(each.object)}
        by_key.update(own)
        nodes.append(
            ObjectNode(
                children=[
                    ObjectReference(node_id=number, local_name=name)
                    for name, number in each.children
                ],
                attributes=[
                    SerializedTensor(name=value.name, full_name=value.full_name, checkpoint_key=key)
                    for key, value in own.items()
                ],
            )
        )
    for node, holds in zip(nodes, _holding(found, nodes), strict=True):
        node.has_checkpoint_values = BoolValue(value=holds)
    return ObjectGraph(nodes=nodes).SerializeToString(), by_key


def _holding(found: list[Found], nodes: list[ObjectNode]) -> np.ndarray[Any, Any]:
    """Which objects have values of their own, or lead to one that has."""
    parents: list[list[int]] = [[] for _ in found]
    for number, each in enumerate(found):
        for _, part in each.children:
            parents[part].append(number)
    holds = np.array([bool(node.attributes) for node in nodes])
    waiting = deque(np.flatnonzero(holds).tolist())
    while waiting:
        for parent in parents[waiting.popleft()]:
            if not holds[parent]:
                holds[parent] = True
                waiting.append(parent)
    return holds

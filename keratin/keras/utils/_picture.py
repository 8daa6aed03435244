"""What the picture of a model shows: boxes with rows of text, and the edges between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jax

from keratin.keras._core.symbolic import Node
from keratin.keras.models.summary import type_name

_MOST_SHAPES = 6  # of a longer list the first and the last are shown

Run = tuple[str, bool]  # text, and whether it is bold


@dataclass(frozen=True)
class Cell:
    """A field of a box: text on a color."""

    runs: tuple[Run, ...]
    color: str = "white"
    text_color: str = "black"

    @property
    def text(self) -> str:
        """The text, without what is bold in it."""
        return "".join(text for text, _ in self.runs)


@dataclass
class Box:
    """A layer: rows of fields, the first its name; or a model with the boxes within it."""

    operation: Any
    rows: list[list[Cell]]
    inner: Picture | None = None


@dataclass
class Picture:
    """Boxes by the ids of their operations, in order, and (from, to) for each edge."""

    title: str
    boxes: dict[int, Box] = field(default_factory=dict)
    edges: list[tuple[int, int]] = field(default_factory=list)
    # The boxes that inputs go into, and that outputs come from, in order.
    entries: list[int] = field(default_factory=list)
    exits: list[int] = field(default_factory=list)

    def entry(self, index: int) -> int:
        """The box that an input of the model goes into, within nested models too."""
        box = self.entries[min(index, len(self.entries) - 1)]
        inner = self.boxes[box].inner
        return box if inner is None else inner.entry(index)

    def exit(self, index: int) -> int:
        """The box that an output of the model comes from, within nested models too."""
        box = self.exits[min(index, len(self.exits) - 1)]
        inner = self.boxes[box].inner
        return box if inner is None else inner.exit(index)


@dataclass(frozen=True)
class Shown:
    """What boxes say, besides the class of a layer."""

    shapes: bool = False
    dtype: bool = False
    names: bool = True
    activations: bool = False
    trainable: bool = False
    nested: bool = False


def printable(name: str) -> str:
    """A name without signs that are no text, which files of pictures cannot hold."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def picture_of(model: Any, shown: Shown) -> Picture:
    """The picture of a model that was built."""
    graph = model._whole_graph()
    if graph is None:
        box = Box(model, _rows(model, [], shown))
        return Picture(printable(model.name), {id(model): box}, [], [id(model)], [id(model)])
    hides_inputs = hasattr(model, "_sequence")
    nodes = [node for node in graph.nodes if not (hides_inputs and node.is_input)]
    found = Picture(printable(model.name))
    for operation in {id(node.operation): node.operation for node in nodes}.values():
        own = [node for node in nodes if node.operation is operation]
        inner = picture_of(operation, shown) if shown.nested and _is_model(operation) else None
        found.boxes[id(operation)] = Box(operation, _rows(operation, own, shown), inner)
    for node in nodes:
        found.edges += [edge for edge in _edges(node, found) if edge not in found.edges]
    found.entries = _entries(graph, nodes, hides_inputs)
    found.exits = [id(_maker(tensor)) for tensor in graph.outputs]
    return found


def _is_model(operation: Any) -> bool:
    return hasattr(operation, "_whole_graph") and operation._whole_graph() is not None


def _maker(tensor: Any) -> Any:
    """The operation that made a symbolic tensor."""
    return tensor._keras_history[0]


def _edges(node: Node, picture: Picture) -> Iterator[tuple[int, int]]:
    for tensor in node.input_tensors:
        source = id(_maker(tensor))
        if source in picture.boxes:
            yield source, id(node.operation)


def _entries(graph: Any, nodes: list[Node], hides_inputs: bool) -> list[int]:
    if not hides_inputs:
        return [id(_maker(tensor)) for tensor in graph.inputs]
    inputs = {id(tensor) for tensor in graph.inputs}
    taking = [n for n in nodes if any(id(tensor) in inputs for tensor in n.input_tensors)]
    return [id(node.operation) for node in taking]


def _rows(operation: Any, nodes: list[Node], shown: Shown) -> list[list[Cell]]:
    kind = type_name(operation)
    name = (
        ((printable(operation.name), True), (f" ({kind})", False))
        if shown.names
        else ((kind, True),)
    )
    rows = [[Cell(name, "black", "white")]]
    activation = getattr(operation, "activation", None) if shown.activations else None
    if activation is not None:
        label = getattr(activation, "name", None) or getattr(activation, "__name__", None)
        rows.append([Cell((("Activation: ", False), (label or str(activation), True)))])
    cells = list(_cells(operation, nodes, kind, shown))
    return [*rows, cells] if cells else rows


def _cells(operation: Any, nodes: list[Node], kind: str, shown: Shown) -> Iterator[Cell]:
    if shown.shapes:
        if kind != "InputLayer":
            shape = _one_of([_described(node.input_tensors, "shape") for node in nodes])
            yield Cell((("Input shape: ", False), (shape, True)))
        shape = _one_of([_described(_outputs(node), "shape") for node in nodes])
        yield Cell((("Output shape: ", False), (shape, True)))
    if shown.dtype:
        dtype = _one_of([_described(_outputs(node), "dtype") for node in nodes])
        yield Cell((("Output dtype: ", False), (dtype, True)))
    if shown.trainable and getattr(operation, "weights", None):
        trains = operation.trainable
        text = "Trainable" if trains else "Non-trainable"
        yield Cell(((text, True),), "forestgreen" if trains else "firebrick", "white")


def _outputs(node: Node) -> Any:
    return node.output_tensors


def _one_of(texts: list[str]) -> str:
    """What all calls of a layer have in common."""
    if not texts:
        return "?"
    return texts[0] if len(set(texts)) == 1 else "multiple"


def _described(tensors: Any, attribute: str) -> str:
    values = [getattr(tensor, attribute) for tensor in jax.tree.leaves(tensors)]
    texts = [
        str(tuple(value)) if attribute == "shape" else getattr(value, "name", str(value))
        for value in values
    ]
    if len(texts) > _MOST_SHAPES:
        return f"[{', '.join(texts[:2])}, …, {texts[-1]}] ({len(texts)})"
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"

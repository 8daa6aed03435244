"""The table of layers that `model.summary()` prints."""

from __future__ import annotations

import itertools
import math
import re
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from keratin.keras._core.symbolic import OpCall
from keratin.keras.layers._part import map_tensors_to_shapes
from keratin.keras.layers.layer import Layer

# The widest table, without and with the column of connections, and where its columns end.
_WIDEST = (88, 108)
_ENDS = ((0.45, 0.80, 1.0), (0.3, 0.56, 0.74, 1.0))
# A column that says whether a layer is trainable makes it wider by so much.
_FOR_TRAINABLE = 12


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of the layers of a model; `print_fn` gets it as one string."""
    columns, rows = table_of(model, expand_nested, show_trainable, layer_range)
    table = _Table(columns, _widths(columns, line_length, positions)).draw(rows)
    text = "\n".join([f'Model: "{model.name}"', *table, *totals(model)])
    if print_fn is None:
        print(text)
    else:
        print_fn(text + "\n")


def table_of(
    model: Any,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> tuple[list[str], list[list[str]]]:
    """The heads of the columns, and the rows; a name and its type are parted by a zero."""
    connected = _is_branched(model)
    columns = ["Layer (type)", "Output Shape", "Param #"]
    columns += ["Connected to"] if connected else []
    columns += ["Trainable"] if show_trainable else []
    shown = _in_range(_shown(model, connected), layer_range)
    rows = []
    for operation in shown:
        rows += _rows(operation, model, columns, expand_nested, 0)
    return columns, rows


def _is_branched(model: Any) -> bool:
    """Whether connections need a column: the layers are not a row."""
    graph = model._whole_graph()
    if graph is None or hasattr(model, "_sequence"):
        return False
    nodes = graph.nodes
    is_row = len({id(node.operation) for node in nodes}) == len(nodes) and all(
        len(node.input_tensors) == 1 and node.parents == [previous]
        for previous, node in itertools.pairwise(nodes)
    )
    is_given = vars(model)["_graph"] is not None
    return not is_row or (not is_given and any(isinstance(n.operation, OpCall) for n in nodes))


def _shown(model: Any, connected: bool) -> list[Any]:
    """What has a row of its own."""
    return list(model.operations if connected or vars(model)["_graph"] else model.layers)


def _in_range(operations: list[Any], layer_range: Sequence[str] | None) -> list[Any]:
    """The layers from the first name of the range to the second."""
    if not layer_range:
        return operations
    if len(layer_range) != 2:
        raise ValueError(
            f"summary: layer_range is a pair of layer names, the first and the last; given "
            f"{layer_range!r}"
        )
    ends = []
    for pattern in layer_range:
        found = [i for i, each in enumerate(operations) if re.fullmatch(pattern, each.name)]
        if not found:
            raise ValueError(
                f"summary: no layer is called {pattern!r}. There are: "
                f"{', '.join(each.name for each in operations)}"
            )
        ends.append(found)
    return operations[min(ends[0]) : max(ends[1]) + 1]


def _rows(
    operation: Any, model: Any, columns: list[str], expand: bool, depth: int
) -> list[list[str]]:
    cells = {
        "Layer (type)": _name_of(operation, depth),
        "Output Shape": _output_shape(operation),
        "Param #": _parameters(operation),
        "Connected to": _connections(operation, model) if not depth else "-",
        "Trainable": _trainable(operation),
    }
    rows = [[cells[column] for column in columns]]
    inner = getattr(operation, "layers", None) if expand else None
    if inner and hasattr(operation, "_whole_graph"):
        operation._whole_graph()  # by which the layers of a class get their shapes
    for layer in inner or []:
        rows += _rows(layer, model, columns, expand, depth + 1)
    return rows


def type_name(operation: Any) -> str:
    """What an operation is: its class, or the op that it calls."""
    if not isinstance(operation, OpCall):
        return type(operation).__name__
    name = operation.operation_name
    return name if not name.islower() else "".join(p.capitalize() for p in name.split("_"))


def _name_of(operation: Any, depth: int) -> str:
    lead = "   " * depth + "└ " if depth else ""
    return f"{lead}{operation.name}\0({type_name(operation)})"


def _output_shape(operation: Any) -> str:
    nodes = operation._inbound_nodes
    if nodes:
        shapes = map_tensors_to_shapes(nodes[0].outputs)
    else:
        try:
            shapes = map_tensors_to_shapes(operation.output)
        except AttributeError:
            return "?"
    return _shape_text(shapes)


def _shape_text(shapes: Any) -> str:
    if isinstance(shapes, dict):
        return "{" + ", ".join(f"{k}: {_shape_text(v)}" for k, v in shapes.items()) + "}"
    if isinstance(shapes, tuple) and all(s is None or isinstance(s, int) for s in shapes):
        return f"({', '.join(map(str, shapes))})"
    if isinstance(shapes, (list, tuple)):
        inner = ", ".join(_shape_text(shape) for shape in shapes)
        return f"[{inner}]"
    return "?" if shapes is None else str(shapes)


def _parameters(operation: Any) -> str:
    if not isinstance(operation, Layer):
        return "0"
    if not operation.built and not operation.weights:
        return "0 (unbuilt)"
    return f"{operation.count_params():,}"


def _trainable(operation: Any) -> str:
    if not isinstance(operation, Layer) or not operation.weights:
        return "-"
    return "Y" if operation.trainable else "N"


def _connections(operation: Any, model: Any) -> str:
    graph = model._whole_graph()
    if graph is None:
        return "-"
    found = []
    for node in graph.nodes:
        if node.operation is operation:
            for tensor in node.input_tensors:
                source, index, place = tensor._keras_history
                found.append(f"{source.name}[{index}][{place}]")
    return ", ".join(found) or "-"


def totals(model: Any) -> list[str]:
    """The lines below the table: how many numbers, and their size in memory."""
    trainable, other = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None) if getattr(model, "compiled", False) else None
    state = [
        v
        for v in getattr(optimizer, "variables", None) or []
        if getattr(optimizer, "built", False) and v.name not in ("iteration", "learning_rate")
    ]
    extra = [v for v in getattr(optimizer, "variables", None) or [] if state]
    lines = [
        f" Total params: {_count([*trainable, *other, *extra])}",
        f" Trainable params: {_count(trainable)}",
        f" Non-trainable params: {_count(other)}",
    ]
    return [*lines, f" Optimizer params: {_count(extra)}"] if extra else lines


def _count(variables: Sequence[Any]) -> str:
    numbers = [math.prod(tuple(v.shape)) for v in variables]
    size = sum(n * v.dtype.size for n, v in zip(numbers, variables, strict=True))
    return f"{sum(numbers):,} ({_memory(size)})"


def _memory(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TB"


def _widths(
    columns: list[str], line_length: int | None, positions: Sequence[float] | None
) -> list[int]:
    """The width of each column, so that the table is as wide as asked for, or as fits."""
    connected, says_trainable = "Connected to" in columns, "Trainable" in columns
    ends = list(positions or _ENDS[connected])
    if ends[-1] > 1:  # counted in characters, as in Keras 2
        ends = [end / ends[-1] for end in ends]
    if says_trainable and len(ends) < len(columns):
        ends = [*[end * 0.9 for end in ends], 1.0]
    if line_length is None:
        widest = _WIDEST[connected] + (_FOR_TRAINABLE if says_trainable else 0)
        line_length = min(widest, shutil.get_terminal_size().columns - 4)
    places = [0, *[int(end * line_length) for end in ends[: len(columns)]]]
    widths = [end - start for start, end in itertools.pairwise(places)]
    if min(widths) < 4 or len(widths) < len(columns):
        raise ValueError(
            f"summary: {len(columns)} columns do not fit into line_length={line_length} at the "
            f"positions {ends}. Give a longer line, or one position for each column"
        )
    # Blanks beside the text, and lines between the columns.
    return _fitted([width + 2 for width in widths], line_length - len(columns) - 1)


def _fitted(widths: list[int], room: int) -> list[int]:
    """Widths that fill the room: all columns are narrowed alike, or widened by their widths."""
    missing = sum(widths) - room
    fitted = []
    for index, width in enumerate(widths):
        if missing > 0:
            change = min(width, round(missing / (len(widths) - index)))
        else:
            change = -math.ceil(-missing * width / sum(widths[index:]))
        missing -= change
        fitted.append(width - change)
    return fitted


class _Table:
    """Draws rows of cells with borders, a heavy one around the head."""

    def __init__(self, columns: list[str], widths: list[int]):
        self.columns = columns
        self.widths = widths

    def draw(self, rows: list[list[str]]) -> list[str]:
        """The lines of the table."""
        lines = [self._border("┏━┳┓"), *self._row(self.columns, "┃", True), self._border("┡━╇┩")]
        for index, row in enumerate(rows):
            lines += [self._border("├─┼┤")] if index else []
            lines += self._row(row, "│", False)
        return [*lines, self._border("└─┴┘")]

    def _border(self, signs: str) -> str:
        left, line, cross, right = list(signs)
        return left + cross.join(line * width for width in self.widths) + right

    def _row(self, cells: list[str], edge: str, head: bool) -> list[str]:
        wrapped = [
            _wrapped(cell, width - 2, column)
            for cell, width, column in zip(cells, self.widths, self.columns, strict=True)
        ]
        height = max(map(len, wrapped))
        lines = []
        for i in range(height):
            parts = [
                self._aligned(part[i] if i < len(part) else "", width, column)
                for part, width, column in zip(wrapped, self.widths, self.columns, strict=True)
            ]
            lines.append(edge + edge.join(parts) + edge)
        return lines

    def _aligned(self, text: str, width: int, column: str) -> str:
        if column == "Param #":
            return f" {text:>{width - 2}} "
        if column == "Trainable":
            return f" {text:^{width - 2}} "
        return f" {text:<{width - 2}} "


def _wrapped(text: str, width: int, column: str) -> list[str]:
    """A cell as lines: between its words, and names that are too long cut."""
    if "\0" in text:
        together = text.replace("\0", " ")
        if len(together) <= width:
            return [together]
        return [_cut(part, width) for part in text.split("\0")]
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(_cut(line, width))
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"

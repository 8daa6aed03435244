"""Pictures of models as shapes, and shapes as SVG or pixels."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from keratin.keras.utils._images import pillow
from keratin.keras.utils._layout import LAYER_GAP, Layout, Point, Size, arranged
from keratin.keras.utils._picture import Box, Cell, Picture, Run

_HEADER, _TEXT, _LABEL = 16.0, 14.0, 14.0  # sizes of type
_PADDING = 10.0
_MARGIN = 16.0
_ARROW = 9.0
_FONT = "Helvetica, Arial, sans-serif"
# Widths of characters as parts of the size of type, as in Helvetica; others are wide.
_NARROW = frozenset("ijlt.,:;'|!()[]fI /")
_MEDIUM = frozenset("abcdeghknopqrsuvxyz0123456789_?-")
_WIDE = frozenset("mwMW")


@dataclass(frozen=True)
class Rectangle:
    """A rectangle, filled or with a dashed border alone."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None
    dashed: bool = False


@dataclass(frozen=True)
class Text:
    """A line of text around a center, or to the right of a point."""

    x: float
    y: float
    runs: tuple[Run, ...]
    size: float
    color: str
    centered: bool = True


@dataclass(frozen=True)
class Arrow:
    """A line through points, with a head at the last one."""

    points: tuple[Point, ...]
    curved: bool = False


Shape = Rectangle | Text | Arrow


@dataclass
class Drawing:
    """Shapes, and where boxes stand, so that edges find them."""

    shapes: list[Shape]
    size: Size  # width, height
    places: dict[int, Rectangle]


def drawn(picture: Picture, rankdir: str, splines: str) -> Drawing:
    """The shapes of a picture. `rankdir` is where data flows to: TB, BT, LR or RL."""
    found = _of_picture(picture, rankdir, splines)
    width, height = found.size
    return Drawing(
        [_moved(shape, _MARGIN, _MARGIN) for shape in found.shapes],
        (width + 2 * _MARGIN, height + 2 * _MARGIN),
        {key: _moved(place, _MARGIN, _MARGIN) for key, place in found.places.items()},
    )


def _of_picture(picture: Picture, rankdir: str, splines: str) -> Drawing:
    parts = {key: _of_box(box, rankdir, splines) for key, box in picture.boxes.items()}
    flat = rankdir in ("LR", "RL")
    sizes = {key: part.size if flat else part.size[::-1] for key, part in parts.items()}
    layout = arranged(sizes, picture.edges)
    frame = _Frame(rankdir, layout.size[0])
    found = Drawing([], layout.size if flat else layout.size[::-1], {})
    for key, part in parts.items():
        x, y = frame.place(layout.centers[key])
        dx, dy = x - part.size[0] / 2, y - part.size[1] / 2
        found.shapes += [_moved(shape, dx, dy) for shape in part.shapes]
        found.places.update({k: _moved(box, dx, dy) for k, box in part.places.items()})
        found.places.setdefault(key, Rectangle(dx, dy, *part.size, None))
    for edge, (source, target) in _ends(picture):
        ends = found.places[source], found.places[target]
        found.shapes.append(_arrow(layout, edge, ends, frame, splines))
    return found


@dataclass(frozen=True)
class _Frame:
    """Places on the page for places in the layout, by the direction in which data flows."""

    rankdir: str
    length: float

    def place(self, point: Point) -> Point:
        """x and y for along and across, and the reverse: it is its own inverse, but for order."""
        along, across = point
        along = self.length - along if self.rankdir in ("BT", "RL") else along
        return (along, across) if self.rankdir in ("LR", "RL") else (across, along)

    def side(self, box: Rectangle, leaving: bool) -> Point:
        """Along and across of the middle of the side at which edges leave or enter a box."""
        far = leaving == (self.rankdir in ("TB", "LR"))
        if self.rankdir in ("LR", "RL"):
            along, across = box.x + box.width * far, box.y + box.height / 2
        else:
            along, across = box.y + box.height * far, box.x + box.width / 2
        return (self.length - along if self.rankdir in ("BT", "RL") else along), across


def _ends(picture: Picture) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    """Each edge, with the boxes within nested models that it joins."""
    used: dict[int, int] = {}
    for source, target in picture.edges:
        outer, inner = picture.boxes[source].inner, picture.boxes[target].inner
        index = used.get(target, 0)
        used[target] = index + 1
        yield (
            (source, target),
            (
                source if outer is None else outer.exit(0),
                target if inner is None else inner.entry(index),
            ),
        )


def _of_box(box: Box, rankdir: str, splines: str) -> Drawing:
    if box.inner is not None:
        return _of_nested(box.inner, rankdir, splines)
    widths = [
        [_width(cell, _size(i)) + 2 * _PADDING for cell in row] for i, row in enumerate(box.rows)
    ]
    whole = max(sum(row) for row in widths)
    shapes: list[Shape] = []
    y = 0.0
    for i, (row, own) in enumerate(zip(box.rows, widths, strict=True)):
        height, more = _size(i) + 2 * _PADDING, (whole - sum(own)) / len(own)
        x = 0.0
        for cell, width in zip(row, own, strict=True):
            shapes += _of_cell(cell, x, y, width + more, height, _size(i))
            x += width + more
        y += height
    return Drawing(shapes, (whole, y), {})


def _size(row: int) -> float:
    return _TEXT if row else _HEADER


def _of_cell(
    cell: Cell, x: float, y: float, width: float, height: float, size: float
) -> list[Shape]:
    return [
        Rectangle(x, y, width, height, cell.color),
        Text(x + width / 2, y + height / 2, cell.runs, size, cell.text_color),
    ]


def _of_nested(picture: Picture, rankdir: str, splines: str) -> Drawing:
    """A model within a model: its picture in a dashed frame, with its name."""
    inner = _of_picture(picture, rankdir, splines)
    top = _LABEL + 2 * _PADDING
    label = _width_of(picture.title, False) * _LABEL + 2 * _PADDING
    if rankdir in ("TB", "BT"):
        label *= 2  # beside the edge that comes in at the middle
    width = max(inner.size[0] + 2 * _PADDING, label)
    height = inner.size[1] + top + _PADDING
    dx, dy = (width - inner.size[0]) / 2, top
    frame: list[Shape] = [
        Rectangle(0, 0, width, height, None, dashed=True),
        Text(_PADDING, top / 2, ((picture.title, False),), _LABEL, "black", centered=False),
    ]
    shapes = frame + [_moved(shape, dx, dy) for shape in inner.shapes]
    places = {key: _moved(place, dx, dy) for key, place in inner.places.items()}
    return Drawing(shapes, (width, height), places)


def _width(cell: Cell, size: float) -> float:
    return sum(_width_of(text, bold) for text, bold in cell.runs) * size


def _width_of(text: str, bold: bool) -> float:
    """About how wide a text is, for type of size 1."""
    parts = (
        0.3 if c in _NARROW else 0.56 if c in _MEDIUM else 0.85 if c in _WIDE else 0.7 for c in text
    )
    # A viewer without Helvetica may have a wider font in its place.
    return sum(parts) * 1.12 * (1.07 if bold else 1.0)


def _moved(shape: Any, dx: float, dy: float) -> Any:
    if isinstance(shape, Arrow):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def _arrow(
    layout: Layout,
    edge: tuple[int, int],
    ends: tuple[Rectangle, Rectangle],
    frame: _Frame,
    splines: str,
) -> Arrow:
    """The way of an edge: past the boxes of the layers between, and aside in the gaps."""
    start, stop = frame.side(ends[0], leaving=True), frame.side(ends[1], leaving=False)
    passed = layout.routes[edge]
    curved = splines in ("curved", "spline")
    if layout.leads_back(edge):
        points = _simplified(_way_back(layout, edge, start, stop))
        return Arrow(tuple(frame.place(p) for p in points), curved)
    first = layout.ranks[edge[0]]
    bands = layout.bands[first : first + len(passed) + 2]
    if splines == "ortho":
        across = [start[1], *passed, stop[1]]
        points = [start]
        for (low, high), (a, b) in zip(
            itertools.pairwise(bands), itertools.pairwise(across), strict=True
        ):
            middle = (low[1] + high[0]) / 2
            points += [(middle, a), (middle, b)]
        points = _simplified([*points, stop])
    else:
        aside = [(along, a) for band, a in zip(bands[1:-1], passed, strict=True) for along in band]
        points = [start, *aside, stop]
    return Arrow(tuple(frame.place(p) for p in points), curved)


def _way_back(layout: Layout, edge: tuple[int, int], start: Point, stop: Point) -> list[Point]:
    """Round below the source, past the layers between, and round above the target."""
    last, first = (layout.ranks[key] for key in edge)
    passed = layout.routes[edge]
    below = layout.bands[last][1] + LAYER_GAP / 2
    points = [start, (below, start[1]), (below, passed[0])]
    between = zip(range(last, first, -1), itertools.pairwise(passed), strict=True)
    for rank, (a, b) in between:
        middle = (layout.bands[rank][0] + layout.bands[rank - 1][1]) / 2
        points += [(middle, a), (middle, b)]
    above = layout.bands[first][0] - LAYER_GAP / 2
    return [*points, (above, passed[-1]), (above, stop[1]), stop]


def _simplified(route: list[Point]) -> list[Point]:
    """Without points that lie on a straight line between their neighbours."""
    kept = [route[0]]
    for point, after in zip(route[1:], [*route[2:], None], strict=True):
        if point == kept[-1]:
            continue
        before = kept[-1]
        straight = after is not None and (
            before[0] == point[0] == after[0] or before[1] == point[1] == after[1]
        )
        if not straight:
            kept.append(point)
    return kept


def _shortened(points: tuple[Point, ...]) -> tuple[list[Point], list[Point]]:
    """The line without its last bit, and the head of the arrow that stands there."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    x, y = x1 - dx * _ARROW, y1 - dy * _ARROW
    side = _ARROW * 0.45
    head = [(x1, y1), (x - dy * side, y + dx * side), (x + dy * side, y - dx * side)]
    return [*points[:-1], (x, y)], head


# ------------------------------------------------------------------------------------- SVG


def to_svg(drawing: Drawing) -> str:
    """The drawing as the text of an SVG file."""
    width, height = drawing.size
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.2f} {height:.2f}" font-family="{_FONT}">'
    )
    lines = [
        head,
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="white"/>',
        *[_svg_of(shape) for shape in drawing.shapes],
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _svg_of(shape: Shape) -> str:
    if isinstance(shape, Rectangle):
        dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
        return (
            f'<rect x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" '
            f'height="{shape.height:.2f}" fill="{shape.fill or "none"}" stroke="black"{dashes}/>'
        )
    if isinstance(shape, Text):
        spans = "".join(
            f'<tspan font-weight="bold">{escape(text)}</tspan>' if bold else escape(text)
            for text, bold in shape.runs
        )
        anchor = "middle" if shape.centered else "start"
        return (
            f'<text x="{shape.x:.2f}" y="{shape.y + shape.size * 0.35:.2f}" '
            f'font-size="{shape.size:g}" fill="{shape.color}" text-anchor="{anchor}" '
            f'xml:space="preserve">{spans}</text>'
        )
    line, head = _shortened(shape.points)
    corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in head)
    way = _svg_curve(line) if shape.curved else "M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in line)
    return (
        f'<path d="{way}" fill="none" stroke="black" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<polygon points="{corners}"/>'
    )


def _svg_curve(points: list[Point]) -> str:
    way = f"M{points[0][0]:.2f} {points[0][1]:.2f}"
    for a, b, c, d in _curves(points):
        del a
        numbers = " ".join(f"{x:.2f} {y:.2f}" for x, y in (b, c, d))
        way += f" C{numbers}"
    return way


def _curves(points: list[Point]) -> list[tuple[Point, Point, Point, Point]]:
    """A smooth curve through points (of Catmull and Rom), as pieces of Bézier's."""
    ends = [points[0], *points, points[-1]]
    return [
        (
            b,
            (b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6),
            (c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6),
            c,
        )
        for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
    ]


# ------------------------------------------------------------------------------------ pixels


def to_image(drawing: Drawing, dpi: float) -> Any:
    """The drawing as an image of Pillow; a unit is a point, of which 72 make an inch."""
    from PIL import ImageDraw

    scale = dpi / 72
    size = tuple([max(1, round(length * scale)) for length in drawing.size])
    image = pillow().new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        if isinstance(shape, Rectangle):
            _draw_rectangle(pen, shape, scale)
        elif isinstance(shape, Text):
            _draw_text(pen, shape, scale)
        else:
            _draw_arrow(pen, shape, scale)
    return image


def _draw_rectangle(pen: Any, shape: Rectangle, scale: float) -> None:
    left, top = shape.x * scale, shape.y * scale
    right, bottom = left + shape.width * scale, top + shape.height * scale
    thick = max(1, round(scale))
    if not shape.dashed:
        pen.rectangle((left, top, right, bottom), fill=shape.fill, outline="black", width=thick)
        return
    dash, gap = 5 * scale, 4 * scale
    for x, y, length, flat in (
        (left, top, right - left, True),
        (left, bottom, right - left, True),
        (left, top, bottom - top, False),
        (right, top, bottom - top, False),
    ):
        done = 0.0
        while done < length:
            stop = min(done + dash, length)
            ends = (x + done, y, x + stop, y) if flat else (x, y + done, x, y + stop)
            pen.line(ends, fill="black", width=thick)
            done += dash + gap


def _draw_text(pen: Any, shape: Text, scale: float) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(shape.size * scale)
    # The font of Pillow has no bold letters: those are drawn twice, a little apart.
    apart = max(1, round(shape.size * scale * 0.045))
    widths = [pen.textlength(text, font=font) + apart * bold for text, bold in shape.runs]
    x, y = shape.x * scale - (sum(widths) / 2 if shape.centered else 0), shape.y * scale
    for (text, bold), width in zip(shape.runs, widths, strict=True):
        for shift in (0, apart) if bold else (0,):
            pen.text((x + shift, y), text, fill=shape.color, font=font, anchor="lm")
        x += width


def _draw_arrow(pen: Any, shape: Arrow, scale: float) -> None:
    line, head = _shortened(shape.points)
    if shape.curved:
        line = [point for curve in _curves(line) for point in _sampled(curve)]
    thick = max(1, round(1.5 * scale))
    pen.line([(x * scale, y * scale) for x, y in line], fill="black", width=thick, joint="curve")
    pen.polygon([(x * scale, y * scale) for x, y in head], fill="black")


def _sampled(curve: tuple[Point, Point, Point, Point], count: int = 16) -> list[Point]:
    found = []
    for step in range(count + 1):
        t = step / count
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * p[i] for w, p in zip(weights, curve, strict=True)) for i in (0, 1))
        found.append((x, y))
    return found

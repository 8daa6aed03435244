"""Pictures as shapes, as SVG and as pixels."""

import itertools
import random
from xml.etree import ElementTree

import numpy as np
import pytest

from keratin import keras
from keratin.keras.utils._drawing import Arrow, Rectangle, Text, drawn, to_image, to_svg
from keratin.keras.utils._picture import Box, Cell, Picture, Shown, picture_of
from tests.keras.utils.plotted_models import row, two_heads

SHOWN = Shown(shapes=True, activations=True, trainable=True, nested=True)


def of(model=None, rankdir="TB", splines="ortho", shown=SHOWN):
    return drawn(picture_of(model or two_heads(), shown), rankdir, splines)


def headers(drawing):
    """The places of boxes by the names in their headers."""
    return {
        shape.runs[0][0]: (shape.x, shape.y)
        for shape in drawing.shapes
        if isinstance(shape, Text) and shape.color == "white" and len(shape.runs) == 2
    }


@pytest.mark.parametrize(
    ("rankdir", "axis", "sign"), [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)]
)
def test_data_flows_as_asked(rankdir, axis, sign):
    places = headers(of(rankdir=rankdir))
    for source, target in (("image", "features"), ("features", "residual"), ("joined", "price")):
        assert (places[target][axis] - places[source][axis]) * sign > 0


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
@pytest.mark.parametrize("splines", ["ortho", "polyline", "curved"])
def test_everything_lies_on_the_page(rankdir, splines):
    drawing = of(rankdir=rankdir, splines=splines)
    width, height = drawing.size
    for shape in drawing.shapes:
        points = getattr(shape, "points", None) or [(shape.x, shape.y)]
        if isinstance(shape, Rectangle):
            points = [*points, (shape.x + shape.width, shape.y + shape.height)]
        for x, y in points:
            assert 0 <= x <= width + 1e-6 and 0 <= y <= height + 1e-6


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_edges_have_right_angles_and_do_not_run_through_boxes(rankdir):
    drawing = of(rankdir=rankdir)
    arrows = [shape for shape in drawing.shapes if isinstance(shape, Arrow)]
    assert len(arrows) == 12
    for (x0, y0), (x1, y1) in (p for a in arrows for p in itertools.pairwise(a.points)):
        assert abs(x0 - x1) < 1e-6 or abs(y0 - y1) < 1e-6
    check_edges(drawing)


def test_svg_is_well_formed_and_holds_the_texts():
    svg = to_svg(of())
    root = ElementTree.fromstring(svg)
    words = " ".join(
        "".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")
    )
    for expected in ("features (Dense)", "Activation: relu", "(None, 8)", "Trainable", "encoder"):
        assert expected in words
    assert "stroke-dasharray" in svg and "C" in to_svg(of(splines="curved"))


def test_names_are_escaped():
    model = row()
    model.layers[0].name = "a<b>&c"
    assert "a&lt;b&gt;&amp;c" in to_svg(of(model))


def test_pixels():
    drawing = of(row(), shown=Shown())
    image = to_image(drawing, dpi=72)
    assert image.size == tuple(round(length) for length in drawing.size)
    pixels = np.asarray(image.convert("L"))
    assert pixels[0, 0] == 255 and (pixels == 0).mean() > 0.2
    large = to_image(drawing, dpi=144)
    assert large.size == tuple(round(2 * length) for length in drawing.size)
    # Text of headers is white on black.
    x, y = headers(drawing)["first"]
    header = pixels[int(y) - 8 : int(y) + 8, int(x) - 30 : int(x) + 30]
    assert header.max() > 200 and header.min() == 0
    assert to_image(of(splines="curved"), dpi=50).size[0] > 100


def apart(left, right):
    """Whether two rectangles do not overlap."""
    return (
        left.x + left.width <= right.x + 1e-6
        or right.x + right.width <= left.x + 1e-6
        or left.y + left.height <= right.y + 1e-6
        or right.y + right.height <= left.y + 1e-6
    )


def check_edges(drawing):
    """Edges lie on the page, and do not run through boxes."""
    filled = [s for s in drawing.shapes if isinstance(s, Rectangle) and s.fill]
    arrows = [shape for shape in drawing.shapes if isinstance(shape, Arrow)]
    width, height = drawing.size
    for (x0, y0), (x1, y1) in (p for a in arrows for p in itertools.pairwise(a.points)):
        assert min(x0, x1) >= 0 and max(x0, x1) <= width
        assert min(y0, y1) >= 0 and max(y0, y1) <= height
        for box in filled:
            through_x = max(x0, x1) > box.x + 1e-6 and min(x0, x1) < box.x + box.width - 1e-6
            through_y = max(y0, y1) > box.y + 1e-6 and min(y0, y1) < box.y + box.height - 1e-6
            assert not (through_x and through_y)


def again():
    """Layers and a model that are used again, on what they gave."""
    x = keras.Input((4,))
    first, second = keras.layers.Dense(4, name="first"), keras.layers.Dense(4, name="second")
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="inner")], name="model")
    y = first(second(first(first(x))))
    return keras.Model(x, keras.layers.Dense(2, name="end")(inner(inner(y))))


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL"])
@pytest.mark.parametrize("splines", ["ortho", "curved"])
def test_layers_that_are_used_again(rankdir, splines):
    drawing = of(again(), rankdir, splines)
    assert len([shape for shape in drawing.shapes if isinstance(shape, Arrow)]) == 7
    check_edges(drawing)
    assert "nan" not in to_svg(drawing) and to_image(drawing, dpi=20).size[0] > 50


def deep():
    """A hundred residual blocks."""
    x = keras.Input((4,))
    outputs = x
    for _ in range(100):
        outputs = keras.layers.Add()([keras.layers.ReLU()(outputs), outputs])
    return keras.Model(x, outputs)


def test_two_hundred_layers():
    drawing = of(deep(), shown=Shown(shapes=True))
    boxes = [s for s in drawing.shapes if isinstance(s, Rectangle)]
    assert len(boxes) == 1 + 1 + 100 * 6
    headers = [box for box in boxes if box.fill == "black"]
    tops = [box.y for box in headers]
    assert len(set(tops)) == len(headers) == 201  # one below the other
    assert drawing.size[1] < 201 * 120
    for left, right in itertools.combinations(boxes, 2):
        assert apart(left, right)


def random_picture(seed):
    """Boxes of any width, and edges, of which some lead back."""
    source = random.Random(seed)
    count = source.randint(1, 14)
    picture = Picture("random")
    for number in range(count):
        widths = [source.randint(1, 40) for _ in range(source.randint(1, 2))]
        picture.boxes[number] = Box(None, [[Cell((("x" * width, False),))] for width in widths])
    for _ in range(source.randint(0, 2 * count)):
        ends = [source.randrange(count), source.randrange(count)]
        edge = tuple(ends if source.random() < 0.15 else sorted(ends))
        if edge not in picture.edges:
            picture.edges.append(edge)
    return picture


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rankdir", ["TB", "RL"])
def test_random_pictures(seed, rankdir):
    drawing = drawn(random_picture(seed), rankdir, "ortho")
    check_edges(drawing)
    for left, right in itertools.combinations(drawing.places.values(), 2):
        assert apart(left, right)

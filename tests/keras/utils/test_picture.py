"""What the picture of a model shows."""

import pytest

from keratin import keras
from keratin.keras.utils._picture import Shown, picture_of
from tests.keras.utils.plotted_models import row, subclass, two_heads


def names(picture):
    return [box.operation.name for box in picture.boxes.values()]


def edges(picture):
    named = {key: box.operation.name for key, box in picture.boxes.items()}
    return {(named[source], named[target]) for source, target in picture.edges}


def texts(picture, name, row):
    box = next(box for box in picture.boxes.values() if box.operation.name == name)
    return [cell.text for cell in box.rows[row]]


def test_a_row_of_layers_has_no_box_for_its_input():
    picture = picture_of(row(), Shown())
    assert names(picture) == ["first", "second"] and edges(picture) == {("first", "second")}
    assert texts(picture, "first", 0) == ["first (Dense)"]
    assert texts(picture_of(row(), Shown(names=False)), "first", 0) == ["Dense"]


def test_a_branched_model():
    model = two_heads()
    picture = picture_of(model, Shown())
    assert names(picture)[0] == "image" and len(picture.boxes) == len(model.operations)
    assert {("image", "features"), ("features", "residual"), ("age", "joined")} <= edges(picture)
    assert picture.entries == [id(model.get_layer(name)) for name in ("image", "age")]
    assert picture.exits == [id(model.get_layer(name)) for name in ("price", "kind")]


def test_what_boxes_say():
    model = two_heads()
    model.get_layer("features").trainable = False
    shown = Shown(shapes=True, dtype=True, activations=True, trainable=True)
    picture = picture_of(model, shown)
    assert texts(picture, "features", 1) == ["Activation: relu"]
    assert texts(picture, "features", 2) == [
        "Input shape: (None, 8)",
        "Output shape: (None, 8)",
        "Output dtype: float32",
        "Non-trainable",
    ]
    assert texts(picture, "price", 2)[-1] == "Trainable"
    assert texts(picture, "image", 1) == ["Output shape: (None, 8)", "Output dtype: float32"]
    assert texts(picture, "residual", 1)[0] == "Input shape: [(None, 8), (None, 8)]"


def test_nested_models_are_opened_when_asked():
    model = two_heads()
    assert all(box.inner is None for box in picture_of(model, Shown()).boxes.values())
    picture = picture_of(model, Shown(nested=True))
    inner = picture.boxes[id(model.get_layer("encoder"))].inner
    assert names(inner) == ["in_a", "in_b"] and inner.title == "encoder"
    assert inner.entry(0) == id(model.get_layer("encoder").layers[0])
    assert inner.exit(0) == id(model.get_layer("encoder").layers[1])


def test_layers_that_are_used_twice():
    x = keras.Input((2,), name="x")
    shared = keras.layers.Dense(2, name="shared")
    model = keras.Model(x, shared(shared(x)))
    picture = picture_of(model, Shown(shapes=True))
    assert edges(picture) == {("x", "shared"), ("shared", "shared")}
    wide = keras.layers.Flatten(name="flat")
    y = keras.Input((2, 3))
    both = keras.Model([x, y], [wide(x), wide(y)])
    assert texts(picture_of(both, Shown(shapes=True)), "flat", 1) == [
        "Input shape: multiple",
        "Output shape: multiple",
    ]


def test_the_inside_of_a_subclass_is_found():
    picture = picture_of(subclass(), Shown())
    assert "inner" in names(picture) and len(picture.edges) >= 1


@pytest.mark.parametrize("nested", [True, False])
def test_operators_are_boxes_too(nested):
    x = keras.Input((2,), name="x")
    picture = picture_of(keras.Model(x, x * 2 + 1), Shown(nested=nested))
    assert len(picture.boxes) == 3 and texts(picture, "x", 0) == ["x (InputLayer)"]


def test_long_lists_of_shapes_are_cut():
    x = keras.Input((2,), name="x")
    parts = [keras.layers.ReLU()(x) for _ in range(9)]
    picture = picture_of(keras.Model(x, keras.layers.Add(name="sum")(parts)), Shown(shapes=True))
    shapes, _ = texts(picture, "sum", 1)
    assert shapes == "Input shape: [(None, 2), (None, 2), …, (None, 2)] (9)"


def test_signs_that_are_no_text():
    layer = keras.layers.Dense(1, name="a\x00b\n名")
    picture = picture_of(keras.Sequential([keras.Input((2,)), layer], name="\x1b[1m"), Shown())
    (box,) = picture.boxes.values()
    assert box.rows[0][0].text == "a\ufffdb\ufffd名 (Dense)" and picture.title == "\ufffd[1m"

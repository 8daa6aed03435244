"""`plot_predictions`."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from keratin.keras.utils import plot_predictions

IMAGES = np.arange(3 * 4 * 4 * 3).reshape(3, 4, 4, 3).astype("uint8")
PROBABILITIES = [[0.9, 0.1, 0.0], [0.2, 0.3, 0.5], [0.0, 1.0, 0.0]]
NAMES = ["cat", "dog $x", "a name that is very long indeed"]


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


def colors(figure):
    return [axes.title.get_color() for axes in figure.axes]


def shape(figure):
    return figure.axes[0].get_subplotspec().get_geometry()[:2]


def test_titles():
    figure = plot_predictions(IMAGES, [0, 1, 1], PROBABILITIES, NAMES)
    assert titles(figure) == ["cat 90%", "a name that is ve… 50%\nnot dog $x", "dog $x 100%"]
    right, wrong, again = colors(figure)
    assert right == again != wrong
    for axes, image in zip(figure.axes, IMAGES, strict=True):
        assert np.array_equal(axes.images[0].get_array(), image)


def test_classes_of_other_kinds():
    assert titles(plot_predictions(IMAGES, None, [0, 1, 2])) == ["0", "1", "2"]
    found = titles(plot_predictions(IMAGES, np.eye(3), [2, 1, 0], NAMES))
    assert found == ["a name that is ve…\nnot cat", "dog $x", "cat\nnot a name that is ve…"]
    found = titles(plot_predictions(IMAGES[:2], ["b", "a"], [[0.9], [0.7]], ["a", "b"]))
    assert found == ["b 90%", "b 70%\nnot a"]


def test_mistakes():
    figure = plot_predictions(IMAGES, [0, 1, 1], PROBABILITIES, mistakes_only=True)
    assert titles(figure) == ["2 50%\nnot 1"]
    assert np.array_equal(figure.axes[0].images[0].get_array(), IMAGES[1])


@pytest.mark.parametrize(
    ("count", "options", "expected", "drawn"),
    [
        (1, {}, (1, 1), 1),
        (7, {}, (2, 5), 7),
        (30, {}, (5, 5), 25),
        (30, {"rows": 2}, (2, 13), 26),
        (30, {"columns": 10}, (3, 10), 30),
        (30, {"rows": 2, "columns": 3}, (2, 3), 6),
    ],
    ids=range(6),
)
def test_places(count, options, expected, drawn):
    figure = plot_predictions(np.zeros((count, 2, 2)), None, [0] * count, **options)
    assert shape(figure) == expected and len(figure.axes) == drawn


def test_images_of_other_kinds():
    floats = IMAGES / np.float32(255)
    expected = IMAGES[0]
    for images, options in (
        (floats, {}),
        (floats * 2 - 1, {"value_range": (-1, 1)}),
        (IMAGES.transpose(0, 3, 1, 2), {"data_format": "channels_first"}),
    ):
        figure = plot_predictions(images, None, [0, 0, 0], **options)
        assert np.array_equal(figure.axes[0].images[0].get_array(), expected)
    for gray in (IMAGES[..., 0], IMAGES[..., :1]):
        figure = plot_predictions(gray, None, [0, 0, 0])
        assert np.array_equal(figure.axes[0].images[0].get_array(), IMAGES[0, ..., 0])


def test_a_figure_of_ones_own():
    own = Figure()
    assert plot_predictions(IMAGES, None, [0, 0, 0], figure=own) is own and len(own.axes) == 3


ERRORS = [
    ({"y_pred": [0]}, "given images 3, y_pred 1, y_true 3"),
    ({"class_names": ["a"]}, "class_names has 1 names; y_pred is for 3 classes"),
    ({"rows": 0}, "rows is 1 or more, or None; given 0"),
    ({"mistakes_only": True, "y_true": None}, "mistakes_only needs y_true"),
    ({"mistakes_only": True, "y_true": [0, 2, 1]}, "there are none: all images are right"),
    ({"images": IMAGES[:0]}, "images is an empty batch"),
    ({"images": IMAGES * -1.0}, "values from -143 to 0; expected 0 to 255, or 0 to 1"),
    ({"images": np.zeros((3, 4))}, r"shape \(3, 4\); expected four axes"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, message):
    given = {"images": IMAGES, "y_true": [0, 1, 1], "y_pred": PROBABILITIES, **options}
    with pytest.raises(ValueError, match=f"^plot_predictions: .*{message}"):
        plot_predictions(**given)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"plot_predictions draws with .*pip install matplotlib"):
        plot_predictions(IMAGES, None, [0, 0, 0])

"""Images side by side."""

import sys

import numpy as np
import pytest
from matplotlib import patches, pyplot
from PIL import Image

from keratin.keras import visualization

IMAGES = np.arange(5 * 4 * 4 * 3).reshape(5, 4, 4, 3).astype("uint8")


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def plot(images=IMAGES, **options):
    return visualization.plot_image_gallery(images, **{"show": False, **options})


def shape(figure):
    return figure.axes[0].get_subplotspec().get_geometry()[:2]


@pytest.mark.parametrize(
    ("count", "options", "expected"),
    [
        (1, {}, (1, 1)),
        (3, {}, (2, 2)),
        (4, {}, (2, 2)),
        (5, {}, (3, 2)),
        (5, {"cols": 5}, (1, 5)),
        (5, {"rows": 1}, (1, 5)),
        (5, {"rows": 2, "cols": 2}, (2, 2)),
    ],
    ids=range(7),
)
def test_every_image_has_a_place(count, options, expected):
    figure = plot(IMAGES[:count], **options)
    assert shape(figure) == expected
    assert len(figure.axes) == min(count, expected[0] * expected[1])
    assert figure.get_size_inches().tolist() == [2 * expected[1], 2 * expected[0]]
    for axes, pixels in zip(figure.axes, IMAGES, strict=False):
        assert np.array_equal(axes.images[0].get_array(), pixels)


def test_titles():
    figure = plot(y_true=[0, 1, 0, 1, 7], label_map={0: "cat", 1: "dog $x"})
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [f"Label: {n}" for n in ("cat", "dog $x", "cat", "dog $x", "Unknown")]
    figure = plot(IMAGES[:2], y_true=[[0], [1]], y_pred=[1, -1], label_map=["cat", "dog"])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["Label: cat  Pred: dog", "Label: dog  Pred: Unknown"]


def test_ranges_and_layouts():
    floats = IMAGES[:1].astype("float32").transpose(0, 3, 1, 2) / 255
    figure = plot(floats, value_range=(0, 1), data_format="channels_first")
    assert np.array_equal(figure.axes[0].images[0].get_array(), IMAGES[0])
    figure = plot(IMAGES[:1, :, :, :1])
    assert figure.axes[0].images[0].get_array().shape == (4, 4)


def test_files(tmp_path):
    path = tmp_path / "gallery.png"
    assert plot(path=path, show=None, dpi=50, scale=1, transparent=False, rows=1) is None
    assert pyplot.get_fignums() == []
    with Image.open(path) as image:
        assert image.width > 150
        assert image.convert("RGBA").getextrema()[3] == (255, 255)
    plot(path=path, show=None, dpi=50)
    with Image.open(path) as image:
        assert image.getextrema()[3][0] == 0


def test_what_is_shown(monkeypatch):
    shown = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.get_fignums()))
    assert plot(show=True) is None
    assert len(shown[0]) == 1 and pyplot.get_fignums() == []
    assert plot(show=None) is not None  # there is no screen
    monkeypatch.setattr(pyplot, "get_backend", lambda: "qtagg")
    assert plot(show=None) is None and len(shown) == 2


def test_legends():
    figure = plot(legend_handles=[patches.Patch(label="what it is")])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["what it is"]


ERRORS = [
    ({"path": "a.png", "show": True}, r"give path, to write a file, or show=True; both"),
    ({"y_true": [0] * 5}, "give label_map, the names of the classes by their numbers"),
    (
        {"y_true": [0], "label_map": ["a"]},
        r"y_true has the shape \(1,\); expected .* each of the 5 images, \(5,\)",
    ),
    (
        {"y_pred": np.zeros((5, 3)), "label_map": ["a"]},
        r"y_pred has the shape \(5, 3\).*np.argmax\(probabilities, axis=-1\)",
    ),
    ({"rows": 0}, "rows is 1 or more, or None; given 0"),
    ({"images": IMAGES[0]}, r"Give one image as a batch"),
    ({"images": IMAGES / 255}, r"such as value_range=\(0, 1\)"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, message):
    with pytest.raises(ValueError, match=f"^plot_image_gallery: .*{message}"):
        plot(**options)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"visualization.plot_image_gallery draws with matplotl"):
        plot()

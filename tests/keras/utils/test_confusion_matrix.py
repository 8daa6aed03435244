"""`plot_confusion_matrix`."""

import itertools
import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from keratin.keras.utils import plot_confusion_matrix

TRUE, PREDICTED = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 1]
COUNTS = [[2, 1, 0], [1, 1, 0], [0, 1, 0]]


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def cells(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def texts(figure):
    return {text.get_position(): text.get_text() for text in figure.axes[0].texts}


def labels(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def test_counts_and_labels():
    figure = plot_confusion_matrix(TRUE, PREDICTED, ["cat", "dog", "emu"])
    axes = figure.axes[0]
    assert cells(figure).tolist() == COUNTS
    assert labels(axes.xaxis) == labels(axes.yaxis) == ["cat", "dog", "emu"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert axes.get_title() == "accuracy 50.0% of 6 samples"
    found = texts(figure)
    assert found[1, 0] == "1" and found[0, 0] == "2" and found[2, 2] == "0" and len(found) == 9


@pytest.mark.parametrize(
    ("normalize", "expected"),
    [
        ("true", [[2 / 3, 1 / 3, 0], [0.5, 0.5, 0], [0, 1, 0]]),
        ("pred", [[2 / 3, 1 / 3, 0], [1 / 3, 1 / 3, 0], [0, 1 / 3, 0]]),
        ("all", [[1 / 3, 1 / 6, 0], [1 / 6, 1 / 6, 0], [0, 1 / 6, 0]]),
    ],
)
def test_shares(normalize, expected):
    figure = plot_confusion_matrix(TRUE, PREDICTED, normalize=normalize)
    np.testing.assert_allclose(cells(figure), expected)
    assert texts(figure)[0, 1] == f"{expected[1][0]:.2f}"
    assert figure.axes[1].get_ylabel() == "share"


def test_predictions_of_all_kinds():
    probabilities = np.eye(3)[PREDICTED] * 0.6 + 0.1
    one_hot = np.eye(3)[TRUE]
    assert cells(plot_confusion_matrix(one_hot, probabilities)).tolist() == COUNTS
    figure = plot_confusion_matrix([0, 1, 1], [[0.2], [0.9], [0.4]])
    assert cells(figure).tolist() == [[1, 0], [1, 1]]
    figure = plot_confusion_matrix(["b", "a"], ["b", "b"], ["a", "b"])
    assert cells(figure).tolist() == [[0, 1], [0, 1]]


def test_weights():
    figure = plot_confusion_matrix([0, 1], [0, 0], sample_weight=[0.5, 2.0])
    assert cells(figure).tolist() == [[0.5, 0], [2, 0]]
    assert texts(figure)[0, 0] == "0.5" and texts(figure)[0, 1] == "2"
    with pytest.raises(ValueError, match="given y_true 2, sample_weight 1"):
        plot_confusion_matrix([0, 1], [0, 0], sample_weight=[1])


@pytest.mark.parametrize("count", [1, 2, 10, 40, 100])
def test_any_number_of_classes(count):
    numbers = np.arange(count)
    names = [f"class number {number}" for number in numbers]
    figure = plot_confusion_matrix(numbers, numbers[::-1], names)
    assert bool(figure.axes[0].texts) is (count <= 30)
    figure.canvas.draw()
    page = figure.bbox
    for label in (figure.axes[0].yaxis.label, figure.axes[0].xaxis.label):
        box = label.get_window_extent()
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
    boxes = [text.get_window_extent() for text in figure.axes[0].yaxis.get_ticklabels()]
    assert all(a.y0 >= b.y1 - 1 for a, b in itertools.pairwise(boxes))


def test_numbers_where_asked_for():
    many = np.arange(40)
    assert len(plot_confusion_matrix(many, many, numbers=True).axes[0].texts) == 40
    assert not plot_confusion_matrix([0, 1], [0, 1], numbers=False).axes[0].texts
    big = plot_confusion_matrix([0], [0], sample_weight=[1_234_567])
    assert texts(big)[0, 0] == "1235k"


def test_numbers_are_seen_on_every_color():
    figure = plot_confusion_matrix(TRUE, PREDICTED, colormap="gray")
    colors = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colors == {"0": "white", "1": "white", "2": "black"}


def test_titles_and_figures():
    own = Figure()
    figure = plot_confusion_matrix([0], [0], title="a $b", figure=own)
    assert figure is own and figure.axes[0].get_title() == "a $b"
    assert plot_confusion_matrix([0], [0]).axes[0].get_title() == "accuracy 100.0% of 1 sample"


ERRORS = [
    ({"normalize": "tru"}, "normalize is None or one of 'true', 'pred', 'all'.*mean 'true'"),
    ({"class_names": ["a", "b"]}, "class_names has 2 names; y_true holds at least 3 classes"),
    ({"y_pred": [0]}, "given y_true 6, y_pred 1"),
    ({"y_true": [], "y_pred": []}, "y_true and y_pred are empty"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, message):
    with pytest.raises(ValueError, match=f"^plot_confusion_matrix: .*{message}"):
        plot_confusion_matrix(**{"y_true": TRUE, "y_pred": PREDICTED, **options})


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"plot_confusion_matrix draws with .*pip install matplo"):
        plot_confusion_matrix(TRUE, PREDICTED)

"""Boxes on images."""

import numpy as np
import pytest
from matplotlib import pyplot

from keratin.keras import visualization
from keratin.keras.visualization import draw_bounding_boxes

RED = (255, 0, 0)


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def boxes(*corners, labels=None, **more):
    labels = [0] * len(corners) if labels is None else labels
    given = {"boxes": np.array([corners], "float32"), "labels": np.array([labels])}
    return {**given, **{name: np.array([value]) for name, value in more.items()}}


def draw(given, size=20, channels=3, source="xyxy", **options):
    images = np.zeros((1, size, 2 * size, channels), np.uint8)
    options = {"color": RED, "line_thickness": 1, **options}
    return draw_bounding_boxes(images, given, source, **options)


def test_lines():
    found = draw(boxes([5, 6, 14, 12]))[0, ..., 0] > 0
    expected = np.zeros((20, 40), bool)
    expected[6:13, 5:15] = True
    expected[7:12, 6:14] = False
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(("thickness", "rows"), [(1, [6]), (2, [5, 6]), (3, [5, 6, 7]), (-1, None)])
def test_thickness(thickness, rows):
    found = draw(boxes([5, 6, 14, 12]), line_thickness=thickness)[0, ..., 0]
    if rows is None:
        assert found[6:13, 5:15].all() and found.sum() == 7 * 10 * 255
    else:
        assert np.flatnonzero(found[:10, 10]).tolist() == rows


def test_formats():
    expected = draw(boxes([5, 6, 15, 12]))
    for source, numbers in (
        ("xywh", [5, 6, 10, 6]),
        ("center_xywh", [10, 9, 10, 6]),
        ("yxyx", [6, 5, 12, 15]),
        ("rel_xyxy", [5 / 40, 6 / 20, 15 / 40, 12 / 20]),
    ):
        assert np.array_equal(draw(boxes(numbers), source=source), expected)


def test_boxes_that_leave_the_image():
    found = draw(boxes([-30, -5, 10, 8], [100, 100, 120, 120]))[0, ..., 0] > 0
    assert found[8, :11].all() and found[:9, 10].all() and found.sum() == 11 + 8


def test_padding_is_not_drawn():
    assert draw(boxes([5, 6, 14, 12], labels=[-1])).max() == 0
    images, given = np.zeros((1, 8, 8, 3)), boxes([1, 1, 2, 2])
    empty = {"boxes": given["boxes"][:, :0], "labels": given["labels"][:, :0]}
    assert draw_bounding_boxes(images, empty, "xyxy").max() == 0


def test_texts():
    given = boxes([20, 50, 60, 70], [80, 2, 150, 60], labels=[0, 1], confidences=[0.5, 0.25])
    plain = draw(given, size=80)
    one = draw(given, size=80, class_mapping={0: "cat"}, font_scale=0.5)
    both = draw(given, size=80, class_mapping=["cat", "dog"], font_scale=0.5)
    above = (one != plain).any(axis=-1)[0]
    assert above[30:45, 15:].any() and not above[50:].any()  # above its box
    within = (both != one).any(axis=-1)[0]
    assert within[5:25].any() and not within[40:].any()  # no room above
    large = draw(given, size=80, class_mapping={0: "cat"}, font_scale=1.0)
    assert (large != plain).sum() > 2 * (one != plain).sum()
    bold = draw(given, size=80, class_mapping={0: "cat"}, font_scale=0.5, text_thickness=3)
    assert (bold != plain).sum() > (one != plain).sum()
    thick = {"class_mapping": {0: "cat"}, "font_scale": 0.5, "line_thickness": 3}
    assert np.array_equal(
        draw(given, size=80, text_thickness=None, **thick),
        draw(given, size=80, text_thickness=3, **thick),
    )


def test_a_text_at_the_right_edge_is_moved_into_the_image():
    found = draw(boxes([38, 15, 39, 19]), size=20, class_mapping={0: "cat"}, font_scale=0.4)
    assert (found[0, :15, :30] > 0).any()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels(channels):
    found = draw(boxes([5, 6, 14, 12]), channels=channels, class_mapping={0: "a"})
    assert found.shape[-1] == channels and found.dtype == np.uint8
    assert found[0, 6, 8].tolist() == [255, 0, 0, 255][:channels]


def test_layouts_and_floats():
    images = np.full((1, 8, 8, 3), 0.5, "float32")
    last = draw_bounding_boxes(images, boxes([1, 1, 4, 4]), "xyxy")
    assert last[0, 7, 7].tolist() == [128, 128, 128] and images.max() == 0.5
    moved = images.transpose(0, 3, 1, 2)
    first = draw_bounding_boxes(
        moved, boxes([1, 1, 4, 4]), "xyxy", color=RED, data_format="channels_first"
    )
    assert first.shape == (1, 3, 8, 8) and first[0, :, 1, 2].tolist() == [255, 0, 0]


ERRORS = [
    ([1], TypeError, "bounding_boxes is a dictionary of 'boxes' and 'labels'; given list"),
    ({"boxes": [[[1, 2, 3, 4]]]}, ValueError, "'labels' is not there. It has: 'boxes'"),
    (boxes([1, 2, 3]), ValueError, r"boxes have the shape \(1, 1, 3\); expected \(batch, n, 4\)"),
    (boxes([1, 2, 3, 4], labels=[1, 2]), ValueError, r"labels have the shape \(1, 2\)"),
    (boxes([1, 2, 3, 4], confidences=[]), ValueError, r"confidences have the shape \(1, 0\)"),
]


@pytest.mark.parametrize(("given", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(given, kind, message):
    with pytest.raises(kind, match=f"^draw_bounding_boxes: .*{message}"):
        draw(given)


def test_wrong_formats_and_colors():
    with pytest.raises(ValueError, match=r"given 'xyyx'. Did you mean 'xyxy'"):
        draw(boxes([1, 2, 3, 4]), source="xyyx")
    with pytest.raises(ValueError, match="color is a color of three numbers"):
        draw(boxes([1, 2, 3, 4]), color="red")


IMAGES = np.zeros((2, 20, 40, 3), np.uint8)
TWO = {"boxes": np.array([[[2, 3, 14, 12]]] * 2), "labels": np.array([[0], [1]])}
MOVED = {"boxes": TWO["boxes"] + 5, "labels": TWO["labels"]}


def gallery(images=IMAGES, **options):
    options = {"show": False, "line_thickness": 1, **options}
    return visualization.plot_bounding_box_gallery(images, "xyxy", **options)


def pixels(figure):
    return np.stack([axes.images[0].get_array() for axes in figure.axes])


def test_galleries():
    found = pixels(gallery(y_true=TWO, y_pred=MOVED, true_color=RED, pred_color=(0, 0, 255)))
    assert found[0, 3, 5].tolist() == [255, 0, 0] and found[1, 8, 9].tolist() == [0, 0, 255]
    assert pixels(gallery()).max() == 0
    white = pixels(gallery(np.ones((2, 20, 40, 3)), value_range=(0, 1), y_true=TWO))
    assert white[0, 0, 0].tolist() == [255] * 3 and white[0, 3, 5].tolist() == [0, 188, 212]
    moved = IMAGES.transpose(0, 3, 1, 2)
    first = pixels(gallery(moved, data_format="channels_first", y_true=TWO))
    assert np.array_equal(first, pixels(gallery(y_true=TWO)))


def test_names_in_galleries():
    options = {"y_true": TWO, "y_pred": MOVED, "font_scale": 0.3}
    plain = pixels(gallery(**options))
    both = pixels(gallery(**options, class_mapping={0: "a"}))
    true = pixels(gallery(**options, ground_truth_mapping={0: "a"}))
    predicted = pixels(gallery(**options, prediction_mapping={0: "a"}))
    assert (both != plain).any() and (true != plain).any() and (predicted != plain).any()
    assert not np.array_equal(true, predicted)
    assert np.array_equal(both[1], plain[1])


def test_legends_and_other_options():
    figure = gallery(legend=True, y_true=TWO, rows=1, cols=2, scale=3)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["Ground Truth", "Prediction"]
    assert figure.get_size_inches().tolist() == [6, 3]
    with pytest.raises(ValueError, match="give legend=True or legend_handles; both were given"):
        gallery(legend=True, legend_handles=[1])
    with pytest.raises(TypeError, match="scales"):
        gallery(scales=3)

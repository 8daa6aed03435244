"""Masks on images."""

import numpy as np
import pytest
from matplotlib import pyplot

from keratin.keras import visualization
from keratin.keras.visualization import draw_segmentation_masks
from tests.harness.real_keras import real

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (2, 6, 5, 3)).astype("uint8")
MASKS = RNG.integers(0, 4, (2, 6, 5))


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"alpha": 0.3},
        {"ignore_index": 2},
        {"color_mapping": {0: (0, 0, 0), 1: (10, 20, 30), 2: (255, 0, 0), 3: (0, 0, 255)}},
    ],
    ids=range(4),
)
def test_classes_have_the_colors_of_keras(options):
    # Keras draws the background black, and not the last class, of which there is none here.
    theirs = real.visualization.draw_segmentation_masks(
        IMAGES, MASKS[..., None], num_classes=4, **options
    )
    found = draw_segmentation_masks(IMAGES, MASKS[..., None], num_classes=4, **options)
    drawn = MASKS > 0
    assert np.abs(found[drawn].astype(int) - theirs[drawn].astype(int)).max() <= 1
    if "color_mapping" not in options:
        assert np.array_equal(found[~drawn], IMAGES[~drawn])


def test_every_class_up_to_the_last_is_drawn():
    found = draw_segmentation_masks(IMAGES, MASKS, alpha=1.0)
    assert [found[n == MASKS][0].tolist() for n in (1, 3)] == [[1, 127, 31], [3, 126, 93]]
    found = draw_segmentation_masks(IMAGES, MASKS, num_classes=2)
    assert np.array_equal(found[MASKS == 3], IMAGES[MASKS == 3])


def test_without_blending():
    found = draw_segmentation_masks(IMAGES, MASKS, blend=False, color_mapping={1: (9, 8, 7)})
    assert (found[MASKS == 1] == (9, 8, 7)).all()
    assert np.array_equal(found[MASKS != 1], IMAGES[MASKS != 1])


def test_colors_of_the_background():
    found = draw_segmentation_masks(IMAGES, MASKS, color_mapping={0: (9, 8, 7)}, alpha=1)
    assert (found[MASKS == 0] == (9, 8, 7)).all()


def test_a_class_of_pixels_that_do_not_count():
    masks = np.where(MASKS == 3, 255, MASKS)
    found = draw_segmentation_masks(IMAGES, masks, ignore_index=255)
    assert np.array_equal(found[masks == 255], IMAGES[masks == 255])
    assert (found[masks == 2] != IMAGES[masks == 2]).any()


def test_images_and_layouts(tf):
    expected = draw_segmentation_masks(IMAGES, MASKS)
    floats = IMAGES.astype("float32") / 255
    for images in (floats, tf.constant(floats)):
        assert np.array_equal(draw_segmentation_masks(images, tf.constant(MASKS)), expected)
    first = draw_segmentation_masks(
        IMAGES.transpose(0, 3, 1, 2), MASKS[:, None], data_format="channels_first"
    )
    assert np.array_equal(first, expected)
    rgba = np.concatenate([IMAGES, IMAGES[..., :1] * 0], axis=-1)
    assert draw_segmentation_masks(rgba, MASKS, alpha=1)[MASKS == 1][:, 3].tolist() == [255] * int(
        (MASKS == 1).sum()
    )
    gray = draw_segmentation_masks(IMAGES[..., :1], MASKS == 1)
    assert gray.shape == (2, 6, 5, 1)


ERRORS = [
    ({"segmentation_masks": MASKS / 2}, TypeError, "integers; given float64.*np.argmax"),
    ({"segmentation_masks": MASKS[:1]}, ValueError, r"the shape \(1, 6, 5\); expected .*\(2, 6, 5"),
    ({"segmentation_masks": np.zeros((2, 6, 5, 4), int)}, ValueError, r"shape \(2, 6, 5, 4\)"),
    ({"alpha": 80}, ValueError, "alpha is between 0 and 1; given 80"),
    ({"color_mapping": [(0, 0, 0)]}, TypeError, "color_mapping is a dictionary.*given list"),
    ({"color_mapping": {1: "red"}}, ValueError, r"color_mapping\[1\] is a color of three"),
]


@pytest.mark.parametrize(("options", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, kind, message):
    with pytest.raises(kind, match=f"^draw_segmentation_masks: .*{message}"):
        draw_segmentation_masks(**{"images": IMAGES, "segmentation_masks": MASKS, **options})


def pixels(figure):
    return np.stack([axes.images[0].get_array() for axes in figure.axes])


def test_galleries():
    plot = visualization.plot_segmentation_mask_gallery
    drawn = draw_segmentation_masks(IMAGES, MASKS, num_classes=3)
    figure = plot(IMAGES, 3, y_true=MASKS, y_pred=MASKS.astype("float32") * 0, show=False, scale=1)
    assert figure.get_size_inches().tolist() == [3, 2]
    expected = [IMAGES[0], drawn[0], IMAGES[0], IMAGES[1], drawn[1], IMAGES[1]]
    assert np.array_equal(pixels(figure), np.stack(expected))
    floats = IMAGES / np.float32(255)
    figure = plot(floats, 3, value_range=(0, 1), y_true=MASKS[..., None], show=False)
    assert np.array_equal(pixels(figure)[1], drawn[0])
    assert len(plot(IMAGES, 3, show=False).axes) == 2


def test_galleries_of_probabilities():
    with pytest.raises(TypeError, match=r"some are no whole numbers.*np.argmax"):
        visualization.plot_segmentation_mask_gallery(IMAGES, 3, y_pred=MASKS * 0.3, show=False)

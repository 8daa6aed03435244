"""Images of another size."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, refused, shares, table

row = table("image")
IMAGES = shares(2, 5, 6, 3)
BYTES = (IMAGES * 255).astype("uint8")
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
RATIOS = ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
SCALE, MOVE = np.float32([1.5, 0.8]), np.float32([0.3, -1.0])

ROWS = [
    row("resize", IMAGES, (3, 8)),
    *[
        row("resize", IMAGES, (3, 8), how, antialias=antialias, gradient=False, slow=True)
        for how, antialias in (
            ("nearest", False),
            ("bilinear", True),
            ("bicubic", True),
            ("lanczos3", False),
            ("lanczos5", True),
        )
    ],
    row("resize", BYTES[0], (7, 3), "bicubic", symbolic=False),
    row("resize", IMAGES.astype("float16"), (3, 3), gradient=False),
    *[
        row("resize", IMAGES, size, gradient=False, **{ratio: True})
        for ratio in RATIOS
        for size in ((4, 4), (3, 9))
    ],
    row("resize", FIRST, (9, 3), pad_to_aspect_ratio=True, data_format="channels_first"),
    row("resize", IMAGES, (9, 3), pad_to_aspect_ratio=True, fill_value=0.5, gradient=False),
    row("scale_and_translate", IMAGES[:1], (1, 8, 8, 3), SCALE, MOVE, (1, 2), "linear"),
    row("pad_images", IMAGES, 1, 2, 0, 3),
    row(
        "pad_images",
        FIRST,
        top_padding=1,
        left_padding=0,
        target_height=9,
        target_width=8,
        data_format="channels_first",
        gradient=False,
    ),
    row("crop_images", IMAGES, 1, 2, 0, 3),
    row(
        "crop_images",
        FIRST,
        bottom_cropping=1,
        right_cropping=0,
        target_height=2,
        target_width=3,
        data_format="channels_first",
        gradient=False,
    ),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_sizes_that_are_not_known_are_resized_to_known_ones():
    image = keras.Input((None, None, 3))
    assert keras.ops.image.resize(image, (4, 5)).shape == (None, 4, 5, 3)


def test_errors_say_what_is_expected():
    image = keras.ops.image
    assert "two positive integers" in refused(image.resize, IMAGES, (3,))
    assert "interpolation must be" in refused(image.resize, IMAGES, (3, 3), "cubic")
    assert "Choose one" in refused(image.resize, IMAGES, (3, 3), **dict.fromkeys(RATIOS, True))
    assert "fill_mode must be" in refused(image.resize, IMAGES, (3, 3), fill_mode="nearest")
    assert "give two of top_padding" in refused(image.pad_images, IMAGES, 1, 1)
    assert "0 or more" in refused(image.pad_images, IMAGES, -1, 1, 1, 1)
    assert "more than the target size" in refused(
        image.pad_images, IMAGES, 1, 1, target_height=3, target_width=9
    )
    assert "too few to leave out" in refused(image.crop_images, IMAGES, 4, 1, 4, 1)
    assert "expected [2]" in refused(
        image.scale_and_translate, IMAGES, (2, 8, 8, 3), SCALE[:1], MOVE, (1, 2), "linear"
    )
    assert "method must be" in refused(
        image.scale_and_translate, IMAGES, (2, 8, 8, 3), SCALE, MOVE, (1, 2), "nearest"
    )

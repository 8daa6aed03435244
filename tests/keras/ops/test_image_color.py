"""Colour spaces."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, refused, shares, table

row = table("image")
RGB = shares(2, 3, 4, 3)
FIRST = np.ascontiguousarray(RGB.transpose(0, 3, 1, 2))
NAMES = ("rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb")

ROWS = [
    *[row(name, RGB) for name in NAMES],
    *[row(name, RGB[0], gradient=False, symbolic=False) for name in NAMES],
    *[row(name, FIRST, data_format="channels_first", gradient=False) for name in NAMES],
    row("rgb_to_grayscale", (RGB * 255).astype("uint8")),
    row("rgb_to_grayscale", RGB[..., :1]),
    row("rgb_to_hsv", np.zeros((1, 1, 3), "float32"), gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_errors_say_what_is_expected():
    image = keras.ops.image
    assert "expected three axes" in refused(image.rgb_to_hsv, RGB[0, 0])
    assert "expected 3. Check data_format" in refused(image.hsv_to_rgb, FIRST)
    assert "float" in refused(image.rgb_to_hsv, (RGB * 255).astype("uint8"))

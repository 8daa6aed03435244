"""Images as bytes, whatever they were."""

import numpy as np
import pytest

from keratin.keras.visualization import _pixels


def images(low, high, dtype="float32", shape=(1, 2, 2, 1)):
    return np.linspace(low, high, int(np.prod(shape))).reshape(shape).astype(dtype)


def test_batches(tf):
    assert _pixels.batch(np.zeros((2, 3, 4, 3)), "f", None).shape == (2, 3, 4, 3)
    assert _pixels.batch(np.zeros((2, 3, 4, 5)), "f", "channels_first").shape == (2, 4, 5, 3)
    half = tf.cast(tf.ones((1, 2, 2, 1)), "bfloat16")
    assert _pixels.batch(half, "f", None).dtype == np.float32


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 4, 3), r"shape \(4, 4, 3\); expected four axes.*Give one image as a batch: image\[No"),
        ((4, 4), r"shape \(4, 4\); expected four axes, \(batch, height, width, channels\).$"),
        ((1, 3, 8, 8), r"has 8 channels as 'channels_last'; .* 1, 3 or 4.*data_format="),
    ],
    ids=["image", "matrix", "channels"],
)
def test_wrong_shapes(shape, message):
    with pytest.raises(ValueError, match=f"^f: .*{message}"):
        _pixels.batch(np.zeros(shape), "f", None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (images(0, 1), [0, 85, 170, 255]),
        (images(0, 255), [0, 85, 170, 255]),
        (images(0, 255, "uint8"), [0, 85, 170, 255]),
        (images(0, 1, "int64"), [0, 0, 0, 1]),
        (images(-6, 270), [0, 86, 178, 255]),  # as bicubic resizing overshoots
    ],
    ids=range(5),
)
def test_bytes(given, expected):
    found = _pixels.as_bytes(given, "f")
    assert found.dtype == np.uint8 and found.reshape(-1).tolist() == expected


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (-1, 1, r"values from -1 to 1; expected 0 to 255, or 0 to 1. Undo .*\(images \+ 1\) / 2"),
        (-2.1, 2.5, "values from -2.1 to 2.5"),
        (-120, 150, "values from -120 to 150"),
        (0, np.nan, "NaN or infinite"),
    ],
    ids=range(4),
)
def test_images_that_were_preprocessed(low, high, message):
    with pytest.raises(ValueError, match=f"^f: .*{message}"):
        _pixels.as_bytes(images(low, high), "f")


def test_ranges():
    assert _pixels.between(images(-1, 1), (-1, 1), "f").reshape(-1).tolist() == [0, 85, 170, 255]
    assert _pixels.between(images(0, 0), (0, 255), "f").max() == 0


@pytest.mark.parametrize(
    ("low", "high", "value_range", "message"),
    [
        (0, 1, (0, 255), r"from 0 to 1, and value_range is \(0, 255\).*such as value_range=\(0, 1"),
        (0, 255, (0, 1), r"such as value_range=\(0, 255\)"),
        (-1, 1, (0, 1), r"such as value_range=\(-1, 1\)"),
        (0, 1, (1, 0), r"value_range is a pair \(least, greatest\).*given \(1, 0\)"),
        (0, 1, 255, r"value_range is a pair \(least, greatest\).*given 255"),
    ],
    ids=range(5),
)
def test_wrong_ranges(low, high, value_range, message):
    with pytest.raises(ValueError, match=f"^f: .*{message}"):
        _pixels.between(images(low, high), value_range, "f")


def test_colors():
    assert _pixels.check_color(np.array([1.0, 300, -5]), "f", "color") == (1, 255, 0)
    for color in ("red", (1, 2), 7):
        with pytest.raises(ValueError, match="f: color is a color of three numbers"):
            _pixels.check_color(color, "f", "color")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_paint(channels):
    pixels = np.zeros((2, 2, channels), np.uint8)
    _pixels.paint(pixels, (0, 0), (9, 8, 7))
    assert pixels[0, 0].tolist() == [9, 8, 7, 255][:channels] and pixels[1].max() == 0

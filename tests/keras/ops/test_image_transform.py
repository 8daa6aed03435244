"""Images through maps of coordinates."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, refused, shares, table

row = table("image")
IMAGES = shares(2, 5, 6, 3)
BYTES = (IMAGES * 255).astype("uint8")
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
TURNS = np.float32([[1.0, 0.2, 0.5, -0.1, 0.9, 1.0, 0, 0], [0.8, 0, 1, 0.3, 1.1, -1, 0, 0]])
START = np.float32([[[0, 0], [5, 0], [0, 4], [5, 4]]] * 2)
END = START + shares(2, 4, 2)
PLACES = shares(2, 7) * 9 - 2
PLANE = IMAGES[0, ..., 0]
FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")

ROWS = [
    *[
        row("map_coordinates", PLANE, PLACES, 1, mode, gradient=False, slow=mode != "reflect")
        for mode in FILL_MODES
    ],
    row("map_coordinates", BYTES[0, ..., 0], PLACES, 0, "nearest", symbolic=False, gradient=False),
    row("affine_transform", IMAGES, TURNS.tolist(), symbolic=False),
    row("affine_transform", IMAGES, TURNS, fill_mode="mirror", gradient=False),
    row("affine_transform", IMAGES, TURNS, "nearest", fill_value=0.3, gradient=False),
    row("affine_transform", IMAGES[0], TURNS[0], gradient=False, symbolic=False),
    row("affine_transform", FIRST, TURNS, data_format="channels_first", gradient=False),
    row("affine_transform", BYTES, TURNS, gradient=False),
    row("perspective_transform", IMAGES, START, END, gradient=False),
    row("perspective_transform", IMAGES[0], START[0], END[0], gradient=False, symbolic=False),
    row("perspective_transform", IMAGES, START, END, "nearest", fill_value=0.1, gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_one_transform_serves_all_images():
    found = keras.ops.image.affine_transform(IMAGES, TURNS[0])
    expected = keras.ops.image.affine_transform(IMAGES, TURNS[[0, 0]])
    np.testing.assert_allclose(found, expected, 1e-6)


def test_an_affine_transform_may_have_a_perspective():
    image = np.arange(16, dtype="float32").reshape(4, 4, 1)
    found = keras.ops.image.affine_transform(image, [1.0, 0, 0, 0, 1.0, 0, 0.3, 0], "nearest")
    rows, columns = np.indices((4, 4))
    depth = 0.3 * columns + 1
    expected = image[np.round(rows / depth).astype(int), np.round(columns / depth).astype(int)]
    np.testing.assert_array_equal(found, expected)


def test_elastic_distortion_is_random_smooth_and_repeatable():
    distort = keras.ops.image.elastic_transform
    first = distort(IMAGES, alpha=2.0, sigma=1.0, seed=3).numpy()
    np.testing.assert_array_equal(first, distort(IMAGES, alpha=2.0, sigma=1.0, seed=3))
    assert first.shape == IMAGES.shape and np.abs(first - IMAGES).max() > 0.01
    still = distort(IMAGES, alpha=0.0, sigma=1.0)
    np.testing.assert_allclose(still, IMAGES, 1e-5)
    turned = distort(FIRST, 2.0, 1.0, seed=3, data_format="channels_first").numpy()
    np.testing.assert_allclose(turned.transpose(0, 2, 3, 1), first, 1e-5, 1e-6)
    assert distort(keras.Input((5, 6, 3)), sigma=1.0).shape == (None, 5, 6, 3)
    assert distort(BYTES, sigma=1.0).dtype == "uint8"


def test_errors_say_what_is_expected():
    image = keras.ops.image
    assert "order must be 0 or 1" in refused(image.map_coordinates, IMAGES, PLACES, 2)
    assert "expected [4, ...]" in refused(image.map_coordinates, IMAGES, PLACES, 1)
    assert "fill_mode must be" in refused(image.affine_transform, IMAGES, TURNS, fill_mode="x")
    assert "expected [8], or [2, 8]" in refused(image.affine_transform, IMAGES, TURNS[:, :6])
    assert "'nearest' or 'bilinear'" in refused(image.affine_transform, IMAGES, TURNS, "cubic")
    assert "[batch, 4, 2]" in refused(image.perspective_transform, IMAGES, START[:, :3], END)

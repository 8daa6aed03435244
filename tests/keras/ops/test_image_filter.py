"""Blurs, edges, likeness and patches."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, refused, shares, table

row = table("image")
IMAGES = shares(2, 5, 6, 3)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
LARGE, OTHER = shares(2, 12, 13, 2), shares(2, 12, 13, 2, seed=1)
VOLUME = shares(1, 4, 5, 6, 2)

ROWS = [
    row("gaussian_blur", IMAGES, (3, 5), (1.0, 2.0), "channels_last"),
    row("gaussian_blur", FIRST, (3, 5), (1.0, 2.0), "channels_first", gradient=False),
    row("sobel_edges", IMAGES),
    row("sobel_edges", FIRST, data_format="channels_first", gradient=False),
    row("ssim", LARGE, OTHER),
    row(
        "ssim",
        IMAGES,
        IMAGES[::-1].copy(),
        filter_size=3,
        filter_sigma=2.0,
        k1=0.1,
        k2=0.2,
        max_val=2.0,
        gradient=False,
    ),
    row("extract_patches", IMAGES, 2),
    *[
        made
        for padding in ("valid", "same")
        for made in (
            row("extract_patches", IMAGES, (3, 2), (1, 2), 1, padding, gradient=False),
            row("extract_patches", IMAGES, 2, (1, 1), 2, padding, gradient=False),
        )
    ],
    row("extract_patches", FIRST, (2, 3), data_format="channels_first", gradient=False),
    row("extract_patches", VOLUME, (2, 3, 1), strides=(1, 1, 1), gradient=False),
    row("extract_patches_3d", VOLUME, 2, padding="same"),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_single_images_are_as_good_as_batches():
    image = keras.ops.image
    for function in (image.gaussian_blur, lambda x: image.extract_patches(x, 2)):
        np.testing.assert_allclose(function(IMAGES[0]), function(IMAGES)[0], 1e-6)
    np.testing.assert_allclose(image.ssim(LARGE[0], OTHER[0]), image.ssim(LARGE, OTHER)[0], 1e-4)
    np.testing.assert_allclose(
        image.extract_patches_3d(VOLUME[0], 2), image.extract_patches_3d(VOLUME, 2)[0], 1e-6
    )


def test_bytes_are_blurred_and_rounded():
    given = (IMAGES * 255).astype("uint8")
    found = keras.ops.image.gaussian_blur(given)
    expected = keras.ops.image.gaussian_blur(given.astype("float32")).numpy()
    assert found.dtype == "uint8"
    np.testing.assert_array_equal(found, np.round(expected).astype("uint8"))


def test_errors_say_what_is_expected():
    image = keras.ops.image
    assert "expected two numbers" in refused(image.gaussian_blur, IMAGES, sigma=(1.0, 1.0, 1.0))
    assert "kernel_size must be" in refused(image.gaussian_blur, IMAGES, (0, 3))
    assert "four axes" in refused(image.sobel_edges, IMAGES[0])
    assert "they must be the same" in refused(image.ssim, IMAGES, LARGE)
    assert "one number, two or three" in refused(image.extract_patches, IMAGES, (1, 2, 3, 4))
    assert "does not fit" in refused(image.extract_patches, IMAGES, 9)
    assert "expected 4 axes" in refused(image.extract_patches_3d, IMAGES[0], 2)
    assert "size must be an integer" in refused(image.extract_patches, IMAGES, "2")

"""Images resized on the host, against values of `tf.image.resize` (TensorFlow 2.21)."""

import json
from pathlib import Path

import numpy as np
import pytest

from keratin.keras.utils._resizing import METHODS, cropped, padded, resized

VALUES = json.loads(Path(__file__).with_name("resized_values.json").read_text())
IMAGE = ((np.arange(5 * 7) * 37) % 101).reshape(5, 7, 1).astype(np.uint8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [(3, 4), (9, 11), (5, 7)], ids=str)
def test_values_are_those_of_tensorflow(method, size):
    found = resized(IMAGE, *size, method)
    assert found.dtype == np.float32 and found.shape == (*size, 1)
    expected = np.array(VALUES["resized"][method]["{}x{}".format(*size)]).reshape(found.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-4)


@pytest.mark.parametrize("size", [(4, 9), (10, 4)], ids=str)
def test_padding_is_that_of_tensorflow(size):
    found = padded(IMAGE, *size, "bilinear")
    expected = np.array(VALUES["padded"]["{}x{}".format(*size)]).reshape(found.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-4)


def test_the_middle_is_cut_out():
    np.testing.assert_array_equal(cropped(IMAGE, 2, 2), IMAGE[:, 1:6])
    np.testing.assert_array_equal(cropped(IMAGE, 1, 7), IMAGE[2:3])
    assert cropped(IMAGE, 5, 7).shape == (5, 7, 1)

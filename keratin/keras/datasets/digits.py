"""Handwritten digits, 8x8, which come with Keratin."""

from __future__ import annotations

from pathlib import Path

from keratin.keras.datasets._npz import read_npz
from keratin.keras.datasets._remote import Split

_NUM_TRAIN = 1500


def load_data() -> Split:
    """1,500 images to train with and 297 to test with, uint8 (n, 8, 8) 0 to 16, and the digits.

    Each pixel counts the ink in a square of 4x4 of a bitmap of 32x32. These are the 1,797 test
    samples, in their order, of "Optical Recognition of Handwritten Digits" by E. Alpaydin and
    C. Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49, licence CC BY 4.0;
    13 people wrote them. Nothing is downloaded.

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    >>> x_train.shape, x_test.shape, y_train[:10]
    ((1500, 8, 8), (297, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dtype=uint8))
    """
    arrays = read_npz(Path(__file__).with_name("digits.npz"))
    x, y = arrays["images"], arrays["labels"]
    return (x[:_NUM_TRAIN], y[:_NUM_TRAIN]), (x[_NUM_TRAIN:], y[_NUM_TRAIN:])

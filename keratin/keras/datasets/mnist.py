"""Handwritten digits, 28x28."""

from __future__ import annotations

from keratin.keras.datasets._npz import read_npz
from keratin.keras.datasets._remote import Remote, Split

_FILE = Remote(
    "mnist", "mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
)


def load_data(path: str = "mnist.npz") -> Split:
    """60,000 images to train with and 10,000 to test with, grey 0 to 255, and the digits 0 to 9.

    All arrays are uint8. `path` is the name in the folder `datasets` of `~/.keras`, where the file
    is kept once it was downloaded (11 MB). By Yann LeCun and Corinna Cortes, CC BY-SA 3.0.

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_train.shape, x_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (60000,), (10000, 28, 28))
    """
    arrays = read_npz(_FILE.fetch(path))
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])

"""Small photographs of ten kinds of things."""

from __future__ import annotations

import numpy as np

from keratin.keras.datasets._images import read_cifar
from keratin.keras.datasets._remote import TORONTO, Remote, Split

# The binary version: the one for Python is a pickle.
_FILE = Remote(
    "cifar10",
    "cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    TORONTO,
)
_BATCHES = [f"data_batch_{i}.bin" for i in range(1, 6)]


def load_data() -> Split:
    """50,000 images to train with and 10,000 to test with, uint8 (n, 32, 32, 3), and their kinds.

    The kinds, uint8 (n, 1), are 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog,
    7 horse, 8 ship, 9 truck. Images are (n, 3, 32, 32) where `keras.config.image_data_format()` is
    "channels_first". The archive (170 MB) is kept in the folder `datasets` of `~/.keras`. By Alex
    Krizhevsky, Vinod Nair and Geoffrey Hinton.

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_train.shape, x_test.shape  # doctest: +SKIP
    ((50000, 32, 32, 3), (50000, 1), (10000, 32, 32, 3))
    """
    *batches, test = read_cifar(_FILE.fetch(), [*_BATCHES, "test_batch.bin"], num_labels=1)
    y_train, x_train = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return (x_train, y_train), (test[1], test[0].copy())

"""Small photographs of a hundred kinds of things."""

from __future__ import annotations

import numpy as np

from keratin._engine import errors
from keratin.keras.datasets._images import read_cifar
from keratin.keras.datasets._remote import TORONTO, Remote, Split

# The binary version: the one for Python is a pickle.
_FILE = Remote(
    "cifar100",
    "cifar-100-binary.tar.gz",
    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    TORONTO,
)
# A record begins with two labels, in this order.
_MODES = ("coarse", "fine")


def load_data(label_mode: str = "fine") -> Split:
    """50,000 images to train with and 10,000 to test with, uint8 (n, 32, 32, 3), and their kinds.

    The kinds, int64 (n, 1), are 100 ("fine") or the 20 groups of those ("coarse"). Images are
    (n, 3, 32, 32) where `keras.config.image_data_format()` is "channels_first". The archive
    (169 MB) is kept in the folder `datasets` of `~/.keras`. By Alex Krizhevsky, Vinod Nair and
    Geoffrey Hinton.

    >>> (x_train, y_train), _ = keras.datasets.cifar100.load_data("coarse")  # doctest: +SKIP
    >>> x_train.shape, y_train.max()  # doctest: +SKIP
    ((50000, 32, 32, 3), 19)
    """
    if label_mode not in _MODES:
        raise ValueError(
            "keras.datasets.cifar100.load_data: label_mode is 'fine' or 'coarse'; given "
            f"{label_mode!r}.{errors.nearest(str(label_mode), _MODES)}"
        )
    column = _MODES.index(label_mode)
    (y_train, x_train), (y_test, x_test) = (
        (labels[:, column : column + 1].astype(np.int64), images)
        for labels, images in read_cifar(_FILE.fetch(), ["train.bin", "test.bin"], num_labels=2)
    )
    return (x_train, y_train), (x_test, y_test)

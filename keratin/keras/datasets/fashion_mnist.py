"""Pictures of clothes, 28x28."""

from __future__ import annotations

from keratin.keras.datasets._images import read_idx
from keratin.keras.datasets._remote import Remote, Split

# In the order of the result.
_FILES = [
    Remote("fashion_mnist", name, file_hash, folder="datasets/fashion-mnist")
    for name, file_hash in (
        (
            "train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        (
            "train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        (
            "t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        (
            "t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    )
]


def load_data() -> Split:
    """60,000 images to train with and 10,000 to test with, grey 0 to 255, and their kinds.

    The kinds are 0 T-shirt or top, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt,
    7 sneaker, 8 bag, 9 ankle boot. All arrays are uint8; the files (31 MB) are kept in the folder
    `datasets/fashion-mnist` of `~/.keras`. By Zalando Research, MIT licence.

    >>> (x_train, y_train), _ = keras.datasets.fashion_mnist.load_data()  # doctest: +SKIP
    >>> x_train.shape, y_train.shape  # doctest: +SKIP
    ((60000, 28, 28), (60000,))
    """
    x_train, y_train, x_test, y_test = (read_idx(file.fetch()) for file in _FILES)
    return (x_train, y_train), (x_test, y_test)

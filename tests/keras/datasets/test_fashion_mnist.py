"""Fashion-MNIST: as Keras reads the same files."""

import numpy as np

from keratin.keras.datasets import fashion_mnist
from tests.keras.datasets.published import idx, publish, same, theirs  # noqa: F401


def test_parity(publish):  # noqa: F811
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    labels = random.integers(0, 10, 5, dtype=np.uint8)
    contents = [idx(images[:3]), idx(labels[:3]), idx(images[3:]), idx(labels[3:])]
    publish(fashion_mnist, "_FILES", contents)
    found = fashion_mnist.load_data()
    same(found, theirs("fashion_mnist").load_data())
    np.testing.assert_array_equal(found[1][0], images[3:])

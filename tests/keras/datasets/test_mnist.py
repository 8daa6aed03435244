"""MNIST: as Keras reads the same file."""

import numpy as np

from keratin.keras.datasets import mnist
from tests.keras.datasets.published import npz, publish, same, theirs  # noqa: F401


def test_parity(publish):  # noqa: F811
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    labels = random.integers(0, 10, 5, dtype=np.uint8)
    content = npz(x_train=images[:3], y_train=labels[:3], x_test=images[3:], y_test=labels[3:])
    publish(mnist, "_FILE", [content])
    found = mnist.load_data()
    same(found, theirs("mnist").load_data())
    assert found[0][0].shape == (3, 28, 28)
    same(mnist.load_data(path="other.npz"), found)

"""CIFAR-10, from records of a label and three planes."""

import numpy as np
import pytest

from keratin.keras import config
from keratin.keras.datasets import cifar10
from tests.keras.datasets.published import publish, tar_gz  # noqa: F401

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 3, 32, 32), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 10


@pytest.fixture
def published(publish):  # noqa: F811
    """Five files of two images each and a test file of two, in an order of their own."""
    records = np.concatenate([LABELS[:, None], IMAGES.reshape(12, -1)], axis=1)
    names = [f"data_batch_{i + 1}" for i in range(5)] + ["test_batch"]
    members = {
        f"cifar-10-batches-bin__{name}_bin": records[2 * i : 2 * i + 2].tobytes()
        for i, name in reversed(list(enumerate(names)))
    }
    publish(cifar10, "_FILE", [tar_gz(**members)], to_keras=False)


def test_split(published):
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    np.testing.assert_array_equal(x_train, IMAGES[:10].transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(x_test, IMAGES[10:].transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(y_train, LABELS[:10, None])
    np.testing.assert_array_equal(y_test, LABELS[10:, None])
    assert all(array.flags.writeable for array in (x_train, y_train, y_test))


def test_channels_first(published):
    before = config.image_data_format()
    config.set_image_data_format("channels_first")
    try:
        (x_train, _), (x_test, _) = cifar10.load_data()
    finally:
        config.set_image_data_format(before)
    np.testing.assert_array_equal(x_train, IMAGES[:10])
    np.testing.assert_array_equal(x_test, IMAGES[10:])

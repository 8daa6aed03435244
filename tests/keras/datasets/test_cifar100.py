"""CIFAR-100, from records of two labels and three planes."""

import numpy as np
import pytest

from keratin.keras.datasets import cifar100
from tests.keras.datasets.published import publish, tar_gz  # noqa: F401

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 32, 32), dtype=np.uint8)
COARSE, FINE = np.arange(5, dtype=np.uint8), np.arange(90, 95, dtype=np.uint8)


@pytest.mark.parametrize(
    ("options", "labels"), [({}, FINE), ({"label_mode": "coarse"}, COARSE), (["fine"], FINE)]
)
def test_split(publish, options, labels):  # noqa: F811
    records = np.concatenate([COARSE[:, None], FINE[:, None], IMAGES.reshape(5, -1)], axis=1)
    members = {
        "cifar-100-binary__test_bin": records[3:].tobytes(),
        "cifar-100-binary__train_bin": records[:3].tobytes(),
    }
    publish(cifar100, "_FILE", [tar_gz(**members)], to_keras=False)
    if isinstance(options, dict):
        (x_train, y_train), (x_test, y_test) = cifar100.load_data(**options)
    else:
        (x_train, y_train), (x_test, y_test) = cifar100.load_data(*options)
    np.testing.assert_array_equal(x_train, IMAGES[:3].transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(x_test, IMAGES[3:].transpose(0, 2, 3, 1))
    assert y_train.dtype == y_test.dtype == np.int64  # as Keras has them, from lists
    assert y_train.tolist() == labels[:3, None].tolist()
    assert y_test.tolist() == labels[3:, None].tolist()


def test_errors():
    with pytest.raises(ValueError, match=r"label_mode is 'fine' or 'coarse'; given 'corse'. Did"):
        cifar100.load_data("corse")

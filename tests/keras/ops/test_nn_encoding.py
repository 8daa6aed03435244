"""Classes as vectors, and channels exchanged with space."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
CLASSES = np.array([[0, 2], [5, -1]])
IMAGES = floats(1, 4, 6, 4)

ROWS = [
    row("one_hot", CLASSES, 3),
    row("one_hot", CLASSES, 3, axis=0, dtype="int32"),
    row("one_hot", CLASSES, 3, axis=1),
    row("multi_hot", CLASSES, 4),
    row("multi_hot", np.array([0, 2]), 4, dtype="int32"),
    row("multi_hot", CLASSES, 4, axis=0),
    row("multi_hot", CLASSES[None], num_tokens=4),
    row("depth_to_space", IMAGES, 2),
    row("depth_to_space", IMAGES, 2, "channels_first"),
    row("space_to_depth", IMAGES, 2),
    row("space_to_depth", IMAGES, 2, "channels_first"),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_sparse_vectors_hold_the_same():
    for axis in (-1, 0, 1):
        found = keras.ops.one_hot(CLASSES, 6, axis=axis, sparse=True)
        dense = keras.ops.convert_to_tensor(found, sparse=False)
        np.testing.assert_array_equal(dense, keras.ops.one_hot(CLASSES, 6, axis=axis))
    found = keras.ops.multi_hot(CLASSES, 6, sparse=True)
    expected = keras.ops.multi_hot(CLASSES, 6)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(found), expected)


def test_errors_say_what_is_expected():
    assert "num_classes must be given" in refused(keras.ops.multi_hot, CLASSES)
    assert "unknown argument 'num_class'" in refused(keras.ops.multi_hot, CLASSES, num_class=3)
    assert "block_size must be 2" in refused(keras.ops.depth_to_space, IMAGES, 1)
    assert "multiple of" in refused(keras.ops.depth_to_space, IMAGES, 3, "channels_first")
    assert "multiples of" in refused(keras.ops.space_to_depth, IMAGES, 3, "channels_first")
    assert "four axes" in refused(keras.ops.space_to_depth, CLASSES, 2)

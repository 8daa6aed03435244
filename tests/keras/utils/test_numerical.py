"""One-hot rows and unit vectors."""

import numpy as np
import pytest

import keratin as tf
from keratin.keras import utils
from tests.harness.real_keras import real

CLASSES = [[0, 2, 1], [[0], [3]], [[0, 1], [2, 2]], [[[1], [0]]], 2, np.array([1.0, 0.0]), [True]]


@pytest.mark.parametrize("classes", CLASSES, ids=str)
@pytest.mark.parametrize("num_classes", [None, 5])
def test_to_categorical_is_that_of_keras(classes, num_classes):
    found = utils.to_categorical(classes, num_classes)
    expected = real.utils.to_categorical(classes, num_classes)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype


def test_to_categorical_of_tensors():
    found = utils.to_categorical(tf.constant([[0], [2]]), 3)
    assert isinstance(found, tf.Tensor)
    np.testing.assert_array_equal(found, np.eye(3)[[0, 2]])
    with pytest.raises(ValueError, match="give num_classes"):
        utils.to_categorical(tf.constant([0]))


@pytest.mark.parametrize(
    ("classes", "count", "message"),
    [
        ([0, 5], 3, "x holds the class 5, and with num_classes=3 classes go from 0 to 2"),
        ([-1, 0], None, "x holds the class -1"),
    ],
)
def test_classes_out_of_range(classes, count, message):
    with pytest.raises(ValueError, match=message):
        utils.to_categorical(classes, count)


def test_names_are_not_classes():
    with pytest.raises(TypeError, match=r"such as \['cat'\].*return_inverse"):
        utils.to_categorical(["cat", "dog"])


VALUES = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 2.0]])


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize_is_that_of_keras(axis, order):
    expected = real.utils.normalize(VALUES, axis, order)
    np.testing.assert_allclose(utils.normalize(VALUES, axis, order), expected, atol=1e-7)
    tensor = utils.normalize(tf.constant(VALUES), axis, order)
    assert isinstance(tensor, tf.Tensor)
    np.testing.assert_allclose(tensor, expected, atol=1e-6)
    # Keras takes axis 0 of NumPy's arrays for the last one; here it is the first.
    np.testing.assert_allclose(utils.normalize(VALUES.T, 0, order), expected.T, atol=1e-7)

import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("Activation", (2, 3), activation="tanh"),
    case("ReLU", (2, 3), max_value=0.5, negative_slope=0.2, threshold=0.1),
    case("LeakyReLU", (2, 3)),
    case("PReLU", (2, 3)),
    case("PReLU", (2, 3, 4), shared_axes=[1]),
    case("ELU", (2, 3), alpha=0.7),
    case("Softmax", (2, 3)),
    case("Softmax", (2, 3, 4), axis=1),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_softmax_leaves_masked_elements_out():
    mask = np.array([[True, False, True]])
    weights = keras.layers.Softmax()(np.zeros((1, 3)), mask=mask)
    np.testing.assert_allclose(weights, [[0.5, 0.0, 0.5]])
    weights = keras.layers.Softmax()(np.zeros((2, 3)), mask=np.array([[1, 0, 0], [0, 0, 0]]))
    np.testing.assert_allclose(weights, [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    with pytest.raises(ValueError, match=r"mask of shape .* cannot be broadcast to the inputs"):
        keras.layers.Softmax()(np.zeros((1, 3)), mask=np.ones((1, 2)))


def test_old_names_of_slopes():
    assert keras.layers.LeakyReLU(alpha=0.1).negative_slope == 0.1
    assert keras.layers.ReLU(alpha=0.1).negative_slope == 0.1


def test_negative_slopes_are_refused():
    with pytest.raises(ValueError, match="negative_slope is a number of 0 or more; given -1"):
        keras.layers.LeakyReLU(-1)

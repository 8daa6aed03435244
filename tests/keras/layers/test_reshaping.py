import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("Flatten", (2, 3, 4)),
    case("Flatten", (2, 3, 4), data_format="channels_first"),
    case("Flatten", (2,)),
    case("Reshape", (2, 6), target_shape=(3, 2)),
    case("Reshape", (2, 6), target_shape=(-1, 2)),
    case("Permute", (2, 3, 4), dims=(2, 1)),
    case("RepeatVector", (2, 3), n=4),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.Reshape((4, 2))(np.ones((1, 6))), "6 elements, which do not fit"),
        (lambda: keras.layers.Reshape((-1, -1)), "at most one size may be -1"),
        (lambda: keras.layers.Permute((0, 1)), "the numbers 1 to 2"),
        (lambda: keras.layers.RepeatVector(1.5), "n must be a whole number above 0; given 1.5"),
        (lambda: keras.layers.RepeatVector(2)(np.ones((1, 2, 3))), "expects 2 axes, and got 3"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_sizes_that_are_not_known():
    x = keras.Input((None, 3))
    assert keras.layers.Flatten()(x).shape == (None, None)
    assert keras.layers.Reshape((-1, 1))(x).shape == (None, None, 1)
    model = keras.Model(x, keras.layers.Reshape((-1, 1))(x))
    assert model(np.ones((2, 5, 3))).shape == (2, 15, 1)

import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("MaxPooling1D", (2, 6, 3)),
    case("MaxPooling2D", (2, 6, 5, 3), pool_size=2),
    case("MaxPooling2D", (2, 6, 5, 3), pool_size=(3, 2), strides=1, padding="same"),
    case("MaxPooling2D", (2, 3, 6, 4), pool_size=2, data_format="channels_first"),
    case("MaxPooling3D", (1, 4, 4, 4, 2)),
    case("AveragePooling1D", (2, 6, 3), pool_size=3, strides=2),
    case("AveragePooling2D", (2, 6, 5, 3), pool_size=2, padding="same"),
    case("AveragePooling3D", (1, 4, 4, 4, 2), pool_size=2),
    case("GlobalMaxPooling1D", (2, 6, 3)),
    case("GlobalMaxPooling2D", (2, 6, 5, 3), keepdims=True),
    case("GlobalMaxPooling3D", (1, 2, 3, 2, 2), data_format="channels_first"),
    case("GlobalAveragePooling1D", (2, 6, 3)),
    case("GlobalAveragePooling2D", (2, 6, 5, 3)),
    case("GlobalAveragePooling3D", (1, 2, 3, 2, 2)),
    case("AdaptiveAveragePooling1D", (2, 5, 3), output_size=2),
    case("AdaptiveAveragePooling2D", (2, 5, 4, 3), output_size=(2, 3)),
    case("AdaptiveAveragePooling3D", (1, 3, 3, 3, 2), output_size=2, _mixed=False),
    case("AdaptiveMaxPooling1D", (2, 5, 3), output_size=2),
    case("AdaptiveMaxPooling2D", (2, 5, 4, 3), output_size=2),
    case("AdaptiveMaxPooling3D", (1, 3, 3, 3, 2), output_size=2, _mixed=False),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_masked_steps_are_left_out_of_the_mean():
    x = np.array([[[1.0], [3.0], [9.0]]])
    mask = np.array([[True, True, False]])
    assert keras.layers.GlobalAveragePooling1D()(x, mask=mask).numpy() == [[2.0]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.MaxPooling2D(0), "pool_size is a number above 0, or 2"),
        (lambda: keras.layers.MaxPooling2D(padding="full"), "padding is 'valid' or 'same'"),
        (lambda: keras.layers.MaxPooling2D(2)(keras.Input((1, 8, 3))), "has shrunk too much"),
        (lambda: keras.layers.MaxPooling2D(2)(np.ones((1, 8, 3))), "expects 4 axes, and got 3"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()

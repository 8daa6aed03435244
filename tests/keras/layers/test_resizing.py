import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("Cropping1D", (2, 5, 3), cropping=(1, 2)),
    case("Cropping2D", (2, 5, 6, 3), cropping=((1, 0), (2, 1))),
    case("Cropping2D", (2, 3, 5, 6), cropping=1, data_format="channels_first"),
    case("Cropping3D", (2, 3, 4, 5, 2), cropping=1),
    case("ZeroPadding1D", (2, 5, 3), padding=(1, 2)),
    case("ZeroPadding2D", (2, 3, 4, 3), padding=((1, 0), (2, 1))),
    case("ZeroPadding2D", (2, 3, 4, 5), padding=(1, 2), data_format="channels_first"),
    case("ZeroPadding3D", (2, 2, 3, 2, 2), padding=(1, 0, 2)),
    case("UpSampling1D", (2, 3, 2), size=2),
    case("UpSampling2D", (2, 3, 4, 3), size=(2, 3)),
    case("UpSampling2D", (2, 3, 2, 4), size=2, data_format="channels_first"),
    case("UpSampling2D", (2, 3, 4, 3), size=2, interpolation="bilinear", _mixed=False),
    case("UpSampling3D", (1, 2, 3, 2, 2), size=(1, 2, 2)),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.Cropping1D(3)(np.ones((1, 5, 2))), "takes away all of"),
        (lambda: keras.layers.ZeroPadding2D((1, 2, 3)), "2 pairs \\(before, after\\)"),
        (lambda: keras.layers.UpSampling2D(0), "a number above 0, or 2 of them; given 0"),
        (lambda: keras.layers.Cropping2D(data_format="nhwc"), "channels_last"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()

import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("Conv1D", (2, 6, 3), filters=4, kernel_size=3, padding="causal", dilation_rate=2),
    case("Conv1D", (2, 6, 4), filters=4, kernel_size=2, strides=2, groups=2, activation="relu"),
    case("Conv2D", (2, 6, 5, 3), filters=4, kernel_size=3),
    case("Conv2D", (2, 6, 5, 3), filters=4, kernel_size=(2, 3), strides=2, padding="same"),
    case("Conv2D", (2, 6, 5, 3), filters=2, kernel_size=2, dilation_rate=2, use_bias=False),
    case("Conv2D", (2, 3, 6, 5), filters=2, kernel_size=2, data_format="channels_first"),
    case("Conv3D", (1, 4, 4, 4, 2), filters=2, kernel_size=2),
    case("Conv1DTranspose", (2, 4, 3), filters=2, kernel_size=3, strides=2),
    case("Conv2DTranspose", (2, 4, 4, 3), filters=2, kernel_size=3, strides=2, padding="same"),
    case("Conv2DTranspose", (1, 3, 3, 2), filters=2, kernel_size=3, strides=2, output_padding=1),
    case("Conv3DTranspose", (1, 2, 3, 2, 2), filters=2, kernel_size=2, strides=2),
    case("DepthwiseConv1D", (2, 6, 3), kernel_size=3, depth_multiplier=2),
    case("DepthwiseConv2D", (2, 6, 5, 3), kernel_size=3, padding="same", activation="tanh"),
    case("SeparableConv1D", (2, 6, 3), filters=4, kernel_size=3),
    case("SeparableConv2D", (2, 6, 5, 3), filters=4, kernel_size=3, depth_multiplier=2),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.Conv2D(0, 3), "filters must be a whole number above 0; given 0"),
        (lambda: keras.layers.Conv2D(4, 3, padding="causal"), "padding is 'valid' or 'same'"),
        (lambda: keras.layers.Conv2D(4, (3, 3, 3)), "kernel_size is a number above 0, or 2"),
        (lambda: keras.layers.Conv2D(4, 3, groups=3), "multiple of groups; given 4 and 3"),
        (lambda: keras.layers.Conv2D(4, 3, strides=2, dilation_rate=2), "cannot both be above 1"),
        (lambda: keras.layers.Conv2D(4, 3)(np.ones((1, 8, 8))), r"channels are missing, add them"),
        (lambda: keras.layers.Conv2D(4, 9)(np.ones((1, 8, 8, 1))), "larger than the input"),
        (lambda: keras.layers.Conv2D(4, 3, groups=2)(np.ones((1, 8, 8, 3))), "3 channels, which 2"),
        (lambda: keras.layers.Conv2D(4, 3, filtres=3), "no argument 'filtres'"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()


def test_spellings_of_keras_1():
    layer = keras.layers.Convolution2D(
        nb_filter=4, nb_row=3, nb_col=2, border_mode="same", subsample=(2, 2), init="he_normal"
    )
    assert (layer.filters, layer.kernel_size, layer.padding) == (4, (3, 2), "same")
    assert layer.strides == (2, 2)
    assert type(layer.kernel_initializer).__name__ == "HeNormal"


def test_low_rank_adaptation_trains_little():
    layer = keras.layers.Conv2D(4, 3)
    layer.build((None, 8, 8, 2))
    before = layer(np.ones((1, 8, 8, 2))).numpy()
    layer.enable_lora(2)
    np.testing.assert_allclose(layer(np.ones((1, 8, 8, 2))), before, rtol=1e-6)
    assert [v.name for v in layer.trainable_weights] == ["bias", "lora_kernel_a", "lora_kernel_b"]

"""Convolutions of all kinds, in all layouts, and patches in columns."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
IMAGES = floats(2, 7, 8, 4)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
SEQUENCE = floats(1, 5, 3)


def transposed(kernel_size, **kwargs):
    plain = kwargs.pop("gradient", False)
    kernel = floats(kernel_size, 2, 3, seed=1)
    return row(
        "conv_transpose", SEQUENCE, kernel, gradient=plain, symbolic=plain, slow=not plain, **kwargs
    )


ROWS = [
    row("conv", IMAGES, floats(3, 3, 4, 6)),
    row("conv", IMAGES, floats(3, 3, 4, 6), strides=2, padding="same"),
    row("conv", IMAGES, floats(3, 2, 2, 6), padding="same", dilation_rate=2),
    row("conv", IMAGES, floats(3, 3, 4, 6), strides=(2, 1), padding="SAME", gradient=False),
    row("conv", FIRST, floats(3, 3, 4, 6), padding="same", data_format="channels_first"),
    row("conv", SEQUENCE, floats(3, 3, 4)),
    row("conv", floats(1, 4, 5, 4, 2), floats(2, 2, 2, 2, 3), gradient=False),
    row("conv", IMAGES.astype("float16"), floats(3, 3, 4, 6), gradient=False),
    row("depthwise_conv", IMAGES, floats(3, 2, 4, 2), strides=2, padding="same"),
    row("depthwise_conv", SEQUENCE, floats(3, 3, 1), dilation_rate=2, gradient=False),
    row("depthwise_conv", FIRST, floats(3, 2, 4, 2), data_format="channels_first"),
    row("separable_conv", IMAGES, floats(3, 3, 4, 2), floats(1, 1, 8, 5), padding="same"),
    row("separable_conv", SEQUENCE, floats(3, 3, 2), floats(1, 6, 5), symbolic=False),
    *[
        transposed(size, strides=strides, padding=padding, output_padding=extra)
        for size, strides, extra in ((1, 3, None), (2, 3, 2), (4, 3, None), (3, 1, None))
        for padding in ("valid", "same")
    ],
    transposed(3, strides=2, padding="same", gradient=True),
    transposed(3, strides=1, padding="valid", dilation_rate=2),
    row("conv_transpose", FIRST, floats(3, 2, 5, 4), strides=2, data_format="channels_first"),
    row("unfold", floats(2, 3, 6, 7), (2, 3), 1, 1, 2),
    row("unfold", floats(2, 3, 6, 7), 2, dilation=2, padding=(1, 0), gradient=False),
    row("fold", floats(1, 12, 9), (5, 6), (2, 2), 1, (1, 0), (2, 2)),
    row("fold", floats(1, 8, 4), (4, 4), 2, dilation=2, gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_a_causal_convolution_sees_nothing_later():
    kernel = floats(3, 3, 4)
    whole = keras.ops.conv(SEQUENCE, kernel, padding="causal", dilation_rate=2).numpy()
    start = keras.ops.conv(SEQUENCE[:, :3], kernel, padding="causal", dilation_rate=2).numpy()
    assert whole.shape == (1, 5, 4)
    np.testing.assert_allclose(whole[:, :3], start, 1e-5)
    first = keras.ops.conv(
        np.swapaxes(SEQUENCE, 1, 2), kernel, 1, "causal", "channels_first", 2
    ).numpy()
    np.testing.assert_allclose(np.swapaxes(first, 1, 2), whole, 1e-5, 1e-6)


def test_unknown_sizes_stay_unknown(tf):
    image = keras.Input((None, None, 4))
    assert keras.ops.conv(image, floats(3, 3, 4, 6), padding="same").shape == (None, None, None, 6)
    assert keras.ops.max_pool(image, 2).shape == (None, None, None, 4)


def test_errors_say_what_is_expected():
    conv = keras.ops.conv
    message = refused(conv, IMAGES, floats(3, 3, 3, 6))
    assert "keras.ops.conv: The input has 4 channels and the filter takes 3" in message
    message = refused(conv, IMAGES, floats(3, 3, 4, 6), padding="full")
    assert "'valid' or 'same' or 'causal'" in message
    assert "one to three spatial dimensions" in refused(conv, IMAGES[0, 0], floats(3, 3, 4, 6))
    assert "the kernel has shape" in refused(conv, IMAGES, floats(3, 4, 6))
    assert "not one fits" in refused(conv, IMAGES, floats(9, 9, 4, 6))
    assert "one dimension" in refused(conv, IMAGES, floats(3, 3, 4, 6), padding="causal")
    transposed_conv = keras.ops.conv_transpose
    assert "the kernel [3, 2, 5] takes 5" in refused(transposed_conv, SEQUENCE, floats(3, 2, 5))
    assert "expected 3 * 3 windows" in refused(
        keras.ops.fold, floats(1, 12, 12), (5, 6), 2, 1, (1, 0), 2
    )
    assert "four axes" in refused(keras.ops.unfold, SEQUENCE, 2)
    assert "pointwise_kernel has shape" in refused(
        keras.ops.separable_conv, IMAGES, floats(3, 3, 4, 2), floats(1, 1, 4, 5)
    )

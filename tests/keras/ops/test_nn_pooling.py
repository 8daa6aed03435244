"""Pools over windows of a size, and over as many windows as are asked for."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
IMAGES, SEQUENCE = floats(2, 7, 8, 4), floats(2, 7, 3)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))

ROWS = [
    row("max_pool", IMAGES, (2, 2), (2, 2)),
    row("max_pool", IMAGES, (3, 2), (2, 1), padding="same"),
    row("max_pool", SEQUENCE, 2, 2, gradient=False),
    row("average_pool", IMAGES, 3, 2, padding="same"),
    row("average_pool", FIRST, 3, 2, data_format="channels_first"),
    row("average_pool", SEQUENCE, 3, 1, gradient=False),
    *[row("adaptive_max_pool", SEQUENCE, (n,), gradient=n == 3) for n in (1, 3, 9)],
    *[row("adaptive_average_pool", SEQUENCE, (n,), gradient=n == 3) for n in (1, 3, 9)],
    row("adaptive_average_pool", IMAGES, (3, 5)),
    row("adaptive_max_pool", FIRST, (2, 2), data_format="channels_first"),
    row("adaptive_max_pool", floats(1, 4, 5, 6, 2), (2, 3, 4), gradient=False),
    row("adaptive_average_pool", floats(1, 4, 5, 6, 2), 2, gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_windows_lie_side_by_side_without_strides():
    found = keras.ops.max_pool(np.arange(6.0, dtype="float32").reshape(1, 6, 1), 3)
    np.testing.assert_array_equal(found.numpy().ravel(), [2, 5])


def test_integers_have_maxima():
    found = keras.ops.max_pool(np.arange(6).reshape(1, 6, 1), 3)
    assert found.dtype == "int64" and found.numpy().ravel().tolist() == [2, 5]


def test_errors_say_what_is_expected():
    assert "'valid' or 'same'" in refused(keras.ops.max_pool, IMAGES, 2, padding="causal")
    assert "one for each of the 2" in refused(keras.ops.adaptive_max_pool, IMAGES, (2,))
    assert "spatial dimensions" in refused(keras.ops.adaptive_average_pool, IMAGES[0, 0], 2)

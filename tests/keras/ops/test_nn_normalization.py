"""Moments, and normalisation by moments and norms."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
X, IMAGES = floats(3, 4), floats(2, 3, 5, 4)
HALF = X.astype("float16")
SIZE, SCALE = np.abs(floats(4)) + 0.1, floats(4, seed=1)

ROWS = [
    row("moments", X, [0]),
    row("moments", IMAGES, (0, 1, 2), keepdims=True),
    row("moments", HALF, (0, 1), gradient=False),
    row("moments", HALF * np.float16(1000), (0,), gradient=False),
    row("batch_normalization", IMAGES, floats(4), SIZE, -1, SCALE, SCALE + 1),
    row("batch_normalization", IMAGES, floats(3), SIZE[:3], 1, epsilon=0.1, symbolic=False),
    row("layer_normalization", X),
    row("layer_normalization", X, SCALE, SCALE + 1, epsilon=0.01),
    row("layer_normalization", IMAGES, floats(5, 4), floats(5, 4), axis=[2, 3]),
    row("layer_normalization", IMAGES, floats(3), floats(3), axis=1),
    row("layer_normalization", HALF, SCALE, gradient=False),
    row("rms_normalization", X, SCALE),
    row("rms_normalization", IMAGES, axis=(2, 3), epsilon=0.1),
    row("rms_normalization", HALF, gradient=False),
    *[row("normalize", X, order=order) for order in (1, 2, 3)],
    row("normalize", X, axis=0, order=2),
    row("normalize", X, axis=(0, 1), order=1, gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_scaling_by_the_variance_warns():
    with pytest.warns(UserWarning, match="rms_normalization"):
        found = keras.ops.layer_normalization(X, SCALE, rms_scaling=True, epsilon=0.0)
    expected = X / X.std(-1, keepdims=True) * SCALE
    np.testing.assert_allclose(found, expected, 1e-5)


def test_epsilon_is_that_of_the_settings():
    x = np.float32([1e-9, 0.0])
    before = keras.ops.normalize(x).numpy()
    np.testing.assert_allclose(before, [1e-2, 0.0], 1e-5)


def test_errors_say_what_is_expected():
    normalization = keras.ops.batch_normalization
    message = refused(normalization, IMAGES, floats(3), SIZE, -1)
    assert "mean has shape [3]; expected [4]" in message
    assert "gamma has shape [3]" in refused(keras.ops.layer_normalization, X, floats(3))
    assert "order must be an integer" in refused(keras.ops.normalize, X, order=0)
    assert "unknown argument 'scaling'" in refused(keras.ops.layer_normalization, X, scaling=True)
    assert "axes" in refused(keras.ops.moments, X, [5])

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("Dropout", (2, 3), rate=0.5),
    case("Dropout", (2, 3), rate=0.0, call={"training": True}),
    # Keras writes the dtype of these as a string, and not whether they are trainable.
    case("SpatialDropout1D", (2, 3, 4), rate=0.5, _config_differs=("dtype", "trainable")),
    case("SpatialDropout2D", (2, 3, 4, 2), rate=0.5, _config_differs=("dtype", "trainable")),
    case("SpatialDropout3D", (2, 3, 2, 2, 2), rate=0.5, _config_differs=("dtype", "trainable")),
    case("GaussianNoise", (2, 3), stddev=0.5),
    case("GaussianDropout", (2, 3), rate=0.5),
    case("AlphaDropout", (2, 3), rate=0.5),
    case("ActivityRegularization", (2, 3), l1=0.1, l2=0.2),
]
ONES = np.ones((200, 10, 5), "float32")


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_dropout_keeps_the_mean():
    dropped = keras.layers.Dropout(0.25, seed=1)(ONES, training=True).numpy()
    np.testing.assert_allclose(np.unique(dropped), [0, 4 / 3], rtol=1e-6)
    assert abs((dropped == 0).mean() - 0.25) < 0.02


def test_channels_share_their_fate():
    dropped = keras.layers.SpatialDropout1D(0.5, seed=1)(ONES, training=True).numpy()
    assert (dropped == dropped[:, :1]).all()
    assert abs((dropped[:, 0] == 0).mean() - 0.5) < 0.05


@pytest.mark.parametrize(
    "layer",
    [keras.layers.GaussianNoise(0.3, seed=1), keras.layers.GaussianDropout(0.3, seed=1)],
)
def test_noise_keeps_the_mean(layer):
    noisy = layer(ONES, training=True).numpy()
    assert abs(noisy.mean() - 1) < 0.02
    spread = 0.3 if isinstance(layer, keras.layers.GaussianNoise) else (0.3 / 0.7) ** 0.5
    assert abs(noisy.std() - spread) < 0.02


def test_alpha_dropout_keeps_mean_and_variance():
    normal = np.random.default_rng(0).normal(size=(400, 50)).astype("float32")
    dropped = keras.layers.AlphaDropout(0.3, seed=1)(normal, training=True).numpy()
    assert abs(dropped.mean()) < 0.02 and abs(dropped.std() - 1) < 0.02


def test_a_seed_gives_the_same_numbers_eagerly_and_compiled():
    eager = keras.layers.Dropout(0.5, seed=3)
    compiled = keras.layers.Dropout(0.5, seed=3)
    call = tf.function(lambda x: compiled(x, training=True))
    for _ in range(2):
        np.testing.assert_array_equal(eager(ONES, training=True), call(ONES))


def test_rates_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"rate must be a number from 0 to 1; given 1\.5"):
        keras.layers.Dropout(1.5)

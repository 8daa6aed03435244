import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import case, check, close, each
from tests.harness.real_keras import real

training = {"training": True}
INSIDE = each(lambda keras: keras.layers.Dense(3, name="inner"))

CASES = [
    case("BatchNormalization", (4, 3)),
    case("BatchNormalization", (4, 3), call=training, momentum=0.9, epsilon=0.01),
    case("BatchNormalization", (2, 4, 5, 3), call=training, center=False),
    case("BatchNormalization", (2, 3, 4), call=training, axis=1, scale=False),
    case(
        "BatchNormalization",
        (4, 3),
        call=training,
        renorm=True,
        renorm_clipping={"rmax": 1.5, "rmin": 0.5, "dmax": 0.1},
        renorm_momentum=0.5,
    ),
    case("LayerNormalization", (2, 3, 4), axis=[1, 2], epsilon=0.01, gamma_initializer="zeros"),
    case("LayerNormalization", (2, 3, 4), axis=1, center=False, gamma_regularizer="l2"),
    case("GroupNormalization", (2, 4, 3), groups=2, axis=1, center=False),
    case("GroupNormalization", (2, 4), groups=-1, scale=False),
    case("RMSNormalization", (2, 3, 4)),
    case("RMSNormalization", (2, 3, 4), axis=[1, 2], epsilon=0.1),
    case("UnitNormalization", (2, 3, 4)),
    case("UnitNormalization", (2, 3, 4), axis=[1, 2]),
    case("SpectralNormalization", (2, 4), layer=INSIDE),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def _pair(name, shape, **arguments):
    """A layer of each package, with the same weights."""
    ours = getattr(keras.layers, name)(**arguments)
    theirs = getattr(real.layers, name)(**arguments)
    ours.build(shape)
    theirs.build(shape)
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    return ours, theirs


@pytest.mark.parametrize("options", [{}, {"renorm": True}, {"axis": 1}])
def test_moving_averages_follow_the_batches(options):
    ours, theirs = _pair("BatchNormalization", (None, 3), momentum=0.7, **options)
    for seed in range(3):
        x = np.random.default_rng(seed).normal(2.0, 3.0, (5, 3)).astype("float32")
        close(ours(x, training=True), theirs(x, training=True))
        close(ours.get_weights(), theirs.get_weights())
    close(ours(x), theirs(x))


def test_masked_steps_are_left_out_of_the_statistics():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, True, False], [True, False, False]])
    ours, theirs = _pair("BatchNormalization", (None, 3, 4))
    close(ours(x, training=True, mask=mask), theirs(x, training=True, mask=mask))
    close(ours.get_weights(), theirs.get_weights())
    masked = keras.layers.Masking()(np.where(mask[..., None], x, 0.0))
    again = keras.layers.BatchNormalization()
    outputs = again(masked, training=True)
    close(again.moving_mean, ours.moving_mean)
    np.testing.assert_array_equal(outputs._keras_mask, mask)
    with pytest.raises(ValueError, match="a mask has the axes of the inputs but the last"):
        ours(x, mask=x > 0)


def test_a_frozen_layer_goes_by_its_moving_averages():
    x = np.random.default_rng(0).normal(5.0, 1.0, (4, 3)).astype("float32")
    layer = keras.layers.BatchNormalization()
    layer.build((None, 3))
    layer.trainable = False
    before = layer.get_weights()
    close(layer(x, training=True), layer(x, training=False))
    close(layer.get_weights(), before)
    assert len(layer.non_trainable_weights) == 4
    layer.trainable = True
    assert [w.name for w in layer.trainable_weights] == ["gamma", "beta"]
    layer(x, training=True)
    assert not np.allclose(layer.moving_mean, before[2])


def test_fit_moves_the_averages_unless_frozen():
    x = np.random.default_rng(0).normal(5.0, 1.0, (8, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    model.compile("sgd", "mse")
    model.fit(x, x, batch_size=4, epochs=1, verbose=0, shuffle=False)
    moved = model.layers[0].moving_mean.numpy()
    expected = np.zeros(3)
    for half in (x[:4], x[4:]):
        expected = expected * 0.99 + half.mean(0) * 0.01
    np.testing.assert_allclose(moved, expected, rtol=1e-5)
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    model.fit(x, x, batch_size=4, epochs=1, verbose=0)
    np.testing.assert_array_equal(model.layers[0].moving_mean, moved)


def test_half_precision_keeps_its_statistics_in_float32():
    x = np.full((4, 2), 300.0, "float32") + np.arange(4, dtype="float32")[:, None]
    ours, theirs = _pair("BatchNormalization", (None, 2), dtype="mixed_float16")
    outputs, expected = ours(x, training=True), theirs(x, training=True)
    assert outputs.dtype == "float16" and ours.moving_variance.dtype == "float32"
    close(tf.cast(outputs, "float32"), np.asarray(expected, "float32"), 1e-3)
    close(ours.moving_variance, theirs.moving_variance)


def test_old_arguments_of_batch_normalization():
    layer = keras.layers.BatchNormalization(axis=[3], fused=True, virtual_batch_size=None, mode=0)
    assert layer.axis == 3
    assert (
        keras.layers.BatchNormalization(gamma_init="zeros").get_config()["gamma_initializer"][
            "class_name"
        ]
        == "Zeros"
    )
    assert keras.layers.BatchNormalization(synchronized=True).get_config()["synchronized"] is True
    with pytest.raises(tf.errors.UnimplementedError, match="virtual_batch_size=4 is an option"):
        keras.layers.BatchNormalization(virtual_batch_size=4)


def test_rms_scaling_of_layer_normalization():
    with pytest.warns(UserWarning, match="Use keras.layers.RMSNormalization"):
        ours = keras.layers.LayerNormalization(rms_scaling=True)
    theirs = real.layers.LayerNormalization(rms_scaling=True)
    x = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    close(ours(x), theirs(x))
    assert ours.get_config()["rms_scaling"] is True and [w.name for w in ours.weights] == ["gamma"]


def test_spectral_normalization_divides_the_kernel():
    x = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
    ours = keras.layers.SpectralNormalization(keras.layers.Conv1D(3, 2), power_iterations=2)
    theirs = real.layers.SpectralNormalization(real.layers.Conv1D(3, 2), power_iterations=2)
    sequence = np.stack([x, x + 1.0, x * 2.0], 1)
    ours(sequence), theirs(sequence)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    for _ in range(2):
        close(ours(sequence, training=True), theirs(sequence, training=True))
        close(ours.get_weights(), theirs.get_weights())
    ours.kernel.assign(np.zeros(ours.kernel.shape))
    vector = ours.vector_u.numpy()
    ours(sequence, training=True)
    np.testing.assert_array_equal(ours.kernel, np.zeros(ours.kernel.shape))
    np.testing.assert_array_equal(ours.vector_u, vector)


def test_spectral_normalization_of_embeddings():
    layer = keras.layers.SpectralNormalization(keras.layers.Embedding(5, 3, "ones"))
    outputs = layer(np.array([[1, 2]]), training=True)
    assert outputs.dtype == "float32"
    np.testing.assert_allclose(np.linalg.norm(layer.layer.embeddings, 2), 1.0, rtol=1e-4)


def test_spectral_normalization_keeps_the_kernel_small_in_fit():
    inside = keras.layers.Dense(2, kernel_initializer="ones")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.SpectralNormalization(inside, power_iterations=5)]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=1, verbose=0)
    np.testing.assert_allclose(np.linalg.norm(inside.kernel, 2), 1.0, rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.BatchNormalization(axis=(1, 2)), "axis is the number of one axis"),
        (lambda: keras.layers.BatchNormalization(axis=5)(np.ones((2, 3))), "axis=5 is out of"),
        (
            lambda: keras.layers.BatchNormalization()(keras.Input((3, None))),
            "needs the size of axis -1",
        ),
        (
            lambda: keras.layers.BatchNormalization(renorm=True, renorm_clipping={"max": 1.0}),
            "keys of renorm_clipping are 'rmax', 'rmin' and 'dmax'; given 'max'",
        ),
        (
            lambda: keras.layers.BatchNormalization(
                renorm=True, renorm_clipping={"rmax": 1.0, "rmin": 2.0}
            ),
            "rmax is at least rmin; given rmax=1.0 and rmin=2.0",
        ),
        (
            lambda: keras.layers.BatchNormalization(renorm=True, renorm_clipping={"dmax": -1}),
            "dmax is 0 or more; given -1",
        ),
        (lambda: keras.layers.LayerNormalization(axis="x"), "axis is a number, or a list"),
        (lambda: keras.layers.GroupNormalization(groups=0), "groups must be a whole number"),
        (
            lambda: keras.layers.GroupNormalization(groups=3)(np.ones((2, 4))),
            "has 4 channels, which 3 groups cannot share evenly",
        ),
        (
            lambda: keras.layers.SpectralNormalization(keras.layers.ReLU())(np.ones((2, 4))),
            "has neither a kernel nor embeddings",
        ),
        (
            lambda: keras.layers.SpectralNormalization(keras.layers.Dense(2), 0),
            "power_iterations must be a whole number above 0",
        ),
        (lambda: keras.layers.Wrapper(keras.layers.Dense), r"Write Dense\(...\) of keras.layers"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()

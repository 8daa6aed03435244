import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import arrays, case, check, close
from tests.harness.real_keras import real

IMAGES = (2, 3, 5, 4, 2)

# Without what other cases check: gradients, and mixed precision.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("ConvLSTM1D", (2, 3, 6, 2), filters=2, kernel_size=3, return_sequences=True),
    case(
        "ConvLSTM2D", IMAGES, filters=2, kernel_size=2, padding="same", return_state=True, **QUICK
    ),
    case(
        "ConvLSTM2D",
        IMAGES,
        filters=2,
        kernel_size=(2, 3),
        strides=2,
        return_sequences=True,
        go_backwards=True,
        recurrent_activation="hard_sigmoid",
        **QUICK,
    ),
    case("ConvLSTM3D", (1, 2, 3, 3, 3, 1), filters=2, kernel_size=2, use_bias=False, **QUICK),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_channels_first():
    x = arrays((2, 3, 2, 5, 4))
    options = {"filters": 3, "kernel_size": 2, "return_sequences": True, "return_state": True}
    first = keras.layers.ConvLSTM2D(**options, data_format="channels_first")
    last = keras.layers.ConvLSTM2D(**options)
    found = first(x)
    moved = np.moveaxis(x, 2, -1)
    last(moved)
    last.set_weights(first.get_weights())
    sequence, *states = (np.asarray(one) for one in last(moved))
    expected = [np.moveaxis(sequence, -1, 2), *[np.moveaxis(state, -1, 1) for state in states]]
    close(found, expected, 1e-6)
    assert first.compute_output_shape(x.shape) == tuple(one.shape for one in found)
    states = [np.asarray(one) for one in found[1:]]
    assert first(x, initial_state=states)[0].shape == found[0].shape


def test_masked_steps_are_left_out():
    # Not compared with Keras, whose masks broadcast over the wrong axes of images on JAX.
    layer = keras.layers.ConvLSTM2D(2, 2, return_sequences=True)
    x = arrays((1, 4, 5, 4, 2))
    full = layer(x[:, [0, 2]]).numpy()
    found = layer(x, mask=np.array([[1, 0, 1, 0]], bool)).numpy()
    np.testing.assert_allclose(found, full[:, [0, 0, 1, 1]], rtol=1e-5, atol=1e-6)


def test_a_cell_is_a_step_of_its_layer():
    layer = keras.layers.ConvLSTM2D(2, 2, return_state=True)
    x = arrays((2, 1, 5, 4, 2))
    _, *states = layer(x)
    output, after = layer.cell(x[:, 0], layer.cell.get_initial_state(2))
    close(after, [np.asarray(state) for state in states], 1e-6)
    close(output, np.asarray(states[0]), 1e-6)


@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5)], ids=str)
def test_dropout(rates):
    layer = keras.layers.ConvLSTM1D(3, 2, dropout=rates[0], recurrent_dropout=rates[1])
    x = arrays((2, 3, 5, 2))
    plain = layer(x).numpy()
    first, second = (layer(x, training=True).numpy() for _ in range(2))
    assert not np.allclose(first, plain) and not np.allclose(first, second)
    np.testing.assert_array_equal(layer(x, training=False), plain)


def test_stateful():
    theirs, ours = (k.layers.ConvLSTM1D(2, 2, stateful=True, padding="same") for k in (real, keras))
    x = arrays((2, 3, 5, 2))
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    theirs.reset_state(), ours.reset_state()
    for _ in range(2):
        close(ours(x), theirs(x))


def test_a_small_model_learns():
    model = keras.Sequential(
        [
            keras.Input((4, 5, 5, 1)),
            keras.layers.ConvLSTM2D(2, 3, padding="same"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1),
        ]
    )
    x = arrays((8, 4, 5, 5, 1))
    model.compile(keras.optimizers.Adam(0.02), "mse")
    history = model.fit(x, x.mean((1, 2, 3)) + 1, epochs=8, verbose=0).history["loss"]
    assert history[-1] < 0.7 * history[0]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.ConvLSTM2D(0, 3), "filters must be a whole number above 0"),
        (lambda: keras.layers.ConvLSTM2D(2, 3, padding="full"), "'valid' or 'same'; given 'full'"),
        (lambda: keras.layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "cannot both be above"),
        (lambda: keras.layers.ConvLSTM2D(2, 9)(np.ones(IMAGES)), "larger than the input"),
        (lambda: keras.layers.ConvLSTM2D(2, 3)(np.ones(IMAGES[1:])), "expects 5 axes, and got 4"),
        (
            lambda: keras.layers.ConvLSTM2D(2, 3)(keras.Input((3, None, None, 1))),
            "needs to know the spatial sizes",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()

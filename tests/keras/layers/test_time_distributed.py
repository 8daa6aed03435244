import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import arrays, case, check, close, each
from tests.harness.real_keras import real

MASK = np.array([[1, 1, 0], [0, 1, 1]], bool)


def around(shape, make, gradients=False):
    # What comes out has the dtype of the layer within.
    return case("TimeDistributed", shape, layer=each(make), _mixed=False, _gradients=gradients)


CASES = [
    around((2, 3, 4), lambda k: k.layers.Dense(2, name="inner"), gradients=True),
    around((2, 3, 5, 5, 2), lambda k: k.layers.Conv2D(2, 3, name="inner")),
    around((2, 3, 4, 2), lambda k: k.layers.LSTM(3, name="inner")),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def model_of(k):
    return k.Sequential(
        [k.Input((5,)), k.layers.Dense(4, activation="relu"), k.layers.Dense(2)], name="inner"
    )


def test_a_whole_model():
    x = arrays((2, 3, 5))
    theirs, ours = (k.layers.TimeDistributed(model_of(k)) for k in (real, keras))
    expected = theirs(x)
    ours(x)
    ours.set_weights(theirs.get_weights())
    close(ours(x), expected)
    assert ours(keras.Input((None, 5))).shape == (None, None, 2)
    again = keras.layers.TimeDistributed.from_config(ours.get_config())
    again(x)
    again.set_weights(theirs.get_weights())
    close(again(x), expected)


def test_a_model_of_images_in_a_model_of_sequences():
    image = keras.Sequential(
        [keras.layers.Conv2D(2, 3, activation="relu"), keras.layers.Flatten()], name="image"
    )
    model = keras.Sequential(
        [
            keras.Input((None, 6, 6, 1)),
            keras.layers.TimeDistributed(image),
            keras.layers.LSTM(3),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    x = arrays((4, 3, 6, 6, 1))
    history = model.fit(x, np.zeros((4, 1)), epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert model.predict(x, verbose=0).shape == (4, 1)


def test_several_inputs_and_outputs():
    a, b = keras.Input((2,)), keras.Input((2,))
    inner = keras.Model([a, b], [a + b, keras.layers.Concatenate()([a, b])])
    x = arrays((1, 3, 2))
    total, both = keras.layers.TimeDistributed(inner)([x, x])
    np.testing.assert_allclose(total, 2 * x)
    assert both.shape == (1, 3, 4)


def test_masks():
    x = keras.layers.Embedding(5, 3, mask_zero=True)(np.array([[1, 2, 0]]))
    found = keras.layers.TimeDistributed(keras.layers.Dense(2))(x)
    assert found._keras_mask.numpy().tolist() == [[True, True, False]]

    # A mask within each step goes to the layer.
    words = arrays((2, 3, 4, 2))
    mask = np.random.default_rng(0).random((2, 3, 4)) > 0.3
    layer = keras.layers.TimeDistributed(keras.layers.LSTM(3))
    found = layer(words, mask=mask)
    one = layer.layer(words[1], mask=mask[1])
    np.testing.assert_allclose(found[1], one, rtol=1e-5, atol=1e-6)


def test_a_layer_of_the_user_is_given_the_mask_of_steps():
    class Kept(keras.layers.Layer):
        def call(self, inputs, mask=None):
            return inputs * tf.cast(mask, inputs.dtype)[:, None]

    x = np.ones((2, 3, 2))
    found = keras.layers.TimeDistributed(Kept())(x, mask=MASK)
    np.testing.assert_array_equal(found[..., 0], MASK)


def test_statistics_of_a_batch_are_those_of_one_step():
    x = arrays((4, 3, 2))
    theirs, ours = (k.layers.TimeDistributed(k.layers.BatchNormalization()) for k in (real, keras))
    close(ours(x, training=True), theirs(x, training=True))
    close(
        [v.value for v in ours.layer.weights], [np.asarray(v.value) for v in theirs.layer.weights]
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda k: k.TimeDistributed(k.Dense), r"takes a layer; given .* Write Dense\(...\)"),
        (lambda k: k.TimeDistributed(k.Dense(2))(np.ones((2, 3))), "at least 3 axes"),
        (
            lambda k: k.TimeDistributed(k.Dense(2))(np.ones((2, 3, 4)), mask=np.ones((2, 4), bool)),
            r"mask has shape \(2, 4\), expected one that begins with \(2, 3\)",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make(keras.layers)

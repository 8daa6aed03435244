import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import arrays, case, check, close, each
from tests.harness.real_keras import real

SHAPE = (2, 4, 3)
MASK = np.array([[1, 1, 1, 0], [0, 1, 1, 1]], bool)


def layer(name="LSTM", **options):
    return each(lambda k: getattr(k.layers, name)(3, name="inner", **options))


# Without what other cases check: gradients are those of tests/nn/test_recurrent.py.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("Bidirectional", SHAPE, layer=layer(), **QUICK),
    case(
        "Bidirectional", SHAPE, layer=layer("GRU", return_sequences=True), merge_mode="ave", **QUICK
    ),
    case(
        "Bidirectional",
        SHAPE,
        {"mask": MASK},
        layer=layer("GRU", return_sequences=True),
        merge_mode="mul",
    ),
    case(
        "Bidirectional",
        SHAPE,
        {"mask": MASK},
        layer=layer(return_state=True, return_sequences=True),
        merge_mode="sum",
        **QUICK,
    ),
    case(
        "Bidirectional",
        SHAPE,
        layer=layer("SimpleRNN", return_state=True),
        merge_mode=None,
        **QUICK,
    ),
    case(
        "Bidirectional",
        SHAPE,
        layer=layer(),
        backward_layer=each(lambda k: k.layers.GRU(3, go_backwards=True, name="other")),
        **QUICK,
    ),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_names_of_weights():
    made = []
    for k in (keras, real):
        made.append(k.layers.Bidirectional(k.layers.LSTM(3, name="q"), name="both"))
        made[-1](np.ones(SHAPE, "float32"))
    assert [w.path for w in made[0].weights] == [w.path for w in made[1].weights]


def test_states_are_halved():
    x, *states = arrays([SHAPE, *[(2, 3)] * 4])
    theirs, ours = (k.layers.Bidirectional(k.layers.LSTM(3)) for k in (real, keras))
    expected = theirs(x, initial_state=states)
    ours(x)
    ours.set_weights(theirs.get_weights())
    close(ours(x, initial_state=states), expected)
    close(ours([x, *states]), expected)  # as in Keras 2


def test_masks_of_outputs():
    x = keras.layers.Embedding(5, 3, mask_zero=True)(np.array([[1, 2, 0]]))
    both = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True))(x)
    assert both._keras_mask.numpy().tolist() == [[True, True, False]]
    assert not np.any(both[:, 2])
    made = keras.layers.GRU(2, return_sequences=True, return_state=True)
    outputs = keras.layers.Bidirectional(made, merge_mode=None)(x)
    assert [getattr(one, "_keras_mask", None) is not None for one in outputs] == [True] * 2 + [
        False
    ] * 2


def test_stateful_layers():
    made = keras.layers.Bidirectional(keras.layers.GRU(3, stateful=True))
    assert made.states is None
    x = arrays(SHAPE)
    first = made(x)
    assert len(made.states) == 2
    assert not np.allclose(first, made(x))
    made.reset_states()
    close(made(x), first.numpy(), 1e-6)


def test_cells_of_users_that_nobody_registered():
    class Sum(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = self.state_size = units

        def call(self, inputs, states):
            total = states[0] + inputs
            return total, [total]

    made = keras.layers.Bidirectional(keras.layers.RNN(Sum(2), return_sequences=True))
    found = made(np.ones((1, 3, 2)))
    assert found.numpy()[0, :, [0, 2]].tolist() == [[1, 2, 3], [3, 2, 1]]
    assert made.forward_layer.cell is not made.backward_layer.cell


def test_first_weights_and_shapes():
    random = np.random.default_rng(0)
    shapes = [(3, 2), (2, 2), (2,)] * 2
    weights = [random.normal(size=shape).astype("float32") for shape in shapes]
    made = keras.layers.Bidirectional(keras.layers.SimpleRNN(2), weights=weights)
    made(np.ones(SHAPE))
    for found, given in zip(made.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, given)
    model = keras.Sequential([keras.layers.Bidirectional(keras.layers.LSTM(2, input_shape=(4, 3)))])
    assert model.output_shape == (None, 4)


def test_a_functional_model():
    inputs = keras.Input((None, 3))
    sequence, *states = keras.layers.Bidirectional(
        keras.layers.LSTM(2, return_sequences=True, return_state=True)
    )(inputs)
    assert sequence.shape == (None, None, 4)
    assert [state.shape for state in states] == [(None, 2)] * 4
    model = keras.Model(inputs, [sequence, *states])
    assert [o.shape for o in model(tf.ones(SHAPE))] == [(2, 4, 4), *[(2, 2)] * 4]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda k: k.Bidirectional(k.Dense(2)), "layer is a recurrent layer, such as"),
        (lambda k: k.Bidirectional(k.LSTM(2), merge_mode="add"), "'ave' or None; given 'add'"),
        (
            lambda k: k.Bidirectional(k.LSTM(2), backward_layer=k.LSTM(2)),
            "one layer must have go_backwards=True",
        ),
        (
            lambda k: k.Bidirectional(
                k.LSTM(2), backward_layer=k.GRU(2, go_backwards=True, return_state=True)
            ),
            "both layers need the same return_state",
        ),
        (
            lambda k: k.Bidirectional(k.GRU(2))(np.ones(SHAPE), initial_state=[np.ones((2, 2))]),
            "initial_state has 1 states",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make(keras.layers)

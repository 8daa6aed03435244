import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import arrays, case, check, close
from tests.harness.real_keras import real

SHAPE = (2, 4, 3)
MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1]], bool)

# Without what other cases check: gradients are those of tests/nn/test_recurrent.py.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("LSTM", SHAPE, units=3),
    case(
        "LSTM", SHAPE, units=3, return_sequences=True, go_backwards=True, return_state=True, **QUICK
    ),
    case(
        "LSTM",
        SHAPE,
        units=3,
        unroll=True,
        use_bias=False,
        recurrent_activation="hard_sigmoid",
        **QUICK,
    ),
    case("LSTM", SHAPE, {"mask": MASK}, units=3, return_sequences=True, return_state=True),
    case("LSTM", SHAPE, {"mask": MASK}, units=3, activation="relu", go_backwards=True, **QUICK),
    case(
        "LSTM",
        SHAPE,
        {"mask": MASK},
        units=3,
        return_sequences=True,
        zero_output_for_mask=True,
        unit_forget_bias=False,
        bias_initializer="ones",
        kernel_regularizer="l2",
        recurrent_constraint="non_neg",
        use_cudnn=False,
        **QUICK,
    ),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_first_weights():
    ours, theirs = (k.layers.LSTM(4, name="first") for k in (keras, real))
    ours.build(SHAPE), theirs.build(SHAPE)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    np.testing.assert_array_equal(ours.weights[2], theirs.weights[2].value)
    product = tf.matmul(ours.cell.recurrent_kernel, ours.cell.recurrent_kernel, transpose_b=True)
    np.testing.assert_allclose(product, np.eye(4), atol=1e-5)


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("activation", ["tanh", "softmax"])
def test_cells(name, activation):
    theirs, ours = (getattr(k.layers, name)(3, activation=activation) for k in (real, keras))
    x, *states = arrays([(2, 4), (2, 3), (2, 3)])
    states = states[: 2 if name == "LSTMCell" else 1]
    expected = theirs(x, states)
    ours(x, states)
    ours.set_weights(theirs.get_weights())
    close(ours(x, states), expected)
    close(ours.get_initial_state(2), theirs.get_initial_state(2))
    assert ours.state_size == theirs.state_size


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_activations_of_users(name):
    options = {"reset_after": False} if name == "GRU" else {}
    made = getattr(keras.layers, name)
    known = made(3, return_sequences=True, **options)
    own = made(3, return_sequences=True, activation=lambda x: tf.tanh(x), **options)
    x = arrays(SHAPE)
    known(x), own(x)
    own.set_weights(known.get_weights())
    close(own(x, mask=MASK), known(x, mask=MASK).numpy(), 1e-6)


def test_an_activation_with_weights_is_trained():
    layer = keras.layers.LSTM(3, activation=keras.layers.PReLU())
    x = arrays(SHAPE)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x))
    (alpha,) = layer.cell.activation.weights
    assert np.any(tape.gradient(loss, alpha))


@pytest.mark.parametrize(
    ("name", "rates"),
    [("LSTM", (0.5, 0.0)), ("LSTM", (0.0, 0.5)), ("GRU", (0.5, 0.5)), ("SimpleRNN", (0.5, 0.5))],
)
def test_dropout_uses_the_same_masks_at_all_steps(name, rates):
    dropout, recurrent = rates
    layer = getattr(keras.layers, name)(8, dropout=dropout, recurrent_dropout=recurrent, seed=3)
    x = tf.constant(arrays((4, 6, 5)))
    plain = layer(x)
    np.testing.assert_array_equal(plain, layer(x, training=False))
    dropped = [layer(x, training=True).numpy() for _ in range(2)]
    assert not np.allclose(dropped[0], plain)
    assert not np.allclose(dropped[0], dropped[1])
    count = layer.cell.gates if recurrent else 1
    assert layer.cell.dropout_mask_count == count
    # The whole sequence is what the steps give, one by one, with the masks held.
    layer.cell.seed_generator.state.assign([3, 0])
    whole = layer(x, training=True)
    layer.cell.seed_generator.state.assign([3, 0])
    states = layer.cell.get_initial_state(4)
    with layer.cell.holding(x[:, 0], states[0], True):
        for i in range(6):
            output, states = layer.cell(x[:, i], states, training=True)
    close(output, whole.numpy(), 1e-6)


def test_dropout_draws_anew_in_each_call_of_a_program():
    layer = keras.layers.LSTM(4, dropout=0.5, recurrent_dropout=0.5)
    x = tf.constant(arrays(SHAPE))
    layer(x)
    run = tf.function(lambda x: layer(x, training=True))
    assert not np.allclose(run(x), run(x))
    # Also where the steps are those of the loop for any cell.
    layer = keras.layers.LSTM(4, dropout=0.5, activation=lambda x: tf.tanh(x))
    assert not np.allclose(layer(x, training=True), layer(x, training=True))


def test_a_cell_remembers_its_masks_until_they_are_reset():
    cell = keras.layers.GRUCell(3, dropout=0.5, recurrent_dropout=0.5)
    x, h = (tf.constant(a) for a in arrays([(4, 5), (4, 3)]))
    first, second = (cell(x, [h], training=True)[0].numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert len(cell.get_dropout_mask(x)) == len(cell.get_recurrent_dropout_mask(h)) == 3
    cell.reset_dropout_mask()
    cell.reset_recurrent_dropout_mask()
    assert not np.allclose(cell(x, [h], training=True)[0], first)


def test_old_arguments_make_no_difference():
    x = arrays(SHAPE)
    made = [keras.layers.LSTM(3, implementation=i) for i in (1, 2)]
    for layer in made:
        layer(x)
    made[1].set_weights(made[0].get_weights())
    close(made[0](x), made[1](x).numpy(), 1e-7)
    old = keras.layers.LSTM(
        output_dim=3, inner_activation="hard_sigmoid", dropout_W=0.1, dropout_U=0.2, input_dim=3
    )
    assert (old.units, old.dropout, old.recurrent_dropout) == (3, 0.1, 0.2)
    assert old.recurrent_activation is keras.activations.hard_sigmoid


def test_mixed_precision_keeps_the_carry_near():
    x = arrays((2, 20, 3))
    full, mixed = keras.layers.LSTM(4), keras.layers.LSTM(4, dtype="mixed_bfloat16")
    full(x), mixed(x)
    mixed.set_weights(full.get_weights())
    np.testing.assert_allclose(tf.cast(mixed(x), "float32"), full(x), atol=0.03)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.LSTM(0), "units must be a whole number above 0; given 0"),
        (lambda: keras.layers.LSTM(3, use_cudnn="yes"), "use_cudnn is 'auto', True or False"),
        (lambda: keras.layers.LSTM(3, return_sequence=True), "return_sequences"),
        (lambda: keras.layers.LSTM(3)(keras.Input((4, None))), "needs the size of axis -1"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import arrays, case, check, close, each
from tests.harness.real_keras import real

SHAPE = (2, 4, 3)


def masked(*rows):
    return np.array(rows, bool)


MASK = masked([1, 1, 1, 0], [0, 1, 0, 1])


def cells(*names):
    return each(lambda k: [getattr(k.layers, name)(3) for name in names])


# Without what other cases check: gradients are those of tests/nn/test_recurrent.py.
QUICK = {"_gradients": False, "_mixed": False}

CASES = [
    case("RNN", SHAPE, cell=each(lambda k: k.layers.SimpleRNNCell(3)), **QUICK),
    case("RNN", SHAPE, cell=cells("LSTMCell", "GRUCell"), return_sequences=True),
    case(
        "RNN",
        SHAPE,
        {"mask": MASK},
        cell=cells("SimpleRNNCell", "LSTMCell"),
        go_backwards=True,
        return_state=True,
        zero_output_for_mask=True,
        **QUICK,
    ),
]


def plain(config):
    """A config without the names of cells, which count up."""
    if isinstance(config, dict):
        return {k: plain(v) for k, v in config.items() if k != "name"}
    return [plain(v) for v in config] if isinstance(config, list) else config


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    given.config_differs = ("cell",)  # the cells count their names up
    check(given)


def test_config_of_cells():
    ours, theirs = (
        k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)]).get_config()
        for k in (keras, real)
    )
    ours, theirs = plain(ours), plain(theirs)
    for one in (ours, theirs):
        one["cell"].pop("registered_name")
    assert ours["cell"]["class_name"] == theirs["cell"]["class_name"] == "StackedRNNCells"
    mine, other = ours["cell"]["config"]["cells"], theirs["cell"]["config"]["cells"]
    assert [cell["class_name"] for cell in mine] == [cell["class_name"] for cell in other]


def user_cell(k, ops):
    class Leaky(k.layers.Layer):
        """Two states, the second a matrix; the output is neither."""

        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.state_size = [units, units]
            self.output_size = units + 1

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.out = self.add_weight(shape=(self.units, self.units + 1), name="out")

        def call(self, inputs, states, training=False):
            slow, fast = states
            fast = ops.tanh(ops.matmul(inputs, self.kernel) + fast)
            slow = 0.5 * slow + fast * (2.0 if training else 1.0)
            return ops.matmul(slow, self.out), [slow, fast]

    return Leaky


@pytest.mark.parametrize(
    "options",
    [{}, {"return_sequences": True, "go_backwards": True}, {"unroll": True, "return_state": True}],
    ids=str,
)
def test_cells_of_users(options):
    x = arrays(SHAPE)
    found = []
    for k in (keras, real):
        layer = k.layers.RNN(user_cell(k, k.ops)(3), **options)
        layer.build(SHAPE)
        values = np.random.default_rng(1)
        layer.set_weights([values.normal(size=w.shape) for w in layer.weights])
        found.append(layer(x, training=True))
    close(*found)


def test_the_code_of_a_cell_runs_once_a_shape():
    calls = []

    class Counting(user_cell(keras, keras.ops)):
        def call(self, inputs, states, training=False):
            calls.append(inputs.shape)
            return super().call(inputs, states, training)

    layer = keras.layers.RNN(Counting(2), return_sequences=True)
    x = tf.constant(arrays((2, 30, 3)))
    first = layer(x)
    traced = len(calls)
    assert traced <= 2
    layer.cell.kernel.assign_add(tf.ones_like(layer.cell.kernel))
    second = layer(x)
    assert len(calls) == traced
    assert not np.allclose(first, second)  # the program reads the variable


def test_gradients_go_through_cells_of_users():
    layer = keras.layers.RNN(user_cell(keras, keras.ops)(2), return_sequences=True)
    x = tf.constant(arrays(SHAPE))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x) ** 2)
    by_x, by_kernel = tape.gradient(loss, [x, layer.cell.kernel])
    step = 1e-2
    moved = [tf.reduce_sum(layer(x + sign * step * by_x / tf.norm(by_x)) ** 2) for sign in (1, -1)]
    np.testing.assert_allclose((moved[0] - moved[1]) / (2 * step), tf.norm(by_x), rtol=1e-3)
    assert np.any(by_kernel)


def test_masked_steps_repeat_the_output_before():
    layer = keras.layers.RNN(user_cell(keras, keras.ops)(2), return_sequences=True)
    x = arrays((1, 4, 3))
    full = layer(x[:, [0, 2]]).numpy()
    found = layer(x, mask=masked([1, 0, 1, 0])).numpy()
    np.testing.assert_allclose(found[:, [0, 2]], full, rtol=1e-6)
    np.testing.assert_array_equal(found[:, [1, 3]], found[:, [0, 2]])


def test_cells_without_anything_but_a_call():
    class Sum:
        state_size = 2

        def call(self, inputs, states):
            return inputs + states[0], [inputs + states[0]]

    assert keras.layers.RNN(Sum())(np.ones((1, 5, 2))).numpy().tolist() == [[5, 5]]


def test_cells_of_layers_without_build():
    class Cell(keras.layers.Layer):
        state_size = 3

        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, inputs, states):
            new = self.dense(tf.concat([inputs, states[0]], -1))
            return new, [new]

    layer = keras.layers.RNN(Cell())
    assert layer(np.ones((2, 4, 3))).shape == (2, 3)
    assert [tuple(w.shape) for w in layer.weights] == [(6, 3), (3,)]


def test_constants_are_given_at_every_step():
    class Cell(keras.layers.Layer):
        state_size = 1

        def call(self, inputs, states, constants):
            return states[0] + constants[0], [states[0] + constants[0]]

    found = keras.layers.RNN(Cell())(np.ones((2, 3, 1)), constants=[np.full((2, 1), 2.0)])
    assert found.numpy().tolist() == [[6], [6]]


@pytest.mark.parametrize("how", ["argument", "list", "symbolic"])
def test_initial_state(how):
    x, h, c = arrays([SHAPE, (2, 5), (2, 5)])
    theirs = real.layers.LSTM(5)
    expected = theirs(x, initial_state=[h, c])
    ours = keras.layers.LSTM(5)
    ours.build(SHAPE)
    ours.set_weights(theirs.get_weights())
    if how == "argument":
        found = ours(x, initial_state=(h, c))
    elif how == "list":
        found = ours([x, h, c])
    else:
        inputs = [keras.Input(a.shape[1:]) for a in (x, h, c)]
        model = keras.Model(inputs, ours(inputs[0], initial_state=inputs[1:]))
        found = model([x, h, c])
        model = keras.Model.from_config(model.get_config())
        model.set_weights(theirs.get_weights())
        close(model([x, h, c]), expected)
    close(found, expected)


def test_states_are_kept_between_batches():
    x = arrays(SHAPE)
    theirs, ours = (k.layers.GRU(3, stateful=True) for k in (real, keras))
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    for layer in (theirs, ours):
        layer.reset_state()
    for _ in range(2):
        close(ours(x), theirs(x))
    close([v.value for v in ours.states], [v.value for v in theirs.states])
    assert [v.path.split("/")[-1] for v in ours.states] == ["rnn_state"]
    assert len(ours.weights) == 3
    ours.reset_states()
    assert not np.any(ours.states[0])
    ours.reset_state([np.ones((2, 3))])
    assert np.all(ours.states[0].numpy() == 1)


def test_states_are_kept_within_fit_and_predict():
    x = arrays((4, 5, 2))
    model = keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 2)), keras.layers.LSTM(3, stateful=True)]
    )
    model.compile("sgd", "mse")
    model.predict(x, batch_size=2, verbose=0)
    layer = model.layers[0]
    after = [v.numpy() for v in layer.states]
    layer.reset_state()
    model(x[:2]), model(x[2:])
    np.testing.assert_allclose(after, [v.numpy() for v in layer.states], rtol=1e-5)
    model.fit(x, np.zeros((4, 3)), batch_size=2, epochs=1, verbose=0, shuffle=False)
    assert not np.allclose(after[0], layer.states[0].numpy())


def test_a_stack_of_known_cells_is_the_same_step_by_step():
    x, mask = arrays((2, 4, 3)), MASK

    class Other(keras.layers.LSTMCell):
        def call(self, inputs, states, training=False):
            return super().call(inputs, states, training)

    made = []
    for first in (keras.layers.LSTMCell, Other):
        cell = [first(3), keras.layers.GRUCell(2)]
        made.append(
            keras.layers.RNN(cell, return_sequences=True, return_state=True, go_backwards=True)
        )
    made[0](x)
    made[1](x)
    made[1].set_weights(made[0].get_weights())
    assert made[0].cell.runs_at_once() and not made[1].cell.runs_at_once()
    quick, slow = (layer(x, mask=mask) for layer in made)
    close(quick, tf.nest.map_structure(np.asarray, slow), 1e-6)


def test_time_major():
    layer = keras.layers.SimpleRNN(3, return_sequences=True, time_major=True)
    x = arrays((4, 2, 3))
    found = layer(x)
    assert found.shape == layer.compute_output_shape((4, 2, 3)) == (4, 2, 3)
    other = keras.layers.SimpleRNN(3, return_sequences=True)
    other.build((2, 4, 3))
    other.set_weights(layer.get_weights())
    close(found, other(x.swapaxes(0, 1)).numpy().swapaxes(0, 1), 1e-6)
    assert layer.get_config()["time_major"] is True


def test_masks_of_outputs():
    x = keras.layers.Embedding(5, 3, mask_zero=True)(np.array([[1, 2, 0]]))
    sequence, state = keras.layers.GRU(2, return_sequences=True, return_state=True)(x)
    assert sequence._keras_mask.numpy().tolist() == [[True, True, False]]
    assert getattr(state, "_keras_mask", None) is None
    assert getattr(keras.layers.GRU(2)(x), "_keras_mask", None) is None


def test_wrappers_of_cells():
    wrapped = tf.nn.RNNCellResidualWrapper(keras.layers.GRUCell(3))
    layer = keras.layers.RNN(wrapped, return_sequences=True)
    x = arrays(SHAPE)
    assert layer(keras.Input((4, 3))).shape == (None, 4, 3)
    assert len(layer.weights) == 3
    found = layer(x)
    plain = keras.layers.RNN(wrapped.cell, return_sequences=True)
    close(found, plain(x).numpy() + x, 1e-6)
    again = tf.nn.RNNCellResidualWrapper.from_config(wrapped.get_config())
    assert type(again.cell) is keras.layers.GRUCell


class _NoSize:
    def call(self, inputs, states):
        return inputs, states


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.RNN(3), "3 has no method call"),
        (lambda: keras.layers.RNN(_NoSize()), "_NoSize has no state_size. Set it"),
        (lambda: keras.layers.RNN([keras.layers.Dense(2)]), "Dense has no state_size"),
        (lambda: keras.layers.StackedRNNCells([]), "at least one cell"),
        (lambda: keras.layers.LSTM(3)(np.ones((2, 3))), r"x\[..., None\] for features"),
        (
            lambda: keras.layers.LSTM(3, stateful=True)(keras.Input((4, 3))),
            "stateful, and the batch size is not known.*batch_shape",
        ),
        (
            lambda: keras.layers.LSTM(3)(np.ones((2, 4, 3)), initial_state=np.ones((2, 3))),
            "initial_state has 1 states, and the cell has 2",
        ),
        (
            lambda: keras.layers.GRU(3)(np.ones((2, 4, 3)), initial_state=np.ones((2, 5))),
            "state 0 of initial_state has shape .2, 5., and the cell has a state of size 3",
        ),
        (lambda: keras.layers.GRU(3).reset_state(), "stateful=True to reset"),
        (lambda: keras.layers.GRU(3)(np.ones((2, 0, 3))), "without steps"),
        (
            lambda: keras.layers.GRU(3)(np.ones((2, 4, 3)), mask=np.ones((2, 3), bool)),
            "one value for each step",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises((ValueError, TypeError, AttributeError), match=said):
        make()


def test_a_stateful_layer_names_the_batch_size():
    layer = keras.layers.LSTM(3, stateful=True)
    layer(np.ones((2, 4, 3)))
    with pytest.raises(
        ValueError, match=r"states for 2 examples, and was given 3\. Give batches of 2"
    ):
        layer(np.ones((3, 4, 3)))


def test_a_small_model_learns():
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 6, 1)).astype("float32")
    y = x.sum(1)
    model = keras.Sequential([keras.layers.LSTM(8), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    history = model.fit(x, y, epochs=20, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < 0.3 * history[0]

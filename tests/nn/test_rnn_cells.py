"""Wrappers of recurrent cells."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, parity

X, STATE = f32(2, 3), f32(2, 3)


def cell_of(tf, sizes=3):
    """A cell in either framework: output and states are what came in, scaled."""
    base = object if tf.__name__ == "keratin" else tf.keras.layers.Layer

    class Cell(base):
        state_size = sizes
        output_size = 3

        def call(self, inputs, states):
            return inputs * 2.0, tf.nest.map_structure(lambda s: s * 3.0, states)

        def get_config(self):
            return {}

        @classmethod
        def from_config(cls, config):
            return cls()

    return Cell()


def step(tf, wrapper, x, state):
    tf.random.set_seed(5)
    return wrapper.call(x, state)


def dropped(**options):
    def fn(tf, x, state):
        # Made here, for masks that are drawn when the wrapper is.
        tf.random.set_seed(5)
        given = {k: tf.float32 if v == "float32" else v for k, v in options.items()}
        return step(tf, tf.nn.RNNCellDropoutWrapper(cell_of(tf), **given), x, state)

    return fn


def filtered(tf, x, state):
    wrapper = tf.nn.RNNCellDropoutWrapper(
        cell_of(tf, [3, 3]),
        state_keep_prob=0.5,
        seed=4,
        dropout_state_filter_visitor=lambda s: [False, True] if isinstance(s, list) else True,
    )
    return step(tf, wrapper, x, [state, state])


CASES = [
    case(
        "residual",
        lambda tf, x, s: step(tf, tf.nn.RNNCellResidualWrapper(cell_of(tf)), x, s),
        X,
        STATE,
    ),
    case(
        "residual_fn",
        lambda tf, x, s: step(
            tf, tf.nn.RNNCellResidualWrapper(cell_of(tf), residual_fn=lambda i, o: i * o), x, s
        ),
        X,
        STATE,
    ),
    case(
        "device",
        lambda tf, x, s: step(tf, tf.nn.RNNCellDeviceWrapper(cell_of(tf), "/CPU:0"), x, s),
        X,
        STATE,
    ),
    case("dropout_none", dropped(), X, STATE),
    case("dropout_input", dropped(input_keep_prob=0.5, seed=4), X, STATE, traced=False),
    case(
        "dropout_all",
        dropped(input_keep_prob=0.6, output_keep_prob=0.7, state_keep_prob=0.5, seed=4),
        X,
        STATE,
        traced=False,
    ),
    case(
        "dropout_variational",
        dropped(
            input_keep_prob=0.6,
            output_keep_prob=0.7,
            state_keep_prob=0.5,
            seed=4,
            variational_recurrent=True,
            input_size=3,
            dtype="float32",
        ),
        X,
        STATE,
        traced=False,
    ),
    case("dropout_filter", filtered, X, STATE, traced=False),
]
test_parity = parity("nn_rnn_cells", CASES)


def test_protocol(tf):
    cell = tf.nn.RNNCellResidualWrapper(cell_of(tf))
    assert (cell.state_size, cell.output_size) == (3, 3)
    assert cell.get_initial_state(batch_size=2, dtype=tf.float32).shape == (2, 3)
    assert cell.zero_state(4, tf.float64).dtype == tf.float64
    output, _ = cell(tf.ones([2, 3]), tf.ones([2, 3]))
    np.testing.assert_array_equal(output.numpy(), np.full((2, 3), 3.0))
    assert tf.nn.RNNCellDeviceWrapper(cell, "/CPU:0").wrapped_cell is cell


def double_sum(inputs, outputs):
    return 2.0 * (inputs + outputs)


def test_config(tf):
    inner = cell_of(tf)
    known = {"Cell": type(inner), "double_sum": double_sum}
    wrapper = tf.nn.RNNCellResidualWrapper(inner, residual_fn=double_sum)
    again = tf.nn.RNNCellResidualWrapper.from_config(wrapper.get_config(), known)
    output, _ = again.call(tf.ones([1, 3]), tf.ones([1, 3]))
    np.testing.assert_array_equal(output.numpy(), np.full((1, 3), 6.0))
    dropout = tf.nn.RNNCellDropoutWrapper(inner, state_keep_prob=0.5, seed=1)
    config = tf.nn.RNNCellDropoutWrapper.from_config(dropout.get_config(), known).get_config()
    assert (config["state_keep_prob"], config["seed"]) == (0.5, 1)
    with pytest.raises(ValueError, match="'Cell', is not known"):
        tf.nn.RNNCellResidualWrapper.from_config(wrapper.get_config())


def test_one_mask_for_all_steps(tf):
    cell = tf.nn.RNNCellDropoutWrapper(
        cell_of(tf), output_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32
    )
    first, second = (cell.call(tf.ones([1, 3]), tf.ones([1, 3]))[0].numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_mistakes_are_named(tf):
    with pytest.raises(TypeError, match="no method call"):
        tf.nn.RNNCellResidualWrapper(3)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        tf.nn.RNNCellDropoutWrapper(cell_of(tf), input_keep_prob=2)
    with pytest.raises(ValueError, match="needs dtype"):
        tf.nn.RNNCellDropoutWrapper(cell_of(tf), variational_recurrent=True)
    with pytest.raises(ValueError, match="needs input_size"):
        tf.nn.RNNCellDropoutWrapper(cell_of(tf), 0.5, variational_recurrent=True, dtype=tf.float32)
    with pytest.raises(ValueError, match=r"\(1, 2\) and the outputs \(1, 3\)"):

        class Wide:
            state_size = output_size = 3

            def call(self, inputs, state):
                return tf.ones([1, 3]), state

        tf.nn.RNNCellResidualWrapper(Wide()).call(tf.ones([1, 2]), tf.ones([1, 3]))

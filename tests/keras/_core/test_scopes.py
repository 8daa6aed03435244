import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core.scopes import in_symbolic_scope


def test_a_stateless_scope_leaves_variables_alone():
    v, w = keras.Variable(1.0), keras.Variable(5.0)
    with keras.StatelessScope([(v, 2.0)]) as scope:
        v.assign_add(1.0)
        assert float(v) == 3.0
    assert float(v) == 1.0
    assert float(scope.get_current_value(v)) == 3.0
    assert scope.get_current_value(w) is None


def test_a_stateless_scope_takes_updates():
    v = keras.Variable(1.0)
    with keras.StatelessScope() as scope:
        scope.add_update((v, 7.0))
        assert float(v) == 7.0
    assert float(v) == 1.0


def test_symbolic_scopes_are_told():
    assert not in_symbolic_scope()
    with keras.SymbolicScope():
        assert in_symbolic_scope()
    assert not in_symbolic_scope()


@pytest.mark.parametrize(
    ("options", "covered"),
    [
        ({}, True),
        ({"mode": None}, False),
        ({"mode": "activations"}, True),
        ({"mode": "larger_than", "output_size_threshold": 100}, False),
        ({"mode": "list_of_layers", "layer_names": ["d"]}, True),
    ],
)
def test_gradients_are_the_same_however_computed(options, covered):
    layer = keras.layers.Dense(3, activation="tanh", name="d")
    x = np.ones((2, 4), "float32")
    layer(x)

    def gradient():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x) ** 2)
        return tape.gradient(loss, layer.kernel).numpy()

    scope = keras.RematScope(**options)
    assert scope.covers(layer, (x,)) is covered
    plain = gradient()
    with scope:
        np.testing.assert_allclose(gradient(), plain, rtol=1e-6)


def test_state_is_kept_through_recomputation():
    layer = keras.layers.BatchNormalization()
    x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    with keras.RematScope():
        layer(x, training=True)
    assert not np.allclose(layer.moving_mean, 0)


def test_a_mode_that_is_none():
    with pytest.raises(ValueError, match="mode is 'full'"):
        keras.RematScope("everything")

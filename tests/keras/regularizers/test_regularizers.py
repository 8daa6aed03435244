"""Regularizers, compared with Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keratin.keras import regularizers
from tests.harness.real_keras import real

W = np.random.RandomState(0).randn(4, 3).astype("float32")
CASES = {
    "l1": ("L1", {"l1": 0.1}),
    "l1 default": ("L1", {}),
    "l2": ("L2", {"l2": 0.2}),
    "l1_l2": ("L1L2", {"l1": 0.1, "l2": 0.2}),
    "l1_l2, no l1": ("L1L2", {"l2": 0.2}),
    "l1_l2, no l2": ("L1L2", {"l1": 0.1}),
    "l1_l2, none": ("L1L2", {}),
    "rows": ("OrthogonalRegularizer", {"factor": 0.3}),
    "columns": ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"}),
}


@pytest.mark.parametrize("name,arguments", CASES.values(), ids=CASES)
def test_values_gradients_and_configs(tf, name, arguments):
    ours = getattr(regularizers, name)(**arguments)
    theirs = getattr(real.regularizers, name)(**arguments)
    x = tf.Variable(W)
    with tf.GradientTape() as tape:
        penalty = ours(x)
    assert penalty.dtype == "float32" and penalty.shape == ()
    assert np.allclose(penalty, theirs(jnp.asarray(W)), atol=1e-6)
    gradient = tape.gradient(penalty, x, unconnected_gradients="zero")
    expected = _gradient(theirs, W)
    assert np.allclose(gradient, expected, atol=1e-5)
    assert regularizers.serialize(ours) == real.regularizers.serialize(theirs)
    again = regularizers.deserialize(regularizers.serialize(ours))
    assert again.get_config() == ours.get_config() and type(again) is type(ours)


def _gradient(function, x):
    return jax.grad(lambda w: function(w).sum())(jnp.asarray(x))


def test_rows_of_zeros():
    penalty = regularizers.OrthogonalRegularizer(1.0)(np.float32([[0, 0], [1, 0], [1, 0]]))
    assert np.allclose(penalty, 1 / 3)


@pytest.mark.parametrize("name", ["l1", "l2", "L1", "L2", "L1L2", "orthogonal_regularizer"])
def test_names(name):
    found, expected = regularizers.get(name), real.regularizers.get(name)
    assert type(found).__name__ == type(expected).__name__
    assert found.get_config() == expected.get_config()


def test_old_spellings():
    assert regularizers.l2(l=0.5).l2 == 0.5 and regularizers.l1(l=0.5).get_config() == {"l1": 0.5}
    assert regularizers.L2(None).l2 == 0.01 and regularizers.l1 is regularizers.L1
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert regularizers.get(None) is None and regularizers.get(abs) is abs


def test_errors():
    for value in (-1.0, float("nan"), "a"):
        with pytest.raises(ValueError, match="L2: l2 must be a finite number that is not negative"):
            regularizers.L2(value)
    with pytest.raises(ValueError, match="mode must be 'rows' or 'columns'; given 'diagonal'"):
        regularizers.OrthogonalRegularizer(mode="diagonal")
    with pytest.raises(ValueError, match=r"takes matrices; given a tensor of shape \(3,\)"):
        regularizers.OrthogonalRegularizer()(np.ones(3, "float32"))
    with pytest.raises(ValueError, match="Unknown regularizer: 'l3'"):
        regularizers.get("l3")
    with pytest.raises(NotImplementedError, match="overrides __call__"):
        regularizers.Regularizer()(1.0)
